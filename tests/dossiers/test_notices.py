"""Notices about dossiers: what is told, when, and to whom. On both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from dossiers import forget
from dossiers.notice_models import DossierNotice, DossierSubscription
from motcua.db import now
from motcua.reply import Kind
from motcua.settings import NoticeSettings
from tests.dossiers.notice_world import CODE, World, at


async def test_a_change_is_told_with_its_template_and_only_once(world: World) -> None:
    citizen = await world.citizen()
    assert await world.follow(citizen)
    assert not await world.follow(citizen), "agreeing twice follows once"
    worker = world.worker()
    assert await worker.round(at(17)) == 0, "nothing has changed yet"
    await world.office("9", finished="17/11/2026")
    assert await worker.round(at(17)) == 1
    assert await worker.round(at(17, 11)) == 0
    (reply,) = await world.told(citizen)
    assert (reply.kind, reply.buttons) == (Kind.STATUS, [])
    assert reply.notice
    assert reply.notice.template == "dossier_ready"
    assert reply.notice.data["ma_ho_so"] == CODE
    assert reply.notice.data["noi_giai_quyet"] == "UBND Bạch Mai"
    assert all(reply.notice.data.values()), "a template refuses an empty parameter"
    assert reply.dossier
    assert reply.dossier.status == 9
    assert "đã có kết quả" in reply.text
    assert "Nhắn “dừng”" in reply.text


@pytest.mark.parametrize(
    ("status", "cells", "template", "part"),
    [
        ("5", {"todo": "Nộp giấy chứng sinh"}, "dossier_supplement", "nộp giấy chứng sinh"),
        ("6", {"todo": "Nộp 50.000 đồng tại quầy"}, "dossier_supplement", "50.000 đồng tại quầy"),
        ("2", {}, "dossier_changed", "đã được tiếp nhận"),
        ("8", {"finished": "17/11/2026"}, "dossier_changed", "đã dừng xử lý"),
    ],
)
async def test_what_changed_decides_the_template(
    world: World, status: str, cells: dict[str, str], template: str, part: str
) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    await world.office(status, **cells)
    await world.worker().round(at(17))
    assert await world.templates(citizen) == [template]
    assert part in (await world.told(citizen))[0].text


async def test_a_second_paper_asked_for_is_news_though_the_status_is_the_same(world: World) -> None:
    citizen = await world.citizen()
    await world.office("5", todo="Nộp giấy chứng sinh")
    await world.follow(citizen)
    await world.office("5", todo="Nộp giấy ủy quyền")
    await world.worker().round(at(17))
    assert "giấy ủy quyền" in (await world.told(citizen))[0].text


async def test_back_and_forth_while_nobody_looked_is_told(world: World) -> None:
    citizen = await world.citizen()
    await world.office("5", todo="Nộp giấy chứng sinh")
    await world.follow(citizen)
    await world.office("4")
    await world.office("5", todo="Nộp giấy chứng sinh")
    await world.worker().round(at(17))
    assert await world.templates(citizen) == ["dossier_supplement"], "asked for again"


async def test_every_subscriber_is_told_and_nobody_else(world: World) -> None:
    one, two, stranger = [await world.citizen() for _ in range(3)]
    await world.follow(one)
    await world.follow(two)
    await world.office("9", finished="17/11/2026")
    assert await world.worker().round(at(17)) == 2
    assert [len(await world.told(each)) for each in (one, two, stranger)] == [1, 1, 0]


async def test_at_night_nobody_is_told_and_the_morning_says_it_once(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    worker = world.worker()
    await world.office("5", todo="Nộp giấy chứng sinh")
    for hour in (21, 23):
        assert await worker.round(at(17, hour)) == 0
    await world.office("4")
    await worker.round(at(18, 2))
    await world.office("9", finished="18/11/2026")
    assert await worker.round(at(18, 6)) == 0
    assert await worker.round(at(18, 7)) == 1
    assert await world.templates(citizen) == ["dossier_ready"], "the newest state, not three messages"
    (reply,) = await world.told(citizen)
    assert reply.card
    assert "Diễn biến" in [section.heading for section in reply.card.sections]


async def test_quiet_hours_may_be_switched_off(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    await world.office("9", finished="17/11/2026")
    assert await world.worker(NoticeSettings(quiet="")).round(at(17, 3)) == 1


async def test_a_waiting_result_is_called_to_mind_after_3_7_and_15_working_days(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    await world.office("9", finished="02/11/2026", due="20/11/2026")
    told: dict[date, list[str]] = {}
    worker, before = world.worker(), 0
    for offset in range(30):
        moment = at(2) + timedelta(days=offset)
        await world.look_again()
        await worker.round(moment)
        templates = await world.templates(citizen)
        if len(templates) > before:
            told[moment.date()] = templates[before:]
        before = len(templates)
    assert told == {
        date(2026, 11, 2): ["dossier_ready"],
        date(2026, 11, 5): ["dossier_waiting"],  # Thursday: Tuesday, Wednesday, Thursday
        date(2026, 11, 11): ["dossier_waiting"],  # Wednesday of the week after: 4 and 3
        date(2026, 11, 23): ["dossier_waiting"],  # Monday, three weeks of five days later
    }
    await world.office("10", finished="02/11/2026")
    await worker.round(at(2, month=12))
    assert (await world.templates(citizen))[-1] == "dossier_changed"
    assert await world.desk.subscriptions.listed(citizen) == [], "fetched: nothing more will change"
    await world.look_again()
    await worker.round(at(20, month=12))
    assert len(await world.templates(citizen)) == 5


async def test_reminders_that_were_due_before_somebody_subscribed_are_not_sent(world: World) -> None:
    citizen = await world.citizen()
    await world.office("9", finished="02/11/2026")
    await world.follow(citizen, today=date(2026, 11, 12))  # eight working days later
    worker = world.worker()
    await world.look_again()
    await worker.round(at(12))
    assert await world.templates(citizen) == []
    await world.look_again()
    await worker.round(at(23))  # the fifteenth
    assert await world.templates(citizen) == ["dossier_waiting"]


async def test_a_delay_is_apologised_for_once_and_once_more_for_each_new_date(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    worker = world.worker()

    async def days(*moments: int) -> list[str]:
        for day in moments:
            await world.look_again()
            await worker.round(at(day))
        return await world.templates(citizen)

    assert await days(18, 19, 20) == [], "due on the 20th: on time until the end of it"
    assert await days(21, 22) == [], "a weekend makes nobody late"
    assert await days(23, 25, 26) == ["dossier_late"]
    first = (await world.told(citizen))[0]
    assert "xin lỗi" in first.text
    assert "Chưa có ngày trả mới" in first.text
    assert "1022" in first.text
    await world.office("4", promised="27/11/2026", reason="Cần xác minh thêm")
    assert await days(26, 27) == ["dossier_late"] * 2
    second = (await world.told(citizen))[1]
    assert "hẹn lại 27/11/2026 vì cần xác minh thêm" in second.text
    assert second.notice
    assert second.notice.data["ngay_hen_moi"] == "27/11/2026"
    await world.office("4", promised="30/11/2026", reason="Cần xác minh thêm")
    assert await days(27, 28) == ["dossier_late"] * 3
    assert await days(30) == ["dossier_late"] * 3, "a passed promise without a new one is no new date"


async def test_a_delay_that_was_known_when_somebody_subscribed_is_not_told_again(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen, today=date(2026, 11, 26))
    await world.look_again()
    await world.worker().round(at(26))
    assert await world.templates(citizen) == []


async def test_what_is_no_longer_so_in_the_morning_is_not_told(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    worker = world.worker()
    await world.look_again()
    await worker.round(at(23, 22))
    assert ("late", "pending") in await world.notices()
    await world.office("4", due="30/11/2026")  # the first date was a slip of the pen
    assert await worker.round(at(24, 8)) == 0
    assert await world.templates(citizen) == []
    assert ("late", "outdated") in await world.notices()


async def test_whoever_says_stop_is_told_nothing_more_not_even_what_was_noted(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    await world.office("9", finished="17/11/2026")
    worker = world.worker()
    await worker.look(at(17))
    assert await world.desk.subscriptions.end(citizen)
    assert await worker.round(at(17)) == 0
    assert await world.told(citizen) == []
    assert await world.follow(citizen), "and may begin again"
    assert await worker.round(at(17, 11)) == 0, "from the state it is in now"


async def test_an_erased_conversation_leaves_nothing_and_is_told_nothing(world: World) -> None:
    citizen, other = await world.citizen(), await world.citizen()
    world.conversations.on_erase(forget)
    await world.follow(citizen)
    await world.follow(other)
    await world.office("9", finished="17/11/2026")
    await world.worker().look(at(17))
    await world.conversations.erase(citizen)
    async with world.database.read() as session:
        kept = list(await session.scalars(select(DossierSubscription.conversation_id)))
        notices = await session.scalar(select(func.count()).select_from(DossierNotice))
    assert (kept, notices) == ([other], 1)
    await world.free_lease()
    assert await world.worker().round(at(17)) == 1


async def test_an_ended_subscription_is_forgotten_after_the_days_that_were_promised(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    await world.desk.subscriptions.end(citizen)
    await world.worker().round(at(17))
    async with world.database.write() as session:
        assert await session.scalar(select(func.count()).select_from(DossierSubscription)) == 1
        await session.execute(update(DossierSubscription).values(ended_at=now() - timedelta(days=31)))
    await world.free_lease()
    await world.worker().round(at(17))
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(DossierSubscription)) == 0
