"""What is still to be done, written so that databases use the small indexes over just that.

Only a condition that says the very words of a partial index lets SQLite use it: the states stand in the
statement itself, not beside it as parameters. Otherwise everything ever sent is read each time.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, literal
from sqlalchemy.orm import InstrumentedAttribute

from conversations.models import OutboxState, TurnState

_UNSENT = [
    literal(state.value, literal_execute=True)
    for state in (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNKNOWN)
]
_UNANSWERED = literal(TurnState.PENDING.value, literal_execute=True)


def unsent(state: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a row of the outbox in ``state`` may still be sent or looked for (index ix_outbox_open)."""
    return state.in_(_UNSENT)


def unanswered(state: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a turn in ``state`` is to be run (index ix_turns_pending)."""
    return state == _UNANSWERED
