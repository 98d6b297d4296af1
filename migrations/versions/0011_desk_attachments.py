"""desk: attachments; who of the staff said a line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'attachments',
        sa.Column('id', sa.String(length=43), nullable=False),
        sa.Column('conversation_id', sa.String(length=32), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('media', sa.String(length=10), nullable=False),
        sa.Column('content_type', sa.String(length=100), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('sent_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['conversation_id'], ['conversations.id'],
            name=op.f('fk_attachments_conversation_id_conversations'), ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments')),
    )
    op.create_index(op.f('ix_attachments_conversation_id'), 'attachments', ['conversation_id'])
    op.create_index(op.f('ix_attachments_created_at'), 'attachments', ['created_at'])
    with op.batch_alter_table('messages', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('said_by', sa.String(length=100), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('messages', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('said_by')
    op.drop_index(op.f('ix_attachments_created_at'), table_name='attachments')
    op.drop_index(op.f('ix_attachments_conversation_id'), table_name='attachments')
    op.drop_table('attachments')
