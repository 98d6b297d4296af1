"""Wards and offices: the table says what the law says; names are found in every spelling, traps are not."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from knowledge.office_check import check_offices
from knowledge.office_questions import Desk, Wanted, desk_of, read_question
from knowledge.offices import OfficeKind, shipped_offices
from knowledge.schema import Procedure
from knowledge.ward_names import find_wards
from knowledge.wards import FOLDER, Share, WardKind, hanoi, old_unit
from motcua.settings import ROOT

HANOI = hanoi()


def _names(text: str, *, office: bool = False) -> list[str]:
    """Today's wards that ``text`` may mean."""
    return [ward.full_name for mention in find_wards(text, office=office) for ward in mention.wards]


# The table


def test_hanoi_has_126_units_of_which_51_are_wards() -> None:
    assert len(HANOI.by_code) == len(HANOI.wards) == 126
    assert sum(ward.kind is WardKind.WARD for ward in HANOI.wards) == 51
    assert sum(ward.kind is WardKind.COMMUNE for ward in HANOI.wards) == 75
    assert len({ward.full_name for ward in HANOI.wards}) == 126


def test_every_old_unit_went_somewhere_and_every_ward_came_from_somewhere() -> None:
    assert len(HANOI.units) == 526
    assert len(HANOI.districts) == 30
    assert all(HANOI.now(unit) for unit in HANOI.units)
    assert all(HANOI.now(unit) for unit in HANOI.earlier)
    for ward in HANOI.wards:
        assert any(ward in HANOI.now(old_unit(piece.unit, piece.district)) for piece in ward.formed_from)


def test_the_shares_of_an_old_unit_add_up() -> None:
    for unit, pieces in HANOI.pieces.items():
        shares = [share for _, share in pieces]
        if Share.WHOLE in shares:
            assert shares == [Share.WHOLE], unit
        else:
            assert len(shares) > 1, unit
            assert shares.count(Share.REST) == 1, unit
            assert shares.count(Share.RESIDENTS) <= 1, unit


def test_every_district_has_wards_of_its_own() -> None:
    for district in HANOI.districts:
        mostly, partly = HANOI.of_district(district)
        assert mostly, district
        assert not set(mostly) & set(partly)
    homes = {ward for district in HANOI.districts for ward in HANOI.of_district(district)[0]}
    assert homes == set(HANOI.wards)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_offices", ROOT / "scripts" / "make_offices.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_the_resolution_says(generator: ModuleType) -> None:
    clauses = generator.read_law(FOLDER / "resolution-1656.txt")
    by_item = {ward.item: ward for ward in HANOI.wards}
    assert [clause.item for clause in clauses] == list(range(1, 127))
    for clause in clauses:
        ward = by_item[clause.item]
        assert clause.ward == ward.full_name
        assert [(unit, share) for unit, _, share in clause.parts] == [
            (piece.unit, piece.share) for piece in ward.formed_from
        ]
        for (_, district, _), piece in zip(clause.parts, ward.formed_from, strict=True):
            assert piece.district.endswith(district)


def test_who_lives_on_a_strip_of_land_that_has_no_residents_is_not_asked() -> None:
    # Clauses 19, 20, 23 and 48: all people of Đại Kim went to Định Công, only land to the other three.
    assert len(HANOI.pieces[old_unit("phường Đại Kim", "quận Hoàng Mai")]) == 4
    assert [w.name for w in HANOI.now(old_unit("phường Đại Kim", "quận Hoàng Mai"))] == ["Định Công"]
    # Clause 107 gives Ô Diên land of Văn Khê, clauses 118 to 120 the rest.
    assert {w.name for w in HANOI.now(old_unit("xã Văn Khê", "huyện Mê Linh"))} == {"Mê Linh", "Tiến Thắng"}


# Questions and records


