"""What the bot would answer to the question a volunteer has before them.

The running bot is asked, over the way every turn takes (``conversations.bot``), with what the conversation
remembers: the suggestion is what the citizen would have got, with its source, and the gateway needs no
library of its own (some hundred megabytes, and a search that would have to be taught again). Nothing of it
is stored: Rasa keeps no memory, and the conversation's context stays as it is.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from conversations import Conversations
from conversations.bot import Bot, BotUnavailable
from conversations.models import Conversation
from conversations.paused import without_paused
from conversations.repository import committed_context
from conversations.ticket_thread import Line
from motcua.context import Awaiting, Context
from motcua.db import Database
from motcua.reply import Kind, Reply
from motcua.settings import Settings
from motcua.sourceline import source_line

_KEPT = 200
_LONGEST_QUESTION = 1000
_USEFUL = (Kind.ANSWER, Kind.OFFICE)


class SuggestionState(StrEnum):
    """Whether there is something to suggest."""

    FOUND = "found"
    UNSURE = "unsure"
    NOTHING = "nothing"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be put into the reply. ``options`` are the names of procedures the bot hesitates between."""

    state: SuggestionState
    text: str = ""
    procedure: str | None = None
    options: tuple[str, ...] = ()


class Suggestions:
    """Asks the bot for a suggestion; the last ones are kept, so that a reload costs nothing."""

    def __init__(self, database: Database, conversations: Conversations, settings: Settings) -> None:
        self._db, self._conversations, self._settings = database, conversations, settings
        self._kept: OrderedDict[int, Suggestion] = OrderedDict()
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._http:
            await self._http.close()
            self._http = None

    async def for_line(self, conversation_id: str, question: Line) -> Suggestion:
        """The suggestion for what a citizen wrote. Never raises for a bot that is away."""
        if question.id in self._kept:
            return self._kept[question.id]
        async with self._db.read() as session:
            conversation = await session.get(Conversation, conversation_id)
            context = committed_context(conversation) if conversation else Context()
        if context.awaiting is Awaiting.DOSSIER_SECRET:
            return Suggestion(SuggestionState.NOTHING)  # what they wrote is a secret, not a question
        # A suggestion must not count as a try at a dossier, nor go on with a question of a checklist.
        asked_in = context.model_copy(update={"awaiting": None, "dossier_code": None, "checklist": None})
        try:
            answer = await self._bot().ask(
                f"goi-y-{conversation_id}", question.text[:_LONGEST_QUESTION], None, asked_in
            )
        except BotUnavailable:
            return Suggestion(SuggestionState.AWAY)
        answer = without_paused(answer, asked_in, self._conversations.switches)
        suggestion = _suggestion(answer.replies)
        self._kept[question.id] = suggestion
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return suggestion

    def _bot(self) -> Bot:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return Bot(self._http, self._settings.rasa_url, self._settings.rasa_timeout_s)


def _suggestion(replies: list[Reply]) -> Suggestion:
    useful = [reply for reply in replies if reply.kind in _USEFUL]
    if useful:
        texts = ["\n".join(filter(None, (reply.text, source_line(reply)))) for reply in useful]
        return Suggestion(SuggestionState.FOUND, "\n\n".join(texts), useful[0].procedure)
    for reply in replies:
        if reply.kind is Kind.CLARIFY and reply.candidates:
            titles = tuple(
                button.title
                for button in reply.buttons
                if not isinstance(button.payload, str | None) and "procedure" in button.payload.entities
            )
            return Suggestion(SuggestionState.UNSURE, reply.text, None, titles)
    return Suggestion(SuggestionState.NOTHING)
