"""Where gaps come from: the bot's replies, citizens' ratings, volunteers' proposals. All of it masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from conversations.contract import Author, InboundKind
from conversations.gap_models import GapGroup, GapItem, GapKind, GapState
from conversations.models import Conversation, Message, Ticket
from conversations.operation_models import Rating
from conversations.ticket_models import KnowledgeGap
from motcua.db import now
from motcua.reply import Kind

SETTLED = timedelta(seconds=20)
"""Younger rows are left for the next time: ids are given before they can be seen."""
_BATCH = 2000
_MOST_AT_ONCE = 200
_ASKED_LIKE_A_PERSON = "cli"
_LONGEST = 1000
_OF_KIND = {
    Kind.NO_ANSWER: GapKind.UNANSWERED,
    Kind.OUT_OF_SCOPE: GapKind.OFF_TOPIC,
    Kind.ERROR: GapKind.GIVEN_UP,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A question that was found. One of the three ids is set; by it the question is known."""

    kind: GapKind
    question: str
    at: datetime
    conversation_id: str | None = None
    message_id: int | None = None
    rating_id: int | None = None
    gap_id: int | None = None
    answer: str = ""
    comment: str = ""
    procedure: str | None = None
    facet: str | None = None
    by_name: str | None = None

    def item(self, group: int) -> GapItem:
        """As it is stored."""
        names = GapItem.__table__.columns.keys()
        given = {name: getattr(self, name) for name in names if name not in ("id", "group_id")}
        return GapItem(group_id=group, **given)


@dataclass(slots=True)
class Batch:
    """What was read, how far, and whether there is more. ``pleased``: ratings that were bad once."""

    message_id: int
    rated_at: datetime | None
    found: list[Found] = field(default_factory=list)
    pleased: list[int] = field(default_factory=list)
    more: bool = False


async def read(session: AsyncSession, after: int, rated_at: datetime | None) -> Batch:
    """What has come since the cursor and is not stored yet."""
    settled = now() - SETTLED
    batch = Batch(after, rated_at)
    await _read_replies(session, batch, settled)
    await _read_ratings(session, batch, settled)
    if not batch.more:
        await _read_proposals(session, batch)
    return batch


async def stored(session: AsyncSession, found: Found) -> bool:
    """Whether this question was taken in before."""
    column, value = next(
        (column, value)
        for column, value in (
            (GapItem.message_id, found.message_id),
            (GapItem.rating_id, found.rating_id),
            (GapItem.gap_id, found.gap_id),
        )
        if value is not None
    )
    return await session.scalar(select(GapItem.id).where(column == value)) is not None


async def follow(session: AsyncSession, batch: Batch) -> None:
    """Take over what has changed in what is stored: a rating taken back, a newer answer of a volunteer."""
    is_open = select(GapGroup.id).where(GapGroup.state == GapState.OPEN)
    if batch.pleased:
        await session.execute(
            delete(GapItem)
            .where(GapItem.rating_id.in_(batch.pleased), GapItem.group_id.in_(is_open))
            .execution_options(synchronize_session=False)
        )
    newer = await session.execute(
        select(GapItem.id, KnowledgeGap.answer)
        .join(KnowledgeGap, KnowledgeGap.id == GapItem.gap_id)
        .where(KnowledgeGap.answer != GapItem.answer, KnowledgeGap.state == "open")
    )
    for item, answer in newer.all():
        await session.execute(
            update(GapItem)
            .where(GapItem.id == item)
            .values(answer=answer)
            .execution_options(synchronize_session=False)
        )


