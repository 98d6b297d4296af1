"""Fetching pictures: from where Zalo keeps them and from nowhere else, never too much, never too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.zalo.media import Media, NotFetched, PublicResolver, checked_url, is_public
from motcua.settings import ZaloSettings

HOSTS = ("zdn.vn", "zadn.vn")
PICTURE = "https://f1.zdn.vn/a/b.jpg?x=%2F1"


@pytest.fixture
async def host() -> AsyncIterator[TestServer]:
    """Stands for the hosts of Zalo's pictures."""
    stop = asyncio.Event()

    async def serve(request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/a/b.jpg":
                return web.Response(body=request.raw_path.encode())
            case "/cookie":
                return web.Response(body=b"ok", headers={"Set-Cookie": "a=b"})
            case "/big":
                return web.Response(body=b"x" * 1001)
            case "/endless":
                response = web.StreamResponse()
                await response.prepare(request)
                while True:
                    await response.write(b"x" * 400)
            case "/hangs":
                await stop.wait()
            case "/packed":
                return web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
            case "/within":
                raise web.HTTPFound("/a/b.jpg")
            case "/round":
                raise web.HTTPFound("/round")
            case "/away":
                raise web.HTTPFound("http://127.0.0.1:1/a/b.jpg")
            case "/metadata":
                raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")
            case "/file":
                raise web.HTTPFound("file:///etc/passwd")
        raise web.HTTPNotFound

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    server = TestServer(app)
    await server.start_server()
    yield server
    stop.set()
    await server.close()


@pytest.fixture
async def media(host: TestServer) -> AsyncIterator[Media]:
    origin = str(host.make_url("")).rstrip("/")
    async with Media(ZaloSettings(media_origin=origin, media_max_bytes=1000, media_timeout_s=0.5)) as made:
        yield made


async def test_a_picture_is_fetched_under_its_own_address(media: Media) -> None:
    assert await media.fetch(PICTURE) == b"/a/b.jpg?x=%2F1"
    assert await media.fetch("https://zdn.vn/within") == b"/a/b.jpg"


@pytest.mark.parametrize(
    "path",
    ["big", "endless", "hangs", "missing", "round", "away", "metadata", "file"],
)
async def test_what_is_too_much_too_slow_or_leads_away_is_not_fetched(media: Media, path: str) -> None:
    with pytest.raises(NotFetched) as refused:
        await media.fetch(f"https://zdn.vn/{path}")
    assert path not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_nothing_is_unpacked_on_the_way(media: Media) -> None:
    assert await media.fetch("https://zdn.vn/packed") == b"\x1f\x8b"


@pytest.mark.parametrize(
    "url", ["https://evil.example/a", "http://127.0.0.1/a", "", "x", "https://zdn.vn@evil.example/"]
)
async def test_an_address_elsewhere_is_not_asked_for(media: Media, url: str) -> None:
    with pytest.raises(NotFetched, match="not_allowed"):
        await media.fetch(url)


async def test_a_name_that_leads_into_the_private_network_is_not_followed(host: TestServer) -> None:
    async with Media(ZaloSettings(media_hosts="localhost")) as media:
        with pytest.raises(NotFetched):
            await media.fetch("https://localhost/a/b.jpg")
    with pytest.raises(OSError, match="not a public address"):
        await PublicResolver().resolve("localhost", 443)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",  # noqa: S104
     "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::", "240.0.0.1"],
)  # fmt: skip
def test_no_private_address_passes(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.190", "2001:4860:4860::8888"])
def test_a_public_address_passes(address: str) -> None:
    assert is_public(address)


async def test_names_are_resolved_by_the_system() -> None:
    assert [found["host"] for found in await PublicResolver().resolve("8.8.8.8", 443)] == ["8.8.8.8"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://f1.zdn.vn/a%20b?c=%2F", "https://f1.zdn.vn/a%20b?c=%2F"),
        ("HTTPS://F1.ZDN.VN", "https://f1.zdn.vn/"),
        ("https://zdn.vn.:443/a", "https://zdn.vn/a"),
        ("http://zdn.vn:443/a", None),
        ("ftp://zdn.vn/a", None),
        ("https://zdn.vn\n/a", None),
        ("//zdn.vn/a", None),
        ("https://xzdn.vn/a", None),
        ("https://127.0.0.1#.zdn.vn/a", None),
        ("https://127.0.0.1?.zdn.vn/a", None),
        ("https://127.0.0.1/.zdn.vn/a", None),
    ],
)
def test_addresses_are_checked_and_made_secure(url: str, found: str | None) -> None:
    checked = checked_url(url, HOSTS)
    assert (str(checked) if checked else None) == found
