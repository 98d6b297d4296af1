"""desk: checks of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What the bot answered before and with a change."""
    op.create_table('change_checks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('change_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('owner', sa.String(length=40), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('started_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('beat_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['change_id'], ['content_changes.id'], name=op.f('fk_change_checks_change_id_content_changes'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_checks')),
    sa.UniqueConstraint('change_id', 'revision', name=op.f('uq_change_checks_change_id_revision')),
    sqlite_autoincrement=True
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table('change_checks')
