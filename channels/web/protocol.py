"""The frames of the web chat: JSON objects, one a WebSocket text message, told apart by ``type``.

From the client:

* ``{"type": "hello", "after": 0, "session"?: "tag"}`` first, and again whenever the client wants to be
  sure that it has everything: asks for the transcript after the message id ``after``. ``session`` is the
  tag of the last welcome; when it is not this session's (the cookie was lost), ``after`` is ignored.
* ``{"type": "text", "client_id": "…", "text": "…"}``: the citizen wrote something.
* ``{"type": "press", "client_id": "…", "button": "id", "title": "…"}``: the citizen pressed a button of a
  reply; ``button`` is its payload, ``title`` what it says.
* ``{"type": "open", "client_id": "…", "procedure": "1.001193"}`` or ``"ward": "00004"`` instead: the page
  was opened by a link to a procedure or to the office of a ward.
* ``{"type": "rate", "message": 8, "useful": true, "comment"?: "…"}``: whether an answer was of use. A later
  one takes the place of an earlier one.
* ``{"type": "typing"}``: the citizen is writing to a person of the desk. Not answered; more than one in two
  seconds are dropped.

From the server:

* ``{"type": "welcome", "session": "tag", "messages": [message, …]}`` answers a hello. With ``after`` 0 it
  holds the newest :data:`TRANSCRIPT` messages, otherwise all after it.
* ``{"type": "accepted", "client_id": "…", "id": 7}``: the message is committed and will be answered.
* ``{"type": "message", "message": {…}}``: a new line of the transcript:
  ``{id, author, text, at, reply?, turn?, client_id?}``. ``author`` is citizen, bot or staff, ``at`` ISO 8601
  in UTC, ``reply`` as in ``motcua.reply``, ``turn`` the id of the citizen's message it answers,
  ``client_id`` only on the citizen's own lines.
* ``{"type": "typing", "author": "bot"}``: an answer is being prepared, by the bot or by ``staff``.
* ``{"type": "erased"}``: the transcript was erased; a client forgets it and says hello again.
* ``{"type": "done", "turn": 7}``: the citizen's message 7 has been dealt with, its replies were sent.
* ``{"type": "rated", "message": 8}``: the rating is stored.
* ``{"type": "error", "text": "…", "code": "…", "client_id"?: "…", "retry_in"?: 3.0, "message"?: 8}``:
  something was not taken. ``text`` is for the citizen. Codes: ``rate`` and ``busy`` (the same frame is
  welcome again after ``retry_in`` seconds), ``too_long``, ``malformed``, ``unknown_link``, ``not_rated``
  (``message`` cannot be rated), ``too_many_sockets`` (the socket then closes).

A client repeats a frame with the same ``client_id`` until it is accepted: the stored message id is a
keyed hash of the session, a colon and the ``client_id``, so a repetition is a duplicate and is just
accepted again. Everything a client is sent is read from the database; events only say when to look. Ids
grow within a conversation, and a client may be sent a message twice (in a welcome and by itself): it
drops the ids it knows.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from conversations.contract import Author, StoredMessage

MAX_TEXT = 12_000
"""Longest message, in characters."""

MAX_COMMENT = 500
"""Longest comment of a rating, in characters."""

TRANSCRIPT = 200
"""How many messages a client without any gets to see."""

MAX_FRAME = 256 * 1024
"""Largest frame read at all, in bytes: four times the longest message in its longest JSON spelling."""

PROCEDURE = r"^[0-9]\.[0-9]{6}$"
WARD = r"^[0-9]{5}$"


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,40}$")]
MessageId = Annotated[int, Field(ge=0, lt=2**63)]


class Hello(_Frame):
    """The client says what it has."""

    type: Literal["hello"]
    after: MessageId = 0
    session: Annotated[str, Field(max_length=64)] | None = None


class Text(_Frame):
    """The citizen wrote something."""

    type: Literal["text"]
    client_id: ClientId
    text: str


class Press(_Frame):
    """The citizen pressed a button."""

    type: Literal["press"]
    client_id: ClientId
    button: Annotated[str, Field(min_length=1, max_length=64)]
    title: Annotated[str, Field(max_length=200)]


class Open(_Frame):
    """The page was opened by a link to a procedure, or to the office of a ward."""

    type: Literal["open"]
    client_id: ClientId
    procedure: Annotated[str, Field(pattern=PROCEDURE)] | None = None
    ward: Annotated[str, Field(pattern=WARD)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.procedure is None) == (self.ward is None):
            raise ValueError("a link leads to a procedure or to a ward")
        return self


class Rate(_Frame):
    """Whether an answer was of use."""

    type: Literal["rate"]
    message: MessageId
    useful: bool
    comment: Annotated[str, Field(max_length=MAX_COMMENT)] = ""


class Typing(_Frame):
    """The citizen is writing; the person at the desk who has the conversation open sees it."""

    type: Literal["typing"]


Message = Text | Press | Open
"""What becomes a message of the transcript."""

ClientFrame = Annotated[Hello | Message | Rate | Typing, Field(discriminator="type")]
_CLIENT_FRAME: TypeAdapter[Hello | Message | Rate | Typing] = TypeAdapter(ClientFrame)


def parse(data: str) -> Hello | Message | Rate | Typing:
    """The frame in ``data``. Raises pydantic.ValidationError."""
    return _CLIENT_FRAME.validate_json(data)


def client_id_in(data: Any) -> str | None:
    """The client id of a frame that is otherwise unreadable, so that an error can name it."""
    found = data.get("client_id") if isinstance(data, dict) else None
    return found if isinstance(found, str) and len(found) <= 40 else None


def message_wire(message: StoredMessage) -> dict[str, Any]:
    """A line of the transcript as a client reads it."""
    wire: dict[str, Any] = {
        "id": message.id,
        "author": message.author.value,
        "text": message.text,
        "at": message.created_at.isoformat(),
    }
    if message.reply:
        wire["reply"] = message.reply.to_wire()
    if message.turn_id is not None:
        wire["turn"] = message.turn_id
    if message.author is Author.CITIZEN and message.channel_message_id:
        wire["client_id"] = message.channel_message_id.rpartition(":")[2]
    return wire
