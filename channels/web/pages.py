"""The chat page, alone and in a frame, its files, and the script that other sites embed."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from aiohttp import hdrs, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.web import protocol, wording
from channels.web.headers import common_headers, frame_headers, page_headers
from channels.web.identity import Identities
from motcua.settings import Settings
from motcua.sourceline import source_line

HERE = Path(__file__).parent
STATIC = HERE / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_PACKED = {".css", ".js", ".svg", ".txt"}
_WIDGET = "widget.js"
_WORKER = "worker.js"
_AN_HOUR = "public, max-age=3600"
_FOR_EVER = "public, max-age=31536000, immutable"


class Files:
    """The files under /static/web/, read once, and addressed by a hash of them all.

    So browsers may keep them for ever, and a page never mixes modules of two releases.
    """

    def __init__(self) -> None:
        paths = [path for path in sorted(STATIC.rglob("*")) if path.suffix in _TYPES and path.is_file()]
        self._plain = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in paths}
        self._packed = {
            name: gzip.compress(body, 9, mtime=0)
            for name, body in self._plain.items()
            if Path(name).suffix in _PACKED
        }
        digest = hashlib.sha256()
        for name, body in self._plain.items():
            digest.update(name.encode() + b"\0" + body + b"\0")
        self.version = digest.hexdigest()[:16]

    def answer(self, request: web.Request, name: str, headers: dict[str, str]) -> web.Response:
        """The file ``name``, packed for whoever takes that. Raises HTTPNotFound."""
        if name not in self._plain:
            raise web.HTTPNotFound(headers=headers)
        sent = {**headers, hdrs.CONTENT_TYPE: _TYPES[Path(name).suffix]}
        if name in self._packed:
            sent[hdrs.VARY] = hdrs.ACCEPT_ENCODING
            if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
                return web.Response(body=self._packed[name], headers={**sent, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=self._plain[name], headers=sent)


class Templates:
    """The HTML of the channel. Everything that is put into it is escaped."""

    def __init__(self, version: str, verifier: str = "") -> None:
        """``version`` of the static files; ``verifier``: by it Zalo knows that the domain is ours."""
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        tasks = yaml.safe_load((HERE / "tasks.yml").read_text(encoding="utf-8"))
        self._environment.globals.update(static=f"/static/web/{version}", tasks=tasks, verifier=verifier)
        self._environment.globals.update(link_to=wording.link, source_line=source_line)
        self._environment.filters.update(
            linked=wording.linked, day=wording.day, moment=wording.moment, paragraphs=_paragraphs
        )

    def render(self, name: str, **values: Any) -> str:
        """The template ``name`` with these values."""
        return self._environment.get_template(name).render(**values)


def _paragraphs(text: str) -> list[str]:
    return re.split(r"\n{2,}", text)


class Pages:
    """GET /, /khung, /widget.js, /tin-bao.js and the files under /static/web/."""

    def __init__(
        self, settings: Settings, identities: Identities, files: Files, templates: Templates
    ) -> None:
        self._identities, self._files, self._templates = identities, files, templates
        self._page_headers, self._frame_headers = page_headers(settings), frame_headers(settings)
        self._file_headers = {**common_headers(settings.url), "Cross-Origin-Resource-Policy": "same-origin"}
        self._embedders = " ".join(settings.web.embedders)

    async def page(self, request: web.Request) -> web.Response:
        """The chat page, with a session cookie."""
        response = self._html(request, self._page_headers, framed=False)
        self._identities.issue(request, response)
        response.enable_compression()
        return response

    async def frame(self, request: web.Request) -> web.Response:
        """The chat in a frame on another site. It fetches its session by itself."""
        response = self._html(request, self._frame_headers, framed=True)
        response.enable_compression()
        return response

    async def session(self, request: web.Request) -> web.Response:
        """The session of a frame, renewed or new, as cookie and token. Other sites cannot read the answer."""
        response = web.Response(status=204, headers=self._frame_headers)
        response.headers[hdrs.CACHE_CONTROL] = "no-store"
        self._identities.issue_framed(request, response)
        return response

    async def widget(self, request: web.Request) -> web.Response:
        """The script other sites embed. Its address stays, so it is kept for an hour only."""
        headers = {**self._file_headers, "Cross-Origin-Resource-Policy": "cross-origin"}
        return self._files.answer(request, _WIDGET, {**headers, hdrs.CACHE_CONTROL: _AN_HOUR})

    async def worker(self, request: web.Request) -> web.Response:
        """The worker that shows news of a closed page. At the root: a worker serves what lies below it."""
        return self._files.answer(request, _WORKER, {**self._file_headers, hdrs.CACHE_CONTROL: "no-cache"})

    async def file(self, request: web.Request) -> web.Response:
        """A file of the page. One of another release is answered with today's, but not kept."""
        current = request.match_info["version"] == self._files.version
        keep = _FOR_EVER if current else "no-cache"
        headers = {**self._file_headers, hdrs.CACHE_CONTROL: keep}
        return self._files.answer(request, request.match_info["path"], headers)

    def _html(self, request: web.Request, headers: dict[str, str], *, framed: bool) -> web.Response:
        link = linked(request)
        text = self._templates.render(
            "chat.html",
            framed=framed,
            embedders=self._embedders,
            form=f"/khong-js?{urlencode(link)}" if link else "/khong-js",
        )
        response = web.Response(text=text, content_type="text/html", headers=headers)
        # Not to be kept: it carries a cookie and names the files of this release.
        response.headers[hdrs.CACHE_CONTROL] = "no-store"
        return response


def linked(request: web.Request) -> dict[str, str]:
    """What the address leads to, as far as it looks like a procedure (``thu-tuc``) or a ward (``noi``)."""
    looks = {"thu-tuc": protocol.PROCEDURE, "noi": protocol.WARD}
    given = {name: request.query.get(name, "") for name in looks}
    return {name: value for name, value in given.items() if re.fullmatch(looks[name], value)}
