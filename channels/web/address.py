"""Where a request comes from, as far as we can know."""

from __future__ import annotations

import ipaddress

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

_FORWARDED = "X-Forwarded-For"
# What an IPv6 customer is given: a limit on single addresses would be none.
_IPV6_CUSTOMER = 64


class Addresses:
    """Finds the address to count a request under.

    ``trusted_hops`` is how many proxies of ours stand in front, each of which appends the address it was
    called from to X-Forwarded-For. What stands further left in it anybody may have written.
    """

    def __init__(self, trusted_hops: int) -> None:
        self._hops = trusted_hops
        self._warned = False

    def of(self, request: web.Request) -> str | None:
        """The client's address, for IPv6 its network; None when it cannot be told.

        Without trusted hops a caller on this machine is a proxy that we were not told of, or a test: all
        citizens would share its limit, so it has none.
        """
        chain = ",".join(request.headers.getall(_FORWARDED, [])).split(",") if self._hops else []
        named = [part.strip() for part in chain if part.strip()] + [request.remote or ""]
        found = _read(named[max(0, len(named) - 1 - self._hops)])
        if found is None:
            return None
        if found.is_loopback and not self._hops:
            if _FORWARDED in request.headers and not self._warned:
                self._warned = True
                log.warning("web.proxy_not_trusted", hint="set MOTCUA_WEB_TRUSTED_HOPS")
            return None
        if found.version == 6:
            return str(ipaddress.ip_network((found, _IPV6_CUSTOMER), strict=False))
        return str(found)


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
