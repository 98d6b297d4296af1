"""The dialogue about a dossier, as citizens write it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dossiers import DEMO_FILE, DossierDesk, import_bytes, import_file, status_turn
from motcua.context import Awaiting, Context
from motcua.db import Database
from motcua.reply import Command, Facet, Kind, ListSection, Reply, TableSection, TextSection
from motcua.settings import Settings

TODAY = date(2026, 11, 18)


class Talk:
    """A citizen who talks to the desk; remembers the context as a conversation does."""

    def __init__(self, desk: DossierDesk, today: date = TODAY) -> None:
        self.desk, self.today, self.context = desk, today, Context()

    async def say(self, text: str, *, asked: bool = False) -> Reply | None:
        turn = await status_turn(text, self.context, "asker", self.desk, self.today, asked=asked)
        if turn is None:
            return None
        (reply,), self.context = turn
        assert reply.kind is Kind.STATUS
        return reply


def card_of(answer: Reply) -> dict[str | None, str | list[str]]:
    """The sections of the card by their headings."""
    assert answer.card
    sections = answer.card.sections
    assert len({section.heading for section in sections}) == len(sections)
    return {
        section.heading: section.items if isinstance(section, ListSection) else section.text
        for section in sections
        if not isinstance(section, TableSection)
    }


@pytest.fixture
def talk(loaded: Database, desk: DossierDesk) -> Talk:
    return Talk(desk)


async def test_code_then_digits_then_the_answer(talk: Talk) -> None:
    asked = await talk.say("hồ sơ của tôi đến đâu rồi")
    assert asked
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in asked.text
    assert talk.context == Context(awaiting=Awaiting.DOSSIER_CODE)
    protected = await talk.say("ho so h26 261110 0001")
    assert protected
    assert protected.text == (
        "Để bảo vệ thông tin, anh/chị cho biết 4 số cuối điện thoại đã đăng ký khi nộp."
    )
    assert talk.context.awaiting is Awaiting.DOSSIER_SECRET
    assert talk.context.dossier_code == "H26-261110-0001"
    answer = await talk.say("4521")
    assert answer
    assert answer.text == (
        "Hồ sơ …261110-0001: đang xử lý tại UBND Bạch Mai. Tiếp nhận 10/11/2026. "
        "Hẹn trả 20/11/2026 (còn 2 ngày làm việc). Việc của anh/chị: chưa cần làm gì. "
        "Tiếp theo: giải quyết xong, kết quả được chuyển về nơi nhận đã đăng ký."
    )
    assert talk.context == Context(procedure="1.004873", opened_dossiers=["H26-261110-0001"])


async def test_the_answer_is_data_too(talk: Talk) -> None:
    answer = await talk.say("H26-261102-0002 4521")
    assert answer
    assert answer.dossier
    assert answer.card
    assert answer.dossier.model_dump() == {
        "code": "H26-261102-0002",
        "status": 4,
        "label": "Đang xử lý",
        "received_on": date(2026, 11, 2),
        "due_on": date(2026, 11, 13),
        "late_working_days": 3,
    }
    assert Command(intent="request_human") in [button.payload for button in answer.buttons]
    assert answer.card.title == "Hồ sơ …261102-0002"
    assert card_of(answer) == {
        "Nơi giải quyết": "UBND Bạch Mai, bước: chờ ký duyệt.",
        "Hẹn trả mới": "19/11/2026 vì cần xác minh thêm. UBND Bạch Mai xin lỗi anh/chị.",
        "Giấy xin lỗi": "Cơ quan phải gửi anh/chị văn bản xin lỗi ghi rõ lý do và ngày trả mới (Mẫu 04). "
        "Chưa nhận được thì anh/chị hỏi quầy đã nộp.",
        "Diễn biến": ["02/11/2026: tiếp nhận"],
        "Việc của anh/chị": "Chưa cần làm gì.",
        "Tiếp theo": "Giải quyết xong, kết quả được chuyển về nơi nhận đã đăng ký.",
    }


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("H26-261102-0002", ["(bước: chờ ký duyệt)", "Hẹn trả 13/11/2026 – đã trễ 3 ngày làm việc",
                             "xin lỗi anh/chị và hẹn lại 19/11/2026 vì cần xác minh thêm"]),
        ("H26-261102-0003", ["đã trễ 3 ngày làm việc", "xin lỗi anh/chị", "Chưa có ngày trả mới", "1022"]),
        ("H26-261102-0009", ["Ngày hẹn lại 12/11/2026 vì thiếu cán bộ cũng đã qua", "xin lỗi"]),
        ("H26-261102-0004", ["đang chờ anh/chị bổ sung giấy tờ",
                             "Việc của anh/chị: nộp giấy chứng sinh."]),
        ("H26-261102-0005", ["đang chờ anh/chị nộp tiền", "1.200.000 đồng"]),
        ("H26-261102-0006", ["đã có kết quả", "Xong 17/11/2026, trễ 2 ngày làm việc", "xin lỗi",
                             "mang giấy hẹn"]),
        ("H26-261102-0007", ["đã trả kết quả", "Xong 12/11/2026."]),
        ("H26.34.5-261102-0008", ["đã được tiếp nhận", "(hôm nay)"]),
    ],
)  # fmt: skip
async def test_every_state_is_told_with_what_matters(talk: Talk, code: str, parts: list[str]) -> None:
    answer = await talk.say(f"{code}, 4521")
    assert answer
    assert [part for part in parts if part not in answer.text] == [], answer.text
    assert answer.text.startswith("Hồ sơ …")
    assert len(answer.text) < 1000
    assert "trễ" not in answer.text or "xin lỗi" in answer.text


@pytest.mark.parametrize(
    ("code", "heading", "words"),
    [
        ("H26-261110-0001", "Ngày hẹn trả", "Còn 2 ngày làm việc."),
        ("H26-261102-0003", "Hẹn trả mới",
         "Chưa có; anh/chị hỏi quầy hoặc gọi 1022 (nhánh 7, 8). UBND Bạch Mai xin lỗi anh/chị."),
        ("H26-261102-0009", "Hẹn trả mới", "12/11/2026 vì thiếu cán bộ, cũng đã qua. "
         "UBND Bạch Mai xin lỗi anh/chị; anh/chị hỏi quầy hoặc gọi 1022 (nhánh 7, 8)."),
        ("H26-261102-0004", "Ngày hẹn trả", "Có thể đổi; quầy sẽ báo nếu có ngày mới."),
        ("H26-261102-0006", "Trả muộn", "UBND Bạch Mai xin lỗi anh/chị vì đã trễ hẹn."),
        ("H26.34.5-261102-0008", "Ngày hẹn trả", "Hôm nay."),
    ],
)  # fmt: skip
async def test_the_card_says_of_dates_what_its_badges_do_not(
    talk: Talk, code: str, heading: str, words: str
) -> None:
    answer = await talk.say(f"{code}, 4521")
    assert answer
    assert answer.dossier
    card = card_of(answer)
    assert card[heading] == words
    badge = f"{answer.dossier.due_on:%d/%m/%Y}"
    assert badge not in str(card)
    assert answer.dossier.label.lower() not in str(card).lower()


async def test_a_finished_dossier_lists_its_end_and_nothing_to_come(talk: Talk) -> None:
    fetched, ready = await talk.say("H26-261102-0007, 4521"), await talk.say("H26-261102-0006, 4521")
    assert fetched
    assert ready
    assert card_of(fetched)["Diễn biến"] == ["02/11/2026: tiếp nhận", "12/11/2026: giải quyết xong"]
    assert "Tiếp theo" not in card_of(fetched)
    assert card_of(ready)[None] == "Đã có kết quả."


async def test_a_change_seen_after_the_end_is_not_told_as_a_second_end(
    loaded: Database, settings: Settings, desk: DossierDesk
) -> None:
    later = (
        "mã hồ sơ;trạng thái;số điện thoại;ngày tiếp nhận;ngày hẹn trả;ngày kết thúc\n"
        "H26-261110-0001;9;0912004521;10/11/2026;20/11/2026;17/11/2026"
    )
    assert not (await import_bytes(loaded, settings, later.encode(), today=TODAY)).errors
    answer = await Talk(desk, date(2100, 1, 1)).say("H26-261110-0001 4521")
    assert answer
    assert card_of(answer)["Diễn biến"] == ["10/11/2026: tiếp nhận", "17/11/2026: giải quyết xong"]


async def test_who_waits_for_the_citizen_is_not_called_late(talk: Talk) -> None:
    answer = await talk.say("H26-261102-0004, 4521")
    assert answer
    assert answer.dossier
    assert answer.dossier.late_working_days == 0
    assert "trễ" not in answer.text


async def test_a_weekend_after_the_due_date_is_not_late_and_not_on_time_either(
    loaded: Database, desk: DossierDesk
) -> None:
    answer = await Talk(desk, date(2026, 11, 15)).say("H26-261102-0003, 4521")  # due on Friday the 13th
    assert answer
    assert "trễ" not in answer.text
    assert "còn" not in answer.text
    assert "Hẹn trả 13/11/2026." in answer.text


async def test_wrong_digits_say_the_tries_left_and_keep_waiting(talk: Talk) -> None:
    await talk.say("H26-261110-0001")
    refused = await talk.say("0000")
    assert refused
    assert "còn 4 lần thử" in refused.text
    assert talk.context.awaiting is Awaiting.DOSSIER_SECRET
    answer = await talk.say("đuôi 4521 ạ")
    assert answer
    assert answer.dossier


async def test_an_unknown_code_reads_like_wrong_digits(
    talk: Talk, loaded: Database, desk: DossierDesk
) -> None:
    known = await talk.say("H26-261110-0001 0000")
    other = await status_turn("H26-261110-7777 0000", Context(), "another", desk, TODAY)
    assert known
    assert other
    assert other[0][0].text == known.text


async def test_after_five_wrong_tries_it_says_until_when_and_who_helps(talk: Talk) -> None:
    await talk.say("H26-261110-0001")
    for _ in range(5):
        locked = await talk.say("0000")
    assert locked
    assert "tạm dừng đến" in locked.text
    assert "1022" in locked.text
    assert "find_office" in [b.payload.intent for b in locked.buttons if isinstance(b.payload, Command)]
    assert talk.context.awaiting is None
    again = await talk.say("H26-261110-0001")
    assert again
    assert "tạm dừng" in again.text, "digits are not asked for while they would be refused"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("H26-231315-0001", "ngày nộp"),
        ("H26-231115", "còn thiếu"),
        ("231115-0001", "H26"),
        ("12345678", "H26.34.5-240607-0007"),
    ],
)
async def test_an_unreadable_code_is_met_with_what_a_code_looks_like(
    talk: Talk, text: str, part: str
) -> None:
    await talk.say("tra cứu hồ sơ")
    reply = await talk.say(text)
    assert reply
    assert part in reply.text
    assert talk.context.awaiting is Awaiting.DOSSIER_CODE


@pytest.mark.parametrize(
    ("code", "who"), [("000.00.04.H51-200221-0001", "tỉnh"), ("G22.99-260105-0012", "bộ")]
)
async def test_a_code_of_others_points_to_the_national_portal(talk: Talk, code: str, who: str) -> None:
    reply = await talk.say(f"hồ sơ {code} xong chưa")
    assert reply
    assert who in reply.text
    assert "18001096" in reply.text
    assert any(button.url == "https://dichvucong.gov.vn" for button in reply.buttons)
    assert talk.context.awaiting is None


@pytest.mark.parametrize("code", [None, "H26-261110-0001"])
async def test_another_question_is_not_for_this_dialogue(talk: Talk, code: str | None) -> None:
    await talk.say(code or "tra cứu hồ sơ")
    before = talk.context
    for text in (
        "làm khai sinh cần gì",
        "lệ phí năm 2026 là bao nhiêu",
        "mai ngày 19/11/2026 có làm việc không",
    ):
        assert await talk.say(text) is None
    assert talk.context == before


async def test_the_citizen_can_come_back_to_the_kept_code(talk: Talk) -> None:
    await talk.say("H26-261110-0001")
    assert await talk.say("làm khai sinh cần gì") is None
    talk.context = talk.context.model_copy(update={"awaiting": None})  # what the caller does then
    asked = await talk.say("thế hồ sơ của tôi sao rồi")
    assert asked
    assert "…261110-0001" in asked.text
    answer = await talk.say("4521")
    assert answer
    assert answer.dossier


async def test_whoever_asks_in_so_many_words_is_always_answered(talk: Talk) -> None:
    await talk.say("tra cứu hồ sơ")
    assert await talk.say("tra cứu hồ sơ") is None
    assert await talk.say("tra cứu hồ sơ", asked=True)


@pytest.mark.parametrize(
    "text",
    ["em quên mất mã rồi", "làm mất giấy hẹn rồi", "k nhớ mã hs", "không có mã thì sao", "mat bien nhan"],
)
async def test_a_lost_code_is_helped(talk: Talk, text: str) -> None:
    await talk.say("tra cứu hồ sơ")
    reply = await talk.say(text)
    assert reply
    assert "Dịch vụ công của tôi" in reply.text


@pytest.mark.parametrize("text", ["nộp tuần trước mà chưa có kết quả", "chua co ket qua ma", "mất bao lâu"])
async def test_a_complaint_is_no_lost_code(talk: Talk, text: str) -> None:
    reply = await talk.say(text)
    assert reply
    assert "Dịch vụ công của tôi" not in reply.text


async def test_a_new_code_replaces_the_one_that_was_waiting(talk: Talk) -> None:
    await talk.say("H26-261110-0001")
    await talk.say("à nhầm, H26-261102-0007")
    answer = await talk.say("4521")
    assert answer
    assert answer.dossier
    assert answer.dossier.code == "H26-261102-0007"


async def test_too_few_digits_cost_no_try(talk: Talk) -> None:
    await talk.say("H26-261110-0001")
    reply = await talk.say("452")
    assert reply
    assert "đúng 4 số" in reply.text
    refused = await talk.say("0000")
    assert refused
    assert "còn 4 lần" in refused.text


async def test_the_rest_of_the_context_survives(loaded: Database, desk: DossierDesk) -> None:
    before = Context(procedure="1.001193", facet=Facet.FEE, misses=2)
    turn = await status_turn("H26-261110-0001 4521", before, "a", desk, TODAY)
    assert turn
    assert turn[1] == Context(procedure="1.001193", facet=Facet.FEE, opened_dossiers=["H26-261110-0001"]), (
        "the procedure in hand is the citizen's, not the dossier's"
    )


async def test_a_demo_dossier_says_that_it_is_one(
    database: Database, settings: Settings, desk: DossierDesk
) -> None:
    await import_file(database, settings, DEMO_FILE, demo=True, today=TODAY)
    for offset in (0, 1, 30):
        answer = await Talk(desk, TODAY + timedelta(days=offset)).say("H26.99.9-260105-0002 4521")
        assert answer
        assert "hồ sơ mẫu" in answer.text
        assert answer.card
        assert answer.card.sections[0] == TextSection(text="Hồ sơ mẫu, không phải hồ sơ thật.")
