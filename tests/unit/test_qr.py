"""Sheets for the wall: what is printed leads where it says, and fits on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from knowledge import publish
from knowledge.files import read_folder
from motcua.cli.qr import qr
from motcua.lettering import Face
from motcua.links import Leads, Link, sent_link
from motcua.qr import A4, Door, Sheet, draw_sheet, save_sheets
from motcua.settings import get_settings
from tests.databases import with_tables

DAY = date(2026, 11, 23)
OWN = "https://motcua.example.vn"
WEB = Door(Link(Leads.PROCEDURE, "1.001193").web(OWN), "Mở trên web", "hoặc gõ motcua.example.vn")
ZALO = Door("https://zalo.me/388613388613388613", "Mở trong Zalo", "rồi nhắn: TT 1.001193")
SHEET = Sheet(
    title="Đăng ký khai sinh", above="THỦ TỤC 1.001193", below="Hỏi trợ lý tự động, miễn phí.",
    doors=(WEB, ZALO), hotline="Tổng đài 1022", source="Nguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026",
)  # fmt: skip
PROCEDURES = read_folder().procedures
LONGEST = max((procedure.name for procedure in PROCEDURES), key=len)


def texts(page: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(page)}


def test_both_codes_of_a_sheet_are_read_again() -> None:
    assert texts(draw_sheet(SHEET, DAY)) == {WEB.url, ZALO.url}


def test_they_are_read_from_a_poor_photo_of_the_sheet() -> None:
    photo = draw_sheet(SHEET, DAY).resize((620, 877)).rotate(12, expand=True, fillcolor=(90, 90, 90))
    assert texts(photo) == {WEB.url, ZALO.url}


@pytest.mark.parametrize("title", ["Ẫ", LONGEST, "đăng ký " * 40])
def test_a_title_of_any_length_stays_on_the_page_and_off_the_codes(title: str) -> None:
    page = draw_sheet(replace(SHEET, title=title.strip()), DAY)
    assert page.size == A4
    assert texts(page) == {WEB.url, ZALO.url}
    edge = [page.getpixel((x, y)) for x in (60, A4[0] - 60) for y in range(500, 3000, 5)]
    assert set(edge) == {(255, 255, 255)}


def test_marks_are_drawn_from_one_font_and_letters_from_the_other() -> None:
    face = Face(700, 100)
    assert face.length("Nguyễn") == face.length("Nguye\u0302\u0303n") > face.length("Nguyn")
    assert all(face.length(line) <= 600 for line in face.lines("Cấp đổi thẻ căn cước cho người dân", 600))


def test_several_sheets_become_several_pages(tmp_path: Path) -> None:
    out = tmp_path / "tờ.pdf"
    save_sheets([SHEET, replace(SHEET, doors=(WEB,))], out, DAY)
    made = out.read_bytes()
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize(("name", "count"), [("a.pdf", 0), ("a.png", 2), ("a.docx", 1), ("a", 1)])
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str, count: int) -> None:
    with pytest.raises(ValueError, match=r"\.pdf"):
        save_sheets([SHEET] * count, tmp_path / name, DAY)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one published procedure."""
    folder = tmp_path_factory.mktemp("qr")

    async def fill() -> None:
        url = f"sqlite+aiosqlite:///{folder / 'motcua.db'}"
        async with with_tables(url) as database, database.write() as session:
            await publish(session, [p for p in PROCEDURES if p.code == "1.001193"], "thử", "thử")

    asyncio.run(fill())
    return folder


@pytest.fixture
def published(knowledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to print into, on a machine that is on the internet."""
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(knowledge))
    monkeypatch.setenv("MOTCUA_PUBLIC_URL", OWN)
    monkeypatch.setenv("MOTCUA_ZALO_OA_ID", "388613388613388613")
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


def test_the_command_prints_a_procedure_for_a_ward(published: Path) -> None:
    out = published / "khai-sinh.png"
    done = CliRunner().invoke(qr, ["1.001193", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with Image.open(out) as page:
        assert page.size == A4
        found = texts(page)
    assert {sent_link(text, OWN) for text in found} == {Link(Leads.PROCEDURE, "1.001193"), None}
    done = CliRunner().invoke(qr, ["1.001193", "--ward", "00292", "--out", str(published / "b.pdf")])
    assert "2 sheets" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["1.999999"], "not published"), (["--ward", "99999"], "no such ward"), ([], "name procedures")],
)
def test_what_is_not_there_is_named(published: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(qr, [*arguments, "--out", str(published / "x.pdf")])
    assert done.exit_code != 0
    assert said in done.output


def test_without_a_public_address_nothing_is_printed(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_PUBLIC_URL", "")
    get_settings.cache_clear()
    done = CliRunner().invoke(qr, ["1.001193", "--out", str(published / "x.pdf")])
    assert done.exit_code != 0
    assert "MOTCUA_PUBLIC_URL" in done.output
