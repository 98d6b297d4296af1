"""Approved templates for whoever has not written for a week: once, at day, and only with a notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import update

from channels.zalo.models import ZaloSend
from channels.zalo.pace import Pace
from channels.zalo.zbs import Tracking
from conversations import Outgoing, SendState
from motcua.db import now
from motcua.reply import Kind, Notice, Reply
from motcua.settings import ZaloSettings, ZaloTemplate
from tests.channels.zalo.conftest import Process
from tests.channels.zalo.office import USER
from tests.channels.zalo.test_zalo_sender import deliver
from tests.zalo_simulator import Fault, World

Make = Callable[..., Awaitable[Outgoing]]
Start = Callable[..., Awaitable[Process]]
READY = Reply(
    kind=Kind.STATUS,
    text="Hồ sơ …0002 đã có kết quả, mời anh/chị đến nhận.",
    notice=Notice(template="dossier_ready", data={"ma_ho_so": "H26-0002", "ngay_tra": "05/03/2026"}),
)
BY_USER: dict[str, Any] = {
    "zbs_by": "user_id",
    "templates": {
        "dossier_ready": ZaloTemplate(id="123456", fields={"ma": "ma_ho_so", "ngay_tra": "ngay_tra"})
    },
}


@pytest.fixture
async def zbs(start: Start, process: Process, world: World) -> Process:
    """A gateway with a template, and a citizen who wrote eight days ago."""
    world.templates.known["123456"] = {"ma", "ngay_tra"}
    world.citizens[USER].interacted_at = (world.citizens[USER].interacted_at or 0) - 8 * 86_400
    return await start(**BY_USER)


async def test_within_the_window_a_notice_is_an_ordinary_message(
    zbs: Process, world: World, outgoing: Make
) -> None:
    world.add_citizen(USER)
    assert (await zbs.sender.send(await outgoing(READY, days_ago=6.9))).state is SendState.SENT
    assert world.citizens[USER].received == [READY.text]
    assert world.templates.taken == []


async def test_outside_the_window_a_notice_goes_as_its_template(
    zbs: Process, world: World, outgoing: Make
) -> None:
    reply = await outgoing(READY, days_ago=7.1)
    outcome = await zbs.sender.send(reply)
    (notice,) = world.templates.taken
    assert outcome.state is SendState.SENT
    assert outcome.channel_message_ids == (notice.msg_id,)
    assert (notice.to, notice.template_id) == (USER, "123456")
    assert notice.data == {"ma": "H26-0002", "ngay_tra": "05/03/2026"}
    assert not [call for call in world.calls if call[0] == "message"], "Zalo was not asked in vain"
    assert (await zbs.sender.send(reply)).state is SendState.SENT
    assert len(world.templates.taken) == 1


async def test_if_it_is_zalo_who_says_the_window_is_closed_the_template_goes_too(
    zbs: Process, world: World, outgoing: Make
) -> None:
    assert (await zbs.sender.send(await outgoing(READY, days_ago=None))).state is SendState.SENT
    assert [call for call in world.calls if call[0] != "token"] == [("message", -230), ("template", 0)]


@pytest.mark.parametrize(
    ("chosen", "reply", "code"),
    [
        ({"zbs_by": "off"}, READY, "window_closed"),
        ({"templates": {}}, READY, "window_closed"),
        ({}, Reply(kind=Kind.ANSWER, text="Trả lời."), "window_closed"),
        ({}, READY.model_copy(update={"notice": Notice(template="dossier_late")}), "window_closed"),
        ({}, READY.model_copy(update={"notice": Notice(template="dossier_ready")}), "template_data"),
        ({"zbs_by": "phone"}, READY, "no_phone"),
    ],
    ids=["off", "none configured", "no notice", "another notice", "no data", "no phone"],
)
async def test_without_all_it_takes_nothing_is_sent(
    start: Start,
    zbs: Process,
    world: World,
    outgoing: Make,
    chosen: dict[str, Any],
    reply: Reply,
    code: str,
) -> None:
    one = await start(**(BY_USER | chosen))
    outcome = await one.sender.send(await outgoing(reply, days_ago=8))
    assert (outcome.state, outcome.code) == (SendState.FAILED, code)
    assert world.calls == []


async def test_by_phone_it_goes_to_the_number(
    start: Start, zbs: Process, world: World, outgoing: Make
) -> None:
    async def phone_of(_outgoing: Outgoing) -> str | None:
        return "84901234567"

    world.templates.phones.add("84901234567")
    one = await start({"phone_of": phone_of}, **(BY_USER | {"zbs_by": "phone"}))
    assert (await one.sender.send(await outgoing(READY, days_ago=8))).state is SendState.SENT
    assert world.templates.taken[0].to == "84901234567"


async def test_at_night_it_waits_until_six_and_zalo_is_asked_once(
    zbs: Process, world: World, outgoing: Make
) -> None:
    world.templates.night = True
    replies = [await outgoing(READY, days_ago=8) for _ in range(3)]
    outcomes = [await zbs.sender.send(reply) for reply in replies]
    assert [outcome.state for outcome in outcomes] == [SendState.RETRY] * 3
    assert [outcome.code for outcome in outcomes] == ["-133", "night", "night"]
    assert [call for call in world.calls if call[0] == "template"] == [("template", -133)]
    world.add_citizen(USER)  # the citizen writes in the night: the window is open again
    woken = replies[1]
    spoken = Outgoing(
        woken.message_id, woken.conversation_id, "zalo", "oa", USER, READY, 2, now(), now(), now()
    )
    assert (await zbs.sender.send(spoken)).state is SendState.SENT
    assert world.citizens[USER].received == [READY.text]
    templates = zbs.sender._templates
    templates._asleep_until, world.templates.night = now() - timedelta(seconds=1), False
    assert (await zbs.sender.send(replies[2])).state is SendState.SENT


@pytest.mark.parametrize(("field", "code"), [("left", "-144"), ("money", "-115")])
async def test_without_quota_or_money_everything_waits_and_somebody_is_told(
    zbs: Process, world: World, outgoing: Make, field: str, code: str
) -> None:
    before = REGISTRY.get_sample_value("motcua_zalo_alerts_total", {"code": code}) or 0
    setattr(world.templates, field, 0)
    outcomes = [await zbs.sender.send(await outgoing(READY, days_ago=8)) for _ in range(4)]
    assert {(outcome.state, outcome.code) for outcome in outcomes} == {(SendState.RETRY, code)}
    assert len([call for call in world.calls if call[0] == "template"]) == 1, "Zalo is not asked for each"
    assert REGISTRY.get_sample_value("motcua_zalo_alerts_total", {"code": code}) == before + 1


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda t: t.known.clear(), "-109"), (lambda t: t.refusers.add(USER), "-141"),
        (lambda t: t.known.update({"123456": {"ma", "ngay_tra", "ten"}}), "-1122"),
    ],
)  # fmt: skip
async def test_what_no_waiting_mends_ends_the_send(
    zbs: Process, world: World, outgoing: Make, break_it: Callable[[Any], None], code: str
) -> None:
    break_it(world.templates)
    outcome = await zbs.sender.send(await outgoing(READY, days_ago=8))
    assert (outcome.state, outcome.code) == (SendState.FAILED, code)


async def test_a_disabled_template_waits_for_an_administrator(
    zbs: Process, world: World, outgoing: Make
) -> None:
    world.templates.disabled.add("123456")
    outcome = await zbs.sender.send(await outgoing(READY, days_ago=8))
    assert (outcome.state, outcome.code) == (SendState.RETRY, "-146")


async def test_a_dead_token_is_renewed_on_this_host_too(zbs: Process, world: World, outgoing: Make) -> None:
    world.expire_access()
    assert (await zbs.sender.send(await outgoing(READY, days_ago=8))).state is SendState.SENT
    assert world.refreshes == 1
    assert ("template", -124) in world.calls


def report(world: World, flat: bool = False) -> dict[str, Any]:
    notice = world.templates.taken[-1]
    told = {"msg_id": notice.msg_id, "tracking_id": notice.tracking_id}
    return {"event_name": "user_received_message"} | (told if flat else {"message": told})


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.ERROR_500_AFTER, Fault.CUT_AFTER])
async def test_a_template_whose_fate_is_unknown_is_settled_by_its_report_never_sent_again(
    zbs: Process, world: World, outgoing: Make, fault: Fault, flat: bool
) -> None:
    world.faults.order("template", fault)
    reply = await outgoing(READY, days_ago=8)
    assert (await zbs.sender.send(reply)).state is SendState.UNKNOWN
    assert (await zbs.sender.find(reply)).state is SendState.UNKNOWN
    assert (await zbs.sender.send(reply)).state is SendState.UNKNOWN
    assert await zbs.confirmations.take(report(world, flat))
    found = await zbs.sender.find(reply)
    assert (found.state, found.channel_message_ids) == (SendState.SENT, (world.templates.taken[0].msg_id,))
    assert len(world.templates.taken) == 1


async def test_without_a_report_it_is_given_up_not_repeated(
    zbs: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("template", Fault.TIMEOUT_BEFORE)
    reply = await outgoing(READY, days_ago=8)
    await zbs.sender.send(reply)
    async with zbs.database.write() as session:
        await session.execute(update(ZaloSend).values(begun_at=now() - timedelta(minutes=3)))
    outcome = await zbs.sender.find(reply)
    assert (outcome.state, outcome.code) == (SendState.FAILED, "unverifiable")
    assert world.templates.taken == []


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.TOO_MANY, -32, -100])
async def test_a_plain_no_is_tried_again_and_arrives_once(
    zbs: Process, world: World, outgoing: Make, fault: Fault | int
) -> None:
    world.faults.order("template", fault)
    reply = await outgoing(READY, days_ago=8)
    assert (await zbs.sender.send(reply)).state is SendState.RETRY
    zbs.sender._templates._client._caller._pace = Pace()  # a minute later
    assert (await deliver(zbs, reply)).state is SendState.SENT
    assert len(world.templates.taken) == 1


def test_a_tracking_id_names_its_message_and_cannot_be_made_up() -> None:
    tracking = Tracking(b"key")
    assert tracking.message_of(tracking.of(42)) == 42
    assert len(tracking.of(2**53)) <= 48
    for foreign in (
        Tracking(b"other").of(42),
        "mc42-0000000000000000",
        "mc42",
        "",
        "mc1" + tracking.of(42)[2:],
    ):
        assert tracking.message_of(foreign) is None


def test_templates_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MOTCUA_ZALO_TEMPLATES", '{"dossier_ready": {"id": "123456", "fields": {"ma": "ma_ho_so"}}}'
    )
    assert ZaloSettings().templates["dossier_ready"] == ZaloTemplate(id="123456", fields={"ma": "ma_ho_so"})
