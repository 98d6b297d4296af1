"""Invitations: used once, for seven days, and the password they set."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from desk import passwords, sessions, staffing
from desk.accounts import Accounts, LinkUsedUp
from desk.models import Invitation, Staff
from desk.roles import Role
from desk.staffing import Post
from motcua.db import Database, now
from tests.desk.conftest import BACH_MAI, ClientFor, DeskServer

NEW = "cá chép hóa rồng 58"
VOLUNTEER = Post("Trần Văn Bình", frozenset({Role.VOLUNTEER}), frozenset({BACH_MAI}))


@pytest.fixture
async def link(database: Database) -> str:
    async with database.write() as session:
        _, secret = await staffing.invite(session, None, "binh.tran", VOLUNTEER)
    return secret


async def test_an_invitation_sets_the_first_password_and_enters(client: ClientFor, link: str) -> None:
    browser = await client()
    page = await browser.get(f"/ban/moi/{link}")
    assert page.status == 200
    assert "Trần Văn Bình" in page.text
    assert "binh.tran" in page.text
    page = await browser.post(f"/ban/moi/{link}", password=NEW, again=NEW)
    assert page.status == 200
    assert "Trần Văn Bình" in page.text
    other = await client()
    await other.get("/ban/dang-nhap")
    assert (await other.post("/ban/dang-nhap", name="binh.tran", password=NEW)).status == 200


async def test_a_link_works_once(client: ClientFor, link: str) -> None:
    browser = await client()
    await browser.get(f"/ban/moi/{link}")
    await browser.post(f"/ban/moi/{link}", password=NEW, again=NEW)
    other = await client()
    page = await other.get(f"/ban/moi/{link}")
    assert page.status == 410
    assert "không dùng được nữa" in page.text
    page = await other.post(f"/ban/moi/{link}", password="trộm mất mật khẩu", again="trộm mất mật khẩu")
    assert page.status == 410


async def test_a_link_used_twice_at_once_sets_one_password(
    server: DeskServer, database: Database, link: str
) -> None:
    desk = Accounts(database, server.settings)
    done = await asyncio.gather(
        *(desk.accept(link, f"{NEW} lần {n}") for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, LinkUsedUp) for one in done) == 3


async def test_a_link_ends_after_seven_days(client: ClientFor, link: str, database: Database) -> None:
    async with database.write() as session:
        invitation = (await session.scalars(select(Invitation))).one()
        assert invitation.ends_at - invitation.created_at == timedelta(days=7)
        await session.execute(update(Invitation).values(ends_at=now() - timedelta(seconds=1)))
    assert (await (await client()).get(f"/ban/moi/{link}")).status == 410


async def test_a_newer_link_ends_the_older(client: ClientFor, link: str, database: Database) -> None:
    async with database.write() as session:
        staff_id = await staffing.id_of(session, "binh.tran") or 0
        newer = await staffing.invite_again(session, None, staff_id)
    assert (await (await client()).get(f"/ban/moi/{link}")).status == 410
    assert (await (await client()).get(f"/ban/moi/{newer}")).status == 200


async def test_only_a_hash_of_the_link_is_stored(link: str, database: Database) -> None:
    async with database.read() as session:
        stored = (await session.scalars(select(Invitation.secret_hash))).one()
    assert stored == sessions.hashed(link)
    assert link not in stored


async def test_a_closed_account_cannot_be_entered_by_its_link(
    client: ClientFor, link: str, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(update(Staff).values(disabled_at=now()))
    assert (await (await client()).get(f"/ban/moi/{link}")).status == 410


async def test_a_bad_password_is_refused_and_the_link_stays(client: ClientFor, link: str) -> None:
    browser = await client()
    await browser.get(f"/ban/moi/{link}")
    page = await browser.post(f"/ban/moi/{link}", password="Binh.Tran 2026!", again="Binh.Tran 2026!")
    assert page.status == 422
    assert "tên đăng nhập" in page.text
    assert (await browser.get(f"/ban/moi/{link}")).status == 200


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("ngắn quá", "ít nhất 10"),
        ("x" * 129, "dài quá 128"),
        ("lan.nguyen.2026", "tên đăng nhập"),
        ("LANNGUYEN hehe", "tên đăng nhập"),
        ("nguyễn thị lan 90", "họ tên"),
        ("1234567890", "dễ đoán"),
        ("matkhau12345", "dễ đoán"),
        ("Mật khẩu 2026", "dễ đoán"),
        ("anh yêu em 1234", "dễ đoán"),
        ("aaaaaaaaaaaa", "dễ đoán"),
        ("121212121212", "dễ đoán"),
        ("!!!!!!!!!!!!", "dễ đoán"),
    ],
)
def test_bad_passwords_are_named(password: str, said: str) -> None:
    (problem, *_) = passwords.problems(password, "lan.nguyen", "Nguyễn Thị Lan")
    assert said in problem


@pytest.mark.parametrize("password", ["trời xanh mây trắng 47", "con mèo trèo cây cau", "T7#kq!02-bnZ"])
def test_good_passwords_pass(password: str) -> None:
    assert passwords.problems(password, "lan.nguyen", "Nguyễn Thị Lan") == []
    assert passwords.problems(password, "an", "An") == []  # a name of two letters stands in many words


@given(st.text(max_size=200))
def test_any_text_can_be_judged(password: str) -> None:
    assert isinstance(passwords.problems(password, "lan", "Lan"), list)


async def test_reset_ends_password_and_sessions(client: ClientFor, link: str, database: Database) -> None:
    browser = await client()
    await browser.get(f"/ban/moi/{link}")
    await browser.post(f"/ban/moi/{link}", password=NEW, again=NEW)
    async with database.write() as session:
        await staffing.invite_again(session, None, await staffing.id_of(session, "binh.tran") or 0)
    assert (await browser.get("/ban/tai-khoan", follow=False)).status == 303
    other = await client()
    await other.get("/ban/dang-nhap")
    assert (await other.post("/ban/dang-nhap", name="binh.tran", password=NEW)).status == 422


def test_the_link_has_enough_chance_in_it(link: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", link)
