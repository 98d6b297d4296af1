"""Files that others have brought, handed out so that nothing in them runs."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import hdrs, web


def file_response(
    name: str, content_type: str, content: bytes, headers: Mapping[str, str], *, show: bool
) -> web.Response:
    """A file as an answer. ``show``: in the browser (pictures); otherwise it is saved under ``name``."""
    place = "inline" if show else "attachment"
    return web.Response(
        body=content,
        headers={
            **headers,
            hdrs.CONTENT_TYPE: content_type,
            hdrs.CONTENT_DISPOSITION: f"{place}; filename*=UTF-8''{quote(name)}",
            hdrs.CACHE_CONTROL: "private, max-age=3600",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )
