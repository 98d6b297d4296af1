"""Reports: counted right, of the right wards, and files that are safe to open."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from conversations.contract import Author
from conversations.models import Conversation, Message, Ticket
from conversations.operation_models import Rating
from desk.apart import Apart
from desk.report_words import as_csv
from desk.reports import By, Range, Row, report, unanswered
from desk.roles import Role
from motcua.clock import HANOI, today
from motcua.db import Database
from tests.databases import postgres_server, with_tables
from tests.desk.conftest import BA_DINH, BACH_MAI, ClientFor, Hire

BIRTH, MARRIAGE = "1.001193", "1.000894"


def at(day: date, clock: str = "09:00") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), HANOI)


class Talk:
    """A conversation written straight into the tables, at any time."""

    def __init__(self, session: Any, ward: str | None, name: str, channel: str = "web") -> None:
        self._session = session
        self.id = name.ljust(32, "0")[:32]
        session.add(Conversation(id=self.id, channel=channel, address_key=name, context={}, ward=ward))
        self.ward = ward

    async def ask(
        self,
        when: datetime,
        kind: str,
        procedure: str | None = None,
        *,
        text: str = "hỏi",
        rated: bool | None = None,
    ) -> int:
        """A question and the bot's reply."""
        asked = self._line(Author.CITIZEN, when, text=text)
        await self._session.flush()
        reply = {"kind": kind, "text": "…"} | ({"procedure": procedure} if procedure else {})
        said = self._line(Author.BOT, when, reply=reply, turn_id=asked.id)
        await self._session.flush()
        if rated is not None:
            self._session.add(
                Rating(
                    conversation_id=self.id, message_id=said.id, useful=rated, procedure=procedure, at=when
                )
            )
        return asked.id

    async def ticket(
        self,
        when: datetime,
        *,
        wait: int | None = None,
        outcome: str | None = None,
        procedure: str | None = None,
    ) -> None:
        """A ticket; ``wait`` in seconds until a person's first reply."""
        self._session.add(
            Ticket(
                conversation_id=self.id,
                reason="request_human",
                ward=self.ward,
                procedure=procedure,
                created_at=when,
                first_reply_at=when + timedelta(seconds=wait) if wait is not None else None,
                outcome=outcome,
                closed_at=when + timedelta(hours=1),
            )
        )
        await self._session.flush()

    def _line(self, author: Author, when: datetime, text: str = "", **more: Any) -> Message:
        line = Message(
            conversation_id=self.id,
            author=author,
            kind="text",
            text=text,
            channel="web",
            created_at=when,
            **more,
        )
        self._session.add(line)
        return line


async def a_week_of_questions(database: Database) -> None:
    """Seven days, two wards and none, every kind of answer, tickets, ratings; older days do not count."""
    async with database.write() as session:
        mai, dinh, nowhere, us = (
            Talk(session, BACH_MAI, "mai"),
            Talk(session, BA_DINH, "dinh"),
            Talk(session, None, "nowhere"),
            Talk(session, BACH_MAI, "us", channel="cli"),
        )
        await session.flush()
        for days in range(40, -1, -1):
            when = at(today() - timedelta(days=days))
            if days in (40, 7):  # before the week
                await mai.ask(when, "answer", BIRTH, rated=False)
                await mai.ticket(when, wait=10_000)
            if days > 6:
                continue
            await mai.ask(when, "answer", BIRTH, rated=days % 2 == 0)
            await mai.ask(when, "clarify")
            await dinh.ask(when, "status" if days else "answer", MARRIAGE)
            await us.ask(when, "answer", BIRTH)
            if days == 0:
                await mai.ask(when, "no_answer", text="Làm hộ chiếu cho mèo")
                await dinh.ask(when, "no_answer", text="lam ho chieu cho meo")
                await nowhere.ask(when, "error", text="=cmd|'/C calc'!A1")
                await mai.ticket(when, wait=60, outcome="answered", procedure=BIRTH)
                await mai.ticket(when, wait=600, outcome="not_ours")
                await dinh.ticket(when)


WEEK = Range(today() - timedelta(days=6), today())


@pytest.fixture(scope="module")
def postgres() -> Any:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def filled(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Both databases, with the same week in them."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'reports.db'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres")
    async with with_tables(url) as database:
        await a_week_of_questions(database)
        yield database


def figures(row: Row) -> tuple[Any, ...]:
    return (
        row.asked,
        row.answered,
        row.asked_back,
        row.unanswered,
        row.escalated,
        row.resolved,
        row.useful,
        row.not_useful,
        row.first_reply,
    )


async def test_by_day(filled: Database) -> None:
    async with filled.read() as session:
        found = await report(session, WEEK, By.DAY)
    assert [row.group for row in found.rows] == [day.isoformat() for day in WEEK.days]
    assert figures(found.rows[-1]) == (6, 2, 1, 3, 3, 1, 1, 0, 330.0)
    assert figures(found.rows[-2]) == (3, 2, 1, 0, 0, 0, 0, 1, None)
    assert figures(found.total) == (24, 14, 7, 3, 3, 1, 4, 3, 330.0)


async def test_by_ward(filled: Database) -> None:
    async with filled.read() as session:
        found = await report(session, WEEK, By.WARD)
    assert {row.group: figures(row) for row in found.rows} == {
        BACH_MAI: (15, 7, 7, 1, 2, 1, 4, 3, 330.0),
        BA_DINH: (8, 7, 0, 1, 1, 0, 0, 0, None),
        "": (1, 0, 0, 1, 0, 0, 0, 0, None),
    }
    assert [row.group for row in found.rows] == [BACH_MAI, BA_DINH, ""]


