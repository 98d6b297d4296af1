"""zalo: windows, sends, files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('zalo_tokens', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('refresh_expires_at', motcua.db.UtcDateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table('zalo_sends', schema=None) as batch_op:
        batch_op.add_column(sa.Column('conversation_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('way', sa.String(length=4), nullable=False, server_default='cs'))
        batch_op.add_column(sa.Column('digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('refusals', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index(
            'ix_zalo_sends_under_way', ['conversation_id'], unique=False,
            postgresql_where=sa.text('under_way IS NOT NULL'), sqlite_where=sa.text('under_way IS NOT NULL'),
        )
    op.create_table(
        'zalo_uploads',
        sa.Column('oa_id', sa.String(length=64), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('ref', sa.Text(), nullable=False),
        sa.Column('uploaded_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('oa_id', 'kind', 'digest', name=op.f('pk_zalo_uploads')),
    )


def downgrade() -> None:
    op.drop_table('zalo_uploads')
    with op.batch_alter_table('zalo_sends', schema=None) as batch_op:
        batch_op.drop_index('ix_zalo_sends_under_way')
        batch_op.drop_column('refusals')
        batch_op.drop_column('digest')
        batch_op.drop_column('way')
        batch_op.drop_column('conversation_id')
    with op.batch_alter_table('zalo_tokens', schema=None) as batch_op:
        batch_op.drop_column('refresh_expires_at')
