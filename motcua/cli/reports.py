"""``motcua reports``: what the office has to know, as tables or as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, datetime

import click
from rich.console import Console
from rich.table import Table

from dossiers.reports import DossierReport, DossierRow, RateRow, dossier_report
from knowledge import Library
from motcua.clock import today
from motcua.db import Database
from motcua.settings import get_settings

_LISTS = {"late": "Trễ hẹn", "waiting": "Có kết quả chờ nhận", "supplements": "Chờ bổ sung"}
_LIST_HEAD = [
    "loại", "mã hồ sơ", "thủ tục", "lĩnh vực", "nơi giải quyết", "trạng thái", "ngày tiếp nhận", "hẹn trả",
    "hẹn lại", "từ ngày", "số ngày làm việc", "ghi chú",
]  # fmt: skip
_RATE_HEAD = ["nhóm", "tên", "đúng hạn", "quá hạn", "chưa đến hạn", "chưa tính được", "tỷ lệ đúng hạn"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def reports() -> None:
    """Reports for the office."""


@reports.command("dossiers")
@click.option("--csv", "as_csv", is_flag=True, help="Print the lists as CSV (UTF-8, for spreadsheets).")
@click.option("--rates", is_flag=True, help="Print the on-time rates instead of the lists.")
@click.option("--since", type=_DAY, help="Rates: dossiers due on this day or later.")
@click.option("--until", type=_DAY, help="Rates: dossiers due on this day or earlier.")
@click.option("--office", "offices", multiple=True, help="Only dossiers of this office; may be given again.")
@click.option("--demo", is_flag=True, help="Count the invented dossiers too.")
def dossiers_(
    *,
    as_csv: bool,
    rates: bool,
    since: datetime | None,
    until: datetime | None,
    offices: tuple[str, ...],
    demo: bool,
) -> None:
    """Late dossiers, results that wait, supplements nobody brought; with --rates what was on time."""
    report = asyncio.run(
        _report(since.date() if since else None, until.date() if until else None, offices, demo)
    )
    head = _RATE_HEAD if rates else _LIST_HEAD
    rows = _rate_rows(report) if rates else _list_rows(report)
    if as_csv:
        click.echo("\ufeff" + _csv(head, rows), nl=False)
    else:
        _show(head, rows, f"Hồ sơ tính đến {report.today:%d/%m/%Y}")


async def _report(
    since: date | None, until: date | None, offices: tuple[str, ...], demo: bool
) -> DossierReport:
    database = Database(get_settings().database)
    try:
        library = Library(database)
        await library.refresh()
        fields = {code: procedure.field for code, procedure in library.edition.procedures.items()}
        return await dossier_report(
            database, today(), fields=fields, offices=offices or None, since=since, until=until, demo=demo
        )
    finally:
        await database.close()


def _list_rows(report: DossierReport) -> list[list[str]]:
    named = ((_LISTS[name], getattr(report, name)) for name in _LISTS)
    return [[kind, *_cells(row)] for kind, rows in named for row in rows]


def _cells(row: DossierRow) -> list[str]:
    return [
        row.code, row.procedure or "", row.field, row.office, row.status_name, _day(row.received_on),
        _day(row.due_on), _day(row.promised_on), _day(row.since), str(row.working_days), row.note,
    ]  # fmt: skip


def _rate_rows(report: DossierReport) -> list[list[str]]:
    grouped = [("lĩnh vực", report.by_field), ("nơi giải quyết", report.by_office), ("", [report.total])]
    return [[kind, *_rate_cells(row)] for kind, rows in grouped for row in rows]


def _rate_cells(row: RateRow) -> list[str]:
    counts = (row.on_time, row.overdue, row.running, row.uncounted)
    rate = "" if row.rate is None else f"{100 * row.rate:.1f} %".replace(".", ",")
    return [row.group, *(str(count) for count in counts), rate]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _csv(head: list[str], rows: list[list[str]]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(head)
    # What came from other systems must not become a formula in somebody's spreadsheet.
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return written.getvalue()


def _show(head: list[str], rows: list[list[str]], title: str) -> None:
    table = Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    Console().print(table if rows else f"{title}: không có gì.", highlight=False)
