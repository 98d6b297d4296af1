"""A city API as a source: asked over HTTP, never waited for long, never believed blindly.

Four things keep one hanging API from everybody else: a timeout, a cap on calls under way (the next one is
told "busy" at once, it does not queue), a circuit breaker, and a small cache.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import date
from time import monotonic
from typing import Any
from urllib.parse import quote

import aiohttp
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from sqlalchemy.exc import SQLAlchemyError

from dossiers.codes import DossierCode
from dossiers.hashing import Hasher
from dossiers.sources.base import DossierRecord, DossierSource, Health, SourceBusy, SourcePlace
from dossiers.sources.http_config import HttpConfig, read_config
from dossiers.sources.http_reading import AnswerReader
from dossiers.sources.mappings import load_mapping
from dossiers.statuses import Status
from dossiers.unknown import UnknownStatuses

_MOST_BYTES = 256 * 1024
_NO_SUCH = 404
_NOBODYS = DossierCode("H26", date(2010, 1, 1), "0000", "H26")
"""A code that no office gives: the API answers "none" to it."""


class HttpSource(DossierSource):
    """One API. Opens its connections with the first question, in the loop that asks."""

    def __init__(self, place: SourcePlace, config: HttpConfig) -> None:
        self.name = place.name
        self.title = config.system
        self._config = config
        mapping = load_mapping(config.statuses, place.settings)
        self._reader = AnswerReader(config, mapping, Hasher(place.settings), place.name)
        self._unknown = UnknownStatuses(place.database)
        self._breakers = AsyncCircuitBreakerFactory(config.failures, config.rest_s)
        self._cache = _Cache(config.cache_size, config.cache_s)
        self._under_way = 0
        self._http: aiohttp.ClientSession | None = None

    async def find(self, code: DossierCode) -> DossierRecord | None:
        """Ask the API, or the cache. Raises SourceBusy."""
        kept = self._cache.get(code.canonical)
        if kept is not None:
            return kept[0]
        body = await self._ask(code)
        record = None if body is None else self._reader.read(body, code)
        self._cache.put(code.canonical, record)
        if record and record.status is Status.UNKNOWN:
            await self._note(record.status_text)
        return record

    async def health(self) -> Health:
        """Ask for a code that cannot be; the state of the breaker stands in the detail."""
        try:
            await self._ask(_NOBODYS)
        except SourceBusy as busy:
            return Health(False, f"{self._config.system}: {busy.reason}")
        return Health(True, f"{self._config.system}: answers")

    async def close(self) -> None:
        """Close the connections."""
        if self._http:
            await self._http.close()
            self._http = None

    async def _ask(self, code: DossierCode) -> Any | None:
        """The JSON of the answer, None for "no such dossier". Raises SourceBusy."""
        if self._under_way >= self._config.concurrency:
            raise SourceBusy("too many calls under way")
        self._under_way += 1
        try:
            async with await self._breakers.get_breaker(self.name):
                return await self._call(code)
        except OpenedState as opened:
            # The breaker raises one object again and again; each time its traceback would grow.
            opened.__traceback__ = None
            raise SourceBusy("left alone after failures") from None
        finally:
            self._under_way -= 1

    async def _call(self, code: DossierCode) -> Any | None:
        if self._http is None:
            limits = aiohttp.ClientTimeout(total=self._config.timeout_s)
            self._http = aiohttp.ClientSession(timeout=limits, headers=self._config.headers)
        address = self._config.url.replace("{code}", quote(code.canonical, safe=""))
        try:
            # A redirect would carry code and secret elsewhere.
            async with self._http.get(address, allow_redirects=False) as response:
                if response.status not in (200, _NO_SUCH):
                    raise SourceBusy(f"status {response.status}")
                if not response.content_type.endswith(("/json", "+json")):
                    raise SourceBusy("no JSON")
                content = await _limited(response)
                # The same 404 comes from a wrong address: only one in JSON is the API's own word.
                return None if response.status == _NO_SUCH else json.loads(content)
        except TimeoutError:
            raise SourceBusy("no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError, RecursionError) as error:
            # Not the error itself: it may hold the address, and the code in it.
            raise SourceBusy(type(error).__name__) from None

    async def _note(self, said: str) -> None:
        try:
            await self._unknown.note(self.name, said)
        except SQLAlchemyError:
            return  # the answer matters more than the note, and the next one tries again


class _Cache:
    """The last answers, each for a short time; the oldest go first."""

    def __init__(self, size: int, seconds: float) -> None:
        self._size = size
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, DossierRecord | None]] = OrderedDict()

    def get(self, key: str) -> tuple[DossierRecord | None] | None:
        """The answer in a tuple, since "no such dossier" is one too."""
        at, record = self._kept.get(key, (None, None))
        if at is None:
            return None
        if monotonic() - at >= self._seconds:
            del self._kept[key]
            return None
        return (record,)

    def put(self, key: str, record: DossierRecord | None) -> None:
        self._kept[key] = (monotonic(), record)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    content = b""
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > _MOST_BYTES:
            raise SourceBusy("an answer too long")
    return content


def open_source(place: SourcePlace) -> DossierSource:
    """The API described in ``sources/NAME.yml`` of the data folder. Raises BadSource."""
    return HttpSource(place, read_config(place.settings.data_dir / "sources" / f"{place.name}.yml"))
