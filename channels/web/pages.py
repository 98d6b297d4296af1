"""The chat page and its files, with the headers that keep anything else out of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from channels.web.identity import Identities
from motcua.settings import Settings

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


class Pages:
    """GET / and the files under /static/web/.

    The files are addressed by a hash of them all, so that browsers may keep them for ever and a page
    never mixes modules of two releases.
    """

    def __init__(self, settings: Settings, identities: Identities) -> None:
        self._identities = identities
        self._files = {
            path.relative_to(STATIC).as_posix(): path
            for path in sorted(STATIC.rglob("*"))
            if path.suffix in _TYPES and path.is_file()
        }
        self.version = _hash([*self._files.values()])
        page = (STATIC / "index.html").read_text(encoding="utf-8")
        self._page = page.replace("{{static}}", f"/static/web/{self.version}")
        self._headers = security_headers(settings.url, public=bool(settings.public_url))

    async def page(self, request: web.Request) -> web.Response:
        """The chat page, with a session cookie."""
        response = web.Response(text=self._page, content_type="text/html", headers=self._headers)
        # Not to be kept: it carries a cookie and names the files of this release.
        response.headers[hdrs.CACHE_CONTROL] = "no-store"
        self._identities.issue(request, response)
        return response

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of the page. One of another release is answered with today's, but not kept."""
        path = self._files.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound(headers=self._headers)
        current = request.match_info["version"] == self.version
        keep = "public, max-age=31536000, immutable" if current else "no-cache"
        headers = {**self._headers, hdrs.CACHE_CONTROL: keep, hdrs.CONTENT_TYPE: _TYPES[path.suffix]}
        return web.FileResponse(path, headers=headers)


def security_headers(url: str, public: bool) -> dict[str, str]:
    """Headers for every answer of the pages at ``url``; ``public`` when that is how browsers name us."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    # 'self' does not cover sockets in older Safari, so our public host is named as well.
    socket = f" {'wss' if secure else 'ws'}://{parts.netloc}" if public else ""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"'self'{socket}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
