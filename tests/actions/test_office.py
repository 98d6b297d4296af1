"""Where the office is: through the real action, and what is added to the place of a procedure."""

from __future__ import annotations

from typing import Any

import pytest

from actions.base import Rooms
from actions.office import OfficeNote, answers_ward_question, office_note
from actions.turn import Turn
from knowledge import Library, Procedure
from motcua.context import Awaiting, Context
from motcua.reply import Command, Facet, Kind, Reply

Talk = Any  # tests/actions/conftest.py
BACH_MAI, CAU_GIAY = "00292", "00166"
BIRTH, RESIDENCE, LAND, ONLINE = "1.001193", "1.004222", "1.012784", "3.000722"


def first_line(reply: Reply) -> str:
    return reply.text.splitlines()[0]


def offered(reply: Reply) -> dict[str, str]:
    """The wards on buttons: title and code."""
    return {
        button.title: button.payload.entities["ward"]
        for button in reply.buttons
        if isinstance(button.payload, Command) and button.payload.intent == "find_office"
    }


@pytest.fixture
def procedures(prepared: Any) -> dict[str, Procedure]:
    library: Library = prepared.library
    return dict(library.edition.procedures)


@pytest.mark.parametrize("text", ["Tôi ở phường Bách Khoa thì nộp ở đâu", "toi o p. bach khoa thi nop o dau"])
async def test_the_first_line_names_the_new_ward(talk: Talk, text: str) -> None:
    reply = await talk.one(text, "find_office")
    assert reply.kind is Kind.OFFICE
    assert "nay thuộc phường Bạch Mai" in first_line(reply)
    assert "bộ phận một cửa phường Bạch Mai" in first_line(reply)
    assert "024.1022" in reply.text
    assert [source.code for source in reply.sources] == ["Nghị quyết 1656/NQ-UBTVQH15"]
    assert (talk.context.ward, talk.context.awaiting) == (BACH_MAI, None)
    assert len(reply.text) < 1000


async def test_what_nobody_has_a_source_for_is_owned_up_to(talk: Talk) -> None:
    reply = await talk.one("trụ sở UBND phường Hoàn Kiếm ở đâu", "find_office")
    assert first_line(reply).startswith("Một Cửa chưa có địa chỉ của bộ phận một cửa phường Hoàn Kiếm")
    reply = await talk.one("phuong phu dien may gio mo cua", "find_office")
    assert first_line(reply).startswith("Một Cửa chưa có giờ làm việc")
    reply = await talk.one("sđt phường Kim Liên", "find_office")
    assert first_line(reply).startswith("Một Cửa chưa có số điện thoại của bộ phận một cửa phường Kim Liên")


async def test_an_address_is_told_with_its_day(talk: Talk) -> None:
    reply = await talk.one("địa chỉ ủy ban phường Bạch Mai", "find_office")
    assert "số 33 Đại Cồ Việt" in first_line(reply)
    assert "25/6/2025" in first_line(reply)


async def test_a_ward_that_was_divided_is_asked_back_and_the_button_answers(talk: Talk) -> None:
    reply = await talk.one("nhà em ở Dịch Vọng Hậu thì ra đâu", "find_office")
    assert offered(reply) == {"Phường Nghĩa Đô": "00160", "Phường Cầu Giấy": CAU_GIAY}
    assert (talk.context.awaiting, talk.context.ward) == (Awaiting.WARD, None)
    pressed = await talk.press(Command(intent="find_office", entities={"ward": CAU_GIAY}))
    assert "bộ phận một cửa phường Cầu Giấy" in first_line(pressed)
    assert (talk.context.awaiting, talk.context.ward) == (None, CAU_GIAY)


async def test_two_old_wards_of_one_name_are_both_told(talk: Talk) -> None:
    reply = await talk.one("phường Minh Khai", "find_office")
    assert "quận Hai Bà Trưng" in reply.text
    assert "quận Bắc Từ Liêm" in reply.text
    assert len(offered(reply)) == 4


