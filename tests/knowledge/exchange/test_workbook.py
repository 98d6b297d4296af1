"""Workbooks and CSV: everything goes round, errors name their cell, no formula, nothing explodes."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from knowledge import Procedure, changes, publish
from knowledge.changes import Editor
from knowledge.exchange import (
    Fate,
    FileRefused,
    Plan,
    carry_out,
    csv_archive,
    plan,
    read_incoming,
    to_tables,
    workbook,
    written,
)
from knowledge.exchange.files import csv_file
from knowledge.models import ContentChange, ProcedureVersion
from motcua.db import Database
from tests.knowledge.conftest import Made

LAN, AN = Editor(1, "Lan"), Editor(2, "An")


def _plain(procedure: Procedure) -> dict[str, Any]:
    return procedure.model_dump(mode="json", exclude_defaults=True)


def _book(procedures: list[Procedure]) -> bytes:
    return workbook(to_tables(map(_plain, procedures)))


def _changed(content: bytes, *cells: tuple[str, str, str | int | None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for sheet, place, value in cells:
        book[sheet][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def _plan(database: Database, content: bytes, name: str = "thu-tuc.xlsx", who: Editor = LAN) -> Plan:
    async with database.read() as session:
        return await plan(session, read_incoming(name, content), who)


async def _import(database: Database, content: bytes, name: str = "thu-tuc.xlsx", who: Editor = LAN) -> Plan:
    async with database.write() as session:
        incoming = read_incoming(name, content)
        made = await plan(session, incoming, who)
        made.procedures = await carry_out(session, incoming, incoming.codes, who, "Nhập từ tệp")
    return made


async def _publish(database: Database, *procedures: Procedure) -> None:
    async with database.write() as session:
        await publish(session, list(procedures), "Nhóm nội dung", "")


@pytest.mark.parametrize("kind", ["excel", "csv"])
async def test_what_is_exported_comes_back_as_it_was(
    database: Database, shipped: list[Procedure], made: Made, kind: str
) -> None:
    reduced = {"fee": {"kind": "mức tiền", "amount": 10000}, "ends": "2027-02-28", "decision": "NQ 1/2026"}
    ways = [{**_plain(made())["ways"][0], "reduced": reduced}]
    dated = [{"facet": "fee", "text": "Giảm đến Tết.", "ends": "2027-02-01"}]
    special = made(code="9.000009", ways=ways, dated=dated, review_by="2027-01-31", name="=HYPERLINK(1)")
    procedures = [*shipped, special]
    await _publish(database, *procedures)
    tables = to_tables(map(_plain, procedures))
    content = workbook(tables) if kind == "excel" else csv_archive(tables)
    found = await _plan(database, content, "x.xlsx" if kind == "excel" else "x.zip")
    assert found.every_problem == []
    assert [(one.code, one.differences) for one in found.procedures if one.fate is not Fate.SAME] == []
    assert len(found.procedures) == len(procedures)


async def test_a_changed_cell_is_a_draft_and_nothing_is_published(database: Database, made: Made) -> None:
    await _publish(database, made(), made(code="9.000002"))
    book = _changed(
        _book([made(), made(code="9.000002")]), ("Cách nộp", "G2", 35000), ("Thủ tục", "B3", "Nuôi cá")
    )
    dry = await _plan(database, book)
    assert [(one.code, one.fate) for one in dry.procedures] == [
        ("9.000001", Fate.CHANGED),
        ("9.000002", Fate.CHANGED),
    ]
    assert [one.label for one in dry.procedures[1].differences] == ["Tên thường gọi"]
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ContentChange)) == 0
    done = await _import(database, book)
    async with database.read() as session:
        change = await changes.open_of(session, "9.000001")
        versions = await session.scalar(select(func.count()).select_from(ProcedureVersion))
    assert change is not None
    assert done.procedures[0].drafted == change.id
    assert (change.state, change.content["ways"][0]["fee"]["amount"], change.editors) == ("draft", 35000, [1])
    assert versions == 2
    again = await _import(database, book)
    assert [one.fate for one in again.procedures] == [Fate.SAME, Fate.SAME]


async def test_somebody_elses_draft_is_left_alone_and_ones_own_goes_on(
    database: Database, made: Made
) -> None:
    await _publish(database, made())
    async with database.write() as session:
        theirs = await changes.open_change(session, "9.000001", AN)
    book = _changed(_book([made()]), ("Thủ tục", "B2", "Nuôi cá"))
    (one,) = (await _import(database, book)).procedures
    assert (one.fate, one.refused) == (Fate.TAKEN, "Đang có bản sửa do An mở.")
    (own,) = (await _import(database, book, who=AN)).procedures
    assert own.drafted == theirs.id
    async with database.read() as session:
        stored = await changes.find(session, theirs.id)
        assert stored is not None
        assert stored.content["name"] == "Nuôi cá"


async def test_errors_are_named_by_sheet_row_and_column_and_the_others_are_imported(
    database: Database, made: Made
) -> None:
    await _publish(database, made(), made(code="9.000002"))
    book = _changed(
        _book([made(), made(code="9.000002")]),
        ("Cách nộp", "G2", "hai mươi nghìn"),
        ("Cách nộp", "B2", "qua điện thoại"),
        ("Thủ tục", "B3", "Nuôi cá"),
        ("Giấy tờ", "A2", "9.000007"),
        ("Giấy tờ", "B2", "Đơn"),
        ("Câu hỏi", "A4", None),
        ("Câu hỏi", "C4", "câu không có mã"),
    )
    done = await _import(database, book)
    said = {(one.sheet, one.row, one.column): one.said for one in done.every_problem}
    assert "phải là số nguyên" in said["Cách nộp", 2, "Phí: số tiền (đồng)"]
    assert "trực tiếp, trực tuyến, bưu chính" in said["Cách nộp", 2, "Cách nộp"]
    assert "không có ở trang" in said["Giấy tờ", 2, "Mã thủ tục"]
    assert "thiếu mã" in said["Câu hỏi", 4, "Mã thủ tục"]
    fates = {one.code: one.fate for one in done.procedures}
    assert fates == {"9.000001": Fate.WRONG, "9.000002": Fate.CHANGED, "9.000007": Fate.WRONG}


async def test_what_the_schema_finds_is_named_by_its_cell(database: Database, made: Made) -> None:
    await _publish(database, made())
    book = _changed(
        _book([made()]),
        ("Cách nộp", "F2", "miễn phí"),
        ("Cách nộp", "C2", 999),
        ("Căn cứ pháp lý", "A2", "9.000001"),
        ("Căn cứ pháp lý", "B2", "12/2020/QH14"),
    )
    (one,) = (await _plan(database, book)).procedures
    places = {(problem.sheet, problem.row, problem.column) for problem in one.problems}
    assert ("Cách nộp", 2, "Thời hạn: số") in places
    assert ("Căn cứ pháp lý", 2, "Tên văn bản") in places
    assert any(
        sheet == "Cách nộp" and "mức tiền" in problem.said
        for problem in one.problems
        for sheet in [problem.sheet]
    )


async def test_a_single_sheet_changes_only_what_it_holds(database: Database, made: Made) -> None:
    await _publish(database, made(documents=[{"name": "Đơn", "action": "nộp", "originals": 1}]))
    rows = [
        ["Mã thủ tục", "Tên giấy tờ", "Nộp hay xuất trình", "Số bản chính", "Số bản sao", "Mẫu",
         "Chỉ cho trường hợp", "Ghi chú"],
        ["9.000001", "Đơn", "nộp", "2", "", "", "", ""],
    ]  # fmt: skip
    (one,) = (await _plan(database, csv_file(rows), "giay-to.csv")).procedures
    assert one.fate is Fate.CHANGED
    assert one.content["documents"] == [{"name": "Đơn", "action": "nộp", "originals": 2}]
    assert one.content["sample_questions"] == _plain(made())["sample_questions"]
    short = csv_file([row[:4] for row in rows])
    assert (await _plan(database, short, "giay-to.csv")).every_problem != []


async def test_a_new_procedure_opens_a_draft_of_its_own(database: Database, made: Made) -> None:
    (one,) = (await _import(database, _book([made(code="9.000033")]))).procedures
    assert one.fate is Fate.NEW
    async with database.read() as session:
        change = await changes.open_of(session, "9.000033")
    assert change is not None
    assert change.base_version_id is None


async def test_procedure_files_go_in_alone_and_packed(database: Database, made: Made) -> None:
    await _publish(database, made())
    text = written(made()).replace("name: Đăng ký nuôi cá cảnh", "name: Nuôi cá")
    (one,) = (await _plan(database, text.encode(), "9.000001.yml")).procedures
    assert [difference.label for difference in one.differences] == ["Tên thường gọi"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("thu-tuc/9.000001.yml", text)
        packed.writestr("thu-tuc/hong.yml", "code: [")
        packed.writestr("thu-tuc/la.yml", "a: &a [1]\nb: {<<: *a}")
    found = await _plan(database, out.getvalue(), "tat-ca.zip")
    assert [one.fate for one in found.procedures] == [Fate.CHANGED]
    assert {problem.sheet for problem in found.problems} == {"hong.yml", "la.yml"}


def test_no_cell_is_a_formula(made: Made) -> None:
    evil = made(name='=cmd|"/c calc"!A1', summary="+1", short_name="@x", other_names=["-1", "'=1", "\t=1"])
    tables = to_tables([_plain(evil)])
    book = load_workbook(io.BytesIO(workbook(tables)))
    for sheet in book:
        assert [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"] == []
    assert book["Thủ tục"]["B2"].value == '=cmd|"/c calc"!A1'
    for line in csv_file(tables["Thủ tục"]).decode("utf-8-sig").splitlines()[1:]:
        assert not any(cell.startswith(("=", "+", "@", "-")) for cell in line.split(","))


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b"<Types/>")
        for name, member in members.items():
            packed.writestr(name, member)
    return out.getvalue()


def _lying(content: bytes, name: bytes, real: int, said: int) -> bytes:
    """The zip with another size named for a member, in its directory and before it."""
    return content.replace(real.to_bytes(4, "little"), said.to_bytes(4, "little"))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 hong",
        b"\xd0\xcf\x11\xe0 xls",
        b"\xff\xfeA",
        "chữ,có dấu".encode("cp1258", "replace"),
        b'a,"b\nc',
        _zip(big=b"0" * (130 * 2**20)),
        _lying(_zip(big=b"0" * (9 * 2**20 + 7)), b"big", 9 * 2**20 + 7, 100),
        _zip(**{"xl/worksheets/sheet1.xml": b'<c r="XFD1048576"><v>1</v></c>'}),
        _zip(**{"xl/worksheets/sheet1.xml": b'<c r="A&#49;048576"><v>1</v></c>'}),
        _zip(**{"xl/worksheets/sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><c/>'}),
        _zip(**{"xl/worksheets/sheet1.xml": '<c r="A1"/>'.encode("utf-16")}),
        _zip(**{str(number): b"" for number in range(500)}),
    ],
)
def test_files_that_are_no_tables_or_would_explode_are_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read_incoming("tep.xlsx", content)


def test_a_workbook_of_other_people_is_said_to_be_none_of_ours() -> None:
    book = Workbook()
    book.active.append(["STT", "Họ tên"])  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    incoming = read_incoming("x.xlsx", out.getvalue())
    assert incoming.book is not None
    assert "không thấy trang nào của mẫu" in incoming.book.problems[0].said


def test_damaged_bytes_never_raise_anything_else(made: Made) -> None:
    good = bytearray(_book([made()]))
    for place in range(0, len(good), max(1, len(good) // 120)):
        bad = bytearray(good)
        bad[place] ^= 0xFF
        try:
            read_incoming("x.xlsx", bytes(bad))
        except FileRefused:
            continue
    with pytest.raises(FileRefused):
        read_incoming("x.xlsx", bytes(good[: len(good) // 2]))
    assert zlib.crc32(bytes(good))
