"""Fetching a picture that a citizen sent: from Zalo's hosts only, small, quickly, and kept nowhere.

The address comes in a signed event, and is treated as if an attacker had written it (SSRF): https, a host
of the list, no address of a private network behind its name, no way out by redirection, a cap on bytes and
time. Real addresses have been seen with http:// (shared facts on Zalo, section 1.7); they are asked for
over https.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from motcua.settings import ZaloSettings

LONGEST_URL = 2000
_MOST_REDIRECTS = 2
_REDIRECTS = (301, 302, 303, 307, 308)
_URL = re.compile(r"[!-~]+")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotFetched(Exception):
    """The picture could not be had. Says why in a word, never where it lies."""


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead into a private network."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of ``host``. Raises OSError if any of them is not one of the public internet."""
        found = await self._resolver.resolve(host, port, family)
        if not found or not all(is_public(result["host"]) for result in found):
            raise OSError("not a public address")
        return found

    async def close(self) -> None:
        """See the base class."""
        await self._resolver.close()


class Media:
    """Fetches pictures while its context is open."""

    def __init__(self, zalo: ZaloSettings) -> None:
        self._zalo = zalo
        self._hosts = media_hosts(zalo)
        self._origin = URL(zalo.media_origin) if zalo.media_origin else None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # An origin that the operator names may well be in the private network.
        resolver = None if self._origin else PublicResolver()
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, limit=8),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept": "image/*", "Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http:
            await self._http.close()

    async def fetch(self, url: str) -> bytes:
        """The bytes at ``url``. Raises NotFetched."""
        try:
            async with asyncio.timeout(self._zalo.media_timeout_s):
                return await self._follow(url)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            # Not from the error: it may quote the address.
            raise NotFetched(type(error).__name__) from None

    async def _follow(self, url: str) -> bytes:
        if self._http is None:
            raise NotFetched("closed")
        for _ in range(_MOST_REDIRECTS + 1):
            target = self._target(url)
            async with self._http.get(target, allow_redirects=False) as response:
                if response.status in _REDIRECTS:
                    url = str(target.join(URL(response.headers.get("Location", ""), encoded=True)))
                    continue
                if response.status != 200:
                    raise NotFetched(f"status_{response.status}")
                return await self._read(response)
        raise NotFetched("redirects")

    def _target(self, url: str) -> URL:
        checked = checked_url(url, self._hosts)
        if checked is None:
            if self._origin and url.startswith(f"{self._origin.origin()}/"):
                return URL(url)  # redirected within the mirror
            raise NotFetched("not_allowed")
        return checked if self._origin is None else self._origin.join(checked.relative())

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        most = self._zalo.media_max_bytes
        if (response.content_length or 0) > most:
            raise NotFetched("too_large")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > most:
                raise NotFetched("too_large")
        return bytes(body)


def media_hosts(zalo: ZaloSettings) -> tuple[str, ...]:
    """The hosts pictures may lie on."""
    return tuple(host.strip().lower() for host in zalo.media_hosts.split(",") if host.strip())


def checked_url(url: str, hosts: tuple[str, ...]) -> URL | None:
    """``url`` over https if it lies on one of ``hosts`` or below one, on the usual port; None otherwise."""
    if len(url) > LONGEST_URL or not _URL.fullmatch(url) or "\\" in url:
        return None
    try:
        found = URL(url, encoded=True)
        host, port = (found.host or "").lower().rstrip("."), found.explicit_port
    except ValueError:
        return None
    known = any(host == name or host.endswith(f".{name}") for name in hosts)
    usual = {"http": (None, 80), "https": (None, 443)}.get(found.scheme, ())
    if not known or port not in usual or found.user or found.password:
        return None
    return URL.build(
        scheme="https", host=host, path=found.raw_path, query_string=found.raw_query_string, encoded=True
    )


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, in whatever notation."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            found = found.ipv4_mapped
        elif found.sixtofour or found.teredo or found in _NAT64:
            return False  # an address of the old internet in disguise, perhaps a private one
    return found.is_global and not found.is_multicast
