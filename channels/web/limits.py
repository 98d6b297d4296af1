"""How much one session may ask of this gateway. Counted in memory: a replica counts for itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MESSAGES_A_MINUTE = 20
HELLOS_A_MINUTE = 60
SOCKETS = 5
_SWEEP_AT = 10_000


class TooManySockets(Exception):
    """The session has as many sockets open as it may."""


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

    def take(self, key: str) -> float:
        """Take a token. Returns 0 when there was one, otherwise the seconds until there is."""
        bucket = self._filled(key)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / self._per_second

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
    """The limits of the web chat."""

    def __init__(self) -> None:
        self.messages = TokenBuckets(MESSAGES_A_MINUTE)
        self.hellos = TokenBuckets(HELLOS_A_MINUTE)
        self._sockets: dict[str, int] = {}

    @contextmanager
    def socket(self, session: str) -> Iterator[None]:
        """Count a socket while it is open. Raises TooManySockets."""
        count = self._sockets.get(session, 0)
        if count >= SOCKETS:
            raise TooManySockets
        self._sockets[session] = count + 1
        try:
            yield
        finally:
            self._sockets[session] -= 1
            if not self._sockets[session]:
                del self._sockets[session]
