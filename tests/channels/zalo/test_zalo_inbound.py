"""From a signed event to an answer at Zalo: webhook, database, turns, outbox; Rasa and Zalo are played."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from channels.zalo import Transport, make_tokens, setup
from conversations import Author, Conversations
from conversations.models import Conversation, Holder, Message, Turn
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings
from tests.channels.zalo.conftest import USER
from tests.channels.zalo.photos import CARD, DOSSIER, jpeg, qr, receipt
from tests.conversations.world import Rasa, answered, count, eventually
from tests.zalo_simulator import Console, World

PRIVATE = ("001090999999", "Nguyễn Văn Thử", "01011990")


@dataclass
class PictureHost:
    """Stands for the hosts of Zalo's pictures. ``open`` cleared: a picture is on its way for ever."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        await self.open.wait()
        if request.path not in self.pictures:
            raise web.HTTPNotFound
        return web.Response(body=self.pictures[request.path])


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    made = Rasa()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    made = PictureHost()
    made.open.set()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.serve)
    server = TestServer(app)
    await server.start_server()
    made.origin = str(server.make_url("")).rstrip("/")  # type: ignore[attr-defined]
    yield made
    made.open.set()
    await server.close()


@dataclass
class Office:
    """A running gateway, Zalo's side of its webhook, and what everybody has seen."""

    console: Console
    conversations: Conversations
    database: Database
    world: World
    rasa: Rasa

    async def post(self, name: str, **parts: Any) -> None:
        assert await self.console.post(self.console.event(USER, name, **parts)) == 200

    async def interaction(self, name: str, **parts: Any) -> None:
        """An event that names the account at its top, not as one of two sides."""
        account = self.world.account
        body = {
            "app_id": account.app_id, "oa_id": account.oa_id, "event_name": name,
            "timestamp": str(int(time.time() * 1000)),
        } | parts  # fmt: skip
        assert await self.console.post(body) == 200

    async def officer(self, text: str, kind: str = "text", ago_s: float = 0, **message: Any) -> None:
        """A person writes in Zalo's own tool."""
        await self.post(
            f"oa_send_{kind}",
            sender={"id": self.world.account.oa_id, "admin_id": "77"},
            recipient={"id": USER},
            message={"text": text, "msg_id": secrets.token_hex(8)} | message,
            timestamp=str(int((time.time() - ago_s) * 1000)),
        )

    async def photo(self, *paths: str, caption: str = "") -> None:
        attachments = [
            {"type": "image", "payload": {"url": f"http://f1.zdn.vn{path}", "thumbnail": ""}}
            for path in paths
        ]
        message = {"msg_id": secrets.token_hex(8), "attachments": attachments, "text": caption}
        await self.post("user_send_image", message=message)

    async def received(self, number: int) -> list[str]:
        citizen = self.world.citizens[USER]
        await eventually(lambda: len(citizen.received) >= number)
        await answered(self.database)
        return citizen.received

    async def transcript(self) -> list[tuple[str, str]]:
        async with self.database.read() as session:
            rows = await session.execute(select(Message.author, Message.text).order_by(Message.id))
            return [(str(author), str(text)) for author, text in rows]

    async def conversation(self) -> Conversation:
        async with self.database.read() as session:
            return (await session.scalars(select(Conversation))).one()


Open = Callable[..., Any]


@pytest.fixture
def open_office(settings: Settings, database: Database, world: World, rasa: Rasa, host: PictureHost) -> Open:
    """Runs gateways. ``working`` false: it takes events in, and nobody answers them yet."""
    zalo = settings.zalo.model_copy(update={"media_origin": host.origin})  # type: ignore[attr-defined]
    base = settings.model_copy(update={"zalo": zalo, "rasa_port": rasa.port, "public_url": "https://mc.vn"})

    @asynccontextmanager
    async def run(*, working: bool = True) -> AsyncIterator[Office]:
        app = web.Application()
        app[SETTINGS], app[DATABASE] = base, database
        conversations = Conversations(database, base)
        setup(app, conversations)
        async with AsyncExitStack() as stack:
            transport = await stack.enter_async_context(Transport(5))
            tokens = make_tokens(base, database, transport)
            await tokens.store_first(world.access_token, world.refresh_token, 90_000)
            server = TestServer(app)
            await server.start_server()
            stack.push_async_callback(server.close)
            if working:
                await stack.enter_async_context(conversations.running())
            http = await stack.enter_async_context(aiohttp.ClientSession())
            console = Console(world, http, str(server.make_url("/zalo/webhook")))
            yield Office(console, conversations, database, world, rasa)

    return run


