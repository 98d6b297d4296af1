"""What differs is said in Vietnamese, one thing at a time, of drafts that are no procedures as well."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Procedure
from knowledge.changes.checking import plain
from knowledge.changes.diff import FIELD_LABELS, PART_LABELS, Difference, differences

BIRTH = "1.001193"


@pytest.fixture
def before(shipped: list[Procedure]) -> dict[str, Any]:
    return plain(next(procedure for procedure in shipped if procedure.code == BIRTH))


def _one(before: dict[str, Any], **fields: Any) -> Difference:
    (found,) = differences(before, {**before, **fields})
    return found


def test_nothing_differs_from_itself(before: dict[str, Any]) -> None:
    assert differences(before, copy.deepcopy(before)) == []


def test_a_text_before_and_after(before: dict[str, Any]) -> None:
    found = _one(before, result="Giấy khai sinh bản chính.")
    assert (found.field, found.label, found.kind) == ("result", "Kết quả", "changed")
    assert found.after_lines == ["Giấy khai sinh bản chính."]
    assert _one(before, effective_to="2027-06-30").after_lines == ["30/06/2027"]
    gone = {name: value for name, value in before.items() if name != "result"}
    assert [each.kind for each in differences(before, gone)] == ["removed"]


def test_one_difference_an_item(before: dict[str, Any]) -> None:
    ways = copy.deepcopy(before["ways"])
    ways[0]["fee"] = {"kind": "mức tiền", "amount": 8000, "per": "bản"}
    found = _one(before, ways=ways)
    assert found.label == "Cách nộp: trực tiếp"
    assert "  Số tiền: 8.000 đồng" in found.after_lines
    papers = [*copy.deepcopy(before["documents"])[1:], {"name": "Giấy mới", "action": "nộp"}]
    kinds = {each.label: each.kind for each in differences(before, {**before, "documents": papers})}
    assert kinds == {f"Giấy tờ: {before['documents'][0]['name']}": "removed", "Giấy tờ: Giấy mới": "added"}
    turned = _one(before, documents=list(reversed(before["documents"])))
    assert turned.label == "Giấy tờ: thứ tự"


def test_cases_are_called_by_their_names(before: dict[str, Any]) -> None:
    mark, name = next(iter(before["cases"].items()))
    paper = {"name": "Giấy mới", "action": "nộp", "cases": [mark]}
    found = _one(before, documents=[*before["documents"], paper])
    assert f"Trường hợp: {name}" in found.after_lines
    assert name in _one(before, cases={**before["cases"], "moi": "Sinh ở nước ngoài"}).before_lines


def test_questions_and_sources_one_by_one(before: dict[str, Any]) -> None:
    found = _one(before, questions={**before["questions"], "fee": ["hết bao nhiêu"]})
    assert (found.label, found.after_lines) == ("Câu hỏi mẫu theo mặt: Lệ phí", ["hết bao nhiêu"])
    own = {"source": "Biểu phí", "checked_on": "2026-07-01", "checked_by": "An"}
    sources = {**before.get("field_provenance", {}), "result": own}
    found = _one(before, field_provenance=sources)
    assert found.label == "Nguồn riêng của mục: Kết quả"
    assert "Ngày kiểm tra: 01/07/2026" in found.after_lines


def test_every_field_has_a_name(shipped: list[Procedure]) -> None:
    assert Procedure.model_fields.keys() == FIELD_LABELS.keys()
    inner: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                inner.add(name)
                collect(each)
        elif isinstance(value, list):
            for each in value:
                collect(each)

    for name in ("ways", "documents", "forms", "legal_basis", "delegation", "linked", "special_cases"):
        for procedure in shipped:
            collect(procedure.model_dump(mode="json")[name])
    assert inner <= PART_LABELS.keys() | FIELD_LABELS.keys()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "code", "cases", "fee", "amount", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)
CONTENT = st.dictionaries(st.sampled_from([*FIELD_LABELS, "lạ"]), JSON, max_size=6)


@given(CONTENT, CONTENT)
def test_whatever_stands_in_a_draft_can_be_compared(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = differences(before, after)
    said = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {each.field for each in found} <= said
    texts = {name for name in said if isinstance(after.get(name), str) and str(after[name]).strip()}
    assert texts <= {each.field for each in found}
    for each in found:
        assert all(isinstance(line, str) for line in [*each.before_lines, *each.after_lines])
