"""The consent of an administrator: link, way back, exchange; and what is said when it is none."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from channels.zalo import oauth
from channels.zalo.consent import Consent, ConsentError, challenge_of
from channels.zalo.oauth import Pair, Refusal
from motcua.settings import Settings
from tests.channels.zalo.conftest import Process
from tests.zalo_simulator import World

BACK = "https://motcua.example.vn/"


async def consented(consent: Consent, settings: Settings) -> str:
    """Where the browser of an administrator who says yes is sent."""
    link = consent.link(settings.zalo)
    async with aiohttp.ClientSession() as http, http.get(link, allow_redirects=False) as response:
        return response.headers["Location"]


def test_the_challenge_is_the_one_of_rfc_7636_without_padding() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_link_holds_the_challenge_and_never_the_verifier(settings: Settings) -> None:
    consent = Consent(BACK)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", consent.verifier)
    query = parse_qs(urlsplit(consent.link(settings.zalo)).query)
    assert query == {
        "app_id": [settings.zalo.app_id], "redirect_uri": [BACK], "state": [consent.state],
        "code_challenge": [challenge_of(consent.verifier)],
    }  # fmt: skip
    assert consent.verifier not in consent.link(settings.zalo) + repr(consent)


async def test_a_code_is_exchanged_once_for_a_pair(
    settings: Settings, process: Process, world: World
) -> None:
    consent = Consent(BACK)
    code = consent.code(await consented(consent, settings), settings.zalo)
    pair = await oauth.exchange(process.transport, settings.zalo, code, consent.verifier)
    assert isinstance(pair, Pair)
    assert (pair.access, pair.refresh) == (world.access_token, world.refresh_token)
    again = await oauth.exchange(process.transport, settings.zalo, code, consent.verifier)
    assert again == Refusal("-14009", final=True)


async def test_a_stolen_code_is_worth_nothing_without_the_verifier(
    settings: Settings, process: Process
) -> None:
    consent = Consent(BACK)
    code = consent.code(await consented(consent, settings), settings.zalo)
    stolen = await oauth.exchange(process.transport, settings.zalo, code, Consent(BACK).verifier)
    assert stolen == Refusal("-14010", final=True)


def test_the_state_must_be_ours_if_it_comes_back(settings: Settings) -> None:
    consent = Consent(BACK)
    assert consent.code(f"{BACK}?code=c1&oa_id={settings.zalo.oa_id}", settings.zalo) == "c1"
    assert consent.code(f" {BACK}?code=c1&state={consent.state}\n", settings.zalo) == "c1"
    with pytest.raises(ConsentError, match="another link"):
        consent.code(f"{BACK}?code=c1&state={Consent(BACK).state}", settings.zalo)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (BACK, "no code"), ("", "no code"), (f"{BACK}?error=-14003&error_description=bad+uri", "bad uri"),
        (f"{BACK}?code=c1&oa_id=77", "account 77"),
    ],
)  # fmt: skip
def test_what_is_no_consent_is_explained(settings: Settings, returned: str, words: str) -> None:
    with pytest.raises(ConsentError, match=words):
        Consent(BACK).code(returned, settings.zalo)
