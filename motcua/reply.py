"""The answer contract (DESIGN section 4): what every turn produces, data first and text second.

Actions build replies, conversations store them, channels render them, tests and the evaluation
read them. Nobody infers meaning from the wording: what a program needs to know is a field.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Kind(StrEnum):
    """What a reply is, whoever reads it."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    STATUS = "status"
    HANDOFF = "handoff"
    OFFICE = "office"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out_of_scope"
    NO_ANSWER = "no_answer"
    ERROR = "error"


class Facet(StrEnum):
    """Which side of a procedure a question is about."""

    OVERVIEW = "overview"
    DOCUMENTS = "documents"
    STEPS = "steps"
    TIME = "time"
    FEE = "fee"
    PLACE = "place"
    ONLINE = "online"
    RESULT = "result"
    CONDITIONS = "conditions"
    FORM = "form"
    LEGAL_BASIS = "legal_basis"
    DELEGATE = "delegate"
    LATE = "late"
    LINKED = "linked"


class Contract(BaseModel):
    """Base of everything that travels between processes: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(Contract):
    """What a pressed button asks for. It stays on the server; the channel sees only a button id.

    ``intent`` is an intent of the Rasa domain, ``entities`` its entities by name.
    """

    intent: str = Field(pattern=r"^[a-z_]+$")
    entities: dict[str, str] = {}


class Button(Contract):
    """An offer under a reply: ``title`` is what the citizen reads, ``payload`` what it does.

    Actions give a :class:`Command`; once stored, the payload a channel sees is an opaque id.
    ``url`` buttons open a page and have no payload.
    """

    title: str = Field(min_length=1, max_length=100)
    payload: Command | str | None = None
    url: str | None = None


class TextSection(Contract):
    """A paragraph of an answer card."""

    kind: Literal["text"] = "text"
    heading: str | None = None
    text: str


class ListSection(Contract):
    """A list of an answer card: papers to tick off, steps in order, or plain points."""

    kind: Literal["checklist", "steps", "points"]
    heading: str | None = None
    items: list[str]


class TableSection(Contract):
    """A small table of an answer card, such as time and fee by way of filing."""

    kind: Literal["table"] = "table"
    heading: str | None = None
    columns: list[str]
    rows: list[list[str]]


Section = Annotated[TextSection | ListSection | TableSection, Field(discriminator="kind")]


class Card(Contract):
    """The same answer as the text, in parts that a rich channel can lay out."""

    title: str
    sections: list[Section] = []


class Source(Contract):
    """Where an answer comes from, and when somebody last checked it."""

    code: str
    decision: str | None = None
    url: str | None = None
    checked_on: date
    note: str | None = None


class DossierState(Contract):
    """What a status reply says about a dossier. Holds no name and no full number."""

    code: str
    status: int | None = None
    label: str
    received_on: date | None = None
    due_on: date | None = None
    late_working_days: int = 0


class Notice(Contract):
    """What a message that nobody asked for is about, for channels that need an approved template for it.

    ``template`` is our own name of it (``dossier_ready``), which each channel maps to its template;
    ``data`` are its parameters, ASCII names to short Vietnamese values.
    """

    template: str = Field(pattern=r"^[a-z_]+$")
    data: dict[str, str] = {}


class Attachment(Contract):
    """A picture or file that goes with a reply. ``id`` is the secret in its link, ``size`` is in bytes."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{20,60}$")
    name: str = Field(min_length=1, max_length=100)
    media: Literal["image", "file"]
    size: int = Field(ge=1)


class Effect(StrEnum):
    """What a reply does besides being said. The turn worker does it in the transaction that stores the reply.

    ``ERASE``: everything of this conversation is erased, and this reply is all that is left to be said.
    """

    ERASE = "erase"


class Reply(Contract):
    """One reply of a turn. ``text`` is the whole answer in words; ``sources`` are shown under it
    (``motcua.sourceline``), ``card`` is the same answer in parts. ``of_service``: it says how the service is
    (switched off, please wait, too long a message), nothing about what was asked."""

    kind: Kind
    text: str = Field(min_length=1)
    buttons: list[Button] = []
    card: Card | None = None
    procedure: str | None = None
    facet: Facet | None = None
    candidates: list[str] = []
    sources: list[Source] = []
    dossier: DossierState | None = None
    handoff_reason: str | None = None
    notice: Notice | None = None
    attachments: list[Attachment] = []
    of_service: Literal[True] | None = None
    effect: Effect | None = None

    def to_wire(self) -> dict[str, Any]:
        """The reply as JSON-ready data, without fields that say nothing."""
        return {
            key: value
            for key, value in self.model_dump(mode="json", exclude_none=True).items()
            if value != []
        }
