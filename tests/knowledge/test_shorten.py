"""Official texts are shown shortened, and the answer says so and leads to the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from knowledge import Procedure, answer
from knowledge.answers import ask_button
from knowledge.shorten import MOST_CHARS, MOST_ITEMS, clip, shorten, squeeze
from knowledge.wording import IMPORTED, SEE_ALL
from motcua.reply import Card, Facet, Kind, ListSection, Reply, TextSection
from motcua.sourceline import source_line

Made = Callable[..., Procedure]
URL = "https://portal.example/thu-tuc/1"


def _imported(made: Made, **changes: Any) -> Procedure:
    record = {"source": "Cổng", "checked_on": "2026-06-08", "checked_by": "máy", "url": URL}
    return made(imported=True, provenance={**record, **changes.pop("provenance", {})}, **changes)


def _papers(count: int, name: str = "Giấy") -> list[dict[str, Any]]:
    return [{"name": f"{name} số {number}", "action": "nộp"} for number in range(1, count + 1)]


def _card(reply: Reply) -> Card:
    assert reply.card
    return reply.card


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [("nuôi ong", 8, "nuôi ong"), ("nuôi ong mật", 10, "nuôi ong…"), ("x" * 20, 10, "x" * 9 + "…")],
)
def test_a_text_is_cut_between_words(text: str, most: int, short: str) -> None:
    assert clip(text, most) == short
    assert len(clip(text, most)) <= most


def test_long_names_that_differ_at_their_end_stay_apart() -> None:
    names = [f"{'Đăng ký nuôi ong ' * 20}ở {where}" for where in ("phố", "làng")]
    short = [squeeze(name, 60) for name in names]
    assert len(set(short)) == 2
    assert all(len(name) <= 60 for name in short)
    assert squeeze("nuôi ong", 60) == "nuôi ong"


def test_what_fits_is_not_touched() -> None:
    sections = [TextSection(text="Ngắn."), ListSection(kind="checklist", items=["Đơn"] * MOST_ITEMS)]
    short = shorten(sections)
    assert (short.sections, short.left_out, short.cut) == (sections, 0, False)


def test_a_long_list_ends_after_twelve_and_counts_the_rest() -> None:
    lists = [
        ListSection(kind="checklist", heading=name, items=["Đơn"] * 9) for name in ("Nộp", "Thêm", "Nữa")
    ]
    short = shorten(lists)
    assert [len(section.items) for section in short.sections if isinstance(section, ListSection)] == [9, 3]
    assert short.left_out == 15
    assert short.cut


def test_long_items_do_not_fill_the_screen() -> None:
    short = shorten([ListSection(kind="steps", items=["chữ " * 200] * 12)])
    (section,) = short.sections
    assert isinstance(section, ListSection)
    assert sum(map(len, section.items)) <= MOST_CHARS
    assert all(item.endswith("…") for item in section.items)


def test_fairly_every_section_gets_its_share() -> None:
    sections = [TextSection(text="dài " * 1000), TextSection(text="5 ngày."), TextSection(text="dài " * 1000)]
    short = shorten(sections, fairly=True)
    assert [type(section) for section in short.sections] == [TextSection] * 3
    assert short.sections[1] == sections[1]
    greedy = shorten(sections)
    assert len(greedy.sections) < 3


def test_a_long_list_of_papers_is_shortened_with_the_way_to_the_whole(made: Made) -> None:
    reply = answer(_imported(made, documents=_papers(40)), Facet.DOCUMENTS)
    first = _card(reply).sections[0]
    assert isinstance(first, ListSection)
    assert len(first.items) == MOST_ITEMS
    assert "Còn 28 mục nữa" in reply.text
    assert "Xem đầy đủ trên Cổng" in reply.text
    (link,) = [button for button in reply.buttons if button.url]
    assert (link.title, link.url) == (SEE_ALL, URL)
    assert len(reply.buttons) <= 4


def test_without_a_page_the_counter_is_named(made: Made) -> None:
    procedure = _imported(made, documents=_papers(40), provenance={"url": None})
    reply = answer(procedure, Facet.DOCUMENTS)
    assert "1022" in reply.text
    assert all(button.url is None for button in reply.buttons)


def test_the_whole_stays_stored_and_an_edited_procedure_is_never_shortened(made: Made) -> None:
    papers = _papers(40)
    assert len(_imported(made, documents=papers).documents) == 40
    reply = answer(made(documents=papers), Facet.DOCUMENTS)
    assert "Giấy số 40" in reply.text
    assert all(button.url is None for button in reply.buttons)


def test_every_answer_of_an_imported_procedure_says_that_nobody_edited_it(made: Made) -> None:
    procedure = _imported(made, documents=_papers(2))
    for facet in Facet:
        reply = answer(procedure, facet)
        assert reply.sources[0].note == IMPORTED
        assert IMPORTED in source_line(reply)
        assert (reply.kind is Kind.NO_ANSWER) == (facet in procedure.unknown)
    warned = _imported(made, provenance={"note": "chỉ áp dụng ở một tỉnh"})
    assert answer(warned, Facet.FEE).sources[0].note == f"{IMPORTED}; chỉ áp dụng ở một tỉnh"
    assert IMPORTED not in (answer(made(), Facet.FEE).sources[0].note or "")


def test_the_overview_of_a_long_record_still_tells_time_and_fee(made: Made) -> None:
    papers = _papers(30, "Giấy tờ rất dài " * 20)
    reply = answer(_imported(made, summary="Dài. " * 800, documents=papers), Facet.OVERVIEW)
    assert "3 ngày làm việc." in reply.text
    assert "20.000 đồng/lần." in reply.text


def test_names_that_fill_a_page_fit_titles_and_buttons(made: Made) -> None:
    long = "Đăng ký nuôi ong " * 60
    procedure = _imported(made, name=long)
    assert len(_card(answer(procedure, Facet.FEE)).title) < 200
    assert len(answer(procedure, Facet.LATE).text) < 400
    assert len(ask_button(long, procedure.code, Facet.FEE).title) <= 100


def test_cases_of_an_imported_procedure_are_called_what_the_portal_calls_them(made: Made) -> None:
    cases = {"thue": "Trường hợp thuê vườn"}
    papers = [{"name": "Giấy thuê", "action": "nộp", "cases": ["thue"]}]
    headings = {
        section.heading
        for procedure in (_imported(made, documents=papers, cases=cases), made(documents=papers, cases=cases))
        for section in _card(answer(procedure, Facet.DOCUMENTS)).sections
    }
    assert headings == {"Trường hợp thuê vườn", "Thêm, nếu trường hợp thuê vườn"}


def test_the_fee_of_an_imported_procedure_is_said_in_words_and_not_by_way(made: Made) -> None:
    ways = [
        {"kind": kind, "time": {"unit": "chưa rõ"}, "fee": {"kind": "mức tiền", "amount": amount}}
        for kind, amount in (("trực tuyến", 10_000), ("trực tiếp", 20_000))
    ]
    kinds = [
        [section.kind for section in _card(answer(procedure, Facet.FEE)).sections]
        for procedure in (_imported(made, ways=ways), made(ways=ways))
    ]
    assert kinds == [["text"], ["text", "table"]]


def test_the_number_of_a_law_is_said_once(made: Made) -> None:
    laws = [
        {"number": "12/2020/QH14", "name": "Luật Nuôi ong số 12/2020/QH14"},
        {"number": "5/2021/NĐ-CP", "name": "Nghị định về mật"},
    ]
    text = answer(made(legal_basis=laws, unknown=_without(made, "legal_basis")), Facet.LEGAL_BASIS).text
    assert text.count("12/2020/QH14") == 1
    assert "Nghị định về mật (5/2021/NĐ-CP)" in text


def _without(made: Made, facet: str) -> list[str]:
    return [known for known in made().unknown if known != facet]
