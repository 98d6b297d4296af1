"""desk: tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import motcua.db
from vietnamese import fold

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ticket columns and the tables around a ticket."""
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tried', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column('search_text', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('out_of_hours', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('wanted_by', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('claimed_by', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('claimed_name', sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column('claimed_at', motcua.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('owner_seen_at', motcua.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('waiting_since', motcua.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('last_citizen_message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('first_reply_at', motcua.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('closed_by', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('outcome', sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column('reopened', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.create_index('ix_tickets_claimed_by', ['claimed_by'], unique=False, postgresql_where=sa.text('closed_at IS NULL'), sqlite_where=sa.text('closed_at IS NULL'))
        batch_op.create_index('ix_tickets_closed_at', ['closed_at'], unique=False)
        batch_op.create_index('ix_tickets_conversation_id_closed_at', ['conversation_id', 'closed_at'], unique=False)
        batch_op.create_index('ix_tickets_queue', ['waiting_since'], unique=False, postgresql_where=sa.text('closed_at IS NULL'), sqlite_where=sa.text('closed_at IS NULL'))

    op.create_table('canned_replies',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('scope', sa.String(length=10), nullable=False),
    sa.Column('owner', sa.String(length=64), nullable=False),
    sa.Column('ward', sa.String(length=64), nullable=True),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_replies'))
    )
    with op.batch_alter_table('canned_replies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_canned_replies_owner'), ['owner'], unique=False)

    op.create_table('team_rules',
    sa.Column('ward', sa.String(length=64), nullable=False),
    sa.Column('approve_days', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('ward', name=op.f('pk_team_rules'))
    )
    op.create_table('knowledge_gaps',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('procedure', sa.String(length=10), nullable=True),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('by_name', sa.String(length=100), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_knowledge_gaps_ticket_id_tickets'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_gaps'))
    )
    with op.batch_alter_table('knowledge_gaps', schema=None) as batch_op:
        batch_op.create_index('ix_knowledge_gaps_state_id', ['state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_knowledge_gaps_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('pending_replies',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('by_name', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('reply', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_by', sa.String(length=64), nullable=True),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_at', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_pending_replies_ticket_id_tickets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_replies'))
    )
    with op.batch_alter_table('pending_replies', schema=None) as batch_op:
        batch_op.create_index('ix_pending_replies_open', ['ticket_id'], unique=False, postgresql_where=sa.text("state = 'pending'"), sqlite_where=sa.text("state = 'pending'"))
        batch_op.create_index('ix_pending_replies_ticket_id', ['ticket_id'], unique=False)
        batch_op.create_index('uq_pending_replies_key', ['key'], unique=True)

    op.create_table('reply_drafts',
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('updated_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_reply_drafts_ticket_id_tickets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', 'person', name=op.f('pk_reply_drafts'))
    )
    op.create_table('ticket_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=True),
    sa.Column('by_name', sa.String(length=100), nullable=True),
    sa.Column('to_person', sa.String(length=64), nullable=True),
    sa.Column('ward', sa.String(length=64), nullable=True),
    sa.Column('detail', sa.String(length=100), nullable=True),
    sa.Column('at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_events_ticket_id_tickets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_events')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('ticket_events', schema=None) as batch_op:
        batch_op.create_index('ix_ticket_events_at', ['at'], unique=False)
        batch_op.create_index('ix_ticket_events_ticket_id_id', ['ticket_id', 'id'], unique=False)

    op.create_table('ticket_notes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('by_name', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('mentions', sa.JSON(), nullable=False),
    sa.Column('created_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_notes_ticket_id_tickets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_notes'))
    )
    with op.batch_alter_table('ticket_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ticket_notes_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('ticket_readers',
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('read_message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seen_at', motcua.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('typing_until', motcua.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_readers_ticket_id_tickets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', 'person', name=op.f('pk_ticket_readers'))
    )

    _fill_in()


def _fill_in() -> None:
    """Open tickets of before wait since they were opened, and are found by what they say."""
    tickets = sa.table(
        'tickets',
        sa.column('id', sa.BigInteger()),
        sa.column('summary', sa.Text()),
        sa.column('search_text', sa.Text()),
        sa.column('waiting_since', motcua.db.UtcDateTime(timezone=True)),
        sa.column('created_at', motcua.db.UtcDateTime(timezone=True)),
        sa.column('closed_at', motcua.db.UtcDateTime(timezone=True)),
    )
    connection = op.get_bind()
    connection.execute(
        sa.update(tickets).where(tickets.c.closed_at.is_(None)).values(waiting_since=tickets.c.created_at)
    )
    for row in connection.execute(sa.select(tickets.c.id, tickets.c.summary)).all():
        connection.execute(
            sa.update(tickets).where(tickets.c.id == row.id).values(search_text=fold(row.summary))
        )


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.drop_index('ix_tickets_queue', postgresql_where=sa.text('closed_at IS NULL'), sqlite_where=sa.text('closed_at IS NULL'))
        batch_op.drop_index('ix_tickets_conversation_id_closed_at')
        batch_op.drop_index('ix_tickets_closed_at')
        batch_op.drop_index('ix_tickets_claimed_by', postgresql_where=sa.text('closed_at IS NULL'), sqlite_where=sa.text('closed_at IS NULL'))
        batch_op.drop_column('reopened')
        batch_op.drop_column('outcome')
        batch_op.drop_column('closed_by')
        batch_op.drop_column('first_reply_at')
        batch_op.drop_column('last_citizen_message_id')
        batch_op.drop_column('waiting_since')
        batch_op.drop_column('owner_seen_at')
        batch_op.drop_column('claimed_at')
        batch_op.drop_column('claimed_name')
        batch_op.drop_column('claimed_by')
        batch_op.drop_column('wanted_by')
        batch_op.drop_column('out_of_hours')
        batch_op.drop_column('search_text')
        batch_op.drop_column('tried')

    op.drop_table('ticket_readers')
    with op.batch_alter_table('ticket_notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ticket_notes_ticket_id'))

    op.drop_table('ticket_notes')
    with op.batch_alter_table('ticket_events', schema=None) as batch_op:
        batch_op.drop_index('ix_ticket_events_ticket_id_id')
        batch_op.drop_index('ix_ticket_events_at')

    op.drop_table('ticket_events')
    op.drop_table('reply_drafts')
    with op.batch_alter_table('pending_replies', schema=None) as batch_op:
        batch_op.drop_index('uq_pending_replies_key')
        batch_op.drop_index('ix_pending_replies_ticket_id')
        batch_op.drop_index('ix_pending_replies_open', postgresql_where=sa.text("state = 'pending'"), sqlite_where=sa.text("state = 'pending'"))

    op.drop_table('pending_replies')
    with op.batch_alter_table('knowledge_gaps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_knowledge_gaps_ticket_id'))
        batch_op.drop_index('ix_knowledge_gaps_state_id')

    op.drop_table('knowledge_gaps')
    op.drop_table('team_rules')
    with op.batch_alter_table('canned_replies', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_canned_replies_owner'))

    op.drop_table('canned_replies')
