"""The schema refuses what would become a wrong answer, and says why in Vietnamese."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge import Procedure
from knowledge.schema import Duration, Fee, facets_with_content
from motcua.reply import Facet

Change = Callable[[dict[str, Any]], object]


def test_the_small_procedure_is_right_to_begin_with(small: dict[str, Any]) -> None:
    procedure = Procedure.model_validate(small)
    assert facets_with_content(procedure) == {Facet.OVERVIEW, Facet.TIME, Facet.FEE}
    assert Procedure.model_validate(procedure.model_dump(mode="json")) == procedure


@pytest.mark.parametrize("unit", ["giờ", "ngày làm việc", "ngày"])
def test_a_time_that_is_counted_needs_its_number(unit: str) -> None:
    with pytest.raises(ValidationError, match="phải có số"):
        Duration.model_validate({"unit": unit})
    assert Duration.model_validate({"unit": unit, "amount": 3}).amount == 3


@pytest.mark.parametrize("unit", ["trong ngày", "chưa rõ"])
def test_a_time_that_is_not_counted_has_no_number(unit: str) -> None:
    with pytest.raises(ValidationError, match="'trong ngày' và 'chưa rõ' thì không"):
        Duration.model_validate({"unit": unit, "amount": 1})
    assert Duration.model_validate({"unit": unit}).amount is None


@pytest.mark.parametrize("amount", [0, -1, 401])
def test_a_time_is_within_reason(amount: int) -> None:
    with pytest.raises(ValidationError):
        Duration.model_validate({"unit": "ngày", "amount": amount})


def test_an_amount_of_money_needs_its_number() -> None:
    with pytest.raises(ValidationError, match="'mức tiền' phải có số tiền"):
        Fee.model_validate({"kind": "mức tiền"})


@pytest.mark.parametrize("kind", ["miễn phí", "hđnd quy định", "chưa rõ"])
def test_a_fee_of_another_kind_has_no_amount(kind: str) -> None:
    with pytest.raises(ValidationError, match="các loại khác thì không"):
        Fee.model_validate({"kind": kind, "amount": 0})


def _use_case(data: dict[str, Any]) -> None:
    data["documents"] = [{"name": "Giấy A", "action": "nộp", "cases": ["uy-quyen"]}]
    data["unknown"].remove("documents")


def _end_before_start(data: dict[str, Any]) -> None:
    data.update(effective_from=date(2026, 7, 2), effective_to=date(2026, 7, 1))


def _prove_nothing(data: dict[str, Any]) -> None:
    data["field_provenance"] = {"fees": data["provenance"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_use_case, "trường hợp chưa khai báo: uy-quyen"),
        (_end_before_start, "effective_to đứng trước effective_from"),
        (_prove_nothing, "field_provenance có trường không tồn tại: fees"),
        (lambda data: data["unknown"].append("fee"), "mục 'fee' vừa có nội dung vừa ghi là chưa rõ"),
        (lambda data: data["unknown"].remove("late"), "mục 'late' thiếu nội dung"),
        (lambda data: data.pop("time"), "mục 'time' thiếu nội dung"),
        (lambda data: data.update(place="Tại phường."), "mục 'place' vừa có nội dung"),
    ],
)
def test_what_does_not_hold_together_is_refused(small: dict[str, Any], change: Change, said: str) -> None:
    change(small)
    with pytest.raises(ValidationError, match=said):
        Procedure.model_validate(small)


@pytest.mark.parametrize(
    "change",
    [
        {"code": "1001193"},
        {"code": "1.00119"},
        {"code": "1.001193\n"},
        {"code": 1.001193},
        {"name": "   "},
        {"sample_questions": []},
        {"levels": []},
        {"levels": ["huyện"]},
        {"ways": []},
        {"online_level": "mức 4"},
        {"cases": {"Ủy quyền": "Nhờ người khác"}},
        {"linked": [{"code": "khai sinh", "text": "Khai sinh"}]},
        {"unknown": ["giá"]},
        {"giá": "20.000"},
        {"special_cases": [{"questions": [], "facet": "fee", "answer": "Có."}]},
        {"provenance": {"source": "Cổng", "checked_by": "Nhóm"}},
        {
            "provenance": {
                "source": "Cổng",
                "checked_on": date(2026, 7, 1),
                "checked_by": "Nhóm",
                "url": "http://dichvucong.gov.vn",
            }
        },
        {
            "provenance": {
                "source": "Cổng",
                "checked_on": date(2026, 7, 1),
                "checked_by": "A",
                "sureness": "?",
            }
        },
    ],
)
def test_what_no_procedure_may_say_is_refused(small: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Procedure.model_validate({**small, **change})


def test_a_procedure_never_changes(small: dict[str, Any]) -> None:
    procedure = Procedure.model_validate(small)
    with pytest.raises(ValidationError):
        procedure.fee = "Miễn phí."  # type: ignore[misc]