async def _read_replies(session: AsyncSession, batch: Batch, settled: datetime) -> None:
    ids = await session.execute(
        select(Message.id, Message.created_at)
        .where(Message.id > batch.message_id)
        .order_by(Message.id)
        .limit(_BATCH)
    )
    rows = ids.all()
    last = batch.message_id
    for row in rows:
        if row.created_at > settled:
            break
        last = row.id
    asked = aliased(Message)
    kind = Message.reply["kind"].as_string()
    query = (
        select(
            asked.id,
            asked.text,
            asked.created_at,
            asked.conversation_id,
            kind.label("kind"),
            Message.id.label("reply_id"),
            Message.reply["of_service"].as_boolean().label("of_service"),
            Message.reply["procedure"].as_string().label("procedure"),
        )
        .join(asked, asked.id == Message.turn_id)
        .join(Conversation, Conversation.id == asked.conversation_id)
        .where(
            Message.id > batch.message_id,
            Message.id <= last,
            Message.author == Author.BOT,
            kind.in_([one.value for one in _OF_KIND]),
            asked.kind == InboundKind.TEXT,
            asked.author == Author.CITIZEN,
            asked.text != "",
            Conversation.channel != _ASKED_LIKE_A_PERSON,
            Conversation.erased_at.is_(None),
        )
        .order_by(Message.id)
        .limit(_MOST_AT_ONCE)
    )
    found = (await session.execute(query)).all()
    if len(found) == _MOST_AT_ONCE:
        last, batch.more = found[-1].reply_id, True
    elif last != batch.message_id and rows and last == rows[-1].id and len(rows) == _BATCH:
        batch.more = True
    batch.message_id = last
    seen: set[int] = set()
    for row in found:
        if row.id not in seen and not row.of_service:
            seen.add(row.id)
            batch.found.append(_of_reply(cast("Row[Any]", row)))


def _of_reply(row: Row[Any]) -> Found:
    return Found(
        kind=_OF_KIND[Kind(row.kind)],
        question=row.text[:_LONGEST],
        at=row.created_at,
        conversation_id=row.conversation_id,
        message_id=row.id,
        procedure=row.procedure,
    )


async def _read_ratings(session: AsyncSession, batch: Batch, settled: datetime) -> None:
    asked, answer = aliased(Message), aliased(Message)
    query = (
        select(
            Rating.id,
            Rating.at,
            Rating.useful,
            Rating.comment,
            Rating.procedure,
            Rating.conversation_id,
            asked.text,
            answer.text.label("answer"),
            answer.reply["facet"].as_string().label("facet"),
        )
        .join(answer, answer.id == Rating.message_id)
        .join(asked, asked.id == answer.turn_id)
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .where(
            Rating.at <= settled,
            asked.text != "",
            Conversation.channel != _ASKED_LIKE_A_PERSON,
            Conversation.erased_at.is_(None),
        )
        .order_by(Rating.at, Rating.id)
        .limit(_MOST_AT_ONCE)
    )
    if batch.rated_at is not None:
        query = query.where(Rating.at > batch.rated_at)
    rows = (await session.execute(query)).all()
    batch.more = batch.more or len(rows) == _MOST_AT_ONCE
    for row in rows:
        batch.rated_at = row.at
        if row.useful:
            batch.pleased.append(row.id)
            continue
        batch.found.append(
            Found(
                kind=GapKind.RATED,
                question=row.text[:_LONGEST],
                at=row.at,
                conversation_id=row.conversation_id,
                rating_id=row.id,
                answer=row.answer[:_LONGEST],
                comment=row.comment,
                procedure=row.procedure,
                facet=row.facet,
            )
        )


async def _read_proposals(session: AsyncSession, batch: Batch) -> None:
    there = select(GapItem.id).where(GapItem.gap_id == KnowledgeGap.id)
    query = (
        select(KnowledgeGap, Ticket.conversation_id)
        .outerjoin(Ticket, Ticket.id == KnowledgeGap.ticket_id)
        .where(KnowledgeGap.state == "open", ~there.exists())
        .order_by(KnowledgeGap.id)
        .limit(_MOST_AT_ONCE)
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    for gap, conversation in rows:
        batch.found.append(
            Found(
                kind=GapKind.VOLUNTEER,
                question=gap.question[:_LONGEST],
                at=gap.created_at,
                conversation_id=conversation,
                gap_id=gap.id,
                answer=gap.answer,
                procedure=gap.procedure,
                by_name=gap.by_name,
            )
        )
