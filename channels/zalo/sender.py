"""The way out to Zalo: a reply in one message or several, each sent once.

Before every call the piece is recorded as under way, after it as delivered. Whatever happens in
between, the next look at the record says what is certain: pieces that went out are never sent
again. A piece whose fate is unknown is settled by Zalo's echo of it (``confirmations``), or looked
up in the conversation, before anything else is sent.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from channels.zalo import render
from channels.zalo.attachments import AttachmentsOf, Uploads, no_attachments, problem_of
from channels.zalo.attempt import Attempt, Manners
from channels.zalo.client import Client, Delivered, Line
from channels.zalo.errors import Action, Failure, Rule, Stage
from channels.zalo.events import CHANNEL
from channels.zalo.lookup import Lookup, Seen
from channels.zalo.metrics import BILLED
from channels.zalo.models import Way
from channels.zalo.pieces import Marks, Piece, Pieces
from channels.zalo.progress import Progress, ProgressLog, outcome_for
from channels.zalo.quotes import Quotes
from channels.zalo.window import WindowState, window
from channels.zalo.zbs_sender import ZbsSender
from conversations import Outgoing, SendOutcome, SendState
from motcua.db import now

log = structlog.get_logger(__name__)

_BUDGET_S = 15.0
"""A send starts no further piece after this long; the claim on it lasts for 60 seconds."""

_SETTLE_S = 5.0
"""A message may appear in the conversation this long after its call ended."""

_AT_ONCE_S = 0.1
_LONGEST_AGAIN_S = 60.0
_PATIENCE = timedelta(minutes=10)
_NEVER = Rule(code=0, action=Action.DROP, meaning="a kind or size of file that Zalo does not take")


class ZaloSender:
    """Implements :class:`conversations.Sender` for the Official Account."""

    channel = CHANNEL

    def __init__(
        self,
        *,
        client: Client,
        progress: ProgressLog,
        marks: Marks,
        manners: Manners,
        quotes: Quotes,
        templates: ZbsSender,
        uploads: Uploads,
        attachments_of: AttachmentsOf = no_attachments,
    ) -> None:
        self._client = client
        self._progress = progress
        self._marks = marks
        self._manners = manners
        self._quotes = quotes
        self._templates = templates
        self._uploads = uploads
        self._attachments_of = attachments_of
        self._lookup = Lookup(client, progress, marks)

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        """Send what has not gone out yet. Raises only what the database raises."""
        pieces = await self._pieces(outgoing)
        if not outgoing.address or not pieces.length:
            return SendOutcome(SendState.FAILED, code="empty_text" if outgoing.address else "no_address")
        progress = await self._progress.of(outgoing.message_id)
        gone = progress.gone if progress else 0
        if gone >= pieces.length:
            return await self._sent(outgoing)
        if not gone and _closed(outgoing):
            return await self._templates.send(outgoing, pieces.length)
        quote = await self._quotes.of(outgoing)
        attempt = Attempt(self._manners, outgoing.reply, quote, len(pieces.text))
        return await self._send_rest(outgoing, pieces, gone, attempt)

    async def find(self, outgoing: Outgoing) -> SendOutcome:
        """Settle what is under way by looking at the conversation. Raises what the database raises."""
        pieces = await self._pieces(outgoing)
        progress = await self._progress.of(outgoing.message_id)
        if progress is None or progress.under_way is None:
            return await self._standing(outgoing, progress.gone if progress else 0, pieces.length)
        if progress.way is Way.ZBS:
            return await self._templates.find(outgoing, progress)
        seen = await self._look_for(outgoing, pieces.between(progress.gone, progress.under_way), progress)
        if isinstance(seen, SendOutcome):
            return seen
        await self._progress.delivered(outgoing.message_id, progress.under_way, seen.zalo_id)
        return await self._standing(outgoing, progress.under_way, pieces.length)

    async def _look_for(self, outgoing: Outgoing, piece: Piece, progress: Progress) -> Line | SendOutcome:
        """The line of the conversation that is the piece under way, or what its absence means."""
        seen = await self._lookup.look_for(outgoing.address, piece, progress.begun_at)
        if isinstance(seen, Failure):
            return _cannot_look(seen)
        if isinstance(seen, Line):
            return seen
        if seen is Seen.UNSURE and now() - progress.begun_at > _PATIENCE:
            # What cannot be seen now never will be, and later replies are waiting behind this one.
            return SendOutcome(SendState.FAILED, code="unverifiable")
        if seen is Seen.UNSURE or not _settled(progress):
            return SendOutcome(SendState.UNKNOWN, code="not_visible")
        if not await self._progress.not_delivered(outgoing.message_id, piece.end):
            return SendOutcome(SendState.UNKNOWN, code="echo_came")  # this very moment
        log.info("zalo.send.did_not_go_out", message_id=outgoing.message_id)
        again_s = min(_LONGEST_AGAIN_S, _AT_ONCE_S * 2 ** min(outgoing.attempt, 10))
        return SendOutcome(SendState.RETRY, retry_in=again_s, code="did_not_go_out")

    async def _send_rest(
        self, outgoing: Outgoing, pieces: Pieces, gone: int, attempt: Attempt
    ) -> SendOutcome:
        began = now()
        while gone < pieces.length:
            if (now() - began).total_seconds() > _BUDGET_S:
                return SendOutcome(SendState.RETRY, retry_in=_AT_ONCE_S, code="takes_long")
            piece = pieces.following(gone, attempt.limit)
            result = await self._hand_over(outgoing, piece, attempt)
            if result is None:
                return SendOutcome(SendState.UNKNOWN, code="under_way")
            if isinstance(result, Delivered):
                attempt.succeeded()
                gone = piece.end
            elif attempt.upload_again(result, piece) and piece.attachment:
                await self._uploads.forget(piece.attachment)
            elif result.wants(Action.WINDOW) and not gone:
                return await self._templates.send(outgoing, pieces.length, refused=result.code)
            elif not attempt.learn(result, piece):
                return await outcome_for(result, outgoing, self._progress)
        return await self._sent(outgoing)

    async def _hand_over(
        self, outgoing: Outgoing, piece: Piece, attempt: Attempt
    ) -> Delivered | Failure | None:
        """Send one piece, leaving a record of it before and after; None when somebody else is at it."""
        message = await self._message(piece, attempt)
        if isinstance(message, Failure):
            return message
        mark = self._marks.of_piece(piece)
        if not await self._progress.begin(outgoing, piece.start, piece.end, mark):
            return None
        result = await self._client.send(outgoing.address, message)
        if isinstance(result, Delivered):
            await self._progress.delivered(outgoing.message_id, piece.end, result.zalo_id)
            if result.billed:
                BILLED.labels(way=Way.CS.value).inc()
        elif result.stage is Stage.UNCLEAR:
            if not await self._progress.doubt(outgoing.message_id, piece.end):
                return Delivered("")  # its echo was quicker than our patience
        else:
            await self._progress.not_delivered(outgoing.message_id, piece.end)
        return result

    async def _message(self, piece: Piece, attempt: Attempt) -> dict[str, object] | Failure:
        attachment = piece.attachment
        if attachment is None:
            return attempt.message(piece)
        if problem_of(attachment.name, len(attachment.content)):
            return Failure(Stage.REFUSED, "attachment_not_for_zalo", _NEVER)
        return await self._uploads.message(attachment)

    async def _pieces(self, outgoing: Outgoing) -> Pieces:
        return Pieces(render.text_of(outgoing.reply), await self._attachments_of(outgoing))

    async def _sent(self, outgoing: Outgoing) -> SendOutcome:
        return SendOutcome(SendState.SENT, await self._progress.zalo_ids(outgoing.message_id))

    async def _standing(self, outgoing: Outgoing, gone: int, length: int) -> SendOutcome:
        """The outcome when nothing is under way: all sent, or a rest that certainly was not."""
        if gone >= length:
            return await self._sent(outgoing)
        return SendOutcome(SendState.RETRY, retry_in=_AT_ONCE_S, code="rest")


def _closed(outgoing: Outgoing) -> bool:
    """Whether Zalo would refuse an answer now. Of a citizen we know nothing about, Zalo decides."""
    last = outgoing.last_citizen_at
    return last is not None and window(last, now()).state is WindowState.CLOSED


def _cannot_look(failure: Failure) -> SendOutcome:
    """UNKNOWN while looking may still help; FAILED when Zalo will not let us look at this at all."""
    passing = (Action.RETRY, Action.MINUTE, Action.REFRESH)
    if failure.stage is Stage.REFUSED and failure.rule and failure.rule.action not in passing:
        return SendOutcome(SendState.FAILED, code=f"unverifiable_{failure.code}")
    return SendOutcome(SendState.UNKNOWN, code=failure.code, retry_in=failure.retry_in)


def _settled(progress: Progress) -> bool:
    """Whether enough time has passed for a message to show up."""
    return now() - (progress.doubted_at or progress.begun_at) >= timedelta(seconds=_SETTLE_S)
