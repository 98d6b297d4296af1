"""Photos from citizens: a receipt's code counts as typed, an identity card leaves nothing."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from conversations import Author
from conversations.models import Turn
from motcua.db import Database
from motcua.settings import Settings
from tests.channels.zalo.office import PRIVATE, USER, Office, Open, PictureHost, nothing_is_left
from tests.channels.zalo.photos import CARD, DOSSIER, jpeg, qr, receipt
from tests.conversations.world import Rasa, count, eventually


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
    nothing_is_left(settings, *PRIVATE)


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
