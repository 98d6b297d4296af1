"""dossiers: sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dossier_source_states',
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('lease_by', sa.String(length=64), nullable=True),
    sa.Column('lease_until', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_file', sa.String(length=255), nullable=False),
    sa.Column('last_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_counts', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_dossier_source_states'))
    )
    op.create_table('dossier_unknown_statuses',
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('said', sa.String(length=200), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('source', 'said', name=op.f('pk_dossier_unknown_statuses'))
    )
    op.add_column('dossiers', sa.Column('as_of', motcua.db.UtcDateTime(timezone=True), nullable=True))
    _allow_statuses('status BETWEEN 0 AND 10')


def downgrade() -> None:
    # The older release knows no status without a mapping: to it such a dossier is being dealt with.
    op.execute('UPDATE dossiers SET status = 4 WHERE status = 0')
    op.execute('UPDATE dossier_events SET status = 4 WHERE status = 0')
    _allow_statuses('status BETWEEN 1 AND 10')
    op.drop_column('dossiers', 'as_of')
    op.drop_table('dossier_unknown_statuses')
    op.drop_table('dossier_source_states')


def _allow_statuses(rule: str) -> None:
    with _events_kept(), op.batch_alter_table('dossiers', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_dossiers_status'), type_='check')
        batch_op.create_check_constraint(op.f('ck_dossiers_status'), rule)


@contextmanager
def _events_kept() -> Iterator[None]:
    # SQLite changes a rule by making the table anew and dropping the old one, and dropping it deletes
    # the events that hang on it. Keys cannot be switched off inside a transaction, so events step aside.
    if op.get_bind().dialect.name != 'sqlite':
        yield
        return
    op.execute('CREATE TABLE _kept_events AS SELECT * FROM dossier_events')
    yield
    op.execute('DELETE FROM dossier_events')
    op.execute('INSERT INTO dossier_events (id, dossier_id, at, status, note)'
               ' SELECT id, dossier_id, at, status, note FROM _kept_events')
    op.execute('DROP TABLE _kept_events')
