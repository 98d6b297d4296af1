"""The page and its files as a browser receives them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from channels.web.headers import frame_headers, page_headers
from channels.web.pages import HERE, STATIC, Templates
from motcua.settings import Settings, WebSettings

TEMPLATES = HERE / "templates"
BUDGET = 40_000


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
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
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


def test_nothing_in_the_pages_is_inline_or_from_another_host() -> None:
    for template in TEMPLATES.glob("*.html"):
        page = template.read_text()
        assert not re.search(r"<style|style=|\son[a-z]+=|<script(?![^>]*src=)", page), template.name
        assert not re.search(r"https?://", page), template.name
    for module in STATIC.glob("*.js"):
        written = re.sub(r"^\s*//.*$", "", module.read_text(), flags=re.M)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", written)
        assert not re.search(r"['\"`]https?://(?!www\.w3\.org/2000/svg)", written), module.name


def test_page_and_widget_weigh_less_than_forty_kilobytes(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything but the fonts, packed one by one as it is sent."""
    files = [
        path
        for folder in (STATIC, TEMPLATES)
        for path in sorted(folder.iterdir())
        if path.suffix in (".js", ".css", ".html", ".svg")
    ]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in files}
    with capsys.disabled():
        told = ", ".join(f"{name} {size}" for name, size in sizes.items())
        print(f"\nweb chat: {sum(sizes.values())} of {BUDGET} bytes gzip ({told})")
    assert {"widget.js", "main.js", "page.css", "chat.html", "form.html"} <= set(sizes)
    assert sum(sizes.values()) < BUDGET


async def test_files_are_sent_packed_to_whoever_takes_that(visitor: Any, gateway: Any) -> None:
    address = f"{gateway.url}/static/web/x/main.js"
    plain = (STATIC / "main.js").read_bytes()
    async with visitor.http.get(address, headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in response.headers["Vary"]
        assert await response.read() == plain
    async with visitor.http.get(address, headers={"Accept-Encoding": "identity"}) as response:
        assert "Content-Encoding" not in response.headers
        assert await response.read() == plain


async def test_a_file_of_another_release_is_served_but_not_kept(visitor: Any, gateway: Any) -> None:
    async with visitor.http.get(f"{gateway.url}/static/web/0123456789abcdef/main.js") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-cache"


async def test_nothing_outside_the_shipped_files_can_be_read(visitor: Any, gateway: Any) -> None:
    for path in ("chat.html", "../pages.py", "..%2fpages.py", "fonts/../../pages.py", "fonts", ""):
        async with visitor.http.get(f"{gateway.url}/static/web/x/{path}") as response:
            assert response.status == 404, path


def settings(tmp_path: Path, url: str = "", origins: str = "") -> Settings:
    return Settings(data_dir=tmp_path, public_url=url, web=WebSettings(embed_origins=origins))


def test_a_public_https_address_adds_transport_security_and_its_socket(tmp_path: Path) -> None:
    headers = page_headers(settings(tmp_path, "https://motcua.example.vn"))
    assert "max-age" in headers["Strict-Transport-Security"]
    assert "connect-src 'self' wss://motcua.example.vn;" in headers["Content-Security-Policy"]


def test_only_the_named_sites_may_frame_the_chat_and_nobody_the_page(tmp_path: Path) -> None:
    named = "https://bachmai.example.vn, https://*.hanoi.example.vn"
    framed = frame_headers(settings(tmp_path, origins=named))
    ancestors = "frame-ancestors https://bachmai.example.vn https://*.hanoi.example.vn;"
    assert ancestors in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    alone = page_headers(settings(tmp_path, origins=named))
    assert "frame-ancestors 'none'" in alone["Content-Security-Policy"]
    assert alone["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in frame_headers(settings(tmp_path))["Content-Security-Policy"]


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "bachmai.example.vn",
        "https://a.vn/x",
        "https://a.vn; script-src *",
        "'self'",
        "javascript://a.vn",
    ],
)
def test_an_origin_that_is_none_stops_the_start(origins: str) -> None:
    with pytest.raises(ValueError, match="embed_origins"):
        WebSettings(embed_origins=origins)


async def test_the_widget_may_be_loaded_by_other_sites_and_is_not_kept_for_ever(
    visitor: Any, gateway: Any
) -> None:
    async with visitor.http.get(f"{gateway.url}/widget.js") as response:
        assert response.status == 200
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "immutable" not in response.headers["Cache-Control"]
        assert "/khung" in await response.text()


async def test_the_microphone_is_for_our_own_page_and_nothing_else_is_given(visitor: Any) -> None:
    allowed = (await visitor.visit()).headers["Permissions-Policy"]
    assert "microphone=(self)" in allowed
    assert "camera=()" in allowed
    assert "geolocation=()" in allowed


def test_the_page_proves_to_zalo_that_the_domain_is_ours_when_a_code_is_set() -> None:
    shown = {"framed": False, "embedders": "", "form": "/khong-js"}
    tag = '<meta name="zalo-platform-site-verification" content="{}">'
    assert "zalo-platform" not in Templates("1").render("chat.html", **shown)
    assert tag.format("Ab_1-x") in Templates("1", "Ab_1-x").render("chat.html", **shown)
    assert tag.format("&lt;b&gt;") in Templates("1", "<b>").render("chat.html", **shown)
