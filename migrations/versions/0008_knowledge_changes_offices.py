"""knowledge: changes in progress, withdrawn versions, corrections of offices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables around a change, and of what is corrected of an office."""
    with op.batch_alter_table('procedure_versions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index('ix_procedure_versions_code_id', ['code', 'id'], unique=False)

    op.create_table('office_edits',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ward', sa.String(length=5), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=80), nullable=True),
    sa.Column('decided_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_office_edits')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('office_edits', schema=None) as batch_op:
        batch_op.create_index('ix_office_edits_ward_id', ['ward', 'id'], unique=False)
        batch_op.create_index('uq_office_edits_in_force', ['ward', 'kind'], unique=True, postgresql_where=sa.text("state = 'in_force'"), sqlite_where=sa.text("state = 'in_force'"))
        batch_op.create_index('uq_office_edits_proposed', ['ward', 'kind'], unique=True, postgresql_where=sa.text("state = 'proposed'"), sqlite_where=sa.text("state = 'proposed'"))

    op.create_table('content_changes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('base_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('public_note', sa.String(length=300), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=True),
    sa.Column('evidence', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('editors', sa.JSON(), nullable=False),
    sa.Column('opened_by', sa.Integer(), nullable=False),
    sa.Column('opened_by_name', sa.String(length=80), nullable=False),
    sa.Column('submitted_by', sa.Integer(), nullable=True),
    sa.Column('submitted_by_name', sa.String(length=80), nullable=True),
    sa.Column('submitted_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=80), nullable=True),
    sa.Column('decided_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('urgent_reason', sa.Text(), nullable=False),
    sa.Column('published_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['base_version_id'], ['procedure_versions.id'], name=op.f('fk_content_changes_base_version_id_procedure_versions')),
    sa.ForeignKeyConstraint(['published_version_id'], ['procedure_versions.id'], name=op.f('fk_content_changes_published_version_id_procedure_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_changes')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('content_changes', schema=None) as batch_op:
        batch_op.create_index('ix_content_changes_code_id', ['code', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_content_changes_published_version_id'), ['published_version_id'], unique=False)
        batch_op.create_index('ix_content_changes_state_id', ['state', 'id'], unique=False)
        batch_op.create_index('uq_content_changes_open', ['code'], unique=True, postgresql_where=sa.text("state IN ('draft', 'submitted', 'changes_requested', 'approved', 'scheduled')"), sqlite_where=sa.text("state IN ('draft', 'submitted', 'changes_requested', 'approved', 'scheduled')"))

    op.create_table('content_viewers',
    sa.Column('change_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('page', sa.String(length=24), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('seen_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('writing_until', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['change_id'], ['content_changes.id'], name=op.f('fk_content_viewers_change_id_content_changes'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_content_viewers_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('change_id', 'page', name=op.f('pk_content_viewers'))
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table('content_viewers')
    with op.batch_alter_table('content_changes', schema=None) as batch_op:
        batch_op.drop_index('uq_content_changes_open', postgresql_where=sa.text("state IN ('draft', 'submitted', 'changes_requested', 'approved', 'scheduled')"), sqlite_where=sa.text("state IN ('draft', 'submitted', 'changes_requested', 'approved', 'scheduled')"))
        batch_op.drop_index('ix_content_changes_state_id')
        batch_op.drop_index(batch_op.f('ix_content_changes_published_version_id'))
        batch_op.drop_index('ix_content_changes_code_id')

    op.drop_table('content_changes')
    with op.batch_alter_table('office_edits', schema=None) as batch_op:
        batch_op.drop_index('uq_office_edits_proposed', postgresql_where=sa.text("state = 'proposed'"), sqlite_where=sa.text("state = 'proposed'"))
        batch_op.drop_index('uq_office_edits_in_force', postgresql_where=sa.text("state = 'in_force'"), sqlite_where=sa.text("state = 'in_force'"))
        batch_op.drop_index('ix_office_edits_ward_id')

    op.drop_table('office_edits')

    with op.batch_alter_table('procedure_versions', schema=None) as batch_op:
        batch_op.drop_index('ix_procedure_versions_code_id')
        batch_op.drop_column('withdrawn')