async def test_a_district_has_ended_and_its_wards_are_listed(talk: Talk) -> None:
    reply = await talk.one("quận Đống Đa giải thể rồi giờ tôi ra chỗ nào", "find_office")
    assert "1/7/2025 không còn quận Đống Đa" in first_line(reply)
    assert "Phường Láng" in offered(reply)
    assert talk.context.ward is None
    bare = await talk.one("tôi ở Đống Đa", "find_office")
    assert first_line(bare).startswith("Nếu là phường Đống Đa")


async def test_a_ward_of_today_tells_what_an_old_address_may_mean(talk: Talk) -> None:
    reply = await talk.one("tôi ở phường Yên Hòa thì nộp ở đâu", "find_office")
    assert "bộ phận một cửa phường Yên Hòa" in first_line(reply)
    assert "có thể nay thuộc phường Cầu Giấy" in reply.text
    assert talk.context.ward == "00175"


async def test_a_name_from_before_2025_is_hedged(talk: Talk) -> None:
    reply = await talk.one("phường Trung Tự sáp nhập vào phường nào", "find_office")
    assert "theo dữ liệu Một Cửa có" in reply.text
    assert reply.sources == []


async def test_other_provinces_and_unknown_wards_are_sent_on(talk: Talk) -> None:
    reply = await talk.one("ở Nghệ An nộp ở đâu", "find_office")
    assert "18001096" in reply.text
    assert offered(reply) == {}
    reply = await talk.one("phường Bến Nghé ở đâu", "find_office")
    assert "“phường Bến Nghé”" in reply.text
    assert "024.1022" in reply.text


async def test_without_a_ward_it_is_asked_for_once_and_then_remembered(talk: Talk) -> None:
    reply = await talk.one("một cửa ở đâu", "find_office")
    assert first_line(reply).startswith("Anh/chị ở phường, xã nào")
    assert talk.context.awaiting is Awaiting.WARD
    await talk.one("phường Bách Khoa", "find_office")
    again = await talk.one("mấy giờ mở cửa", "find_office")
    assert "phường Bạch Mai" in first_line(again)


async def test_the_ward_that_was_asked_for_is_understood_whatever_the_classifier_says(rooms: Rooms) -> None:
    def turn(text: str, context: Context) -> Turn:
        return Turn("c", text, "nlu_fallback", 0.3, (), context, rooms.library.edition)

    asked = Context(awaiting=Awaiting.WARD)
    assert answers_ward_question(turn("bach khoa", asked))
    assert not answers_ward_question(turn("bach khoa", Context()))
    assert not answers_ward_question(turn("lệ phí bao nhiêu", asked))


async def test_offices_of_others_and_those_who_help(talk: Talk) -> None:
    reply = await talk.one("văn phòng đăng ký đất đai Hoàng Mai ở đâu", "find_office")
    assert first_line(reply).startswith("Một Cửa chưa có địa chỉ, giờ làm việc của văn phòng đăng ký đất đai")
    assert talk.context.ward is None
    reply = await talk.one("mẹ tôi già yếu không đi được thì sao", "find_office")
    assert "Tổ Hành chính công xung kích" in reply.text
    assert "63/KH-UBND" in reply.sources[0].code


async def test_the_procedure_in_hand_decides_which_office(talk: Talk) -> None:
    talk.context = Context(procedure=RESIDENCE)
    reply = await talk.one("phường Bách Khoa thì nộp ở đâu", "find_office")
    assert "anh/chị đến Công an phường Bạch Mai" in first_line(reply)
    assert (reply.procedure, reply.facet) == (RESIDENCE, Facet.PLACE)
    assert reply.sources[0].code == RESIDENCE
    assert (talk.context.procedure, talk.context.ward) == (RESIDENCE, BACH_MAI)


async def test_a_procedure_that_no_ward_takes_is_not_sent_to_the_ward(talk: Talk) -> None:
    talk.context = Context(procedure=LAND)
    reply = await talk.one("tôi ở phường Bách Khoa thì nộp đâu", "find_office")
    assert first_line(reply).endswith("nay thuộc phường Bạch Mai.")
    assert "Văn phòng đăng ký đất đai" in reply.text
    assert "bộ phận một cửa phường" not in reply.text


