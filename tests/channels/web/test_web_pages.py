"""The page and its files as a browser receives them."""

from __future__ import annotations

import re
from typing import Any

from channels.web.pages import STATIC, security_headers


async def test_the_page_runs_nothing_but_our_own_files(visitor: Any) -> None:
    response = await visitor.visit()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


async def test_every_file_of_the_page_exists_and_may_be_kept_for_ever(visitor: Any, gateway: Any) -> None:
    async with visitor.http.get(gateway.url) as response:
        page = await response.text()
    named = set(re.findall(r'(?:src|href)="(/[^"]+)"', page))
    assert len(named) >= 6
    for path in named:
        async with visitor.http.get(gateway.url + path) as response:
            assert response.status == 200, path
            assert "immutable" in response.headers["Cache-Control"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_every_module_import_and_font_names_a_file_that_is_shipped() -> None:
    for module in STATIC.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', module.read_text()):
            assert (STATIC / name).is_file(), (module.name, name)
    for name in re.findall(r"url\(([^)]+)\)", (STATIC / "fonts.css").read_text()):
        assert (STATIC / name).is_file(), name


def test_nothing_in_the_page_is_inline_or_from_another_host() -> None:
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|style=|\son[a-z]+=|<script(?![^>]*src=)", page)
    assert not re.search(r"https?://", page)
    for module in STATIC.glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", module.read_text())


async def test_a_file_of_another_release_is_served_but_not_kept(visitor: Any, gateway: Any) -> None:
    async with visitor.http.get(f"{gateway.url}/static/web/0123456789abcdef/main.js") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-cache"


async def test_nothing_outside_the_shipped_files_can_be_read(visitor: Any, gateway: Any) -> None:
    for path in ("index.html", "../pages.py", "..%2fpages.py", "fonts/../../pages.py", "fonts", ""):
        async with visitor.http.get(f"{gateway.url}/static/web/x/{path}") as response:
            assert response.status == 404, path


def test_a_public_https_address_adds_transport_security_and_its_socket() -> None:
    headers = security_headers("https://motcua.example.vn", public=True)
    assert "max-age" in headers["Strict-Transport-Security"]
    assert "connect-src 'self' wss://motcua.example.vn;" in headers["Content-Security-Policy"]
