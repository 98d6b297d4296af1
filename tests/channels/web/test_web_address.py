"""Which address a request is counted under, and what an address may do."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from channels.web.address import Addresses
from channels.web.limits import MESSAGES_A_MINUTE, Limits, TooManySockets
from motcua.settings import WebSettings


class _Transport:
    """The far end of a connection, as aiohttp asks for it."""

    def __init__(self, remote: str) -> None:
        self._remote = remote

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return (self._remote, 40000) if name == "peername" else default


def address(remote: str, hops: int, *forwarded: str) -> str | None:
    headers = [("X-Forwarded-For", value) for value in forwarded]
    request = make_mocked_request("GET", "/", headers=dict(headers), transport=_Transport(remote))
    return Addresses(hops).of(request)


def test_without_trusted_proxies_the_caller_counts_and_what_it_claims_does_not() -> None:
    assert address("203.0.113.7", 0) == "203.0.113.7"
    assert address("203.0.113.7", 0, "198.51.100.1") == "203.0.113.7"


def test_behind_one_proxy_the_last_address_counts_and_invented_ones_before_it_do_not() -> None:
    assert address("127.0.0.1", 1, "203.0.113.7") == "203.0.113.7"
    assert address("127.0.0.1", 1, "1.2.3.4, 5.6.7.8, 203.0.113.7") == "203.0.113.7"
    assert address("127.0.0.1", 2, "1.2.3.4, 203.0.113.7, 192.0.2.1") == "203.0.113.7"


def test_fewer_addresses_than_proxies_never_reach_past_the_end() -> None:
    assert address("127.0.0.1", 3, "203.0.113.7") == "203.0.113.7"
    assert address("203.0.113.9", 1) == "203.0.113.9"


def test_a_caller_on_this_machine_is_a_proxy_we_do_not_know_and_is_not_limited_as_one() -> None:
    assert address("127.0.0.1", 0, "203.0.113.7") is None
    assert address("::1", 0) is None


def test_what_is_no_address_limits_nobody() -> None:
    assert address("127.0.0.1", 1, "unknown") is None
    assert address("", 0) is None


def test_an_ipv6_customer_is_one_however_many_addresses_it_has() -> None:
    assert address("2001:db8:1:2::3", 0) == address("2001:db8:1:2:ffff::9", 0) == "2001:db8:1:2::/64"
    assert address("2001:db8:1:3::3", 0) == "2001:db8:1:3::/64"
    assert address("::ffff:203.0.113.7", 0) == "203.0.113.7"


def test_new_sessions_do_not_get_round_the_limit_of_their_address() -> None:
    limits = Limits(address_per_minute=30)
    waits = [limits.message(f"session-{number}", "203.0.113.7") for number in range(31)]
    assert waits[:30] == [0.0] * 30
    assert waits[30] > 0
    assert limits.message("session-0", "203.0.113.8") == 0.0
    assert limits.message("session-0", None) == 0.0


def test_what_the_address_refuses_is_not_counted_against_the_session() -> None:
    limits = Limits(address_per_minute=1)
    assert limits.message("a", "203.0.113.7") == 0.0
    for _ in range(MESSAGES_A_MINUTE * 2):
        assert limits.message("b", "203.0.113.7") > 0
    assert limits.message("b", "203.0.113.8") == 0.0


def test_an_address_has_its_sockets_counted_and_given_back() -> None:
    limits = Limits(address_per_minute=2)
    for _ in range(3):
        with limits.socket("a", "203.0.113.7"), limits.socket("b", "203.0.113.7"):
            with pytest.raises(TooManySockets), limits.socket("c", "203.0.113.7"):
                pass
            with limits.socket("c", "203.0.113.8"):
                pass


class TestOverTheSocket:
    """The same through the gateway, behind one proxy."""

    @pytest.fixture
    def web_settings(self) -> WebSettings:
        return WebSettings(trusted_hops=1, address_per_minute=6)

    async def test_many_sessions_of_one_address_are_told_to_wait_and_lose_nothing(
        self, visitor: Any, gateway: Any
    ) -> None:
        codes: list[str] = []
        refused = ""
        for _ in range(7):
            visitor.http.cookie_jar.clear()
            await visitor.visit()
            chat = await visitor.socket(**{"X-Forwarded-For": "203.0.113.7"})
            client_id = await chat.say("thế bao lâu")
            frame = (await chat.frame()) if len(codes) == 6 else (await chat.until("accepted"))[-1]
            codes.append(frame.get("code", frame["type"]))
            refused = frame["client_id"]
            assert refused == client_id
            await chat.ws.close()
        assert codes == ["accepted"] * 6 + ["rate"]
        other = await visitor.socket(**{"X-Forwarded-For": "203.0.113.8"})
        await other.say("thế bao lâu", refused)
        assert (await other.until("accepted"))[-1]["client_id"] == refused
