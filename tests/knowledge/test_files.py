"""Procedure files: every mistake is named with its file, in words its author understands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import Procedure
from knowledge.checks import check_together
from knowledge.files import read_folder

Made = Callable[..., Procedure]
ENGLISH = re.compile(
    r"\b(?:should|input|field|error|valid|required|permitted|string|value|must)\b", re.IGNORECASE
)


def _write(folder: Path, data: object, name: str = "9.000001.yml") -> None:
    (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def test_the_shipped_files_have_no_problems(shipped: list[Procedure]) -> None:
    assert len(shipped) >= 12
    assert check_together(shipped) == []


def test_a_right_file_is_read(tmp_path: Path, small: dict[str, Any]) -> None:
    _write(tmp_path, small)
    (tmp_path / "ghi-chu.txt").write_text("không phải thủ tục")
    reading = read_folder(tmp_path)
    assert reading.problems == []
    assert [procedure.code for procedure in reading.procedures] == ["9.000001"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"summary": None}, "summary: phải là chữ"),
        ({"name": ""}, "name: đang để trống"),
        ({"code": "khai sinh"}, "code: viết sai dạng"),
        ({"gia": "20.000"}, "gia: mẫu không có mục này"),
        ({"levels": ["huyện"]}, "levels.0: phải là một trong: 'bộ', 'tỉnh', 'xã' hoặc 'khác'"),
        ({"ways": "trực tiếp"}, "ways: phải là danh sách"),
        ({"ways": []}, "ways: phải có ít nhất một dòng"),
        ({"effective_from": "mai"}, "effective_from: phải là ngày"),
        (
            {"documents": [{"name": "A", "action": "nộp", "copies": 99}]},
            "documents.0.copies: không được quá 20",
        ),
        ({"documents": [{"name": "A", "action": "đưa"}]}, "documents.0.action: phải là một trong"),
        ({"documents": ["Giấy A"]}, "documents.0: phải là các cặp"),
        ({"provenance": {}}, "provenance.source: thiếu mục này"),
        ({"unknown": []}, "cả tệp: mục 'documents' thiếu nội dung"),
    ],
)
def test_a_mistake_is_named_in_vietnamese_with_its_file_and_place(
    tmp_path: Path, small: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    _write(tmp_path, {**small, **change})
    reading = read_folder(tmp_path)
    assert reading.procedures == []
    assert all(problem.startswith("9.000001.yml: ") for problem in reading.problems)
    assert any(said in problem for problem in reading.problems), reading.problems
    assert not [problem for problem in reading.problems if ENGLISH.search(problem.split(": ", 2)[2])]


@pytest.mark.parametrize("content", ["", "- một danh sách", "chỉ là chữ", "123"])
def test_a_file_that_is_no_procedure_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "9.000001.yml").write_text(content, encoding="utf-8")
    assert read_folder(tmp_path).problems == ["9.000001.yml: cả tệp: phải là các cặp 'mục: nội dung'"]


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "9.000001.yml").write_text('code: "9.000001"\nname: [a\n', encoding="utf-8")
    (problem,) = read_folder(tmp_path).problems
    assert re.fullmatch(r"9\.000001\.yml: không đọc được YAML \(dòng \d\)", problem)


def test_a_key_given_twice_is_a_mistake_and_not_a_choice(tmp_path: Path, small: dict[str, Any]) -> None:
    _write(tmp_path, small)
    with (tmp_path / "9.000001.yml").open("a", encoding="utf-8") as file:
        file.write("fee: Miễn phí.\n")
    reading = read_folder(tmp_path)
    assert reading.procedures == []
    assert reading.problems[0].startswith("9.000001.yml: mục 'fee' ghi hai lần (dòng ")


def test_a_file_in_another_encoding_is_a_problem_and_not_an_exception(tmp_path: Path) -> None:
    (tmp_path / "9.000001.yml").write_bytes("name: Đăng ký".encode("utf-16"))
    (tmp_path / "9.000002.yml").mkdir()
    problems = read_folder(tmp_path).problems
    assert [problem.split(":")[0] for problem in problems] == ["9.000001.yml", "9.000002.yml"]
    assert "UTF-8" in problems[0]


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path, small: dict[str, Any]) -> None:
    _write(tmp_path, small)
    _write(tmp_path, {}, "9.000000.yml")
    reading = read_folder(tmp_path)
    assert len(reading.procedures) == 1
    assert reading.problems


def test_the_name_of_a_file_is_the_code(tmp_path: Path, small: dict[str, Any]) -> None:
    _write(tmp_path, small, "ca-canh.yml")
    assert read_folder(tmp_path).problems == ["ca-canh.yml: tên tệp phải là mã thủ tục 9.000001"]


def test_a_code_in_two_files_is_a_problem(made: Made) -> None:
    assert check_together([made(), made()]) == ["9.000001: mã có ở hai tệp"]


def test_a_question_that_two_procedures_claim_is_a_problem_however_it_is_typed(made: Made) -> None:
    other = made(
        code="9.000002",
        name="Đăng ký nuôi chim",
        official_name="Thủ tục đăng ký nuôi chim",
        short_name="nuôi chim",
        sample_questions=["Muon nuoi ca vang trong be thi xin phep ai?"],
    )
    (problem,) = check_together([made(), other])
    assert problem.startswith("9.000002: “Muon nuoi ca vang")
    assert problem.endswith("đã là tên hoặc câu hỏi mẫu của 9.000001")


def test_a_special_question_may_not_be_claimed_twice_either(made: Made) -> None:
    case = [{"questions": ["cá chết thì sao"], "facet": "fee", "answer": "Không mất tiền."}]
    other = made(
        code="9.000002",
        name="Đăng ký nuôi chim",
        official_name="Thủ tục nuôi chim",
        short_name="nuôi chim",
        sample_questions=["nuôi chim"],
        special_cases=case,
    )
    assert len(check_together([made(special_cases=case), other])) == 1


def test_a_procedure_may_repeat_itself(made: Made) -> None:
    assert check_together([made(other_names=["Nuôi cá cảnh", "nuoi ca canh"])]) == []
