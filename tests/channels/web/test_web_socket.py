"""Messages in, answers out: nothing missing, nothing twice."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from typing import Any

from aiohttp import WSMsgType

from channels.web.identity import COOKIE
from channels.web.protocol import TRANSCRIPT


def ids(messages: list[dict[str, Any]]) -> list[int]:
    return [message["id"] for message in messages]


def of(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame["message"] for frame in frames if frame["type"] == "message"]


async def test_a_question_is_accepted_then_answered_then_done(visitor: Any) -> None:
    chat, before = await visitor.chat()
    assert before == []
    client_id = await chat.say("làm giấy khai sinh cho con cần những gì")
    frames = await chat.until("done")
    accepted = next(frame for frame in frames if frame["type"] == "accepted")
    question, answer = of(frames)
    assert accepted["client_id"] == client_id == question["client_id"]
    assert accepted["id"] == question["id"] == answer["turn"] == frames[-1]["turn"]
    assert (question["author"], answer["author"]) == ("citizen", "bot")
    assert "typing" in {frame["type"] for frame in frames}
    assert await chat.quiet()


async def test_an_answer_arrives_with_every_section_of_its_card_and_opaque_buttons(visitor: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("làm giấy khai sinh cho con cần những gì")
    reply = of(await chat.until("done"))[1]["reply"]
    kinds = [section["kind"] for section in reply["card"]["sections"]]
    assert kinds == ["text", "checklist", "steps", "points", "table"]
    assert reply["sources"][0]["decision"] == "163/QĐ-BTP"
    assert isinstance(reply["buttons"][0]["payload"], str)
    assert "ask_fee" not in str(reply)


async def test_a_pressed_button_does_what_it_offered(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("làm giấy khai sinh cho con cần những gì")
    button = of(await chat.until("done"))[1]["reply"]["buttons"][0]
    await chat.send(type="press", client_id="press-000001", button=button["payload"], title=button["title"])
    assert of(await chat.until("done"))[0]["text"] == "Lệ phí"
    assert gateway.rasa.asked[-1] == '/ask_fee{"procedure": "1.001193"}'


async def test_two_needs_get_two_replies_of_one_turn(visitor: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("tôi có hai việc")
    question, first, second = of(await chat.until("done"))
    assert first["turn"] == second["turn"] == question["id"]
    assert first["id"] < second["id"]


async def test_a_message_sent_again_is_accepted_again_and_answered_once(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    client_id = await chat.say("thế bao lâu")
    first = (await chat.until("done"))[0]
    again, _ = await visitor.chat(after=first["id"] + 1)
    await again.say("thế bao lâu", client_id)
    frames = await again.until("done")
    assert [frame["type"] for frame in frames] == ["accepted", "done"]
    assert frames[0]["id"] == frames[1]["turn"] == first["id"]
    assert len(gateway.rasa.asked) == 1
    _, transcript = await visitor.chat()
    assert len(transcript) == 2


async def test_whoever_reads_the_database_cannot_come_in_as_a_citizen(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("làm khai sinh cần gì", "my-client-id")
    await chat.until("done")
    bearer = f"Bearer {gateway.settings.operator_token}"
    other = await visitor.socket(origin="", query="?session=of-the-command-line", Authorization=bearer)
    await other.send(type="hello", after=0)
    await other.say("làm khai sinh cần gì", "my-client-id")
    await other.until("done")
    session = (await visitor.visit()).cookies[COOKIE].value.split(".")[0]
    with closing(sqlite3.connect(gateway.settings.data_dir / "motcua.db")) as database:
        stored = list(database.iterdump())
    assert [line for line in stored if session in line or "of-the-command-line" in line] == []
    found = re.findall(r"'([0-9a-f]+):my-client-id'", "".join(stored))
    assert [len(hashed) for hashed in found] == [24, 24]
    assert len(set(found)) == 2
    _, transcript = await visitor.chat()
    assert transcript[0]["client_id"] == "my-client-id"


async def test_the_same_client_id_of_two_citizens_is_two_messages(visitor: Any, gateway: Any) -> None:
    other = type(visitor)(gateway)
    await other.visit()
    for someone in (visitor, other):
        chat, before = await someone.chat()
        assert before == []
        await chat.say("thế bao lâu", "same-client-id")
        assert len(of(await chat.until("done"))) == 2
    await other.http.close()


async def test_an_answer_given_while_the_client_was_away_is_there_when_it_is_back(
    visitor: Any, gateway: Any
) -> None:
    gateway.rasa.gate.clear()
    chat, _ = await visitor.chat()
    await chat.say("thế bao lâu")
    accepted = (await chat.until("accepted"))[-1]
    await chat.ws.close()
    gateway.rasa.gate.set()
    async with asyncio.timeout(5):
        missed: list[dict[str, Any]] = []
        while not missed:
            await asyncio.sleep(0.05)
            back, missed = await visitor.chat(after=accepted["id"])
            await back.ws.close()
    assert [message["turn"] for message in missed] == [accepted["id"]]


async def test_a_gateway_restart_loses_nothing_and_repeats_nothing(visitor: Any, gateway: Any) -> None:
    gateway.rasa.gate.clear()
    chat, _ = await visitor.chat()
    await chat.say("làm khai sinh cần gì")
    await chat.until("accepted")
    await gateway.stop()
    while (closing := await chat.ws.receive(timeout=5)).type is WSMsgType.TEXT:
        pass
    assert closing.data == 1012
    gateway.rasa.gate.set()
    await gateway.start()
    back, messages = await visitor.chat()
    while len(messages) < 2:
        messages.append((await back.until("message"))[-1]["message"])
    assert [message["author"] for message in messages] == ["citizen", "bot"]
    await back.say("thế bao lâu")
    after: list[dict[str, Any]] = []
    while not after:  # the first turn's "done" may still be on its way
        after = of(await back.until("done"))
    assert ids(messages) + ids(after) == ids((await visitor.chat())[1])


async def test_two_windows_of_one_citizen_show_the_same(visitor: Any) -> None:
    first, _ = await visitor.chat()
    await first.say("làm khai sinh cần gì")
    await first.until("done")
    second, transcript = await visitor.chat()
    await first.say("thế bao lâu")
    here, there = of(await first.until("done")), of(await second.until("done"))
    assert here == there
    assert ids(transcript + there) == sorted(set(ids(transcript + there)))


async def test_a_client_of_another_session_starts_from_the_beginning(visitor: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("thế bao lâu")
    await chat.until("done")
    other = await visitor.socket()
    await other.send(type="hello", after=10_000, session="another")
    assert len((await other.frame())["messages"]) == 2


async def test_a_long_transcript_is_cut_for_a_new_page_but_never_for_a_client_that_resumes(
    visitor: Any, gateway: Any
) -> None:
    gateway.rasa.gate.clear()
    visitor.http.cookie_jar.clear()
    bearer = f"Bearer {gateway.settings.operator_token}"

    async def socket() -> Any:
        return await visitor.socket(origin="", query="?session=long", Authorization=bearer)

    chat = await socket()
    for number in range(TRANSCRIPT + 30):
        await chat.say(f"câu {number}")
        await chat.until("accepted")
    fresh, resumed = await socket(), await socket()
    await fresh.send(type="hello", after=0)
    await resumed.send(type="hello", after=1)
    newest = (await fresh.until("welcome"))[-1]["messages"]
    everything = (await resumed.until("welcome"))[-1]["messages"]
    assert len(newest) == TRANSCRIPT
    assert newest[-1]["text"] == f"câu {TRANSCRIPT + 29}"
    assert len(everything) == TRANSCRIPT + 29
    assert everything[-TRANSCRIPT:] == newest


async def test_a_typed_intent_never_reaches_rasa_as_one(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("/restart")
    await chat.until("done")
    assert gateway.rasa.asked == ["restart"]
