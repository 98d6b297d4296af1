"""Reports in words: the finding over each chart, the names of columns, the rows of a table or a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date

from desk.charts import Bar
from desk.reports import By, Report, Row
from desk.words import duration, number

COLUMNS = (
    "Câu hỏi",
    "Một Cửa trả lời",
    "Hỏi lại",
    "Chưa có câu trả lời",
    "Chuyển người",
    "Người trả lời đầu tiên sau",
    "Giải quyết xong",
    "Thấy có ích",
)
FIRST_COLUMN = {By.DAY: "Ngày", By.WARD: "Phường, xã", By.PROCEDURE: "Thủ tục"}
BY_BOT = ("Một Cửa trả lời", "Hỏi lại", "Chưa có câu trả lời")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cells(row: Row) -> list[str]:
    """The figures of a row as they read."""
    useful = f"{number(row.useful)}/{number(row.rated)}" if row.rated else "–"
    return [
        *map(number, (row.asked, row.answered, row.asked_back, row.unanswered, row.escalated)),
        duration(row.first_reply),
        number(row.resolved),
        useful,
    ]


def raw_cells(row: Row) -> list[object]:
    """The figures of a row for a spreadsheet: plain numbers, waits in minutes."""
    wait = "" if row.first_reply is None else round(row.first_reply / 60, 1)
    figures = (row.asked, row.answered, row.asked_back, row.unanswered, row.escalated)
    return [*figures, wait, row.resolved, row.useful, row.rated]


RAW_COLUMNS = (
    *COLUMNS[:5],
    "Người trả lời đầu tiên sau (phút, trung vị)",
    "Giải quyết xong",
    "Thấy có ích",
    "Có đánh giá",
)


def share(part: int, whole: int) -> str:
    """``82%``; a dash of nothing."""
    return f"{round(100 * part / whole)}%" if whole else "–"


def bot_share(row: Row) -> str:
    """How much of what the bot said was an answer."""
    return share(row.answered, row.answered + row.asked_back + row.unanswered)


def questions_finding(report: Report, by: By, name: Callable[[str], str]) -> str:
    """What the chart of questions shows, in a sentence."""
    if not report.total.asked:
        return "Chưa có câu hỏi nào trong những ngày này"
    most = max(report.rows, key=lambda row: row.asked)
    lead = f"Một Cửa tự trả lời {bot_share(report.total)} số câu"
    if by is By.DAY:
        return f"{lead}; đông nhất {name(most.group)} với {number(most.asked)} câu hỏi"
    what = "hỏi nhiều nhất" if by is By.WARD else "được hỏi nhiều nhất"
    return f"{capital(name(most.group))} {what}: {number(most.asked)} trên {number(report.total.asked)} câu"


def people_finding(report: Report) -> str:
    """What the chart of tickets shows, in a sentence."""
    total = report.total
    if not total.escalated:
        return "Chưa có câu nào phải chuyển cho người"
    if total.first_reply is None:
        return f"{number(total.escalated)} câu đã chuyển cho người, chưa câu nào được trả lời"
    return (
        f"{number(total.escalated)} câu chuyển cho người, {number(total.resolved)} câu đã xong; "
        f"một nửa được trả lời trong {duration(total.first_reply)}"
    )


def ratings_finding(report: Report) -> str:
    """What the chart of ratings shows, in a sentence."""
    total = report.total
    if not total.rated:
        return "Chưa ai đánh giá câu trả lời"
    return f"{share(total.useful, total.rated)} trong {number(total.rated)} đánh giá thấy có ích"


def question_bars(rows: Sequence[Row], name: Callable[[str], str]) -> list[Bar]:
    """What the bot did with the questions."""
    return [Bar(name(row.group), (row.answered, row.asked_back, row.unanswered)) for row in rows]


def ticket_bars(rows: Sequence[Row], name: Callable[[str], str]) -> list[Bar]:
    """What went on to people: done, and the rest."""
    return [Bar(name(row.group), (row.resolved, row.escalated - row.resolved)) for row in rows]


def rating_bars(rows: Sequence[Row], name: Callable[[str], str]) -> list[Bar]:
    """Useful and not."""
    return [Bar(name(row.group), (row.useful, row.not_useful)) for row in rows]


def short_day(group: str) -> str:
    """``23/11``."""
    day = date.fromisoformat(group)
    return f"{day.day}/{day.month}"


def capital(text: str) -> str:
    """The first letter large."""
    return text[:1].upper() + text[1:]


def as_csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A file that Excel opens with its accents right, and in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
