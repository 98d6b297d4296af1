"""Exported files: what did not change keeps its bytes, and what is written says what was published."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.exchange import export_folder, spliced, written
from knowledge.files import SHIPPED, parse, read_folder
from knowledge.schema import Procedure

_FREE = (
    "name", "summary", "place", "online", "time", "fee", "result", "late", "documents_note", "other_names",
    "steps", "conditions", "documents", "ways", "special_cases", "legal_basis", "linked", "forms", "audience",
    "questions", "sample_questions", "cases", "checklist", "field_provenance", "local_time", "delegation",
)  # fmt: skip
# What YAML might take for something else, and what folding might lose.
_HARD = (
    "không", "yes", "null", "~", "1.001193", "2026-07-01", "- gạch đầu dòng", "# không phải ghi chú", "a: b",
    "{ngoặc}", "[ngoặc]", "*sao", "&và", "!than", "%phần", "@người", "`phẩy`", "'một'",
    '"hai"', "a #b", "=1+1",
    "hai  khoảng  trắng", "dòng một\ndòng hai", "dòng một\n\n  thụt vào\n- gạch", "a\tb",
    "\u00a0lạ\u00a0", "😀",
    "đuôi:", "câu \\ gạch chéo", "x" * 300, "chữ " * 80 + "hết", "12:30:45", "0x1F", "1_000",
    "<<", "=", "|", ">-",
    "--- a", "...", "a\u2028b", "\x85a", "\u0007",
)  # fmt: skip


@cache
def _files() -> list[tuple[str, str, Procedure]]:
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yml"))]
    return [(name, text, parse(text)) for name, text in texts]


def _diff(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _blocks(text: str) -> dict[str, str]:
    """The lines of every key of a file."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        if line and not line.startswith((" ", "#")):
            key = line.split(":")[0]
        found.setdefault(key, []).append(line)
    return {name: "\n".join(line for line in lines if line.strip()) for name, lines in found.items()}


def test_what_is_shipped_is_exported_to_the_byte(tmp_path: Path) -> None:
    for name, text, _ in _files():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = export_folder(tmp_path, [procedure for _, _, procedure in _files()])
    assert (done.changed, done.added, done.removed, done.strangers) == ([], [], [], [])
    assert len(done.unchanged) == len(_files()) > 80
    assert all((tmp_path / name).read_text(encoding="utf-8") == text for name, text, _ in _files())


def test_a_new_folder_says_the_same(tmp_path: Path) -> None:
    procedures = [procedure for _, _, procedure in _files()]
    assert len(export_folder(tmp_path / "moi", procedures).added) == len(procedures)
    reading = read_folder(tmp_path / "moi")
    assert (reading.problems, reading.procedures) == ([], procedures)


def test_one_fee_changed_is_one_line_changed(tmp_path: Path) -> None:
    text = (SHIPPED / "1.004194.yml").read_text(encoding="utf-8")
    content = parse(text).model_dump(mode="json")
    content["ways"][0]["fee"]["amount"] = 9000
    after = spliced(text, Procedure.model_validate(content))
    assert _diff(text, after) == ["-      amount: 7000", "+      amount: 9000"]


def test_a_fee_that_three_ways_share_is_written_out_where_it_now_differs() -> None:
    text = (SHIPPED / "2.002516.yml").read_text(encoding="utf-8")
    content = parse(text).model_dump(mode="json")
    content["ways"][1]["fee"]["amount"] = 4000
    after = spliced(text, Procedure.model_validate(content))
    changed = _diff(text, after)
    assert changed[:4] == ["-    fee: *phi", "+    fee:", "+      kind: mức tiền", "+      amount: 4000"]
    assert after.count("*phi") == 1  # the third way still shares the first one's
    assert len(changed) == 6


def test_a_shared_fee_that_changes_everywhere_is_changed_once() -> None:
    text = (SHIPPED / "2.002516.yml").read_text(encoding="utf-8")
    content = parse(text).model_dump(mode="json")
    for way in content["ways"]:
        way["fee"]["amount"] = 9000
    after = spliced(text, Procedure.model_validate(content))
    assert _diff(text, after) == ["-      amount: 8000", "+      amount: 9000"]


def test_comments_and_line_breaks_of_the_rest_stay() -> None:
    text = (SHIPPED / "1.001193.yml").read_text(encoding="utf-8")
    content = parse(text).model_dump(mode="json")
    content["steps"].insert(1, "Lấy số thứ tự.")
    content["documents"].pop()
    content["late"] = None
    content["unknown"] = ["late"]
    after = spliced(text.replace("steps:\n", "steps: # đọc kỹ\n"), Procedure.model_validate(content))
    changed = _diff(text.replace("steps:\n", "steps: # đọc kỹ\n"), after)
    assert "+  - Lấy số thứ tự." in changed
    assert "# The same, sorted by what they ask" in after
    assert "steps: # đọc kỹ" in after
    kept = [line for line in changed if line.startswith("+")]
    assert kept == ["+  - Lấy số thứ tự.", "+unknown: [late]"]


