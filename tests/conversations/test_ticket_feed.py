"""What happens to tickets is told on every gateway, once, and to those who come back as well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from conversations.models import Conversation, Ticket
from conversations.ticket_events import (
    Happened,
    Staff,
    TicketEventKind,
    TicketFeed,
    clear_old_events,
    record,
)
from conversations.ticket_models import TicketEvent
from motcua.db import Database, now

LAN = Staff("7", "Lan")


@pytest.fixture
async def ticket(database: Database) -> int:
    async with database.write() as session:
        session.add(Conversation(id="an", channel="web", address_key="an", context={}))
        await session.flush()
        made = Ticket(conversation_id="an", reason="request_human", ward="00292")
        session.add(made)
        await session.flush()
        return made.id


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Database]:
    """The database as another gateway has it open."""
    other = Database(database_url)
    yield other
    await other.close()


async def happen(database: Database, ticket: int, *kinds: TicketEventKind) -> None:
    for kind in kinds:
        async with database.write() as session:
            record(session, ticket, kind, by=LAN)


async def next_of(queue: asyncio.Queue[Happened]) -> Happened:
    async with asyncio.timeout(10):
        return await queue.get()


async def test_a_gateway_is_told_what_happens_on_another_once_and_in_order(
    database: Database, elsewhere: Database, ticket: int
) -> None:
    await happen(database, ticket, TicketEventKind.OPENED)
    feed = TicketFeed(elsewhere)
    async with feed.running():
        with feed.watch() as queue:
            await asyncio.sleep(0.5)  # the feed begins with what happens from now on
            await happen(database, ticket, TicketEventKind.CLAIMED, TicketEventKind.REPLIED)
            first, second = await next_of(queue), await next_of(queue)
            await asyncio.sleep(0.7)
            assert queue.empty()
    assert (first.kind, second.kind) == (TicketEventKind.CLAIMED, TicketEventKind.REPLIED)
    assert (first.ticket_id, first.by_name, first.ward) == (ticket, "Lan", "00292")


async def test_an_event_committed_after_a_later_one_is_told_too(
    database: Database, elsewhere: Database, ticket: int
) -> None:
    feed = TicketFeed(elsewhere)
    async with feed.running():
        with feed.watch() as queue:
            await asyncio.sleep(0.5)
            async with database.write() as session:
                session.add(TicketEvent(id=100, ticket_id=ticket, kind="claimed"))
            assert (await next_of(queue)).id == 100
            async with database.write() as session:
                session.add(TicketEvent(id=90, ticket_id=ticket, kind="opened"))
            assert (await next_of(queue)).id == 90


async def test_who_comes_back_is_told_what_was_missed(database: Database, ticket: int) -> None:
    feed = TicketFeed(database)
    await happen(database, ticket, TicketEventKind.OPENED)
    known = await feed.newest()
    await happen(database, ticket, TicketEventKind.CLAIMED, TicketEventKind.CLOSED)
    assert [event.kind for event in await feed.since(known)] == ["claimed", "closed"]


async def test_events_go_after_a_month(database: Database, ticket: int) -> None:
    async with database.write() as session:
        session.add(TicketEvent(ticket_id=ticket, kind="opened", at=now() - timedelta(days=31)))
        session.add(TicketEvent(ticket_id=ticket, kind="opened", at=now() - timedelta(days=29)))
    async with database.write() as session:
        await clear_old_events(session)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(TicketEvent)) == 1
