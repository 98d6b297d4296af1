"""Wards and offices: the table says what the law says; names are found in every spelling, traps are not."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.office_check import check_offices
from knowledge.office_questions import Desk, Wanted, desk_of, read_question
from knowledge.offices import OfficeKind, shipped_offices
from knowledge.schema import Procedure
from knowledge.ward_index import shipped_index
from knowledge.ward_names import Means, find_wards
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


# Names

BACH_MAI = ["phường Bạch Mai"]
SPELLED = [
    ("Tôi ở phường Bách Khoa thì nộp ở đâu", BACH_MAI),
    ("toi o phuong bach khoa thi nop o dau", BACH_MAI),
    ("p. bach khoa nộp đâu", BACH_MAI),
    ("P.Bách Khoa", BACH_MAI),
    ("phg bách khoa", BACH_MAI),
    ("PHƯỜNG BÁCH KHOA", BACH_MAI),
    ("Phường Bách-Khoa", BACH_MAI),
    ("phuwowngf bachs khoa", BACH_MAI),
    ("phường cũ bách khoa", BACH_MAI),
    ("xã bách khoa", BACH_MAI),
    ("phuong bach khoa hai ba trung", BACH_MAI),
    ("bach khoa, quan hai ba trung", BACH_MAI),
    ("nhà mình ở bách khoa", BACH_MAI),
    ("toi song phuong bach mai", BACH_MAI),
    ("phường Yên Hoà", ["phường Yên Hòa"]),
    ("phuong thuy phuong", ["phường Đông Ngạc", "phường Thượng Cát"]),
    ("Phường Thuỵ Khuê", ["phường Tây Hồ"]),
    ("phường mĩ đình 1", ["phường Từ Liêm", "phường Cầu Giấy"]),
    ("phường Mỹ Đình II", ["phường Từ Liêm", "phường Cầu Giấy"]),
    ("phường Mỹ Đình", ["phường Từ Liêm", "phường Cầu Giấy"]),
    ("phuong phuong mai", ["phường Kim Liên", "phường Bạch Mai"]),
    ("phuong mai dich", ["phường Nghĩa Đô", "phường Từ Liêm", "phường Phú Diễn"]),
    ("phuong quan hoa", ["phường Cầu Giấy", "phường Nghĩa Đô"]),
    ("nhà em ở Dịch Vọng Hậu", ["phường Nghĩa Đô", "phường Cầu Giấy"]),
    ("phường Thanh Trì", ["phường Vĩnh Hưng", "phường Lĩnh Nam"]),
    ("xã Thanh Trì", ["xã Thanh Trì"]),
    ("thị trấn Văn Điển", ["phường Hoàng Liệt", "xã Thanh Trì", "xã Đại Thanh"]),
    ("thi tran trau quy", ["xã Gia Lâm"]),
    ("TT Phùng, Đan Phượng", ["xã Đan Phượng"]),
    ("phường Láng", ["phường Láng"]),
    ("phuong lang", ["phường Láng"]),
    ("phường Láng Hạ", ["phường Láng", "phường Giảng Võ", "phường Đống Đa"]),
    ("phường Minh Khai quận Hai Bà Trưng", ["phường Bạch Mai", "phường Tương Mai"]),
    ("P. Minh Khai, Bắc Từ Liêm", ["phường Tây Tựu", "phường Xuân Phương"]),
    ("xa minh khai", ["xã Dương Hòa"]),
    ("xã Kim Chung, Đông Anh", ["xã Thiên Lộc"]),
    ("xã Kim Chung huyện Hoài Đức", ["xã Hoài Đức"]),
    ("huyện Đông Anh giờ chia mấy xã, tôi ở Kim Chung", ["xã Thiên Lộc"]),
    ("xã Thanh Xuân Sóc Sơn", ["xã Nội Bài"]),
    ("phường Chương Dương", ["phường Hồng Hà"]),
    ("xã Chương Dương", ["xã Chương Dương"]),
    ("xã Hòa Bình", ["xã Thường Tín"]),
    ("xã Đồng Tâm", ["xã Phúc Sơn"]),
    ("phường Đồng Tâm", ["phường Bạch Mai", "phường Tương Mai"]),
    ("phường Kim Liên", ["phường Kim Liên"]),
    ("phường Phú Lương", ["phường Phú Lương"]),
    ("phường Đại Kim", ["phường Định Công"]),
    ("xã Mai Lâm", ["xã Đông Anh"]),
    ("xa co bi", ["phường Phúc Lợi", "xã Phù Đổng", "xã Gia Lâm"]),
    ("xã Hợp Đồng", ["xã Quảng Bị"]),
    ("thị trấn Liên Quan", ["xã Thạch Thất"]),
    ("tổ 12 phường Hạ Đình", ["phường Khương Đình", "phường Thanh Liệt"]),
    ("quận Ba Đình", ["phường Ba Đình", "phường Ngọc Hà", "phường Giảng Võ"]),
    ("Q.Cầu Giấy", ["phường Nghĩa Đô", "phường Cầu Giấy", "phường Yên Hòa"]),
    ("o cau giay", ["phường Cầu Giấy", "phường Nghĩa Đô", "phường Yên Hòa"]),
    ("thị xã Sơn Tây", ["phường Sơn Tây", "phường Tùng Thiện", "xã Đoài Phương"]),
]


@pytest.mark.parametrize(("text", "wards"), SPELLED)
def test_a_place_is_found_in_every_spelling(text: str, wards: list[str]) -> None:
    assert sorted(_names(text)) == sorted(wards)


TRAPS = [
    "đồng tâm hiệp lực giúp bà con",
    "dong tam giup nhau",
    "vì hòa bình và hạnh phúc",
    "trợ cấp phúc lợi xã hội",
    "phuc loi xa hoi",
    "hợp đồng mua bán nhà",
    "thủ tục liên quan đến đất đai",
    "tt lien quan",
    "nộp thành công rồi",
    "mai lam duoc khong",
    "mai đóng tiền được không",
    "đăng ký muộn có bị phạt không",
    "co bi phat khong",
    "yeu cau giay to gi",
    "hop dong da cong chung",
    "minh khai sinh cho con duoc chua",
    "xác minh khai sinh",
    "em đổi căn cước",
    "van con thieu giay",
    "cong hoa xa hoi chu nghia",
    "hội đồng nhân dân phường",
    "Hội Đồng Nhân Dân",
    "chị Kim Liên hướng dẫn em",
    "Nguyễn Thanh Xuân",
    "con tên Minh Châu",
    "cháu Phú Lương chưa có khai sinh",
    "em đang ở phố Minh Khai",
    "ở đường Lê Đại Hành",
    "ở gần bệnh viện Bạch Mai",
    "đại học Bách Khoa",
    "nhà 165 Cầu Giấy",
    "ở ngõ Văn Chương",
    "chung cư Đại Thanh",
    "công an phường/xã nào cũng được",
    "phường mình ở đâu",
    "đất xa quá, quan trọng là giấy tờ",
    "phương án khánh thành",
    "phuong an khanh thanh nha van hoa",
    "tự nhiên sổ bị sai tên",
    "hai bên thống nhất rồi",
    "tuổi thanh xuân của tôi",
    "người già làm lại căn cước",
    "em thanh tri an nhan",
    "quyết định công nhận",
    "da ton bao nhieu",
    "hợp tác xã, liên hiệp hợp tác xã",
    "Ủy ban nhân dân tỉnh liên quan",
    "các cơ quan thống nhất được",
    "sổ ở xã vẫn còn thì có phải đăng ký lại không",
    "Cháu đi học ở xa có bị xóa thường trú không",
    "di hoc xa co bi cat ho khau khong",
    "thủ tục cấp xã 2026",
    "Hải quan 01 bản",
    "phòng trọ ở Phùng Khoang",
    "em đỗ Bách Khoa, mới thuê phòng",
]


@pytest.mark.parametrize("text", TRAPS)
def test_words_people_and_streets_are_no_wards(text: str) -> None:
    assert find_wards(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "thứ bảy có làm việc không",
        "giờ làm việc của một cửa, có bị thu phí không",
        "bỏ quận rồi thì giấy tờ trước nộp ở quận giờ nộp ở đâu",
        "trung tâm phục vụ hành chính công Hà Nội ở đâu",
        "em đang ở bến xe Mỹ Đình, gần đây có chỗ nào",
        "nhà tôi ở ngõ 165 Cầu Giấy thì thuộc phường nào",
        "coi giùm nhà tui hẻm 82 Chùa Láng giờ thuộc phường nào",
        "mai lam viec may gio",
        "hội đồng nhân dân ở đâu",
    ],
)
def test_a_question_about_an_office_that_names_no_ward_finds_none(text: str) -> None:
    assert find_wards(text, office=True) == ()


def test_a_street_is_no_ward_even_before_its_district() -> None:
    (mention,) = find_wards("số 37 phố Lê Đại Hành, quận Hai Bà Trưng")
    assert (mention.means, mention.said) == (Means.DISTRICT, "quận Hai Bà Trưng")


def test_a_bare_name_counts_sooner_in_a_question_about_an_office() -> None:
    for text, ward in [("nguyen khe ubnd o dau", "xã Thư Lâm"), ("trụ sở khâm thiên", "phường Văn Miếu")]:
        assert find_wards(text) == ()
        assert any(name.startswith(ward) for name in _names(text, office=True))


def test_a_name_that_ended_and_one_that_stayed_are_told_apart() -> None:
    (old,) = find_wards("phường Bách Khoa")
    assert (old.means, old.said) == (Means.OLD, "phường Bách Khoa (quận Hai Bà Trưng cũ)")
    (stayed,) = find_wards("phường Bạch Mai")
    assert (stayed.means, stayed.units) == (Means.WARD, ())


def test_a_ward_of_today_tells_where_else_the_old_unit_of_its_name_went() -> None:
    (mention,) = find_wards("phường Yên Hòa")
    assert (mention.means, [ward.name for ward in mention.wards]) == (Means.WARD, ["Yên Hòa"])
    assert [unit.full_name for unit in mention.units] == ["phường Yên Hòa"]


@pytest.mark.parametrize(
    "text", ["phường Yên Hòa cũ", "phường Yên Hòa giờ về phường nào", "phường Yên Hòa quận Cầu Giấy"]
)
def test_who_asks_what_became_of_a_ward_means_the_old_one(text: str) -> None:
    (mention,) = find_wards(text)
    assert mention.means is Means.OLD
    assert [ward.name for ward in mention.wards] == ["Yên Hòa", "Cầu Giấy"]


def test_one_name_of_several_old_units_gives_all_of_them() -> None:
    (mention,) = find_wards("phường Minh Khai")
    assert {unit.district for unit in mention.units} == {"quận Hai Bà Trưng", "quận Bắc Từ Liêm"}
    assert len(mention.wards) == 4


def test_a_name_that_ended_before_2025_is_not_for_sure() -> None:
    (mention,) = find_wards("phường Cầu Dền")
    assert not mention.sure
    assert {ward.name for ward in mention.wards} == {"Bạch Mai", "Hai Bà Trưng"}


def test_a_district_gives_the_ward_of_its_name_first_unless_its_kind_was_said() -> None:
    (bare,) = find_wards("tôi ở Đống Đa")
    (said,) = find_wards("quận Đống Đa")
    assert bare.means is said.means is Means.DISTRICT
    assert bare.wards[0].name == "Đống Đa"
    assert set(bare.wards) == set(said.wards)
    assert find_wards("phường Đống Đa")[0].means is Means.WARD


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("quê em ở Hòa Bình", "Hòa Bình"),
        ("ở Nghệ An", "Nghệ An"),
        ("tinh thai binh", "Thái Bình"),
        ("xã Nam Sơn huyện Quế Võ Bắc Ninh", "Bắc Ninh"),
        ("xã Hồng Vân, Hưng Yên", "Hưng Yên"),
        ("phường Hòa Bình, tỉnh Phú Thọ", "Phú Thọ"),
    ],
)
def test_other_provinces_are_elsewhere(text: str, province: str) -> None:
    (mention,) = find_wards(text)
    assert (mention.means, mention.said, mention.wards) == (Means.ELSEWHERE, province, ())


@pytest.mark.parametrize("text", ["phường 12", "p12", "quận 3", "q3", "phường Bến Nghé"])
def test_units_hanoi_does_not_have_are_unknown(text: str) -> None:
    (mention,) = find_wards(text)
    assert (mention.means, mention.wards) == (Means.UNKNOWN, ())


def test_every_unit_is_found_by_its_kind_and_name_and_district() -> None:
    for unit in HANOI.units:
        (mention,) = find_wards(f"{unit.full_name}, {unit.district}")
        assert mention.means is Means.OLD
        assert set(mention.wards) == set(HANOI.now(unit)), unit
    for ward in HANOI.wards:
        (mention,) = find_wards(f"em ở {ward.full_name} ạ")
        assert (mention.means, mention.wards) == (Means.WARD, (ward,)), ward.full_name


_PIECES = ["phường", "p.", "xa", "quận", "ở", "cũ", "tỉnh", ",", ".", "12", "Hà Nội", "đ", "hoà"]
_PIECES += [unit.name for unit in HANOI.units[::25]] + list(HANOI.districts[::6])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join)))
def test_no_message_breaks_it(text: str) -> None:
    for office in (False, True):
        for mention in find_wards(text, office=office):
            assert mention.said
            assert bool(mention.wards) == (mention.means in (Means.WARD, Means.OLD, Means.DISTRICT))
    assert read_question(text).wanted in Wanted


def test_a_message_takes_less_than_half_a_millisecond() -> None:
    texts = [text for text, _ in SPELLED] + TRAPS
    shipped_index()

    def once() -> float:
        start = time.perf_counter()
        for text in texts:
            find_wards(text)
        return (time.perf_counter() - start) / len(texts)

    assert min(once() for _ in range(5)) < 0.0005


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
