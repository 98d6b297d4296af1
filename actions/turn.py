"""What an action gets and gives: one turn of a conversation, read from and written to Rasa."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge import Edition
from motcua.context import Context
from motcua.reply import Facet, Reply

_ASKS = "ask_"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message that may be a need of its own, with what the classifier made of it."""

    text: str
    intent: str
    confidence: float

    @property
    def facet(self) -> Facet | None:
        """The facet it asks for, if it asks for one."""
        return facet_of(self.intent)


@dataclass(frozen=True, slots=True)
class Turn:
    """A citizen's message as Rasa understood it.

    ``text`` is what was typed, empty when a button was pressed; ``entities`` come from the button.
    ``ranking`` holds the intents with their confidence, best first. ``cuts`` are the places where the
    message may turn from one need to another (``bot/components/needs.py``). ``edition`` is what is known:
    taken once, so that a publication in the middle of a turn is not half of its answer.
    """

    conversation: str
    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    context: Context
    edition: Edition
    entities: dict[str, str] = field(default_factory=dict)
    cuts: tuple[tuple[Piece, Piece], ...] = ()

    @property
    def facet(self) -> Facet | None:
        """The facet asked for, when the intent is a question about a procedure."""
        return facet_of(self.intent)

    def chance(self, intent: str) -> float:
        """How likely the classifier finds ``intent``, between 0 and 1."""
        return next((sure for name, sure in self.ranking if name == intent), 0.0)

    def likeliest_facet(self, at_least: float = 0.0) -> Facet | None:
        """The best facet of the ranking, if it is at least so likely: what a question most likely wants."""
        return next(
            (facet for name, sure in self.ranking if (facet := facet_of(name)) and sure >= at_least), None
        )

    def side_asked(self, at_least: float) -> Facet | None:
        """The best facet of the ranking when it has at least this share among the facets: what a message asks
        for that is more than a question, such as a correction."""
        sides = [(facet, sure) for name, sure in self.ranking if (facet := facet_of(name))]
        best = max(sides, key=lambda side: side[1], default=None)
        return best[0] if best and best[1] >= at_least * sum(sure for _, sure in sides) > 0 else None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What an action made of a turn."""

    replies: list[Reply]
    context: Context


def facet_of(intent: str) -> Facet | None:
    """``ask_fee`` is the facet ``fee``; other intents are no facet."""
    name = intent.removeprefix(_ASKS)
    return Facet(name) if intent.startswith(_ASKS) and name in set(Facet) else None


def context_of(tracker: Tracker) -> Context:
    """What the conversation remembers. It travels in the message's metadata."""
    return Context.model_validate(_metadata(tracker).get("context") or {})


def draft_of(tracker: Tracker) -> int | None:
    """The change of the desk that somebody tries out with this message, if one does."""
    draft = _metadata(tracker).get("draft")
    return draft if isinstance(draft, int) else None


def intent_of(tracker: Tracker) -> str:
    """What the message was taken for."""
    intent: dict[str, Any] = (tracker.latest_message or {}).get("intent") or {}
    return intent.get("name") or "nlu_fallback"


def read_turn(tracker: Tracker, edition: Edition) -> Turn:
    """The turn in ``tracker``, to be answered from ``edition``."""
    message: dict[str, Any] = tracker.latest_message or {}
    intent: dict[str, Any] = message.get("intent") or {}
    return Turn(
        conversation=tracker.sender_id,
        text=_metadata(tracker).get("text", message.get("text") or ""),
        intent=intent_of(tracker),
        confidence=float(intent.get("confidence") or 0.0),
        ranking=tuple(
            (item["name"], float(item["confidence"])) for item in message.get("intent_ranking") or []
        ),
        context=context_of(tracker),
        edition=edition,
        entities={item["entity"]: str(item["value"]) for item in message.get("entities") or []},
        cuts=tuple((_piece(left), _piece(right)) for left, right in message.get("cuts") or []),
    )


def _metadata(tracker: Tracker) -> dict[str, Any]:
    return (tracker.latest_message or {}).get("metadata") or {}


def _piece(said: dict[str, Any]) -> Piece:
    return Piece(said["text"], said["intent"] or "", float(said["confidence"]))


def write_result(dispatcher: CollectingDispatcher, result: TurnResult, intent: str) -> None:
    """Hand replies and context back; both travel as JSON through Rasa's REST channel.

    ``intent`` goes with them: what the message was taken for is what a topic is switched off by.
    """
    for reply in result.replies:
        dispatcher.utter_message(json_message={"reply": reply.to_wire()})
    memory = result.context.model_dump(mode="json")
    dispatcher.utter_message(json_message={"context": memory, "intent": intent})