def test_windows_line_ends_stay() -> None:
    text = (SHIPPED / "1.004194.yml").read_text(encoding="utf-8").replace("\n", "\r\n")
    content = parse(text).model_dump(mode="json")
    content["steps"].append("Xong.")
    after = spliced(text, Procedure.model_validate(content))
    assert after.count("\n") == after.count("\r\n") == text.count("\r\n") + 1


def test_a_withdrawn_procedure_loses_its_file_and_a_stranger_keeps_it(tmp_path: Path) -> None:
    procedures = [procedure for _, _, procedure in _files()[:3]]
    export_folder(tmp_path, procedures)
    (tmp_path / "9.999999.yml").write_text("của người khác", encoding="utf-8")
    done = export_folder(tmp_path, procedures[:1], withdrawn=[procedures[1].code])
    assert (done.removed, done.strangers) == ([procedures[1].code], sorted([procedures[2].code, "9.999999"]))
    assert not (tmp_path / f"{procedures[1].code}.yml").exists()


@pytest.mark.parametrize("hard", _HARD)
def test_no_text_is_taken_for_something_else(hard: str) -> None:
    _, text, procedure = _files()[0]
    content = procedure.model_dump(mode="json")
    content["summary"] = content["ways"][0]["note"] = content["provenance"]["note"] = hard or "x"
    content["steps"] = [hard, "giữa", hard]
    content["other_names"] = [hard]
    content["legal_basis"] = [{"number": hard, "name": f"{hard}, {hard}"}]
    content["cases"] = {**content["cases"], "la": hard}
    content["unknown"] = [facet for facet in content["unknown"] if facet not in ("steps", "legal_basis")]
    try:
        wanted = Procedure.model_validate(content)
    except ValidationError:
        pytest.skip("the schema does not take it")
    assert parse(written(wanted)) == wanted
    assert parse(spliced(text, wanted)) == wanted


@st.composite
def _edits(draw: st.DrawFn) -> tuple[str, Procedure, set[str]]:
    """A shipped file, changed content, and the fields that were changed."""
    _, text, procedure = draw(st.sampled_from(_files()))
    content = procedure.model_dump(mode="json")
    touched: set[str] = set()
    for name in draw(st.lists(st.sampled_from(_FREE), min_size=1, max_size=4, unique=True)):
        changed = _changed(draw, content, name)
        try:
            Procedure.model_validate(changed)
        except ValidationError:
            continue
        content = changed
        touched.add(name)
    return text, Procedure.model_validate(content), touched


def _changed(draw: st.DrawFn, content: dict[str, Any], name: str) -> dict[str, Any]:
    value = content[name]
    other = draw(st.sampled_from(_files()))[2].model_dump(mode="json")[name]
    said = draw(st.sampled_from(_HARD) | st.text(min_size=1, max_size=150))
    if draw(st.booleans()) or not value:
        return {**content, name: other}
    if isinstance(value, str):
        return {**content, name: said}
    if isinstance(value, dict):
        keys = draw(st.lists(st.sampled_from(sorted(value)), unique=True))
        return {**content, name: {**{key: value[key] for key in keys}, **(other or {})}}
    items = draw(st.permutations(value + (other or [])[:2]))[: draw(st.integers(1, len(value) + 2))]
    if isinstance(items[0], str):
        items[0] = said
    elif isinstance(items[0], dict):
        field = draw(st.sampled_from(sorted(items[0])))
        items[0] = {**items[0], field: said if isinstance(items[0][field], str) else None}
    return {**content, name: items}


@effort(max_examples=250)
@given(_edits())
def test_whatever_changes_the_file_says_it_and_the_rest_is_untouched(
    edit: tuple[str, Procedure, set[str]],
) -> None:
    text, wanted, touched = edit
    after = spliced(text, wanted)
    assert parse(after) == wanted
    assert spliced(after, wanted) == after
    before, now = _blocks(text), _blocks(after)
    for name in before.keys() - touched - {"unknown"}:
        if "*" not in before[name]:
            assert now[name] == before[name], name


@effort(max_examples=60)
@given(_edits())
def test_a_new_file_says_what_was_published(edit: tuple[str, Procedure, set[str]]) -> None:
    assert parse(written(edit[1])) == edit[1]