async def test_an_office_that_is_named_is_told_whatever_is_in_hand(talk: Talk) -> None:
    talk.context = Context(procedure=LAND)
    reply = await talk.one("công an phường Hồng Hà ở chỗ nào", "find_office")
    assert "Công an phường Hồng Hà" in first_line(reply)
    assert reply.procedure is None


async def test_opening_hours_come_from_the_procedure_where_it_has_them(talk: Talk) -> None:
    talk.context = Context(procedure="1.004194")
    reply = await talk.one("thứ bảy có làm không", "find_office")
    assert "sáng thứ Bảy" in first_line(reply)
    assert reply.sources[0].code == "1.004194"


NOTES = [
    (BIRTH, "tôi ở phường Bách Khoa làm khai sinh ở đâu", "bộ phận một cửa phường Bạch Mai", BACH_MAI),
    (RESIDENCE, "o p.bach khoa dang ky thuong tru o dau", "Công an phường Bạch Mai", BACH_MAI),
    (BIRTH, "em ở phường Láng thì nộp đâu", "Ở phường Láng thì đến bộ phận một cửa phường Láng.", "00199"),
    (RESIDENCE, "ở phường Dịch Vọng Hậu thì ra đâu", "chia vào phường Nghĩa Đô và Cầu Giấy", None),
    (BIRTH, "nhà em ở quận Đống Đa thì nộp đâu", "không còn quận Đống Đa", None),
    (LAND, "phường Bách Khoa tách thửa nộp đâu", "nay thuộc phường Bạch Mai.", BACH_MAI),
]


@pytest.mark.parametrize(("code", "text", "said", "ward"), NOTES)
def test_the_place_of_a_procedure_is_told_for_the_ward(
    procedures: dict[str, Procedure], code: str, text: str, said: str, ward: str | None
) -> None:
    note = office_note(text, Context(), procedures[code])
    assert note.text
    assert said in note.text
    assert note.ward == ward


def test_a_note_claims_no_office_of_the_ward_for_what_is_filed_elsewhere(
    procedures: dict[str, Procedure],
) -> None:
    for code in (LAND, ONLINE, "3.000333"):
        assert office_note("phường Láng", Context(), procedures[code]) == OfficeNote(None, "00199")
        told = office_note("phường Bách Khoa", Context(), procedures[code]).text
        assert told
        assert "anh/chị đến" not in told


@pytest.mark.parametrize(
    "text",
    [
        "khai sinh nộp ở đâu",
        "hộ khẩu Nghệ An, đang ở phường Láng thì nộp đâu",
        "hợp đồng thuê nhà thì nộp ở đâu",
        "cháu tên Kim Liên thì làm ở đâu",
    ],
)
def test_nothing_is_added_without_a_ward_or_when_another_province_is_in_play(
    procedures: dict[str, Procedure], text: str
) -> None:
    assert office_note(text, Context(), procedures[BIRTH]) == OfficeNote()


def test_two_wards_in_one_message_are_renamed_but_none_is_chosen(procedures: dict[str, Procedure]) -> None:
    note = office_note("từ phường Bách Khoa sang phường Láng", Context(), procedures[BIRTH])
    assert note.text
    assert "nay thuộc phường Bạch Mai" in note.text
    assert "anh/chị đến" not in note.text
    assert note.ward is None


def test_a_ward_named_before_is_used_for_the_next_procedure(procedures: dict[str, Procedure]) -> None:
    note = office_note("nộp ở đâu", Context(ward=BACH_MAI), procedures[RESIDENCE])
    assert note == OfficeNote("Ở phường Bạch Mai thì đến Công an phường Bạch Mai.", BACH_MAI)
    assert office_note("nộp ở đâu", Context(ward="99999"), procedures[RESIDENCE]) == OfficeNote()


async def test_another_ward_than_the_known_one_is_asked_for(talk: Talk) -> None:
    await talk.one("toi o p. bach khoa thi nop o dau", "find_office")
    reply = await talk.press(Command(intent="find_office", entities={"ward": "another"}))
    assert "Anh/chị ở phường, xã nào" in reply.text
    assert talk.context.awaiting is Awaiting.WARD
