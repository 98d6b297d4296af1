"""Gaps: collected once by several gateways, masked, grouped, erased, decided and undone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from conversations import gap_groups
from conversations.gap_groups import GapGone, GapView
from conversations.gap_likeness import grouped
from conversations.gap_models import GapGroup, GapItem, GapKind, GapState
from conversations.gaps import GapCollector
from conversations.models import Message
from conversations.operation_models import Rating, SwitchKind
from conversations.ticket_models import KnowledgeGap
from motcua.db import Database, now
from motcua.settings import Settings
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, reply, said

_DOG = (
    "nuôi chó dữ trong chung cư có phải xin phép không",
    "nuoi cho trong chung cu co can xin phep khong",
    "xin phép nuôi chó trong chung cư thế nào",
)


async def unsure(asked: Asked) -> list[dict[str, Any]]:
    if "thời tiết" in asked.message:
        return [reply("Một Cửa chỉ biết việc hành chính.", kind="out_of_scope")]
    if "phí" in asked.message:
        return [reply("8.000 đồng/bản.", procedure="1.001193", facet="fee")]
    return [reply("Một Cửa chưa có thông tin này.", kind="no_answer")]


async def settle(database: Database) -> None:
    """Make everything an hour old."""
    at = now() - timedelta(hours=1)
    async with database.write() as session:
        await session.execute(update(Message).values(created_at=at))
        await session.execute(update(Rating).values(at=at))


async def ask(running: Any, database: Database, *questions: str, who: str = "an") -> str:
    for number, question in enumerate(questions, start=1):
        talk = (await running.receive(said(number, question, who))).conversation_id
        await answered(database)
    await settle(database)
    return str(talk)


async def views(database: Database, state: GapState = GapState.OPEN, **more: Any) -> list[GapView]:
    async with database.read() as session:
        return (await gap_groups.listed(session, state=state, **more))[0]


async def collect(database: Database, settings: Settings) -> None:
    collector = GapCollector(database, settings)
    while await collector.collect():
        pass


async def test_like_questions_are_one_group_and_each_is_taken_once(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        await ask(running, database, *_DOG, "cấp lại bằng lái tàu bay", "phí khai sinh bao nhiêu")
        await asyncio.gather(*(collect(database, settings) for _ in range(3)))
        await collect(database, settings.model_copy(update={"instance": "gateway-2"}))
        found = await views(database)
        assert [(one.many, dict(one.kinds)) for one in found] == [
            (3, {"unanswered": 3}),
            (1, {"unanswered": 1}),
        ]
        assert {item.question for item in found[0].examples} == set(_DOG)
        await ask(running, database, "xin phép nuôi chó chung cư", who="bình")
        await collect(database, settings)
        assert [one.many for one in await views(database)] == [4, 1]


async def test_nothing_young_is_taken_and_nothing_is_left_out_later(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        await running.receive(said(1, _DOG[0]))
        await answered(database)
        await collect(database, settings)
        assert await views(database) == []
        await settle(database)
        await collect(database, settings)
        assert [one.many for one in await views(database)] == [1]


async def test_kinds_are_told_apart_and_can_be_filtered(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        await ask(running, database, "thời tiết hôm nay", _DOG[0])
        await collect(database, settings)
    assert len(await views(database)) == 2
    (off,) = await views(database, kinds=[GapKind.OFF_TOPIC])
    assert off.question == "thời tiết hôm nay"
    (dog,) = await views(database, words="nuoi CHO")
    assert dog.question == _DOG[0]


async def test_personal_numbers_stay_masked(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        await ask(running, database, "nuôi chó thì gọi 0912004521 được không")
        await collect(database, settings)
    (one,) = await views(database)
    assert "0912" not in one.question
    assert "‹số điện thoại›" in one.question


async def test_a_bad_rating_comes_with_the_answer_and_goes_when_it_is_taken_back(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        talk = await ask(running, database, "phí khai sinh bao nhiêu")
        answer = (await running.messages_after(talk, 0))[-1]
        await running.rate(talk, answer.id, False, "thiếu mức của Hà Nội")
        await settle(database)
        await collect(database, settings)
        (one,) = await views(database)
        (item,) = one.examples
        assert (item.kind, item.procedure, item.facet) == ("rated", "1.001193", "fee")
        assert (item.question, item.answer) == ("phí khai sinh bao nhiêu", "8.000 đồng/bản.")
        assert item.comment == "thiếu mức của Hà Nội"
        await running.rate(talk, answer.id, True)
        async with database.write() as session:
            await session.execute(update(Rating).values(at=now() - timedelta(minutes=1)))
        await collect(database, settings)
        assert await views(database) == []


async def test_an_erasure_takes_everything_that_was_collected(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        talk = await ask(running, database, *_DOG[:2])
        await ask(running, database, _DOG[2], who="bình")
        await collect(database, settings)
        assert [one.many for one in await views(database)] == [3]
        await running.erase(talk)
        (one,) = await views(database)
        assert (one.many, one.question) == (1, _DOG[2])
        await collect(database, settings)
        assert [one.many for one in await views(database)] == [1]
        other = await running.conversation_of("test", "", "bình")
        await running.erase(other or "")
    async with database.read() as session:
        assert await session.scalar(select(func.count(GapItem.id))) == (0 if other else 1)
    await GapCollector(database, settings).regroup()


async def test_what_was_erased_before_the_collection_never_comes(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        talk = await ask(running, database, *_DOG)
        collector = GapCollector(database, settings)
        tasks = [asyncio.create_task(collector.collect()), asyncio.create_task(running.erase(talk))]
        await asyncio.gather(*tasks)
        await collect(database, settings)
    async with database.read() as session:
        assert await session.scalar(select(func.count(GapItem.id))) == 0


async def test_a_proposal_comes_with_its_answer_and_follows_what_is_decided(
    database: Database, settings: Settings
) -> None:
    async with database.write() as session:
        session.add(KnowledgeGap(question=_DOG[0], answer="Khai báo ở phường.", by="3", by_name="Lan"))
    await collect(database, settings)
    (one,) = await views(database)
    assert (one.question, one.answer, dict(one.kinds)) == (_DOG[0], "Khai báo ở phường.", {"volunteer": 1})
    async with database.write() as session:
        await session.execute(update(KnowledgeGap).values(answer="Khai báo ở phường, không mất phí."))
    await collect(database, settings)
    assert (await views(database))[0].answer == "Khai báo ở phường, không mất phí."
    async with database.write() as session:
        before = await gap_groups.decide(
            session, one.id, GapState.DROPPED, 7, "Hoa", reason="không phải việc ở đây"
        )
    assert before is GapState.OPEN
    assert await views(database) == []
    (dropped,) = await views(database, GapState.DROPPED)
    assert (dropped.reason, dropped.decided_by_name) == ("không phải việc ở đây", "Hoa")
    async with database.read() as session:
        assert await session.scalar(select(KnowledgeGap.state)) == "dropped"
    async with database.write() as session:
        assert await gap_groups.decide(session, one.id, GapState.OPEN, 7, "Hoa") is GapState.DROPPED
    async with database.read() as session:
        assert await session.scalar(select(KnowledgeGap.state)) == "open"
        counted = await gap_groups.counts(session)
    assert counted == {GapState.OPEN: 1, GapState.DONE: 0, GapState.DROPPED: 0}


async def test_a_withdrawn_proposal_is_gone(database: Database, settings: Settings) -> None:
    async with database.write() as session:
        session.add(KnowledgeGap(question=_DOG[0], by="3", by_name="Lan"))
    await collect(database, settings)
    async with database.write() as session:
        await session.delete((await session.scalars(select(KnowledgeGap))).one())
    assert await views(database) == []
    await GapCollector(database, settings).regroup()
    async with database.read() as session:
        with pytest.raises(GapGone):
            await gap_groups.view(session, 1)
        assert await session.scalar(select(func.count(GapGroup.id))) == 0


async def test_what_was_dropped_does_not_come_back_as_a_new_group(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        await ask(running, database, _DOG[0])
        await collect(database, settings)
        (one,) = await views(database)
        async with database.write() as session:
            await gap_groups.decide(session, one.id, GapState.DROPPED, 7, "Hoa", reason="trùng")
        talk = (await running.receive(said(1, _DOG[1], "bình"))).conversation_id
        await answered(database)
        async with database.write() as session:
            await session.execute(
                update(Message)
                .where(Message.conversation_id == talk)
                .values(created_at=now() - timedelta(seconds=30))
            )
            await session.execute(update(GapGroup).values(decided_at=now() - timedelta(minutes=5)))
        await collect(database, settings)
        assert await views(database) == []
        (dropped,) = await views(database, GapState.DROPPED)
        assert (dropped.many, dropped.since) == (2, 1)


async def test_groups_that_have_grown_alike_are_brought_together_at_night_once(
    database: Database, settings: Settings
) -> None:
    async with database.write() as session:
        for number, question in enumerate(_DOG[:2], start=1):
            session.add(GapGroup(id=number))
            await session.flush()
            session.add(GapItem(group_id=number, kind=GapKind.UNANSWERED, question=question, at=now()))
    collector = GapCollector(database, settings)
    other = GapCollector(database, settings.model_copy(update={"instance": "gateway-2"}))
    done = [await collector.regroup_if_due(), await other.regroup_if_due()]
    assert done == [1, None]
    assert [one.many for one in await views(database)] == [2]


async def test_replies_about_the_service_itself_are_no_gap(
    gateway: Gateway, database: Database, settings: Settings, rasa: Rasa
) -> None:
    rasa.answer = unsure
    async with gateway() as running:
        await ask(running, database, "dài " * (settings.max_text // 4 + 10), _DOG[0])
        await running.switches.turn(SwitchKind.CHANNEL, "web", off=True, by="an", reason="thử")
        await ask(running, database, "câu hỏi lúc kênh nghỉ", who="bình")
        await collect(database, settings)
        found = await views(database)
    assert [item.question for one in found for item in one.examples] == [_DOG[0]]


_ASKED = [
    ["thủ tục xin cấp lại bằng lái xe bị mất", "bi mat bang lai xe thi cap lai the nao",
     "mất bằng lái xe máy làm lại ở đâu", "em bị mất bằng lái giờ phải làm sao ạ"],
    list(_DOG),
    ["đăng ký tạm trú cho người nước ngoài thuê nhà", "khai bao tam tru cho khach nuoc ngoai thue nha"],
    ["phí trông giữ xe ở phường bao nhiêu", "gửi xe ở ubnd phường có mất phí trông giữ không"],
    ["xin xác nhận nhà không có tranh chấp", "giấy xác nhận đất không tranh chấp xin ở đâu"],
    ["sang tên xe máy cũ cần giấy gì", "thu tuc sang ten xe may", "mua xe máy cũ sang tên đổi chủ"],
]  # fmt: skip


def test_likeness_puts_together_what_people_would() -> None:
    texts = [(text, kind) for kind, same in enumerate(_ASKED) for text in same]
    mixed = texts[::2] + texts[1::2]
    given = list(zip(grouped(text for text, _ in mixed), (kind for _, kind in mixed), strict=True))
    pairs = [(a, b) for i, a in enumerate(given) for b in given[:i]]
    together = [(a, b) for a, b in pairs if a[0] == b[0]]
    wanted = [(a, b) for a, b in pairs if a[1] == b[1]]
    right = [(a, b) for a, b in together if a[1] == b[1]]
    assert len(right) / len(together) >= 0.95
    assert len(right) / len(wanted) >= 0.75
