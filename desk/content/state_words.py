"""How the state of a change reads in lists and headers."""

from __future__ import annotations

from dataclasses import dataclass

from desk.content.review_common import STATE_LOOKS, STATE_WORDS
from desk.words import capitalize_first, day
from knowledge.changes import ContentChange, State


@dataclass(frozen=True, slots=True)
class StateWords:
    """``badge``: the class of its badge."""

    text: str
    badge: str = ""


def state_words(change: ContentChange) -> StateWords:
    """The state of ``change``, with its day if it waits for one."""
    state = State(change.state)
    if state is State.SCHEDULED and change.effective_from:
        return StateWords(f"Áp dụng từ {day(change.effective_from)}", STATE_LOOKS[state])
    return StateWords(name_of(state), STATE_LOOKS[state])


def name_of(state: State) -> str:
    """A state by itself, for a filter."""
    return capitalize_first(STATE_WORDS[state])
