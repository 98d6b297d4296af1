"""The way out to Zalo: a reply in one message or several, each sent once.

Before every call the piece is recorded as under way, after it as delivered. Whatever happens in
between, the next look at the record says what is certain: pieces that went out are never sent
again, a piece whose fate is unknown is looked up in the conversation before anything else is sent.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog

from channels.zalo import render
from channels.zalo.client import PAGE, Client, Delivered, Line
from channels.zalo.errors import Action, Failure, Stage, outcome_of
from channels.zalo.events import CHANNEL
from channels.zalo.progress import Progress, ProgressLog
from conversations import Outgoing, SendOutcome, SendState
from motcua.db import now
from motcua.settings import ZaloSettings

log = structlog.get_logger(__name__)

_SHORTEST = 200
_BUDGET_S = 15.0
"""A send starts no further piece after this long; the claim on it lasts for 60 seconds."""

_SETTLE_S = 5.0
"""A message may appear in the conversation this long after its call ended."""

_SKEW = timedelta(seconds=15)
_MOST_PAGES = 5
_AT_ONCE_S = 0.1
_PATIENCE = timedelta(minutes=10)
_NOT_TEXT = {"photo", "image", "gif", "sticker", "file", "voice", "audio", "video", "link", "location"}


class _Seen(Enum):
    """What the conversation says about a piece, when it does not show it."""

    ABSENT = auto()
    UNSURE = auto()


class ZaloSender:
    """Implements :class:`conversations.Sender` for the Official Account."""

    channel = CHANNEL

    def __init__(self, zalo: ZaloSettings, client: Client, progress: ProgressLog) -> None:
        self._native = zalo.buttons == "native"
        self._client = client
        self._progress = progress

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        """Send what has not gone out yet. Raises only what the database raises."""
        text = render.text_of(outgoing.reply)
        if not outgoing.address or not text:
            return SendOutcome(SendState.FAILED, code="empty_text" if outgoing.address else "no_address")
        began, gone = now(), await self._gone(outgoing.message_id)
        limit, native = render.LIMIT, self._native
        while gone < len(text):
            if (now() - began).total_seconds() > _BUDGET_S:
                return SendOutcome(SendState.RETRY, retry_in=_AT_ONCE_S, code="takes_long")
            end = render.end_of_piece(text, gone, limit)
            if not await self._progress.begin(outgoing.message_id, gone, end):
                return SendOutcome(SendState.UNKNOWN, code="under_way")
            buttons = render.native_buttons(outgoing.reply) if native and end == len(text) else None
            result = await self._client.send(outgoing.address, render.message(text[gone:end], buttons))
            if isinstance(result, Delivered):
                await self._progress.delivered(outgoing.message_id, end, result.zalo_id)
                gone = end
            elif result.stage is Stage.UNCLEAR:
                await self._progress.doubt(outgoing.message_id)
                return outcome_of(result, outgoing.attempt)
            else:
                await self._progress.not_delivered(outgoing.message_id)
                if _wants(result, Action.PLAIN) and buttons:
                    native = False
                elif _wants(result, Action.SPLIT) and end - gone > _SHORTEST:
                    limit = max(_SHORTEST, (end - gone) // 2)
                else:
                    return outcome_of(result, outgoing.attempt)
        return SendOutcome(SendState.SENT, await self._progress.zalo_ids(outgoing.message_id))

    async def find(self, outgoing: Outgoing) -> SendOutcome:
        """Settle what is under way by looking at the conversation. Raises what the database raises."""
        text = render.text_of(outgoing.reply)
        progress = await self._progress.of(outgoing.message_id)
        if progress is None or progress.under_way is None:
            return await self._standing(outgoing, progress.gone if progress else 0, len(text))
        piece = text[progress.gone : progress.under_way]
        seen = await self._look_for(outgoing, piece, progress.begun_at - _SKEW)
        if isinstance(seen, Failure):
            return _cannot_look(seen)
        if isinstance(seen, Line):
            await self._progress.delivered(outgoing.message_id, progress.under_way, seen.zalo_id)
            return await self._standing(outgoing, progress.under_way, len(text))
        if seen is _Seen.UNSURE and now() - progress.begun_at > _PATIENCE:
            # What cannot be seen now never will be, and later replies are waiting behind this one.
            return SendOutcome(SendState.FAILED, code="unverifiable")
        if seen is _Seen.UNSURE or not _settled(progress):
            return SendOutcome(SendState.UNKNOWN, code="not_visible")
        await self._progress.not_delivered(outgoing.message_id)
        log.info("zalo.send.did_not_go_out", message_id=outgoing.message_id)
        return SendOutcome(SendState.RETRY, retry_in=_AT_ONCE_S, code="did_not_go_out")

    async def _gone(self, message_id: int) -> int:
        progress = await self._progress.of(message_id)
        return progress.gone if progress else 0

    async def _standing(self, outgoing: Outgoing, gone: int, length: int) -> SendOutcome:
        """The outcome when nothing is under way: all sent, or a rest that certainly was not."""
        if gone >= length:
            return SendOutcome(SendState.SENT, await self._progress.zalo_ids(outgoing.message_id))
        return SendOutcome(SendState.RETRY, retry_in=_AT_ONCE_S, code="rest")

    async def _look_for(self, outgoing: Outgoing, piece: str, since: datetime) -> Line | _Seen | Failure:
        """The line of the conversation that is ``piece``, newer than ``since`` and not yet accounted for.

        ABSENT only when every line since then that could be it was readable, and none is.
        """
        wanted, readable = _comparable(piece), True
        for page in range(_MOST_PAGES):
            lines = await self._client.conversation(outgoing.address, page * PAGE)
            if isinstance(lines, Failure):
                return lines
            ours = [line for line in lines if line.ours and (line.at is None or line.at >= since)]
            known = await self._progress.known({line.zalo_id for line in ours})
            fresh = [line for line in ours if line.zalo_id not in known]
            for line in fresh:
                if line.at and _comparable(line.text) == wanted:
                    return line
            readable = readable and all(_readable(line) for line in fresh)
            if len(lines) < PAGE or any(line.at and line.at < since for line in lines):
                return _Seen.ABSENT if readable else _Seen.UNSURE
        return _Seen.UNSURE


def _cannot_look(failure: Failure) -> SendOutcome:
    """UNKNOWN while looking may still help; FAILED when Zalo will not let us look at this at all."""
    passing = (Action.RETRY, Action.MINUTE, Action.REFRESH)
    if failure.stage is Stage.REFUSED and failure.rule and failure.rule.action not in passing:
        return SendOutcome(SendState.FAILED, code=f"unverifiable_{failure.code}")
    return SendOutcome(SendState.UNKNOWN, code=failure.code, retry_in=failure.retry_in)


def _settled(progress: Progress) -> bool:
    """Whether enough time has passed for a message to show up."""
    return now() - (progress.doubted_at or progress.begun_at) >= timedelta(seconds=_SETTLE_S)


def _readable(line: Line) -> bool:
    """Whether the line tells enough to say that it is not the piece. A picture certainly is not."""
    return line.kind in _NOT_TEXT or bool(line.text and line.at)


def _wants(failure: Failure, action: Action) -> bool:
    return failure.rule is not None and failure.rule.action is action


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
