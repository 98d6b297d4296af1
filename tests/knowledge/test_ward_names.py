"""Which ward a message names: every spelling, and what only looks like a ward."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.office_questions import Wanted, read_question
from knowledge.ward_names import Means, find_wards
from knowledge.wards import hanoi

HANOI = hanoi()


def _names(text: str, *, office: bool = False) -> list[str]:
    """Today's wards that ``text`` may mean."""
    return [ward.full_name for mention in find_wards(text, office=office) for ward in mention.wards]


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