async def test_by_procedure(filled: Database) -> None:
    async with filled.read() as session:
        found = await report(session, WEEK, By.PROCEDURE)
    assert {row.group: figures(row) for row in found.rows} == {
        BIRTH: (7, 7, 0, 0, 1, 1, 4, 3, 60.0),
        MARRIAGE: (7, 7, 0, 0, 0, 0, 0, 0, None),
    }


async def test_only_the_wards_that_were_asked_for_count(filled: Database) -> None:
    within = Range(WEEK.since, WEEK.until, frozenset({BA_DINH}))
    async with filled.read() as session:
        assert (await report(session, within, By.DAY)).total.asked == 8
        assert (await report(session, Range(WEEK.since, WEEK.until, frozenset()), By.DAY)).total.asked == 0
        assert [text for text, _ in await unanswered(session, within)] == ["lam ho chieu cho meo"]


async def test_a_day_ends_at_midnight_in_hanoi(filled: Database) -> None:
    day = today() - timedelta(days=3)
    async with filled.write() as session:
        talk = Talk(session, BACH_MAI, "late")
        await session.flush()
        before = (await report(session, Range(day, day), By.DAY)).total.asked
        # Ids grow with time, so this conversation is the newest whatever its clock says.
        await talk.ask(at(today(), "00:05"), "answer")
        await talk.ask(at(today(), "23:55"), "answer")
        found = await report(session, WEEK, By.DAY)
    assert found.rows[-1].asked == 8
    assert before == 3


async def test_an_empty_database_has_reports(tmp_path: Path) -> None:
    async with (
        with_tables(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}") as database,
        database.read() as session,
    ):
        for by in By:
            assert (await report(session, WEEK, by)).total.asked == 0
        assert await unanswered(session, WEEK) == []


async def test_a_report_reads_only_its_days(tmp_path: Path) -> None:
    """However many older messages there are, the number of statements stays small."""
    async with with_tables(f"sqlite+aiosqlite:///{tmp_path / 'many.db'}") as database:
        async with database.write() as session:
            talk = Talk(session, BACH_MAI, "old")
            await session.flush()
            for _ in range(500):
                await talk.ask(at(today() - timedelta(days=100)), "answer", BIRTH)
        seen: list[str] = []
        event.listen(
            database.engine.sync_engine,
            "before_cursor_execute",
            lambda _c, _k, statement, *_: seen.append(statement),
        )
        async with database.read() as session:
            assert (await report(session, WEEK, By.DAY)).total.asked == 0
    assert len(seen) < 60


async def test_pages_say_what_was_found_and_show_text_as_text(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    await a_week_of_questions(database)
    async with database.write() as session:
        talk = Talk(session, BACH_MAI, "evil")
        await session.flush()
        await talk.ask(at(today()), "no_answer", text="<script>alert(1)</script>")
    browser = await client(await hire("Quản trị", Role.ADMIN, whole_city=True))
    page = (await browser.get("/ban/bao-cao/ngay")).text
    assert "Một Cửa tự trả lời 56% số câu" in page
    assert "3 câu chuyển cho người, 1 câu đã xong; một nửa được trả lời trong 6 phút" in page
    assert "57% trong 7 đánh giá thấy có ích" in page
    assert 'role="img"' in page
    page = (await browser.get("/ban/bao-cao/chua-tra-loi")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert page.count("cho meo") + page.count("cho mèo") == 1  # one question, however it was typed
    page = (await browser.get("/ban/bao-cao/phuong?ngay=90")).text
    assert "phường Bạch Mai" in page
    assert (await browser.get("/ban/bao-cao/ngay?ngay=x&phuong=yyy")).status == 200


async def test_a_lead_sees_the_own_wards_only(client: ClientFor, hire: Hire, database: Database) -> None:
    await a_week_of_questions(database)
    browser = await client(await hire("Tổ trưởng", Role.LEAD, wards=[BA_DINH]))
    for query in ("", f"?phuong={BACH_MAI}"):
        page = (await browser.get(f"/ban/bao-cao/phuong.csv{query}")).text
        assert "phường Ba Đình" in page
        assert "phường Bạch Mai" not in page
        assert "chưa rõ" not in page
        assert "cho mèo" not in (await browser.get(f"/ban/bao-cao/chua-tra-loi{query}")).text


async def test_a_file_has_every_row_and_opens_in_excel(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    await a_week_of_questions(database)
    browser = await client(await hire("Biên tập", Role.EDITOR))
    for tab, rows in (("ngay", 7), ("phuong", 3), ("thu-tuc", 2)):
        async with browser.http.get(f"{browser.server.url}/ban/bao-cao/{tab}.csv") as response:
            body = await response.read()
            assert "attachment" in response.headers["Content-Disposition"]
        assert body.startswith(b"\xef\xbb\xbf")
        table = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert len(table) == rows + 1
        assert len({len(line) for line in table}) == 1
    assert (await browser.get("/ban/bao-cao/ho-so.csv")).status == 200


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-x", "@SUM(A1)", "\tx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    (line,) = list(csv.reader(io.StringIO(as_csv([cell], []).decode("utf-8-sig"))))
    assert line == [cell]  # the head is ours
    *_, line = csv.reader(io.StringIO(as_csv(["a"], [[cell, -5]]).decode("utf-8-sig")))
    assert line == [f"'{cell}", "-5"]


async def test_counting_does_not_hold_the_loop_that_answers_citizens(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'apart.db'}"
    async with with_tables(url) as database:
        here = threading.get_ident()

        async def act(theirs: Database) -> tuple[int, bool]:
            async with theirs.read() as session:
                await report(session, WEEK, By.DAY)
            return threading.get_ident(), theirs is database

        thread, same = await Apart(database, url).read(act)
    assert thread != here
    assert not same
