"""Signing in through the agency's provider: a real code flow with a real little provider."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr
from yarl import URL

from desk import staffing
from desk.oidc import CALLBACK
from desk.people import Person
from desk.roles import Role
from motcua.db import Database
from motcua.settings import DeskSettings, Settings
from tests.desk.conftest import BACH_MAI, ClientFor, DeskServer, Hire
from tests.desk.openid_provider import CLIENT, SECRET, Provider

START = "/ban/dang-nhap/co-quan"


@pytest.fixture
async def provider(settings: Settings) -> AsyncIterator[Provider]:
    running = Provider(settings.url + CALLBACK)
    server = await running.start()
    settings.desk = DeskSettings(
        openid_issuer=running.url, openid_client=CLIENT, openid_secret=SecretStr(SECRET)
    )
    yield running
    await server.close()


@pytest.fixture
async def lan(provider: Provider, database: Database, server: DeskServer, hire: Hire) -> Person:
    """Somebody who is linked. The provider comes first: the server reads its settings when it starts."""
    made = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan")
    async with database.write() as session:
        await staffing.link_subject(session, None, made.id, f"{provider.url} sub-lan")
    return made


async def test_the_provider_vouches_and_the_desk_opens(lan: Person, client: ClientFor) -> None:
    browser = await client()
    page = await browser.get("/ban/dang-nhap?tiep=/ban/lich-truc")
    assert "Đăng nhập bằng tài khoản cơ quan" in page.text
    page = await browser.get(f"{START}?tiep=/ban/lich-truc")
    assert page.status == 200
    assert page.url.path == "/ban/lich-truc"
    assert "Lan" in page.text


async def test_who_is_not_linked_is_told_what_to_send_to_the_admin(
    lan: Person, client: ClientFor, provider: Provider
) -> None:
    provider.subject = "sub-la"
    browser = await client()
    page = await browser.get(START)
    assert page.status == 422
    assert "chưa được nối" in page.text
    assert "sub-la" in page.text
    assert browser.cookie() == ""


async def test_a_closed_account_stays_closed(lan: Person, client: ClientFor, database: Database) -> None:
    async with database.write() as session:
        await staffing.disable(session, None, lan.id)
    browser = await client()
    assert (await browser.get(START)).status == 422
    assert browser.cookie() == ""


OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"})


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "somebody-else"}},
        {"claims": {"aud": [CLIENT, "other"]}},
        {"claims": {"azp": "somebody-else"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": int(time.time()) - 3600}},
        {"claims": {"exp": None}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 7}},
        {"signed_with": OTHER_KEY},
        {"signed_with": OctKey.import_key("secret-that-everybody-knows-32-bytes!"), "algorithm": "HS256"},
        {"metadata": {"issuer": "https://evil.example"}},
        {"metadata": {"token_endpoint": "http://evil.example/token"}},
        {"metadata": {"jwks_uri": "/keys"}},
    ],
)
async def test_a_token_that_proves_nothing_opens_nothing(
    lan: Person, client: ClientFor, provider: Provider, lie: dict[str, Any]
) -> None:
    for name, value in lie.items():
        setattr(provider, name, value)
    browser = await client()
    page = await browser.get(START)
    assert page.status == 422
    assert "Chưa đăng nhập được bằng tài khoản cơ quan" in page.text
    assert browser.cookie() == ""


async def answer_of(browser: Any) -> URL:
    """Begin a sign-in and let the provider answer, without bringing the answer back."""
    page = await browser.get(START, follow=False)
    async with browser.http.get(page.headers["Location"], allow_redirects=False) as response:
        return URL(response.headers["Location"])


async def test_an_answer_belongs_to_the_browser_that_began(lan: Person, client: ClientFor) -> None:
    """Sign-in forgery: an attacker's answer, put before somebody else, does not sign them in."""
    attacker, victim = await client(), await client()
    stolen = await answer_of(attacker)
    page = await victim.get(stolen.path_qs)
    assert page.status == 422
    assert victim.cookie() == ""
    await answer_of(victim)  # has begun as well: another state
    assert (await victim.get(stolen.path_qs)).status == 422
    assert victim.cookie() == ""


async def test_an_answer_works_once(lan: Person, client: ClientFor) -> None:
    browser = await client()
    answer = await answer_of(browser)
    assert (await browser.get(answer.path_qs)).status == 200
    again = await client()
    assert (await again.get(answer.path_qs)).status == 422


@pytest.mark.parametrize("query", ["", "?state=&code=", "?error=access_denied&state=x", "?code=x&state=é"])
async def test_whatever_comes_back_is_answered_with_words(lan: Person, client: ClientFor, query: str) -> None:
    browser = await client()
    await browser.get(START, follow=False)
    assert (await browser.get(f"{CALLBACK}{query}")).status == 422


async def test_a_provider_that_is_away_is_said(
    lan: Person, client: ClientFor, provider: Provider, server: DeskServer
) -> None:
    provider.metadata = {"authorization_endpoint": None}
    page = await (await client()).get(START)
    assert page.status == 422
    assert "Chưa đăng nhập được" in page.text


async def test_without_a_provider_there_is_no_such_page(server: DeskServer, client: ClientFor) -> None:
    browser = await client()
    assert "co-quan" not in (await browser.get("/ban/dang-nhap")).text
    assert (await browser.get(START)).status == 404
