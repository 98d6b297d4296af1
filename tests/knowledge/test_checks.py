"""What a folder of files cannot be: at odds with itself, or out of date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from knowledge import Procedure
from knowledge.checks import check_dates, check_together

Made = Callable[..., Procedure]
TODAY = date(2026, 11, 23)


def _other(made: Made, **changes: Any) -> Procedure:
    names = {"name": "Nuôi chim", "official_name": "Thủ tục nuôi chim", "short_name": "chim"}
    return made(**{"code": "9.000002", **names, "sample_questions": ["nuôi chim"], **changes})


def _link(code: str, **changes: Any) -> dict[str, Any]:
    return {"linked": [{"code": code, "text": "Làm thêm", **changes}]}


def test_the_shipped_files_agree_and_are_up_to_date(shipped: list[Procedure]) -> None:
    assert check_together(shipped) == []
    assert check_dates(shipped, max(TODAY, date.today())) == []  # noqa: DTZ011


@pytest.mark.parametrize("field", ["name", "official_name", "short_name"])
def test_two_procedures_may_not_have_one_name(made: Made, field: str) -> None:
    clash = {field: getattr(made(), field)}
    (problem,) = check_together([made(), _other(made, **clash)])
    assert problem.startswith("9.000002: “")


def test_imported_procedures_may_be_called_what_the_portal_calls_them(made: Made) -> None:
    assert check_together([made(), made(code="9.000002", imported=True)]) == []


def test_a_question_may_not_stand_twice_in_one_file(made: Made) -> None:
    (twice,) = check_together([made(sample_questions=["nuôi cá vàng", "Nuoi ca vang?"])])
    assert twice == "9.000001: câu hỏi mẫu “Nuoi ca vang?” có hai lần"
    (by_facet,) = check_together([made(sample_questions=["nuôi cá"], questions={"fee": ["nuoi ca"]})])
    assert "có hai lần" in by_facet


def test_a_question_of_a_facet_may_not_stand_in_two_files(made: Made) -> None:
    mine = made(questions={"fee": ["nuôi cá hết bao nhiêu tiền"]})
    (by_facet,) = check_together([mine, _other(made, questions={"time": ["Nuoi ca het bao nhieu tien?"]})])
    assert by_facet == "9.000002: “Nuoi ca het bao nhieu tien?” đã là tên hoặc câu hỏi mẫu của 9.000001"
    (as_sample,) = check_together([mine, _other(made, sample_questions=["nuôi cá hết bao nhiêu tiền"])])
    assert as_sample.startswith("9.000002: “nuôi cá hết bao nhiêu tiền”")
    case = {"questions": ["nuôi cá hết bao nhiêu tiền"], "facet": "fee", "answer": "Chưa rõ."}
    (as_case,) = check_together([mine, _other(made, special_cases=[case])])
    assert as_case.startswith("9.000002: “nuôi cá hết bao nhiêu tiền”")


def test_a_question_may_not_stand_under_two_facets(made: Made) -> None:
    (twice,) = check_together([made(questions={"fee": ["nuôi cá sao"], "time": ["Nuoi ca sao?"]})])
    assert twice == "9.000001: câu hỏi mẫu “Nuoi ca sao?” có hai lần"
    (in_one,) = check_together([made(questions={"fee": ["nuôi cá sao", "nuoi ca sao"]})])
    assert "có hai lần" in in_one
    assert check_together([made(questions={"fee": ["nuôi cá tốn gì"], "time": ["nuôi cá bao lâu"]})]) == []


def test_a_link_that_leads_nowhere_is_named_unless_it_is_marked(made: Made) -> None:
    (problem,) = check_together([made(**_link("9.000009"))])
    assert problem.startswith("9.000001: linked dẫn đến 9.000009 không có trong thư mục")
    assert "outside: true" in problem
    assert check_together([made(**_link("9.000009", outside=True))]) == []
    assert check_together([made(**_link("9.000002")), _other(made)]) == []


def test_a_mark_that_is_no_longer_true_and_a_link_to_itself_are_named(made: Made) -> None:
    (stale,) = check_together([made(**_link("9.000002", outside=True)), _other(made)])
    assert "nay đã có tệp" in stale
    (itself,) = check_together([made(**_link("9.000001"))])
    assert "về chính nó" in itself


def test_replaces_names_neither_a_living_procedure_nor_itself_nor_what_another_replaces(made: Made) -> None:
    (living,) = check_together([made(replaces=["9.000002"]), _other(made)])
    assert "9.000002 vẫn còn hiệu lực" in living
    (itself,) = check_together([made(replaces=["9.000001"])])
    assert "replaces nêu chính nó" in itself
    (claimed,) = check_together([made(replaces=["9.000003"]), _other(made, replaces=["9.000003"])])
    assert claimed == "9.000002: replaces nêu 9.000003, mã mà 9.000001 đã nêu"
    ended = _other(made, effective_to=TODAY)
    assert check_together([made(replaces=["9.000002", "9.000004"]), ended]) == []


def test_a_procedure_that_ended_without_a_successor_is_named(made: Made) -> None:
    ended = _other(made, effective_to=TODAY - timedelta(days=1))
    (problem,) = check_dates([made(), ended], TODAY)
    assert problem.startswith("9.000002: hết hiệu lực từ 22/11/2026")
    assert check_dates([made(replaces=["9.000002"]), ended], TODAY) == []
    assert check_dates([_other(made, effective_to=TODAY)], TODAY) == []


@pytest.mark.parametrize(
    ("day", "said"), [(TODAY + timedelta(days=1), "còn ở phía trước"), (date(2024, 12, 31), "quá cũ")]
)
def test_nobody_checked_tomorrow_or_before_2025(made: Made, day: date, said: str) -> None:
    record = {"source": "Cổng", "checked_on": day, "checked_by": "Nhóm nội dung"}
    (whole,) = check_dates([made(provenance=record)], TODAY)
    assert whole.startswith("9.000001: provenance.checked_on")
    assert said in whole
    (field,) = check_dates([made(field_provenance={"fee": record})], TODAY)
    assert field.startswith("9.000001: fee.checked_on")


def test_what_was_checked_today_or_in_2025_is_fine(made: Made) -> None:
    for day in (TODAY, date(2025, 1, 1)):
        record = {"source": "Cổng", "checked_on": day, "checked_by": "Nhóm nội dung"}
        assert check_dates([made(provenance=record)], TODAY) == []
