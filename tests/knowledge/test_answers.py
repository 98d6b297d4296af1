"""Answers: every shipped procedure, every facet, and the words about money."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import Procedure, answer, ask_button, checklist_questions, special_answer
from knowledge.files import read_folder
from knowledge.schema import Fee, FeeKind, LocalTime, facets_with_content
from knowledge.wording import BUTTON, NEXT, TITLE, dong, local_promise, way_fee
from motcua.reply import Command, Facet, Kind, ListSection, Reply, TableSection

Made = Callable[..., Procedure]
SHIPPED = read_folder().procedures
DOMAIN = Path(__file__).parents[2] / "bot" / "domain" / "intents.yml"
INTENTS = set(yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["intents"])
EVERY = [
    pytest.param(procedure, facet, id=f"{procedure.code}-{facet}") for procedure in SHIPPED for facet in Facet
]
ALONE_FREE = re.compile(r"^\W*(?:lệ phí:\s*)?(?:được )?miễn (?:lệ )?phí\W*$", re.IGNORECASE | re.MULTILINE)


@pytest.mark.parametrize(("procedure", "facet"), EVERY)
def test_every_answer_follows_the_contract(procedure: Procedure, facet: Facet) -> None:
    reply = answer(procedure, facet)
    assert Reply.model_validate(reply.to_wire()) == reply
    assert (reply.procedure, reply.facet) == (procedure.code, facet)
    assert reply.text.strip()
    assert len(reply.text) < 2500, "more than two messages on Zalo"
    assert "None" not in reply.text
    assert "  " not in reply.text
    unknown = facet in procedure.unknown
    assert reply.kind is (Kind.NO_ANSWER if unknown else Kind.ANSWER)
    if unknown:
        assert "chưa có thông tin" in reply.text
        assert "1022" in reply.text
        assert reply.card is None
    else:
        assert reply.card is not None
        assert procedure.name in reply.card.title
        assert reply.card.sections


@pytest.mark.parametrize(("procedure", "facet"), EVERY)
def test_every_answer_names_its_source_and_when_it_was_checked(procedure: Procedure, facet: Facet) -> None:
    sources = answer(procedure, facet).sources
    assert sources
    assert {source.code for source in sources} == {procedure.code}
    assert all(isinstance(source.checked_on, date) for source in sources)
    assert sources[-1].decision or sources[-1].url


@pytest.mark.parametrize(("procedure", "facet"), EVERY)
def test_every_button_does_what_the_domain_knows(procedure: Procedure, facet: Facet) -> None:
    buttons = answer(procedure, facet).buttons
    assert len(buttons) <= 4
    assert len({button.title for button in buttons}) == len(buttons)
    for button in buttons:
        assert isinstance(button.payload, Command)
        assert button.payload.intent in INTENTS
        assert button.payload.entities == {"procedure": procedure.code}
        assert button.payload.intent != f"ask_{facet}"
        if button.payload.intent == "ask_checklist":
            assert checklist_questions(procedure)
            continue
        offered = Facet(button.payload.intent.removeprefix("ask_"))
        assert offered in facets_with_content(procedure), "a button must not lead to 'chưa rõ'"


@pytest.mark.parametrize("procedure", SHIPPED, ids=lambda procedure: procedure.code)
def test_what_the_council_sets_is_never_called_free(procedure: Procedure) -> None:
    if FeeKind.COUNCIL not in {way.fee.kind for way in procedure.ways}:
        return
    for facet in (Facet.FEE, Facet.OVERVIEW):
        text = answer(procedure, facet).text
        assert "HĐND" in text
        assert not ALONE_FREE.search(text)


@pytest.mark.parametrize("procedure", SHIPPED, ids=lambda procedure: procedure.code)
def test_every_amount_in_the_data_is_said(procedure: Procedure) -> None:
    text = answer(procedure, Facet.FEE).text
    for way in procedure.ways:
        if way.fee.amount is not None:
            assert dong(way.fee.amount).removesuffix(" đồng") in text
        if way.fee.kind is FeeKind.FREE:
            assert "miễn" in text.lower() or "không phải nộp" in text


def _special() -> Iterator[Any]:
    for procedure in SHIPPED:
        for number, case in enumerate(procedure.special_cases):
            yield pytest.param(procedure, case, id=f"{procedure.code}-{number}")


@pytest.mark.parametrize(("procedure", "case"), list(_special()))
def test_a_special_case_is_answered_in_its_own_words_with_a_source(procedure: Procedure, case: Any) -> None:
    reply = special_answer(procedure, case)
    assert (reply.kind, reply.facet, reply.procedure) == (Kind.ANSWER, case.facet, procedure.code)
    assert reply.text == case.answer
    assert len(reply.text) < 1000
    assert reply.sources
    for button in reply.buttons:
        assert isinstance(button.payload, Command)
        assert button.payload.intent in INTENTS
    if case.facet in facets_with_content(procedure):
        first = reply.buttons[0].payload
        assert first == Command(intent=f"ask_{case.facet}", entities={"procedure": procedure.code})


def test_a_special_case_may_have_a_source_of_its_own(made: Made) -> None:
    own = {"source": "Thông tư", "checked_on": date(2026, 8, 1), "checked_by": "Nhóm", "decision": "1/QĐ"}
    procedure = made(
        special_cases=[{"questions": ["cá chết"], "facet": "fee", "answer": "Có."}],
        field_provenance={"special_cases": own},
    )
    decisions = [source.decision for source in special_answer(procedure, procedure.special_cases[0]).sources]
    assert decisions == ["1/QĐ"]


def test_a_doubt_about_a_field_travels_with_the_answer(made: Made) -> None:
    own = {
        "source": "gọi 1022",
        "checked_on": date(2026, 8, 1),
        "checked_by": "Nhóm",
        "sureness": "cần kiểm tra lại",
    }
    procedure = made(field_provenance={"fee": own})
    assert answer(procedure, Facet.FEE).sources[0].note == "cần kiểm tra lại: gọi 1022"
    assert [source.note for source in answer(procedure, Facet.TIME).sources] == [None]


def test_every_facet_has_its_words() -> None:
    assert set(BUTTON) == set(TITLE) == set(NEXT) == set(Facet)
    assert {f"ask_{facet}" for facet in Facet} <= INTENTS
    assert all(facet not in after for facet, after in NEXT.items())


def test_a_button_is_a_command() -> None:
    button = ask_button("Lệ phí", "1.001193", Facet.FEE)
    assert button.payload == Command(intent="ask_fee", entities={"procedure": "1.001193"})


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        ({"kind": "miễn phí"}, "Miễn phí"),
        ({"kind": "hđnd quy định"}, "HĐND Thành phố quy định"),
        ({"kind": "hđnd quy định", "note": "miễn khi đúng hạn"}, "HĐND Thành phố quy định"),
        ({"kind": "chưa rõ"}, "Chưa rõ"),
        ({"kind": "mức tiền", "amount": 20000, "per": "lần"}, "20.000 đồng/lần"),
        ({"kind": "mức tiền", "amount": 8000}, "8.000 đồng"),
        ({"kind": "mức tiền", "amount": 0}, "0 đồng"),
    ],
)
def test_a_fee_is_free_only_when_it_truly_is(fee: dict[str, Any], said: str) -> None:
    assert way_fee(Fee.model_validate(fee)) == said


@pytest.mark.parametrize(("amount", "said"), [(500, "500 đồng"), (1200000, "1.200.000 đồng")])
def test_thousands_have_dots(amount: int, said: str) -> None:
    assert dong(amount) == said


def _way(how: str, **fee: Any) -> dict[str, Any]:
    return {"kind": how, "time": {"unit": "trong ngày"}, "fee": fee}


def test_ways_that_cost_differently_are_told_apart(made: Made) -> None:
    dear = _way("trực tiếp", kind="mức tiền", amount=20000)
    cheap = _way("trực tuyến", kind="mức tiền", amount=10000)
    text = answer(made(ways=[dear, cheap]), Facet.FEE).text
    assert "• Trực tiếp: 20.000 đồng" in text
    assert "• Trực tuyến: 10.000 đồng" in text
    alike = answer(made(ways=[dear, {**dear, "kind": "bưu chính"}]), Facet.FEE)
    assert alike.card
    assert not any(isinstance(section, TableSection) for section in alike.card.sections)


def test_papers_are_grouped_by_what_to_do_and_for_whom(made: Made) -> None:
    procedure = made(
        cases={"uy-quyen": "Nhờ người khác đi thay", "ubnd": "UBND yêu cầu"},
        documents=[
            {"name": "Tờ khai", "action": "nộp", "originals": 2, "copies": 1, "form": "Mẫu CT01"},
            {"name": "Căn cước", "action": "xuất trình", "note": "còn hạn"},
            {"name": "Giấy ủy quyền", "action": "nộp", "cases": ["uy-quyen", "ubnd"]},
        ],
        documents_note="Giấy nước ngoài phải dịch.",
    )
    reply = answer(procedure, Facet.DOCUMENTS)
    assert reply.text.splitlines() == [
        "Nộp:",
        "✓ Tờ khai (mẫu CT01, 2 bản chính, 1 bản sao)",
        "Xuất trình (mang theo để cán bộ xem):",
        "✓ Căn cước – còn hạn",
        "Thêm, nếu nhờ người khác đi thay:",
        "✓ Giấy ủy quyền",
        "Thêm, nếu UBND yêu cầu:",
        "✓ Giấy ủy quyền",
        "Giấy nước ngoài phải dịch.",
    ]
    assert reply.card
    lists = [section for section in reply.card.sections if isinstance(section, ListSection)]
    assert [section.kind for section in lists] == ["checklist"] * 4


def test_papers_for_special_cases_are_not_in_the_overview(made: Made) -> None:
    procedure = made(
        cases={"a": "Trường hợp A"},
        documents=[
            {"name": "Tờ khai", "action": "nộp"},
            {"name": "Giấy A", "action": "nộp", "cases": ["a"]},
        ],
    )
    text = answer(procedure, Facet.OVERVIEW).text
    assert "✓ Tờ khai" in text
    assert "Giấy A" not in text
    assert "Thời gian: 3 ngày làm việc." in text
    assert "Lệ phí: 20.000 đồng/lần." in text


def test_steps_are_numbered(made: Made) -> None:
    text = answer(made(steps=["Nộp đơn.", "Nhận giấy."]), Facet.STEPS).text
    assert text.splitlines() == ["Các bước:", "1. Nộp đơn.", "2. Nhận giấy."]


@pytest.mark.parametrize(
    ("local", "said"),
    [
        ({"time": {"unit": "ngày làm việc", "amount": 2}}, "Hà Nội cam kết 2 ngày làm việc"),
        ({"time": {"unit": "trong ngày"}}, "Hà Nội cam kết trong ngày"),
        ({"time": {"unit": "chưa rõ"}}, "Hà Nội cam kết làm nhanh hơn, chưa rõ số ngày"),
        ({"time": {"unit": "trong ngày"}, "no_wait": True}, "Hà Nội cam kết làm ngay, không phải chờ"),
    ],
)
def test_what_the_city_promises_is_said_beside_the_legal_time(
    made: Made, local: dict[str, Any], said: str
) -> None:
    local = {**local, "decision": "QĐ 5/QĐ-UBND"}
    assert local_promise(LocalTime.model_validate(local)) == said
    text = answer(made(local_time=local), Facet.TIME).text
    assert text.splitlines() == ["3 ngày làm việc.", f"{said} (QĐ 5/QĐ-UBND)."]


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("toàn trình", "Nộp trên Cổng. Dịch vụ công trực tuyến toàn trình."),
        ("một phần", "Nộp trên Cổng. Dịch vụ công trực tuyến một phần."),
        ("không", "Nộp trên Cổng."),
        ("chưa rõ", "Nộp trên Cổng."),
    ],
)
def test_the_online_level_is_named_only_when_known(made: Made, level: str, said: str) -> None:
    assert answer(made(online="Nộp trên Cổng.", online_level=level), Facet.ONLINE).text == said


def test_forms_laws_and_neighbours_are_listed(made: Made) -> None:
    procedure = made(
        forms=[{"name": "Tờ khai CT01", "code": "CT01", "where": "tại quầy"}, {"name": "Đơn", "code": "M2"}],
        legal_basis=[{"number": "1/2026/NĐ-CP", "name": "Nghị định nuôi cá"}],
        linked=[{"code": "9.000002", "text": "Nuôi chim"}],
        delegation={"allowed": "được", "text": "Nhờ ai cũng được."},
    )
    assert answer(procedure, Facet.FORM).text == "Mẫu cần điền:\n• Tờ khai CT01 – tại quầy\n• Đơn (mẫu M2)"
    assert "• Nghị định nuôi cá (1/2026/NĐ-CP)" in answer(procedure, Facet.LEGAL_BASIS).text
    assert "• Nuôi chim" in answer(procedure, Facet.LINKED).text
    assert answer(procedure, Facet.DELEGATE).text == "Nhờ ai cũng được."
