"""dossiers: notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('dossier_subscriptions',
    sa.Column('id', _ROW_ID, autoincrement=True, nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('code', sa.String(length=48), nullable=False),
    sa.Column('consent', sa.String(length=40), nullable=False),
    sa.Column('consented_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_status', sa.Integer(), nullable=False),
    sa.Column('seen_text', sa.String(length=200), nullable=False),
    sa.Column('seen_steps', sa.Integer(), nullable=False),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.Column('looked_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=10), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_subscriptions'))
    )
    with op.batch_alter_table('dossier_subscriptions', schema=None) as batch_op:
        batch_op.create_index('ix_dossier_subscriptions_looked_at', ['looked_at'], unique=False)
        batch_op.create_index('ix_dossier_subscriptions_code', ['code'], unique=False)
        batch_op.create_index(
            'uq_dossier_subscriptions_running', ['conversation_id', 'code'], unique=True,
            sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'),
        )
    op.create_table('dossier_notices',
    sa.Column('id', _ROW_ID, autoincrement=True, nullable=False),
    sa.Column('subscription_id', _ROW_ID, nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('about', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('not_before', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(
        ['subscription_id'], ['dossier_subscriptions.id'],
        name=op.f('fk_dossier_notices_subscription_id_dossier_subscriptions'), ondelete='CASCADE',
    ),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_notices'))
    )
    with op.batch_alter_table('dossier_notices', schema=None) as batch_op:
        batch_op.create_index('ix_dossier_notices_subscription_id', ['subscription_id'], unique=False)
        batch_op.create_index(
            'ix_dossier_notices_pending', ['id'], unique=False,
            sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index('uq_dossier_notices_key', ['key'], unique=True)
    op.create_table('dossier_workers',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('lease_by', sa.String(length=80), nullable=False),
    sa.Column('lease_until', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_dossier_workers'))
    )


    op.create_table('push_subscriptions',
    sa.Column('id', _ROW_ID, autoincrement=True, nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('endpoint', sa.String(length=1000), nullable=False),
    sa.Column('endpoint_hash', sa.String(length=64), nullable=False),
    sa.Column('p256dh', sa.String(length=100), nullable=False),
    sa.Column('auth', sa.String(length=40), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push_subscriptions'))
    )
    with op.batch_alter_table('push_subscriptions', schema=None) as batch_op:
        batch_op.create_index('uq_push_subscriptions_endpoint_hash', ['endpoint_hash'], unique=True)
        batch_op.create_index('ix_push_subscriptions_conversation_id', ['conversation_id'], unique=False)


def downgrade() -> None:
    op.drop_table('push_subscriptions')
    op.drop_table('dossier_workers')
    op.drop_table('dossier_notices')
    op.drop_table('dossier_subscriptions')
