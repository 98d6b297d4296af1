"""The queue as a service: order, scope, search, urgency; and one statement whatever there is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from conversations.duty import known
from conversations.duty_models import Shift
from conversations.models import Conversation, Message, Ticket
from conversations.ticket_hours import duty_hours, office_hours
from conversations.ticket_models import PendingReply
from conversations.ticket_queue import PAGE, Filters, Queue, Scope, Tab, Urgency, look, urgency
from conversations.tickets import open_ticket
from motcua.clock import HANOI
from motcua.db import Database, now
from motcua.reply import Kind, Reply
from motcua.settings import TicketSettings
from vietnamese import fold

RULES = TicketSettings(warn_first_s=180, breach_first_s=600, warn_next_s=300, breach_next_s=900)
CITY, BACH_MAI = Scope("1", None), Scope("1", frozenset({"00292"}))
HOURS = office_hours()
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=HANOI)


async def make(database: Database, name: str, minutes: float | None = 5, **fields: object) -> int:
    """An open ticket whose citizen waits so long; None: was answered."""
    async with database.write() as session:
        session.add(Conversation(id=name, channel="web", address_key=name, context={}))
        await session.flush()
        summary = str(fields.pop("summary", name))
        ticket = Ticket(
            conversation_id=name,
            reason="request_human",
            summary=summary,
            search_text=fold(summary),
            waiting_since=None if minutes is None else now() - timedelta(minutes=minutes),
            **fields,
        )
        session.add(ticket)
        await session.flush()
        return ticket.id


async def see(database: Database, scope: Scope = CITY, **filters: object) -> Queue:
    async with database.read() as session:
        return await look(session, scope, Filters(**filters), RULES)  # type: ignore[arg-type]


def names(queue: Queue) -> list[str]:
    return [row.summary for row in queue.rows]


async def test_the_longest_wait_is_first_the_answered_last_the_night_on_top(database: Database) -> None:
    await make(database, "mới", 1)
    await make(database, "lâu", 50)
    await make(database, "đã trả lời", None, claimed_by="2", claimed_name="Bình")
    await make(database, "đêm qua", 20, out_of_hours=True)
    queue = await see(database, tab=Tab.ALL)
    assert names(queue) == ["đêm qua", "lâu", "mới", "đã trả lời"]
    assert queue.rows[-1].urgency is Urgency.ANSWERED


async def test_an_empty_queue_still_has_its_counts(database: Database) -> None:
    queue = await see(database)
    assert (queue.rows, queue.more) == ([], False)
    assert set(queue.counts.values()) == {0}


async def test_counts_and_lists_of_each_tab_agree(database: Database) -> None:
    await make(database, "phường mình", ward="00292")
    await make(database, "của tôi", ward="00292", claimed_by="1", claimed_name="Lan")
    await make(database, "người khác giữ", ward="00292", claimed_by="2", claimed_name="Bình")
    await make(database, "phường khác", ward="00004")
    await make(database, "chưa rõ phường")
    await make(database, "chuyển cho tôi", ward="00004", wanted_by="1")
    await make(database, "đã đóng", ward="00292", closed_at=now())
    for tab in Tab:
        queue = await see(database, BACH_MAI, tab=tab)
        assert "phường khác" not in names(queue)
        if tab is not Tab.CLOSED:
            assert queue.counts[tab] == len(queue.rows), tab
    assert set(names(await see(database, BACH_MAI, tab=Tab.MINE))) == {"của tôi", "chuyển cho tôi"}
    assert names(await see(database, BACH_MAI, tab=Tab.CLOSED)) == ["đã đóng"]
    assert "phường khác" in names(await see(database, CITY, tab=Tab.ALL))


@pytest.mark.parametrize("typed", ["KET HON", "kết hôn", "#{id}", "{id}", "1.000894"])
async def test_a_ticket_is_found_by_words_number_or_procedure(database: Database, typed: str) -> None:
    await make(database, "khai sinh cho con")
    wanted = await make(database, "đăng ký kết hôn", procedure="1.000894")
    assert names(await see(database, text=typed.format(id=wanted))) == ["đăng ký kết hôn"]


@pytest.mark.parametrize("typed", ["%", "_", "'; DROP TABLE tickets; --", "9" * 30, "²", "\\"])
async def test_strange_searches_find_nothing_and_break_nothing(database: Database, typed: str) -> None:
    await make(database, "khai sinh cho con")
    assert (await see(database, text=typed)).rows == []


async def test_pages_follow_each_other_without_a_gap(database: Database) -> None:
    for number in range(PAGE + 3):
        await make(database, f"p{number}", number)
    first, second = await see(database), await see(database, page=1)
    assert (len(first.rows), first.more, len(second.rows), second.more) == (PAGE, True, 3, False)
    assert len({row.id for row in [*first.rows, *second.rows]}) == PAGE + 3
    assert first.rows[-1].waiting_since < second.rows[0].waiting_since  # type: ignore[operator]


async def test_replies_that_wait_for_a_lead_are_counted(database: Database) -> None:
    ticket = await make(database, "khai sinh")
    async with database.write() as session:
        for key, state in (("a", "pending"), ("b", "approved")):
            session.add(
                PendingReply(
                    ticket_id=ticket, key=key, by="1", by_name="Lan", text="x", reply={}, state=state
                )
            )
    assert (await see(database)).rows[0].approvals == 1


async def test_the_queue_takes_as_many_statements_however_long_it_is(database: Database) -> None:
    for number in range(20):
        await make(database, f"p{number}", number)
    statements: list[str] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda *args: statements.append(args[2]) if args[2].lstrip().startswith("SELECT") else None,
    )
    await see(database)
    assert len(statements) == 4  # and what the roster is made of


def test_warning_and_breach_have_their_own_times_for_first_and_next_replies() -> None:
    def after(minutes: float, answered: bool) -> Urgency:
        return urgency(timedelta(minutes=minutes), answered, RULES)

    assert [after(minutes, False) for minutes in (2.9, 3, 9.9, 10)] == [
        Urgency.FINE, Urgency.WARNING, Urgency.WARNING, Urgency.BREACH,
    ]  # fmt: skip
    assert [after(minutes, True) for minutes in (4.9, 5, 14.9, 15)] == [
        Urgency.FINE, Urgency.WARNING, Urgency.WARNING, Urgency.BREACH,
    ]  # fmt: skip
    assert urgency(None, False, RULES) is Urgency.ANSWERED


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ((23, 10, 0), (23, 10, 7), 7),
        ((22, 22, 0), (23, 8, 5), 5),  # Sunday night to Monday morning
        ((20, 16, 50), (23, 8, 5), 15),  # Friday evening
        ((23, 17, 30), (23, 20, 0), 0),
        ((23, 10, 0), (23, 9, 0), 0),  # clocks differ
        ((1, 8, 0), (23, 8, 0), 10 * 9 * 60),  # two weeks back at most: ten working days
    ],
)
def test_only_time_on_duty_counts_as_waiting(
    since: tuple[int, int, int], until: tuple[int, int, int], minutes: int
) -> None:
    begin, end = (datetime(2026, 11, day, hour, minute, tzinfo=HANOI) for day, hour, minute in (since, until))
    assert HOURS.waited(None, begin, end) == timedelta(minutes=minutes)


async def test_where_there_is_a_roster_its_shifts_count_and_not_the_office_hours(database: Database) -> None:
    saturday, at = 5, datetime(2026, 11, 23, 10, 0, tzinfo=HANOI)
    async with database.write() as session:
        await known(session, 7)
        await known(session, 8)
        for person, first, last in ((7, 9, 11), (8, 10, 12)):
            session.add(
                Shift(person_id=person, ward="00292", weekday=saturday, starts=first * 60, ends=last * 60)
            )
    async with database.read() as session:
        hours = await duty_hours(session, at)
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=HANOI)
    assert hours.waited("00292", friday, at) == timedelta(hours=3)  # Saturday from nine to twelve
    assert hours.waited("00004", friday, at) == timedelta(hours=1 + 2)  # no team: office hours


async def test_who_writes_outside_the_shifts_lies_on_top(database: Database) -> None:
    async with database.write() as session:
        await known(session, 7)
        local = now().astimezone(HANOI)
        session.add(
            Shift(person_id=7, ward="00292", weekday=(local.weekday() + 3) % 7, starts=480, ends=1020)
        )
        session.add(Conversation(id="an", channel="web", address_key="an", ward="00292", context={}))
        session.add(
            Message(conversation_id="an", author="citizen", channel="web", kind="text", text="xin gặp")
        )
        await session.flush()
        asked = await session.scalar(select(Message.id))
        assert asked
        conversation = await session.get_one(Conversation, "an")
        wish = Reply(kind=Kind.HANDOFF, text="Đã ghi lại.", handoff_reason="request_human")
        await open_ticket(session, conversation, asked, wish)
    assert (await see(database)).rows[0].out_of_hours
