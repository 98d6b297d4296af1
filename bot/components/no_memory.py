"""A tracker store that keeps nothing.

What a conversation remembers is committed with its replies and travels with every message
(``motcua.context``), so a tracker has to last for one turn only. Rasa then needs no memory that
grows, no store shared between replicas, and a killed Rasa loses nothing.
"""

from __future__ import annotations

from typing import Iterable, Optional

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker


class NoMemory(TrackerStore):
    """Gives every turn a tracker whose session has just started."""

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """A fresh tracker; the session has begun, so no action is spent on beginning it."""
        tracker = self.init_tracker(sender_id)
        for event in (
            ActionExecuted(ACTION_SESSION_START_NAME),
            SessionStarted(),
            ActionExecuted(ACTION_LISTEN_NAME),
        ):
            tracker.update(event, self.domain)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Nothing is kept."""

    async def keys(self) -> Iterable[str]:
        """No conversation is known."""
        return []
