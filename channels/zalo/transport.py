"""HTTP to Zalo, and the one question that matters after a failure: was anything written?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

from channels.zalo.errors import Failure, Stage

# Zalo's servers close idle connections; one that dies under a POST makes its outcome unclear.
_KEEPALIVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. ``data`` is None unless the body is a JSON object."""

    status: int
    data: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """A file to send as the form field ``file``."""

    name: str
    content: bytes


class Transport:
    """One pool of connections, open between ``async with`` and its end."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s / 2)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the pool."""
        connector = aiohttp.TCPConnector(keepalive_timeout=_KEEPALIVE_S)
        self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the pool; later requests are reported as unsent."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: Mapping[str, str] | None = None,
        json_body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        upload: Upload | None = None,
    ) -> Answer | Failure:
        """One request, never repeated and never redirected. Raises nothing of the network."""
        if self._session is None:
            return Failure(Stage.UNSENT, "closed", retry_in=1.0)
        data: aiohttp.FormData | Mapping[str, str] | None = form
        if upload:
            data = aiohttp.FormData()
            data.add_field("file", upload.content, filename=upload.name)
        try:
            async with self._session.request(
                method, url, headers=headers, params=params, json=json_body, data=data, allow_redirects=False
            ) as response:
                return Answer(response.status, _object(await response.read()), response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return Failure(Stage.UNSENT, type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Failure(Stage.UNCLEAR, type(error).__name__)


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
