"""A ticket has one owner, whoever clicks first, and none who is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, true, update

from conversations import ticket_claims
from conversations.models import Conversation, Holder, Message, Ticket
from conversations.ticket_claims import Claims, NotYours, TicketClosed, TicketGone
from conversations.ticket_events import Staff
from conversations.ticket_models import TicketEvent
from conversations.tickets import open_by_staff
from motcua.db import Database, now

AN, BINH = Staff("1", "Nguyễn Thị An"), Staff("2", "Trần Bình")
STALE_S = 180.0


@pytest.fixture
def claims(database: Database) -> Claims:
    return Claims(database, STALE_S)


@pytest.fixture
async def ticket(database: Database) -> int:
    """A citizen's open ticket, waiting."""
    return await opened(database, "an")


async def opened(database: Database, citizen: str) -> int:
    async with database.write() as session:
        session.add(Conversation(id=citizen, channel="web", address_key=citizen, context={}))
        await session.flush()
        session.add(
            Message(
                conversation_id=citizen,
                author="citizen",
                kind="text",
                text="xin gặp người thật",
                channel="web",
            )
        )
        await session.flush()
        number = await open_by_staff(session, citizen, AN)
    assert number
    return number


async def stored(database: Database, ticket_id: int) -> tuple[Ticket, Conversation]:
    async with database.read() as session:
        ticket = await session.get_one(Ticket, ticket_id)
        return ticket, await session.get_one(Conversation, ticket.conversation_id)


async def kinds(database: Database, ticket_id: int) -> list[str]:
    async with database.read() as session:
        rows = await session.scalars(
            select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
        )
        return list(rows)


@pytest.fixture
async def gateways(database: Database, database_url: str) -> AsyncIterator[list[Claims]]:
    """Five gateways that share nothing but the database."""
    own = [Database(database_url) for _ in range(5)]
    yield [Claims(one, STALE_S) for one in own]
    for one in own:
        await one.close()


async def rush(gateways: list[Claims], ticket_id: int) -> tuple[list[str], list[str]]:
    """Fifty people click at once: who has won, and whom the others were told."""
    people = [Staff(str(number), f"Người {number}") for number in range(50)]
    outcomes = await asyncio.gather(
        *(gateways[number % 5].claim(ticket_id, person) for number, person in enumerate(people))
    )
    winners = [person.name for person, outcome in zip(people, outcomes, strict=True) if outcome.won]
    return winners, [outcome.owner_name for outcome in outcomes if not outcome.won]


async def test_of_fifty_who_claim_at_once_one_wins_and_the_others_are_told_who(
    database: Database, gateways: list[Claims], ticket: int
) -> None:
    winners, told = await rush(gateways, ticket)
    assert len(winners) == 1
    assert told == winners * 49
    claimed, conversation = await stored(database, ticket)
    assert claimed.claimed_name == winners[0]
    assert (conversation.holder, conversation.held_by) == (Holder.STAFF, claimed.claimed_by)
    assert (await kinds(database, ticket)).count("claimed") == 1


