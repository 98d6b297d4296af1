"""conversations: staff, ratings, switches, erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_HAS_KEY = sa.text('key IS NOT NULL')


def upgrade() -> None:
    # Columns are added, and taken away again, in place: rebuilding a table on SQLite drops the old one, and
    # with it, by the foreign keys, every row that belongs to it.
    with op.batch_alter_table('conversations', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('held_by', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('held_until', motcua.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('erased_at', motcua.db.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('messages', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('key', sa.String(length=100), nullable=True))
        batch_op.create_index('uq_messages_key', ['conversation_id', 'key'], unique=True, postgresql_where=_HAS_KEY, sqlite_where=_HAS_KEY)

    with op.batch_alter_table('turns', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('held', sa.JSON(none_as_null=True), nullable=True))

    op.create_table('jobs',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('lease_by', sa.String(length=64), nullable=True),
    sa.Column('lease_until', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_jobs'))
    )
    op.create_table('switches',
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('off', sa.Boolean(), nullable=False),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('changed_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'name', name=op.f('pk_switches'))
    )
    op.create_table('switch_changes',
    sa.Column('id', _ROW_ID, autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('off', sa.Boolean(), nullable=False),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_switch_changes'))
    )
    op.create_table('ratings',
    sa.Column('id', _ROW_ID, autoincrement=True, nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=True),
    sa.Column('message_id', _ROW_ID, nullable=True),
    sa.Column('useful', sa.Boolean(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('procedure', sa.String(length=10), nullable=True),
    sa.Column('at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_ratings_conversation_id_conversations'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_ratings_message_id_messages'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ratings'))
    )
    with op.batch_alter_table('ratings', schema=None) as batch_op:
        batch_op.create_index('ix_ratings_at', ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_ratings_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index('uq_ratings_message_id', ['message_id'], unique=True)


def downgrade() -> None:
    with op.batch_alter_table('ratings', schema=None) as batch_op:
        batch_op.drop_index('uq_ratings_message_id')
        batch_op.drop_index(batch_op.f('ix_ratings_conversation_id'))
        batch_op.drop_index('ix_ratings_at')

    op.drop_table('ratings')
    op.drop_table('switch_changes')
    op.drop_table('switches')
    op.drop_table('jobs')
    with op.batch_alter_table('turns', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('held')

    with op.batch_alter_table('messages', schema=None, recreate='never') as batch_op:
        batch_op.drop_index('uq_messages_key')
        batch_op.drop_column('key')

    with op.batch_alter_table('conversations', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('erased_at')
        batch_op.drop_column('held_until')
        batch_op.drop_column('held_by')
