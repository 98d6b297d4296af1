"""What the office is told about its dossiers, and the rule by which they are on time."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from dossiers import import_bytes
from dossiers.on_time import Course, Verdict, ended_on, judge
from dossiers.reports import UNKNOWN, RateRow, dossier_report
from dossiers.statuses import Status
from motcua import migrate
from motcua.cli import reports as command
from motcua.clock import today
from motcua.db import Database
from motcua.settings import Settings

TODAY = date(2026, 11, 18)
DUE = date(2026, 11, 13)
S = Status


def course(
    status: Status,
    *history: tuple[int, Status],
    due: date | None = DUE,
    finished: int | None = None,
    received: date | None = date(2026, 11, 2),
) -> Course:
    """A dossier; days are of November 2026."""
    seen = [(date(2026, 11, day), at) for day, at in history]
    return Course(status, received, due, date(2026, 11, finished) if finished else None, seen)


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (course(S.DONE, finished=13), Verdict.ON_TIME),
        (course(S.DONE, finished=16), Verdict.OVERDUE),
        # Done counts, not returned.
        (course(S.RETURNED, (2, S.PROCESSING), (12, S.DONE), (17, S.RETURNED)), Verdict.ON_TIME),
        (course(S.RETURNED, (2, S.PROCESSING), (16, S.DONE), (17, S.RETURNED)), Verdict.OVERDUE),
        (course(S.RETURNED, (2, S.PROCESSING), (17, S.RETURNED), finished=13), Verdict.ON_TIME),
        (course(S.RETURNED, (2, S.PROCESSING), (17, S.RETURNED)), Verdict.OVERDUE),
        # Not accepted, stopped: ends of processing like any other.
        (course(S.NOT_ACCEPTED, (4, S.NOT_ACCEPTED)), Verdict.ON_TIME),
        (course(S.STOPPED, (2, S.PROCESSING), (16, S.STOPPED)), Verdict.OVERDUE),
        # Withdrawn counts if it had been accepted.
        (course(S.WITHDRAWN, (2, S.ACCEPTED), (10, S.WITHDRAWN)), Verdict.ON_TIME),
        (course(S.WITHDRAWN, (2, S.REGISTERED), (10, S.WITHDRAWN), received=None), Verdict.UNCOUNTED),
        # While a supplement is asked for, the day it was asked for is the end.
        (course(S.SUPPLEMENT, (2, S.PROCESSING), (12, S.SUPPLEMENT)), Verdict.ON_TIME),
        (course(S.SUPPLEMENT, (2, S.PROCESSING), (16, S.SUPPLEMENT)), Verdict.OVERDUE),
        # Asked for twice: overdue, whatever the dates.
        (
            course(S.DONE, (3, S.SUPPLEMENT), (4, S.PROCESSING), (5, S.SUPPLEMENT), (6, S.DONE), finished=6),
            Verdict.OVERDUE,
        ),
        (course(S.DONE, (3, S.SUPPLEMENT), (4, S.PROCESSING), (6, S.DONE), finished=6), Verdict.ON_TIME),
        # Not ended.
        (course(S.PROCESSING), Verdict.OVERDUE),
        (course(S.PROCESSING, due=TODAY), Verdict.RUNNING),
        (course(S.PAYMENT), Verdict.OVERDUE),
        # Nobody can say.
        (course(S.DONE, finished=13, due=None), Verdict.UNCOUNTED),
        (course(S.UNKNOWN), Verdict.UNCOUNTED),
        (course(S.DONE), Verdict.UNCOUNTED),
    ],
)
def test_the_rule_of_the_national_indicators(case: Course, verdict: Verdict) -> None:
    assert judge(case, TODAY) is verdict


def test_a_course_that_goes_on_has_no_end() -> None:
    assert ended_on(course(S.PROCESSING, (2, S.ACCEPTED))) is None


HEAD = (
    "mã hồ sơ;mã thủ tục;trạng thái;ngày tiếp nhận;ngày hẹn trả;ngày kết thúc;ngày hẹn lại;lý do;"
    "việc cần làm;nơi giải quyết"
)
ROWS = f"""{HEAD}
H26-261102-0001;1.001193;4;02/11/2026;16/11/2026;;;;;Phường A
H26-261102-0002;1.001193;4;02/11/2026;11/11/2026;;20/11/2026;=cmd();;Phường A
H26-261102-0003;1.001193;9;02/11/2026;13/11/2026;12/11/2026;;;;Phường A
H26-261102-0004;1.004222;9;02/11/2026;13/11/2026;17/11/2026;;;;Phường B
H26-261102-0005;1.004222;5;02/11/2026;20/11/2026;;;;Nộp giấy chứng sinh;Phường B
H26-261102-0006;9.999999;10;02/11/2026;13/11/2026;12/11/2026;;;;Phường B
H26-261102-0007;;4;02/11/2026;20/11/2026;;;;;
H26-261102-0008;;4;02/11/2026;;;;;;Phường A
"""
FIELDS = {"1.001193": "Hộ tịch", "1.004222": "Cư trú"}


@pytest.fixture
async def office(database: Database, settings: Settings) -> Database:
    report = await import_bytes(database, settings, ROWS.encode(), today=TODAY)
    assert (report.added, report.errors) == (8, [])
    demo = HEAD + "\nH26.99.9-261102-0009;1.001193;4;-30;-20;;;;;Phường A"
    await import_bytes(database, settings, demo.encode(), demo=True, today=TODAY)
    return database


async def test_late_ones_the_longest_first(office: Database) -> None:
    report = await dossier_report(office, TODAY, fields=FIELDS)
    assert [(row.code[-4:], row.working_days, row.since) for row in report.late] == [
        ("0002", 5, date(2026, 11, 11)),
        ("0001", 2, date(2026, 11, 16)),
    ]
    assert report.late[0].promised_on == date(2026, 11, 20)
    assert (report.late[0].field, report.late[0].office) == ("Hộ tịch", "Phường A")
    assert report.late[0].status_name == "Đang xử lý"


async def test_results_that_wait_and_supplements_nobody_brought(office: Database) -> None:
    report = await dossier_report(office, TODAY, fields=FIELDS)
    assert [(row.code[-4:], row.working_days) for row in report.waiting] == [("0003", 4), ("0004", 1)]
    (asked,) = report.supplements
    assert (asked.code[-4:], asked.note) == ("0005", "Nộp giấy chứng sinh")
    assert asked.since == today(), "the day in Hanoi on which we learned of it"


async def test_rates_by_field_and_office(office: Database) -> None:
    report = await dossier_report(office, TODAY, fields=FIELDS)
    by_field = {row.group: row for row in report.by_field}
    assert by_field["Hộ tịch"] == RateRow("Hộ tịch", on_time=1, overdue=2)
    assert by_field["Hộ tịch"].rate == pytest.approx(1 / 3)
    assert by_field[UNKNOWN] == RateRow(UNKNOWN, on_time=1, running=1, uncounted=1)
    by_office = {row.group: row for row in report.by_office}
    assert by_office["Phường A"] == RateRow("Phường A", on_time=1, overdue=2, uncounted=1)
    assert by_office[UNKNOWN].rate is None
    total = report.total
    assert total.on_time + total.overdue + total.running + total.uncounted == 8, "no invented dossier"


async def test_a_period_is_of_due_dates_and_an_office_sees_its_own(office: Database) -> None:
    report = await dossier_report(
        office, TODAY, fields=FIELDS, offices=["Phường A"], since=date(2026, 11, 12), until=date(2026, 11, 13)
    )
    assert report.total == RateRow("Tất cả", on_time=1)
    assert {row.office for row in report.late} == {"Phường A"}
    nobody = await dossier_report(office, TODAY, fields=FIELDS, offices=[])
    assert (nobody.late, nobody.total) == ([], RateRow("Tất cả")), "no office is not every office"


async def test_invented_dossiers_count_only_when_asked_for(office: Database) -> None:
    report = await dossier_report(office, TODAY, fields=FIELDS, demo=True)
    assert "H26.99.9-261102-0009" in [row.code for row in report.late]


def test_the_command_prints_csv_for_spreadsheets(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{settings.data_dir / 'cli.db'}"
    migrate.upgrade(url)
    used = settings.model_copy(update={"database_url": url})
    monkeypatch.setattr(command, "get_settings", lambda: used)
    monkeypatch.setattr(command, "today", lambda: TODAY)

    def run(*arguments: str) -> list[dict[str, str]]:
        with capture_logs():
            done = CliRunner().invoke(command.reports, ["dossiers", *arguments])
        assert done.exit_code == 0, done.output
        assert done.output.startswith("\ufeff"), "spreadsheets read accents by it"
        return list(csv.DictReader(io.StringIO(done.output.removeprefix("\ufeff"))))

    assert run("--csv") == []
    _fill(url, settings)
    rows = run("--csv")
    assert [row["loại"] for row in rows].count("Trễ hẹn") == 2
    assert rows[0]["ghi chú"] == "'=cmd()", "no formula of others runs in a spreadsheet"
    assert rows[0]["hẹn lại"] == "20/11/2026"
    rates = run("--csv", "--rates", "--since", "2026-11-12", "--until", "2026-11-13")
    assert rates[-1]["tỷ lệ đúng hạn"] == "66,7 %"


def _fill(url: str, settings: Settings) -> None:
    async def fill() -> None:
        database = Database(url)
        await import_bytes(database, settings, ROWS.encode(), today=TODAY)
        await database.close()

    asyncio.run(fill())