async def test_without_the_guard_of_the_update_many_would_win(
    gateways: list[Claims], ticket: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the race above is lost as soon as the WHERE is gone, so that it proves something."""
    monkeypatch.setattr(ticket_claims, "_free", lambda person, stale: true())
    winners, _ = await rush(gateways, ticket)
    assert len(winners) > 1


async def test_a_second_click_of_the_owner_is_a_win_and_changes_nothing(
    database: Database, claims: Claims, ticket: int
) -> None:
    assert (await claims.claim(ticket, AN)).won
    assert (await claims.claim(ticket, AN)).won
    assert await kinds(database, ticket) == ["opened", "claimed"]


async def test_a_released_ticket_waits_again_and_the_bot_may_answer(
    database: Database, claims: Claims, ticket: int
) -> None:
    await claims.claim(ticket, AN)
    with pytest.raises(NotYours, match="Nguyễn Thị An đang giữ"):
        await claims.release(ticket, BINH)
    await claims.release(ticket, AN)
    waiting, conversation = await stored(database, ticket)
    assert waiting.claimed_by is None
    assert (conversation.holder, conversation.held_by) == (Holder.WAITING, None)
    assert (await claims.claim(ticket, BINH)).won


async def test_a_lead_may_take_a_ticket_from_somebody(
    database: Database, claims: Claims, ticket: int
) -> None:
    await claims.claim(ticket, AN)
    await claims.release(ticket, BINH, force=True)
    assert (await stored(database, ticket))[0].claimed_by is None


async def test_a_forwarded_ticket_waits_in_the_other_ward_for_the_person(
    database: Database, claims: Claims, ticket: int
) -> None:
    await claims.claim(ticket, AN)
    await claims.forward(ticket, AN, ward="00004", person=BINH.id)
    moved, conversation = await stored(database, ticket)
    assert (moved.ward, moved.wanted_by, moved.claimed_by) == ("00004", BINH.id, None)
    assert (conversation.ward, conversation.holder) == ("00004", Holder.WAITING)


async def test_a_claim_without_a_sign_of_life_returns_to_the_queue(
    database: Database, claims: Claims, ticket: int
) -> None:
    await claims.claim(ticket, AN)
    assert await claims.return_stale() == 0
    await gone(database, ticket, STALE_S + 1)
    assert await claims.return_stale() == 1
    returned, conversation = await stored(database, ticket)
    assert returned.claimed_by is None
    assert conversation.holder == Holder.WAITING
    assert (await kinds(database, ticket))[-1] == "returned"
    assert await claims.return_stale() == 0


async def test_a_sign_of_life_keeps_the_claim(database: Database, claims: Claims, ticket: int) -> None:
    await claims.claim(ticket, AN)
    await gone(database, ticket, STALE_S + 1)
    await claims.alive(AN.id)
    assert await claims.return_stale() == 0


async def test_a_stale_claim_can_be_taken_before_anybody_has_put_it_back(
    database: Database, claims: Claims, ticket: int
) -> None:
    await claims.claim(ticket, AN)
    assert not (await claims.claim(ticket, BINH)).won
    await gone(database, ticket, STALE_S + 1)
    assert (await claims.claim(ticket, BINH)).won
    _, conversation = await stored(database, ticket)
    assert conversation.held_by == BINH.id


async def test_what_zalos_own_tool_holds_is_not_claimed(
    database: Database, claims: Claims, ticket: int
) -> None:
    async with database.write() as session:
        conversation = await session.get_one(Conversation, "an")
        conversation.holder, conversation.held_by = Holder.STAFF, "zalo"
        conversation.held_until = now() + timedelta(minutes=10)
    outcome = await claims.claim(ticket, AN)
    assert (outcome.won, outcome.owner_name) == (False, "Cán bộ trực trên Zalo")
    async with database.write() as session:
        (await session.get_one(Conversation, "an")).held_until = now() - timedelta(seconds=1)
    assert (await claims.claim(ticket, AN)).won


async def test_what_is_closed_or_gone_is_said_to_be_so(
    database: Database, claims: Claims, ticket: int
) -> None:
    with pytest.raises(TicketGone):
        await claims.claim(ticket + 99, AN)
    async with database.write() as session:
        (await session.get_one(Ticket, ticket)).closed_at = now()
    with pytest.raises(TicketClosed):
        await claims.claim(ticket, AN)
    with pytest.raises(TicketClosed):
        await claims.release(ticket, AN)


async def gone(database: Database, ticket_id: int, seconds: float) -> None:
    """The owner's page was last heard of so long ago."""
    async with database.write() as session:
        await session.execute(
            update(Ticket)
            .where(Ticket.id == ticket_id)
            .values(owner_seen_at=now() - timedelta(seconds=seconds))
        )
