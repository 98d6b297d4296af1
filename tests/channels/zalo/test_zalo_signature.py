"""Only Zalo may speak to the webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from channels.zalo.signature import make_mac, verify

APP, SECRET, AT = "1234567890", "OASECRETKEYEXAMPLE", "1760000000000"
BODY = (
    '{"app_id":"1234567890","user_id_by_app":"552177","sender":{"id":"246845"},"recipient":{"id":"388613"},'
    '"event_name":"user_send_text","message":{"text":"Xin chào","msg_id":"m-1"},"timestamp":"1760000000000"}'
).encode()
MAC = "2fe0d58e3f5bc0e5b2f9ffc4262b9d3b21669dc8c04c1f2193c117fd3246deb0"


def accepted(header: str | None, body: bytes = BODY, at: str = AT, secret: str = SECRET) -> bool:
    return verify(header, app_id=APP, body=body, timestamp=at, secret=secret)


def test_the_reference_vector_is_reproduced() -> None:
    assert make_mac(APP, BODY, AT, SECRET) == MAC


@pytest.mark.parametrize(
    "header", [MAC, f"mac={MAC}", f"MAC={MAC}", f"Mac = {MAC}", f"  mac={MAC}  ", f" {MAC}\t", f"mac= {MAC}"]
)
def test_the_header_is_understood_with_and_without_its_prefix(header: str) -> None:
    assert accepted(header)


def sha(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize(
    "mac",
    [
        hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(),
        hmac.new(SECRET.encode(), APP.encode() + BODY + AT.encode(), hashlib.sha256).hexdigest(),
        sha(b"388613", BODY, AT.encode(), SECRET.encode()),
        sha(APP.encode(), BODY, AT.encode(), b"APPSECRETEXAMPLE"),
        sha(APP.encode(), json.dumps(json.loads(BODY)).encode(), AT.encode(), SECRET.encode()),
        sha(APP.encode(), str(json.loads(BODY)).encode(), AT.encode(), SECRET.encode()),
        sha(BODY, AT.encode(), SECRET.encode()),
        sha(APP.encode(), BODY, SECRET.encode()),
        sha(APP.encode(), BODY, AT.encode()),
        sha(SECRET.encode(), AT.encode(), BODY, APP.encode()),
    ],
    ids=[
        "hmac of the body", "hmac of everything", "account id for app id", "app secret", "json written anew",
        "repr of the dict", "no app id", "no timestamp", "no secret", "turned around",
    ],
)  # fmt: skip
def test_the_wrong_formulas_that_others_use_are_refused(mac: str) -> None:
    for header, body in product((mac, f"mac={mac}"), (BODY,)):
        assert not accepted(header, body)


@pytest.mark.parametrize(
    "header",
    [None, "", "mac=", "mac", MAC[:-1], MAC + "0", f"mac=mac={MAC}", f"sha256={MAC}", f"mac={MAC},mac={MAC}",
     "é" * 64, "\udce9" * 64, "0" * 64, f"{MAC}\n", "٣" * 64],
)  # fmt: skip
def test_malformed_headers_are_refused_quietly(header: str | None) -> None:
    assert not accepted(header)


def test_without_a_configured_secret_nothing_is_accepted() -> None:
    assert not accepted(make_mac(APP, BODY, AT, ""), secret="")


def test_another_timestamp_or_another_body_is_refused() -> None:
    assert not accepted(MAC, at="1760000000001")
    assert not accepted(MAC, body=BODY.replace("chào".encode(), b"chao"))


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_one_changed_digit_is_refused(place: int, digit: str) -> None:
    assume(MAC[place] != digit)
    assert not accepted(f"mac={MAC[:place]}{digit}{MAC[place + 1 :]}")


@given(st.text(max_size=80))
def test_no_made_up_header_is_accepted(header: str) -> None:
    assert not accepted(header)
