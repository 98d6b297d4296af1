"""desk: people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TIME = motcua.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'staff',
        sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
        sa.Column('name', sa.String(40), nullable=False),
        sa.Column('full_name', sa.String(80), nullable=False),
        sa.Column('password_hash', sa.String(200), nullable=True),
        sa.Column('must_change', sa.Boolean(), nullable=False),
        sa.Column('subject', sa.String(400), nullable=True),
        sa.Column('whole_city', sa.Boolean(), nullable=False),
        sa.Column('disabled_at', TIME, nullable=True),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('last_sign_in_at', TIME, nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
        sa.UniqueConstraint('name', name=op.f('uq_staff_name')),
        sa.UniqueConstraint('subject', name=op.f('uq_staff_subject')),
        sqlite_autoincrement=True,
    )
    op.create_table(
        'staff_roles',
        sa.Column('staff_id', ROW_ID, nullable=False),
        sa.Column('role', sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_staff_roles_staff_id_staff'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('staff_id', 'role', name=op.f('pk_staff_roles')),
    )
    op.create_table(
        'staff_wards',
        sa.Column('staff_id', ROW_ID, nullable=False),
        sa.Column('ward', sa.String(5), nullable=False),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_staff_wards_staff_id_staff'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('staff_id', 'ward', name=op.f('pk_staff_wards')),
    )
    op.create_index(op.f('ix_staff_wards_ward'), 'staff_wards', ['ward'])
    op.create_table(
        'staff_sessions',
        sa.Column('secret_hash', sa.String(64), nullable=False),
        sa.Column('staff_id', ROW_ID, nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('seen_at', TIME, nullable=False),
        sa.Column('ends_at', TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_staff_sessions_staff_id_staff'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_staff_sessions')),
    )
    op.create_index(op.f('ix_staff_sessions_staff_id'), 'staff_sessions', ['staff_id'])
    op.create_index(op.f('ix_staff_sessions_ends_at'), 'staff_sessions', ['ends_at'])
    op.create_table(
        'staff_invitations',
        sa.Column('secret_hash', sa.String(64), nullable=False),
        sa.Column('staff_id', ROW_ID, nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('ends_at', TIME, nullable=False),
        sa.Column('used_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_staff_invitations_staff_id_staff'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_staff_invitations')),
    )
    op.create_index(op.f('ix_staff_invitations_staff_id'), 'staff_invitations', ['staff_id'])
    op.create_table(
        'sign_in_tries',
        sa.Column('scope', sa.String(64), nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('last_at', TIME, nullable=False),
        sa.Column('locked_until', TIME, nullable=True),
        sa.PrimaryKeyConstraint('scope', name=op.f('pk_sign_in_tries')),
    )
    op.create_index(op.f('ix_sign_in_tries_last_at'), 'sign_in_tries', ['last_at'])
    op.create_table(
        'audit_log',
        sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
        sa.Column('at', TIME, nullable=False),
        sa.Column('staff_id', ROW_ID, nullable=True),
        sa.Column('who', sa.String(80), nullable=False),
        sa.Column('what', sa.String(40), nullable=False),
        sa.Column('subject', sa.String(80), nullable=False),
        sa.Column('detail', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_audit_log_staff_id_staff'), ondelete='SET NULL'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_log')),
        sqlite_autoincrement=True,
    )
    op.create_index('ix_audit_log_subject_id', 'audit_log', ['subject', 'id'])
    op.create_index(op.f('ix_audit_log_staff_id'), 'audit_log', ['staff_id'])
    op.create_index(op.f('ix_audit_log_what'), 'audit_log', ['what'])
    _create_roster()


def _create_roster() -> None:
    op.create_table(
        'duty_people',
        sa.Column('person_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('presence', sa.String(10), nullable=False),
        sa.Column('until', TIME, nullable=True),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('changed_at', TIME, nullable=False),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_duty_people')),
    )
    op.create_table(
        'duty_shifts',
        sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
        sa.Column('person_id', sa.BigInteger(), nullable=False),
        sa.Column('ward', sa.String(5), nullable=True),
        sa.Column('weekday', sa.Integer(), nullable=False),
        sa.Column('starts', sa.Integer(), nullable=False),
        sa.Column('ends', sa.Integer(), nullable=False),
        sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_duty_shifts_weekday')),
        sa.CheckConstraint('starts >= 0 AND starts < ends AND ends <= 1440', name=op.f('ck_duty_shifts_times')),
        sa.ForeignKeyConstraint(
            ['person_id'],
            ['duty_people.person_id'],
            name=op.f('fk_duty_shifts_person_id_duty_people'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_shifts')),
    )
    op.create_index('ix_duty_shifts_ward', 'duty_shifts', ['ward'])
    op.create_index(op.f('ix_duty_shifts_person_id'), 'duty_shifts', ['person_id'])
    op.create_table(
        'duty_days',
        sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
        sa.Column('person_id', sa.BigInteger(), nullable=False),
        sa.Column('ward', sa.String(5), nullable=True),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('starts', sa.Integer(), nullable=False),
        sa.Column('ends', sa.Integer(), nullable=False),
        sa.Column('works', sa.Boolean(), nullable=False),
        sa.CheckConstraint('starts >= 0 AND starts < ends AND ends <= 1440', name=op.f('ck_duty_days_times')),
        sa.ForeignKeyConstraint(
            ['person_id'],
            ['duty_people.person_id'],
            name=op.f('fk_duty_days_person_id_duty_people'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_days')),
    )
    op.create_index('ix_duty_days_day', 'duty_days', ['day'])
    op.create_index(op.f('ix_duty_days_person_id'), 'duty_days', ['person_id'])


def downgrade() -> None:
    for table in (
        'duty_days',
        'duty_shifts',
        'duty_people',
        'audit_log',
        'sign_in_tries',
        'staff_invitations',
        'staff_sessions',
        'staff_wards',
        'staff_roles',
        'staff',
    ):
        op.drop_table(table)
