"""what the knowledge base lacks; the ministry's records and what to look at because of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Gaps in groups, records as last imported, review tasks."""
    row_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('gap_groups',
    sa.Column('id', row_id, autoincrement=True, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('procedure', sa.String(length=10), nullable=True),
    sa.Column('change_id', row_id, nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=100), nullable=True),
    sa.Column('decided_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gap_groups')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('gap_groups', schema=None) as batch_op:
        batch_op.create_index('ix_gap_groups_state', ['state'], unique=False)

    op.create_table('gap_items',
    sa.Column('id', row_id, autoincrement=True, nullable=False),
    sa.Column('group_id', row_id, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('procedure', sa.String(length=10), nullable=True),
    sa.Column('facet', sa.String(length=20), nullable=True),
    sa.Column('conversation_id', sa.String(length=32), nullable=True),
    sa.Column('message_id', row_id, nullable=True),
    sa.Column('rating_id', row_id, nullable=True),
    sa.Column('gap_id', row_id, nullable=True),
    sa.Column('by_name', sa.String(length=100), nullable=True),
    sa.Column('at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_gap_items_conversation_id_conversations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['gap_id'], ['knowledge_gaps.id'], name=op.f('fk_gap_items_gap_id_knowledge_gaps'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['gap_groups.id'], name=op.f('fk_gap_items_group_id_gap_groups'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_gap_items_message_id_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_gap_items_rating_id_ratings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gap_items'))
    )
    with op.batch_alter_table('gap_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gap_items_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index('ix_gap_items_group_id_at', ['group_id', 'at'], unique=False)
        for column in ('message_id', 'rating_id', 'gap_id'):
            there = sa.text(f'{column} IS NOT NULL')
            batch_op.create_index(f'uq_gap_items_{column}', [column], unique=True, postgresql_where=there, sqlite_where=there)

    op.create_table('gap_cursor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', row_id, nullable=False),
    sa.Column('rated_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('regrouped_on', sa.Date(), nullable=True),
    sa.Column('lease_by', sa.String(length=64), nullable=True),
    sa.Column('lease_until', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gap_cursor'))
    )
    op.create_table('national_records',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('updated_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_national_records'))
    )
    op.create_table('review_tasks',
    sa.Column('id', row_id, autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('day_before', sa.Date(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('change_id', row_id, nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_by_name', sa.String(length=80), nullable=True),
    sa.Column('decided_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_tasks')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('review_tasks', schema=None) as batch_op:
        batch_op.create_index('ix_review_tasks_state_id', ['state', 'id'], unique=False)
        batch_op.create_index('uq_review_tasks_open', ['code'], unique=True, postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'"))


def downgrade() -> None:
    """Back, losing how questions were grouped and what the ministry said."""
    for table in ('review_tasks', 'national_records', 'gap_cursor', 'gap_items', 'gap_groups'):
        op.drop_table(table)
