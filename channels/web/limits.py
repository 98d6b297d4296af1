"""How much a session and an address may ask of this gateway. In memory: a replica counts for itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MESSAGES_A_MINUTE = 20
HELLOS_A_MINUTE = 60
SOCKETS = 5
_HELLOS_A_MESSAGE = 4
_SWEEP_AT = 10_000


class TooManySockets(Exception):
    """The session, or its address, has as many sockets open as it may."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class TokenBuckets:
    """A bucket for each key: ``size`` tokens, filled again evenly within a minute."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._per_second = size / 60
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, key: str) -> float:
        """Seconds until there is a token; 0 when there is one now. Takes none."""
        return max(0.0, (1 - self._filled(key).tokens) / self._per_second)

    def take(self, key: str) -> float:
        """Take a token. Returns 0 when there was one, otherwise the seconds until there is."""
        wait = self.wait(key)
        if not wait:
            self._filled(key).tokens -= 1
        return wait

    def _filled(self, key: str) -> _Bucket:
        at = self._clock()
        if key not in self._buckets and len(self._buckets) >= _SWEEP_AT:
            self._forget_full(at)
        bucket = self._buckets.setdefault(key, _Bucket(self._size, at))
        bucket.tokens = min(self._size, bucket.tokens + (at - bucket.at) * self._per_second)
        bucket.at = at
        return bucket

    def _forget_full(self, at: float) -> None:
        """A bucket untouched for a minute is full: as good as none."""
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if at - bucket.at < 60}


class Limits:
    """The limits of the web chat. An address is None when it is not known: then it does not limit.

    An address may do what many sessions may, because an office or a phone company shares one:
    ``address_per_minute`` messages a minute, as many open sockets, four times as many hellos.
    """

    def __init__(self, address_per_minute: int = 300) -> None:
        self._most = address_per_minute
        self._messages = TokenBuckets(MESSAGES_A_MINUTE), TokenBuckets(address_per_minute)
        self._hellos = (
            TokenBuckets(HELLOS_A_MINUTE),
            TokenBuckets(address_per_minute * _HELLOS_A_MESSAGE),
        )
        self._sockets: Counter[tuple[str, str]] = Counter()

    def message(self, session: str, address: str | None) -> float:
        """Count a message. Returns 0, or the seconds after which it may be sent, when it was not counted."""
        return _take(self._messages, session, address)

    def hello(self, session: str, address: str | None) -> float:
        """Count a hello, or anything else that only reads or rates, like :meth:`message`."""
        return _take(self._hellos, session, address)

    @contextmanager
    def socket(self, session: str, address: str | None = None) -> Iterator[None]:
        """Count a socket while it is open. Raises TooManySockets."""
        counted = [(kind, key) for kind, key in (("session", session), ("address", address)) if key]
        if any(self._sockets[each] >= (SOCKETS if each[0] == "session" else self._most) for each in counted):
            raise TooManySockets
        self._sockets.update(counted)
        try:
            yield
        finally:
            self._sockets.subtract(counted)
            for each in counted:
                if not self._sockets[each]:
                    del self._sockets[each]


def _take(buckets: tuple[TokenBuckets, TokenBuckets], session: str, address: str | None) -> float:
    """A token of both, or of none."""
    of_session, of_address = buckets
    wait = max(of_session.wait(session), of_address.wait(address) if address else 0.0)
    if wait:
        return wait
    of_session.take(session)
    if address:
        of_address.take(address)
    return 0.0