@pytest.fixture
async def office(open_office: Open) -> AsyncIterator[Office]:
    async with open_office() as made:
        yield made


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
    _nothing_is_left(settings, "21.0047", "105.8440", "Đại Cồ Việt")


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
    _nothing_is_left(settings, "Nguyễn Văn Thử", "84901234567", "01/01/1990", "Tạ Quang Bửu")


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


async def test_the_code_on_a_photographed_receipt_counts_as_typed(office: Office, host: PictureHost) -> None:
    host.pictures["/a.jpg"] = jpeg(receipt(qr(DOSSIER)).rotate(20, fillcolor=90))
    with structlog.testing.capture_logs() as logs:
        await office.photo("/a.jpg")
        (answer,) = await office.received(1)
    assert answer.startswith("Một Cửa đọc được mã hồ sơ …240607-0007 trong ảnh.")
    assert office.rasa.heard() == [DOSSIER]
    assert (await office.transcript())[0] == (Author.CITIZEN, DOSSIER)
    assert "a.jpg" not in str(logs)
    async with office.database.read() as session:
        assert (await session.scalars(select(Turn.held))).all() == [None]


async def test_an_identity_card_is_refused_and_nothing_of_it_stays(
    office: Office, host: PictureHost, settings: Settings
) -> None:
    host.pictures["/card.jpg"] = jpeg(receipt(qr(CARD, 4)))
    with structlog.testing.capture_logs() as logs:
        await office.photo("/card.jpg")
        (answer,) = await office.received(1)
    assert "không giữ" in answer
    assert office.rasa.heard() == []
    assert not any(part in str(logs) for part in PRIVATE)
    _nothing_is_left(settings, *PRIVATE)


async def test_a_photo_without_a_code_and_one_that_is_gone_are_said_to_be_so(
    office: Office, host: PictureHost
) -> None:
    host.pictures["/b.jpg"] = jpeg(receipt())
    await office.photo("/b.jpg")
    await office.photo("/gone.jpg")
    received = await office.received(2)
    assert all("chưa đọc được mã nào" in answer for answer in received)
    await office.photo("/b.jpg", caption="hồ sơ của tôi đến đâu")
    assert (await office.received(3))[2].startswith("Một Cửa chưa đọc được mã nào")
    assert office.rasa.heard() == ["hồ sơ của tôi đến đâu"]


async def test_a_photo_that_came_before_a_crash_is_read_after_it(
    open_office: Open, host: PictureHost, database: Database
) -> None:
    host.pictures["/a.jpg"] = jpeg(receipt(qr(DOSSIER)))
    async with open_office(working=False) as office:
        await office.photo("/a.jpg")
    assert host.asked == []
    host.open.clear()
    async with open_office():  # and killed again while the picture is on its way
        await eventually(lambda: host.asked)
    assert await count(database, Turn, Turn.held.is_not(None)) == 1
    host.open.set()
    async with open_office() as office:
        (answer,) = await office.received(1)
    assert "…240607-0007" in answer
    assert office.world.citizens[USER].received == [answer]


async def test_while_rasa_is_away_a_picture_is_fetched_once(
    open_office: Open, host: PictureHost, rasa: Rasa
) -> None:
    host.pictures["/a.jpg"] = jpeg(receipt(qr(DOSSIER)))
    await rasa.stop()
    async with open_office() as office:
        await office.photo("/a.jpg")

        async def found() -> bool:
            return (await office.transcript())[0] == (Author.CITIZEN, DOSSIER)

        await eventually(found)
        host.pictures.clear()  # Zalo's addresses expire
    await rasa.start()
    async with open_office() as office:

        async def heard() -> bool:
            return office.rasa.heard() == [DOSSIER]

        await eventually(heard)
        assert "…240607-0007" in (await office.received(1))[-1]
    assert len(host.asked) == 1


def _nothing_is_left(settings: Settings, *parts: str) -> None:
    """Look for ``parts`` in every byte of the database files, also in what SQLite has not written over."""
    kept = b"".join(path.read_bytes() for path in settings.data_dir.glob("motcua.db*"))
    assert len(kept) > 4096
    for part in parts:
        assert part.encode() not in kept
