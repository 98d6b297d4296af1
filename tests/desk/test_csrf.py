"""Posts from anywhere but our own pages change nothing; pages keep everything foreign out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from desk.frame import HERE, STATIC
from desk.keys import PREFIX
from desk.models import Staff
from desk.roles import Role
from motcua.db import Database
from tests.desk.conftest import BACH_MAI, Client, ClientFor, DeskServer, Hire
from tests.desk.test_matrix import routes

INVITE: dict[str, Any] = {
    "account": "ke.xau",
    "full_name": "Kẻ Xấu",
    "role": "admin",
    "whole_city": "1",
}


@pytest.fixture
async def admin(client: ClientFor, hire: Hire) -> Client:
    return await client(await hire("Quản trị", Role.ADMIN, whole_city=True))


async def count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Staff)) or 0


async def test_a_form_of_ours_is_accepted(admin: Client, database: Database) -> None:
    page = await admin.post("/ban/nhan-su/moi", **INVITE)
    assert page.status == 200
    assert await count(database) == 2


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("0" * 64, {}),
        ("é", {}),
        (None, {"Origin": "https://example.com"}),
        (None, {"Origin": "null"}),
        (None, {"Origin": "http://127.0.0.1:1"}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Sec-Fetch-Site": "same-site"}),
        (None, {"Origin": "http://127.0.0.1.example.com"}),
    ],
)
async def test_anything_else_is_refused_and_changes_nothing(
    admin: Client, database: Database, token: str | None, headers: dict[str, str]
) -> None:
    if token is not None:
        admin.token = token
    page = await admin.post("/ban/nhan-su/moi", headers=headers, **INVITE)
    assert page.status == 403
    assert "mở quá lâu" in page.text
    assert await count(database) == 1


async def test_without_an_origin_nothing_is_accepted(admin: Client, database: Database) -> None:
    async with admin.http.post(
        admin.server.url + "/ban/nhan-su/moi", data={"csrf": admin.token, **INVITE}
    ) as response:
        assert response.status == 403
    assert await count(database) == 1


async def test_a_token_of_somebody_else_is_worth_nothing(
    admin: Client, client: ClientFor, hire: Hire, database: Database
) -> None:
    other = await client(await hire("Người khác", Role.ADMIN, whole_city=True))
    admin.token = other.token
    assert (await admin.post("/ban/nhan-su/moi", **INVITE)).status == 403
    assert await count(database) == 2


async def test_the_sign_in_has_a_token_too(client: ClientFor, hire: Hire) -> None:
    await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan")
    browser = await client()
    await browser.get("/ban/dang-nhap")
    token, browser.token = browser.token, ""
    assert (await browser.post("/ban/dang-nhap", name="lan", password="x")).status == 403
    stranger = await client()
    stranger.token = token  # without the cookie it belongs to
    assert (await stranger.post("/ban/dang-nhap", name="lan", password="x")).status == 403


async def test_every_post_is_checked(server: DeskServer, admin: Client) -> None:
    seen = 0
    for route in routes(server):
        if route.method == "GET":
            continue
        admin.token = ""
        assert (await admin.post(route.address, follow=False)).status == 403, route.path
        seen += 1
    assert seen > 10


async def test_a_script_may_send_the_token_as_a_header(admin: Client) -> None:
    token, admin.token = admin.token, ""
    page = await admin.post("/ban/nhan-su/moi", headers={"X-CSRF-Token": token}, **INVITE)
    assert page.status == 200


async def test_every_answer_keeps_foreign_things_out(admin: Client, server: DeskServer) -> None:
    page = await admin.get("/ban/nhan-su")
    style = re.search(r'href="(/ban/tinh/[^"]+\.css)"', page.text)
    assert style
    for path in ("/ban/nhan-su", "/ban/khong-co", "/ban/nhan-su/999", style[1]):
        answer = await admin.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in page.headers["Cache-Control"]


async def test_files_are_kept_for_ever_and_nothing_else_is_served(admin: Client) -> None:
    page = await admin.get("/ban/tai-khoan")
    named = set(re.findall(r'(?:src|href)="(/ban/tinh/[^"#]+)', page.text))
    assert len(named) >= 4
    for path in named:
        answer = await admin.get(path)
        assert answer.status == 200, path
        assert "immutable" in answer.headers["Cache-Control"]
    version = next(iter(named)).split("/")[3]
    for name in ("../models.py", "..%2fmodels.py", "fonts/../../models.py", "index.html", "main.js"):
        assert (await admin.get(f"/ban/tinh/{version}/{name}")).status == 404, name
    old = await admin.get("/ban/tinh/0123456789abcdef/desk.css")
    assert old.headers["Cache-Control"] == "no-cache"


def test_nothing_in_the_templates_is_inline() -> None:
    for template in (HERE / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)|\|\s*safe\b", text), template
    for script in STATIC.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text), script


def test_the_prefix_is_the_path_of_the_cookies() -> None:
    assert PREFIX == "/ban"