@pytest.mark.parametrize(
    ("text", "wanted", "desk"),
    [
        ("phuong phu dien may gio mo cua", Wanted.HOURS, None),
        ("thứ 7 ủy ban có làm không", Wanted.HOURS, Desk.ONE_STOP),
        ("sđt công an xã Thanh Trì", Wanted.PHONE, Desk.POLICE),
        ("trụ sở UBND phường Hoàn Kiếm ở đâu", Wanted.ADDRESS, Desk.ONE_STOP),
        ("tôi ở phường Bách Khoa thì nộp ở đâu", Wanted.WHERE, None),
    ],
)
def test_what_is_wanted_of_an_office(text: str, wanted: Wanted, desk: Desk | None) -> None:
    question = read_question(text)
    assert (question.wanted, question.desk) == (wanted, desk)


def test_offices_of_others_and_helpers_are_recognised() -> None:
    assert read_question("trạm y tế phường Phú Diễn nằm đâu").other == "trạm y tế"
    helped = read_question("mẹ tôi già yếu không đi được thì sao").help
    assert helped
    assert helped.name == "Tổ Hành chính công xung kích"


def test_the_desk_of_a_procedure_follows_its_agency(shipped: list[Procedure]) -> None:
    desks = {procedure.code: desk_of(procedure) for procedure in shipped}
    assert desks["1.004222"] is Desk.POLICE
    assert desks["1.001193"] is Desk.ONE_STOP
    for elsewhere in ("1.012784", "3.000333", "1.001456", "3.000722", "1.013067"):
        assert desks[elsewhere] is None


def test_every_ward_has_a_record_and_no_fact_is_without_a_source() -> None:
    offices = shipped_offices()
    assert set(offices.by_ward) == set(HANOI.by_code)
    for records in offices.by_ward.values():
        assert OfficeKind.ONE_STOP in records
        for record in records.values():
            assert record.provenance or not (record.address or record.hours or record.phones)
    assert "024.1022 (nhánh 7, 8)" in offices.city.numbers
    assert all(entry.provenance.checked_on for entry in offices.city.help)


def test_the_shipped_files_are_right() -> None:
    assert check_offices() == []


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "offices")
    return tmp_path / "offices"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("offices.yml", "kind: trụ sở UBND", "kind: trụ sở", "offices.yml: offices."),
        ("offices.yml", '- ward: "00004"', '- ward: "99999"', "không có phường, xã nào mã 99999"),
        ("offices.yml", "    kind: một cửa\n", "    kind: một cửa\n    hours: 8-17\n", "phải ghi provenance"),
        ("city.yml", "    asked_by:", "    hoi:", "city.yml: help."),
        ("city.yml", "hotlines:", "hotlines: [", "city.yml: không đọc được YAML"),
        ("wards.yml", "kind: phường", "kind: xã", "có 50 phường, phải là 51"),
        ("wards.yml", "share: toàn bộ}", "share: một phần}", "các phần không khớp nhau"),
        (
            "earlier.yml",
            "into: [phường Trúc Bạch]",
            "into: [phường Trúc]",
            "không có phường Trúc ở quận Ba Đình",
        ),
        ("words.yml", "ordinary:", "ordinari:", "words.yml: thiếu mục ordinary"),
    ],
)
def test_a_mistake_of_an_editor_is_named(edited: Path, file: str, old: str, new: str, said: str) -> None:
    path = edited / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    problems = check_offices(edited)
    assert any(said in problem for problem in problems), problems


def test_a_file_that_is_gone_is_named(edited: Path) -> None:
    (edited / "offices.yml").unlink()
    assert check_offices(edited) == ["offices.yml: không mở được, hoặc tệp không phải chữ UTF-8"]


def test_the_generated_file_says_so_and_names_its_sources() -> None:
    head = (FOLDER / "wards.yml").read_text(encoding="utf-8")[:900]
    for said in ("KHÔNG SỬA TAY", "1656/NQ-UBTVQH15", "vietnamadminunits 1.0.4", "MIT"):
        assert said in head
    assert yaml.safe_load(head.split("\n- ")[0]) is None
