"""From a signed event to an answer at Zalo: webhook, database, turns, outbox; Rasa and Zalo are played."""

from __future__ import annotations

import asyncio
import time

import structlog

from conversations import Author
from conversations.models import Conversation, Holder
from motcua.settings import Settings
from tests.channels.zalo.office import USER, Office, nothing_is_left
from tests.conversations.world import answered, count


async def test_who_follows_is_greeted_once_with_life_events_and_what_is_kept(office: Office) -> None:
    await office.interaction("follow", follower={"id": USER}, source="oa_profile")
    (greeting,) = await office.received(1)
    for said in ("1. Sinh con", "6. Xây nhà", "7. Tra cứu hồ sơ", "xóa dữ liệu"):
        assert said in greeting
    assert len(greeting) < 1000
    await office.interaction("unfollow", follower={"id": USER})
    await asyncio.sleep(0.002)
    await office.interaction("follow", follower={"id": USER}, source="oa_profile")
    await office.console.say(USER, "1")
    received = await office.received(2)
    assert len(received) == 2
    assert office.rasa.heard() == ['/ask_overview{"procedure": "1.001193"}']


async def test_opening_the_chat_is_greeted_only_without_a_conversation(office: Office) -> None:
    await office.interaction("user_click_chatnow", user_id=USER)
    assert "Chào anh/chị" in (await office.received(1))[0]
    await office.interaction("user_click_chatnow", user_id=USER)
    await office.console.say(USER, "alo")
    assert len(await office.received(2)) == 2


async def test_a_position_leads_to_the_nearest_office_and_is_not_kept(
    office: Office, settings: Settings
) -> None:
    payload = {"coordinates": {"latitude": "21.00471234", "longitude": "105.84405678"}}
    attachment = {"type": "location", "payload": payload}
    await office.post(
        "user_send_location", message={"msg_id": "p", "text": "1 Đại Cồ Việt", "attachments": [attachment]}
    )
    (answer,) = await office.received(1)
    assert answer.startswith("Theo vị trí anh/chị gửi, gần nhất là phường Bạch Mai (áng chừng")
    assert "Chọn phường, xã khác" in answer
    assert office.rasa.heard() == ['/find_office{"ward": "00292"}']
    nothing_is_left(settings, "21.0047", "105.8440", "Đại Cồ Việt")


async def test_a_position_outside_hanoi_is_said_to_be_outside(office: Office) -> None:
    payload = {"coordinates": {"latitude": "10.77", "longitude": "106.70"}}
    attachment = {"type": "location", "payload": payload}
    await office.post("user_send_location", message={"msg_id": "p", "attachments": [attachment]})
    (answer,) = await office.received(1)
    assert "ngoài Hà Nội" in answer
    assert office.rasa.heard() == []


async def test_submitted_details_leave_the_ward_and_nothing_else(office: Office, settings: Settings) -> None:
    info = {
        "name": "Nguyễn Văn Thử", "phone": "84901234567", "user_dob": "01/01/1990",
        "full_address": "Số 3 Tạ Quang Bửu, phường Bách Khoa, Hà Nội",
    }  # fmt: skip
    await office.post("user_submit_info", info=info)
    (answer,) = await office.received(1)
    assert "phường Bạch Mai" in answer
    await office.console.say(USER, "nộp ở đâu")
    await office.received(2)
    assert office.rasa.asked[0].context["ward"] == "00292"
    nothing_is_left(settings, "Nguyễn Văn Thử", "84901234567", "01/01/1990", "Tạ Quang Bửu")


async def test_a_short_code_opens_its_procedure(office: Office) -> None:
    await office.console.say(USER, "tt1001193")
    await office.received(1)
    assert office.rasa.heard() == ['/ask_overview{"procedure": "1.001193"}']


async def test_an_officer_in_zalos_own_tool_silences_the_bot_until_handing_back(office: Office) -> None:
    await office.console.say(USER, "cho hỏi")
    await office.received(1)
    await office.officer("Chào chị, em là cán bộ phường")
    event = office.console.last
    held = await office.conversation()
    assert (held.holder, (held.held_by or "")[:3]) == (Holder.STAFF, "oa:")
    assert "77" not in (held.held_by or "")
    await office.console.say(USER, "vâng ạ")
    await answered(office.database)
    await office.officer("", "image", attachments=[])
    await office.officer("#BOT ")
    assert (await office.conversation()).holder == Holder.BOT
    office.console.last = event
    assert await office.console.redeliver() == 200  # late, and known: it does not silence the bot again
    await office.console.say(USER, "khai sinh")
    assert len(await office.received(2)) == 2
    said = await office.transcript()
    assert [text for author, text in said if author == Author.STAFF] == [
        "Chào chị, em là cán bộ phường", "‹ảnh›", "#BOT",
    ]  # fmt: skip
    assert office.rasa.heard() == ["cho hỏi", "khai sinh"]


async def test_the_bot_speaks_again_when_the_officers_time_is_over(office: Office) -> None:
    await office.console.say(USER, "cho hỏi")
    await office.received(1)
    await office.officer("Chào chị", ago_s=6000)
    assert (await office.conversation()).holder == Holder.STAFF
    settings = office.conversations._settings.zalo
    until = (await office.conversation()).held_until
    assert until is not None
    assert abs(until.timestamp() - (time.time() - 6000 + settings.takeover_s)) < 60


async def test_an_officer_who_writes_to_a_stranger_makes_no_conversation(office: Office) -> None:
    await office.officer("Chào chị")
    assert await count(office.database, Conversation) == 0


async def test_who_holds_a_conversation_at_the_desk_keeps_it(office: Office) -> None:
    await office.console.say(USER, "cho hỏi")
    await office.received(1)
    conversation_id = (await office.conversation()).id
    assert await office.conversations.hold(conversation_id, "5")
    await office.officer("Chào chị")
    await office.officer("#bot")
    assert (await office.conversation()).held_by == "5"


async def test_our_own_echo_settles_nothing_new_and_silences_nobody(office: Office) -> None:
    await office.console.say(USER, "cho hỏi")
    await office.received(1)
    entry = office.world.citizens[USER].entries[-1]
    assert await office.console.post(office.console.echo(USER, entry)) == 200
    assert (await office.conversation()).holder == Holder.BOT
    assert [author for author, _ in await office.transcript()] == [Author.CITIZEN, Author.BOT]


async def test_who_withdraws_is_erased_and_only_counted(office: Office, settings: Settings) -> None:
    await office.console.say(USER, "câu hỏi riêng tư")
    await office.received(1)
    with structlog.testing.capture_logs() as logs:
        await office.interaction("user_withdraw", user_id=USER)
        await office.interaction("user_withdraw", user_id=USER)
    assert "riêng tư" not in str(await office.transcript())
    assert [entry["messages"] for entry in logs if entry["event"] == "zalo.webhook.withdrawal"] == [2, 0]
    assert USER not in str(logs)
