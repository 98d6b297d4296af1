"""The simulator refuses pictures, files, forms, templates and consents that Zalo refuses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.channels.zalo.office import USER
from tests.zalo_simulator import World

MB = 1024 * 1024
BUTTON = {"title": "Bản sao", "type": "oa.query.hide", "payload": "#b:1"}


@pytest.fixture
async def http(zalo_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(zalo_url) as session:
        yield session


async def post(http: aiohttp.ClientSession, world: World, path: str, **body: Any) -> Any:
    async with http.post(path, headers={"access_token": world.access_token}, **body) as response:
        return await response.json()


async def send(http: aiohttp.ClientSession, world: World, **message: Any) -> int:
    body = {"recipient": {"user_id": USER}, "message": message}
    code: int = (await post(http, world, "/v3.0/oa/message/cs", json=body))["error"]
    return code


async def upload(http: aiohttp.ClientSession, world: World, kind: str, name: str, content: bytes) -> Any:
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name)
    return await post(http, world, f"/v2.0/oa/upload/{kind}", data=form)


def template(**payload: Any) -> dict[str, Any]:
    return {"type": "template", "payload": payload}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"buttons": [BUTTON]}, 0), ({"buttons": [BUTTON] * 5}, 0), ({"buttons": [BUTTON] * 6}, -201),
        ({"buttons": []}, -201), ({"buttons": [BUTTON | {"title": "a" * 101}]}, -201),
        ({"buttons": [BUTTON | {"type": "oa.query"}]}, -201), ({"buttons": [BUTTON | {"payload": {}}]}, -201),
        ({"buttons": [BUTTON | {"type": "oa.open.url"}]}, -201), ({"template_type": "button"}, -201),
        ({"template_type": "media", "elements": [{"media_type": "image", "attachment_id": "no"}]}, -201),
        ({"template_type": "list", "elements": [{"title": "Chọn"}]}, -201),
        ({"template_type": "list", "elements": [{"title": "Chọn", "subtitle": "một"}]}, 0),
        ({"template_type": "list", "elements": [{"title": "Chọn", "subtitle": "một"}] * 6}, -201),
        ({"template_type": "list", "elements": [{"title": "Chọn", "subtitle": "một"}] * 2}, -201),
    ],
)  # fmt: skip
async def test_forms_are_judged(
    http: aiohttp.ClientSession, world: World, payload: dict[str, Any], code: int
) -> None:
    assert await send(http, world, text="Loại nào ạ?", attachment=template(**payload)) == code


async def test_an_image_sent_as_an_image_is_refused(http: aiohttp.ClientSession, world: World) -> None:
    assert await send(http, world, attachment={"type": "image", "payload": {"url": "https://x"}}) == -201


async def test_a_quote_must_be_a_line_of_the_conversation(http: aiohttp.ClientSession, world: World) -> None:
    assert await send(http, world, text="Chào", quote_message_id="no") == -201
    line = world.deliver(world.citizens[USER], "Chào")
    assert await send(http, world, text="Chào", quote_message_id=line.message_id) == 0


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("image", "a.png", MB, 0), ("image", "a.png", MB + 1, -210), ("image", "a.webp", 10, -201),
        ("gif", "a.gif", 5 * MB, 0), ("file", "a.pdf", 5 * MB + 1, -210), ("file", "a.zip", 10, -201),
    ],
)  # fmt: skip
async def test_uploads_are_judged(
    http: aiohttp.ClientSession, world: World, kind: str, name: str, size: int, code: int
) -> None:
    assert (await upload(http, world, kind, name, b"x" * size))["error"] == code


async def test_a_name_without_extension_gives_nothing_and_no_error(
    http: aiohttp.ClientSession, world: World
) -> None:
    answer = await upload(http, world, "file", "tokhai", b"x")
    assert (answer["error"], answer["data"]) == (0, {})


async def test_an_upload_serves_its_own_kind_until_it_expires(
    http: aiohttp.ClientSession, world: World
) -> None:
    token = (await upload(http, world, "file", "a.pdf", b"x"))["data"]["token"]
    as_file = {"type": "file", "payload": {"token": token}}
    as_image = template(template_type="media", elements=[{"media_type": "image", "attachment_id": token}])
    assert await send(http, world, attachment=as_image) == -201
    assert await send(http, world, attachment=as_file) == 0
    world.forget_uploads()
    assert await send(http, world, attachment=as_file) == -100


async def test_billed_messages_name_no_quota(http: aiohttp.ClientSession, world: World) -> None:
    body = {"recipient": {"user_id": USER}, "message": {"text": "Chào"}}
    free = await post(http, world, "/v3.0/oa/message/cs", json=body)
    assert free["data"]["quota"] == {"quota_type": "reply"}
    world.add_citizen(USER, 2.1)
    assert "quota" not in (await post(http, world, "/v3.0/oa/message/cs", json=body))["data"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0), ({"phone": "0901234567"}, -108), ({"phone": "84907654321"}, -118), ({"user_id": USER}, -122),
        ({"template_id": "9"}, -109), ({"template_data": {}}, -111), ({"template_data": {"ten": "A"}}, -1122),
        ({"template_data": {"ma": "x" * 31}}, -130),
    ],
)  # fmt: skip
async def test_templates_are_judged(
    http: aiohttp.ClientSession, world: World, changed: dict[str, Any], code: int
) -> None:
    world.templates.known["1"], world.templates.phones = {"ma"}, {"84901234567"}
    body = {"phone": "84901234567", "template_id": "1", "template_data": {"ma": "H26"}, "tracking_id": "t"}
    assert (await post(http, world, "/message/template", json=body | changed))["error"] == code
    assert len(world.templates.taken) == (code == 0)


async def test_a_dead_token_has_another_code_on_the_template_host(
    http: aiohttp.ClientSession, world: World
) -> None:
    world.expire_access()
    assert (await post(http, world, "/message/template", json={}))["error"] == -124


async def test_a_consent_needs_the_verifier_of_its_challenge_and_works_once(
    http: aiohttp.ClientSession, world: World
) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")
    query = {"app_id": world.account.app_id, "redirect_uri": "https://x/", "code_challenge": digest}
    headers = {"secret_key": world.account.app_secret}

    async def exchange(verifier: str, code: str) -> Any:
        form = {
            "app_id": world.account.app_id, "grant_type": "authorization_code", "code": code,
            "code_verifier": verifier,
        }  # fmt: skip
        async with http.post("/v4/oa/access_token", data=form, headers=headers) as response:
            assert response.status == 200
            return await response.json()

    async def code() -> str:
        async with http.get("/v4/oa/permission", params=query, allow_redirects=False) as response:
            return URL(response.headers["Location"]).query["code"]

    assert (await exchange("w" * 43, await code()))["error_name"] == "invalid_code_verifier"
    good = await code()
    assert (await exchange("v" * 43, good))["access_token"] == world.access_token
    assert (await exchange("v" * 43, good))["error_name"] == "invalid_code"
