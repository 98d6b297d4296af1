"""Signing in and out: passwords, sessions, pauses."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from desk import accounts, passwords, sessions, throttle
from desk.keys import COOKIE, FORM_COOKIE
from desk.models import AuditEntry, SignInTries, Staff, StaffSession
from desk.pages_sign_in import own_path
from desk.roles import Role
from motcua.db import Database, now
from tests.desk.conftest import BACH_MAI, PASSWORD, Answer, Client, ClientFor, DeskServer, Hire


@pytest.fixture
async def lan(hire: Hire) -> None:
    await hire("Nguyễn Thị Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan")


async def enter(browser: Client, name: str = "lan", password: str = PASSWORD, **more: str) -> Answer:
    await browser.get("/ban/dang-nhap")
    return await browser.post("/ban/dang-nhap", name=name, password=password, **more)


async def test_the_right_password_opens_the_desk(client: ClientFor, lan: None) -> None:
    browser = await client()
    page = await browser.get("/ban/")
    assert page.url.path == "/ban/dang-nhap"
    page = await browser.post("/ban/dang-nhap", name=" LAN ", password=PASSWORD)
    assert page.status == 200
    assert "Nguyễn Thị Lan" in page.text
    assert page.url.path != "/ban/dang-nhap"


async def test_the_page_that_was_wanted_comes_after_the_sign_in(client: ClientFor, lan: None) -> None:
    browser = await client()
    page = await browser.get("/ban/lich-truc?phuong=00292")
    assert page.url.query["tiep"] == "/ban/lich-truc?phuong=00292"
    page = await enter(browser, back="/ban/lich-truc?phuong=00292")
    assert page.url.path_qs == "/ban/lich-truc?phuong=00292"


@pytest.mark.parametrize(
    "path",
    [
        "https://example.com/",
        "//example.com/ban/",
        "/ban//example.com",
        "/ban/\\example.com",
        "/banana",
        "/ban/dang-nhap",
        "/ban/\r\nX: y",
    ],
)
def test_a_sign_in_never_leads_away(path: str) -> None:
    assert own_path(path) == ""


async def test_wrong_name_and_wrong_password_are_told_alike(client: ClientFor, hire: Hire, lan: None) -> None:
    await hire("Đã nghỉ", Role.VOLUNTEER, wards=[BACH_MAI], account="nghi", disabled_at=now())
    await hire("Chưa vào", Role.VOLUNTEER, wards=[BACH_MAI], account="moi")
    browser = await client()
    pages = set()
    for name in ("lan", "khong.co", "nghi"):
        page = await enter(browser, name, PASSWORD if name == "nghi" else "sai mật khẩu rồi")
        assert page.status == 422
        pages.add(page.text.replace(f'value="{name}"', ""))
    assert len(pages) == 1
    assert browser.cookie() == ""


async def test_somebody_who_does_not_exist_takes_the_same_work(
    client: ClientFor, lan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = passwords._verify

    def verify(stored: str, password: str) -> bool:
        checked.append(stored.rsplit("$", 2)[0])
        return real(stored, password)

    monkeypatch.setattr(passwords, "_verify", verify)
    browser = await client()
    for name in ("lan", "khong.co"):
        await enter(browser, name, "sai")
    assert len(checked) == 2
    assert checked[0] == checked[1]  # one hash each, with the same parameters


async def test_only_a_hash_of_the_session_is_stored(client: ClientFor, lan: None, database: Database) -> None:
    browser = await client()
    await enter(browser)
    secret = browser.cookie()
    async with database.read() as session:
        stored = (await session.scalars(select(StaffSession.secret_hash))).all()
    assert list(stored) == [hashlib.sha256(secret.encode()).hexdigest()]


async def test_the_cookie_is_out_of_reach(client: ClientFor, lan: None) -> None:
    browser = await client()
    await browser.get("/ban/dang-nhap")
    page = await browser.post("/ban/dang-nhap", name="lan", password=PASSWORD, follow=False)
    cookie = next(one for one in page.headers.getall("Set-Cookie") if one.startswith(COOKIE))
    for part in ("HttpOnly", "SameSite=Lax", "Path=/ban"):
        assert part in cookie
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_session_that_was_slipped_in_is_not_kept(
    client: ClientFor, lan: None, hire: Hire, database: Database
) -> None:
    """Session fixation: whoever put a cookie into the browser must not be signed in with it afterwards."""
    attacker = await hire("Kẻ xấu", Role.VOLUNTEER, wards=[BACH_MAI])
    browser = await client(attacker)
    planted = browser.cookie()
    await enter(browser)
    assert browser.cookie() != planted
    assert await sessions.find(database, planted) is None
    unknown = await client()
    unknown.http.cookie_jar.update_cookies({COOKIE: "x" * 43})
    await enter(unknown)
    assert "x" * 43 not in unknown.cookie()
    assert await sessions.find(database, "x" * 43) is None


async def test_a_session_ends_when_idle_and_after_a_day(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    for change in (
        {"seen_at": now() - sessions.IDLE - timedelta(seconds=1)},
        {"ends_at": now() - timedelta(seconds=1)},
    ):
        browser = await client(who)
        assert (await browser.get("/ban/tai-khoan", follow=False)).status == 200
        async with database.write() as session:
            await session.execute(update(StaffSession).values(**change))
        assert (await browser.get("/ban/tai-khoan", follow=False)).status == 303


async def test_using_the_desk_keeps_a_session_alive(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    browser = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    before = now() - timedelta(hours=3)
    async with database.write() as session:
        await session.execute(update(StaffSession).values(seen_at=before))
    await browser.get("/ban/tai-khoan")
    async with database.read() as session:
        assert await session.scalar(select(StaffSession.seen_at)) > before


async def test_signing_out_ends_the_session_and_everywhere_ends_all(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    one, two, three = [await client(who) for _ in range(3)]
    secret = one.cookie()
    page = await one.post("/ban/dang-xuat")
    assert page.url.path == "/ban/dang-nhap"
    assert await sessions.find(database, secret) is None
    assert (await two.get("/ban/tai-khoan", follow=False)).status == 200
    await two.post("/ban/dang-xuat-moi-noi")
    for browser in (one, two, three):
        assert (await browser.get("/ban/tai-khoan", follow=False)).status == 303


async def test_wrong_passwords_earn_pauses_that_double(
    client: ClientFor, lan: None, database: Database
) -> None:
    browser = await client()
    for _ in range(throttle.ACCOUNT.free):
        await enter(browser, password="sai sai sai")
    page = await enter(browser)  # the right one, in the pause
    assert page.status == 422
    assert "tạm dừng" in page.text
    ends = []
    for _ in range(3):
        async with database.write() as session:
            rows = (await session.scalars(select(SignInTries))).all()
            ends.append(max(row.locked_until - row.last_at for row in rows if row.locked_until))
            for row in rows:
                row.locked_until = now() - timedelta(seconds=1)
        await enter(browser, password="sai sai sai")
    assert ends == [throttle.FIRST_PAUSE, throttle.FIRST_PAUSE * 2, throttle.FIRST_PAUSE * 4]


async def test_a_name_that_does_not_exist_is_paused_like_one_that_does(client: ClientFor, lan: None) -> None:
    browser = await client()
    said = []
    for name in ("lan", "khong.co"):
        for _ in range(throttle.ACCOUNT.free):
            await enter(browser, name, "sai sai sai")
        said.append((await enter(browser, name, "sai sai sai")).text.replace(f'value="{name}"', ""))
    assert said[0] == said[1]
    assert "tạm dừng" in said[0]


async def test_guesses_sent_at_once_get_no_more_tries(
    server: DeskServer, lan: None, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    real = passwords._verify

    def verify(stored: str, password: str) -> bool:
        nonlocal looked
        looked += 1
        return real(stored, password)

    monkeypatch.setattr(passwords, "_verify", verify)
    desk = accounts.Accounts(database, server.settings)
    done = await asyncio.gather(
        *(desk.sign_in("lan", f"đoán lần {n}", "1.2.3.4") for n in range(20)), return_exceptions=True
    )
    assert all(isinstance(one, accounts.SignInRefused) for one in done)
    assert looked == throttle.ACCOUNT.free


async def test_an_address_that_tries_many_names_is_paused(
    server: DeskServer, lan: None, database: Database
) -> None:
    desk = accounts.Accounts(database, server.settings)
    at = now()
    async with database.write() as session:
        for n in range(throttle.ADDRESS.free):
            scopes = throttle.Scopes.of(server.settings, f"ten{n}", "1.2.3.4")
            assert await throttle.count(session, scopes, at) is None
    with pytest.raises(accounts.SignInRefused) as refused:
        await desk.sign_in("lan", PASSWORD, "1.2.3.4")
    assert refused.value.until is not None
    assert (await desk.sign_in("lan", PASSWORD, "5.6.7.8")).person.account == "lan"


async def test_a_right_password_gives_the_tries_back(
    client: ClientFor, lan: None, database: Database
) -> None:
    browser = await client()
    for _ in range(throttle.ACCOUNT.free - 1):
        await enter(browser, password="sai sai sai")
    assert (await enter(browser)).status == 200
    async with database.read() as session:
        failures = (await session.scalars(select(SignInTries.failures))).all()
    assert sorted(failures) == [0, throttle.ACCOUNT.free - 1]  # of the account, of the address


async def test_a_hash_of_older_parameters_is_renewed(
    client: ClientFor, lan: None, database: Database
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with database.write() as session:
        await session.execute(update(Staff).values(password_hash=old))
    assert (await enter(await client())).status == 200
    async with database.read() as session:
        renewed = await session.scalar(select(Staff.password_hash))
    assert renewed != old
    assert not passwords.outdated(renewed or "")
    assert (await enter(await client())).status == 200


async def test_who_must_change_the_password_sees_nothing_else(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan", must_change=True)
    browser = await client()
    page = await enter(browser)
    assert page.url.path == "/ban/mat-khau"
    assert "cần đổi mật khẩu" in page.text
    assert (await browser.get("/ban/lich-truc", follow=False)).headers["Location"] == "/ban/mat-khau"
    before, new = browser.cookie(), "cá chép hóa rồng 58"
    page = await browser.post("/ban/mat-khau", old=PASSWORD, password=new, again=new)
    assert page.status == 200
    assert "Đã đổi mật khẩu" in page.text
    assert browser.cookie() not in ("", before)
    assert await sessions.find(database, before) is None
    assert (await browser.get("/ban/lich-truc", follow=False)).status == 200


async def test_changing_the_password_signs_other_browsers_out(client: ClientFor, hire: Hire) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan")
    one, two = await client(who), await client(who)
    new = "cá chép hóa rồng 58"
    for fields, said in (
        ({"old": "sai", "password": new, "again": new}, "đang dùng không đúng"),
        ({"old": PASSWORD, "password": new, "again": "khác"}, "chưa giống nhau"),
        ({"old": PASSWORD, "password": "ngắn", "again": "ngắn"}, "ít nhất 10 ký tự"),
        ({"old": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "phải khác"),
    ):
        page = await one.post("/ban/mat-khau", **fields)
        assert page.status == 422
        assert said in page.text
    page = await one.post("/ban/mat-khau", old=PASSWORD, password=new, again=new)
    assert page.status == 200
    assert (await two.get("/ban/tai-khoan", follow=False)).status == 303
    assert (await enter(await client(), password=PASSWORD)).status == 422
    assert (await enter(await client(), password=new)).status == 200


async def test_sign_ins_are_recorded_without_the_name_that_was_tried(
    client: ClientFor, lan: None, database: Database
) -> None:
    browser = await client()
    await enter(browser, "matkhaucuatoi", "lan")  # the password typed into the wrong field
    await enter(browser, password="sai")
    await enter(browser)
    async with database.read() as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [(row.what, bool(row.staff_id)) for row in rows] == [
        ("sign_in_failed", False),
        ("sign_in_failed", False),
        ("signed_in", True),
    ]
    assert not any("matkhaucuatoi" in f"{row.who}{row.subject}{row.detail}" for row in rows)


async def test_ended_sessions_are_cleared_away(client: ClientFor, hire: Hire, database: Database) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    async with database.write() as session:
        for days in range(3):
            await sessions.begin(session, who.id, now() - timedelta(days=days + 1))
        await sessions.begin(session, who.id)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(StaffSession)) == 1


async def test_the_form_cookie_goes_with_the_sign_in(client: ClientFor, lan: None) -> None:
    browser = await client()
    await browser.get("/ban/dang-nhap")
    assert browser.cookie(FORM_COOKIE)
    await enter(browser)
    assert not browser.cookie(FORM_COOKIE)
