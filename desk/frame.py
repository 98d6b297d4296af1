"""What every page of the desk shares: templates, files, headers, and pages for what went wrong."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from markupsafe import Markup

from desk import words
from desk.auth import public
from desk.csrf import FIELD, FormGuard
from desk.keys import EXTRA_POLICY, FORM_COOKIE, NEW_FORM_COOKIE, PERSON, PREFIX
from desk.nav import for_person, notice_of
from desk.roles import Permission
from motcua.settings import ROOT, Settings

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent
STATIC = HERE / "static"
FONTS = ROOT / "channels" / "web" / "static"
"""The web chat ships the font; the desk serves the same files."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_SAID = {
    400: ("Chưa đọc được yêu cầu này", "Anh/chị quay lại trang trước rồi thử lại."),
    401: ("Anh/chị chưa đăng nhập", "Đăng nhập rồi mở lại trang này."),
    403: ("Trang này không dành cho vai của anh/chị", "Nếu cần dùng, nhờ tổ trưởng hoặc quản trị thêm vai."),
    404: ("Không có trang này", "Liên kết có thể đã cũ. Quay về trang đầu để tìm lại."),
    405: ("Chưa đọc được yêu cầu này", "Anh/chị quay lại trang trước rồi thử lại."),
    413: ("Nội dung gửi lên quá lớn", "Anh/chị chọn tệp nhỏ hơn rồi gửi lại."),
    500: ("Một Cửa gặp trục trặc", "Anh/chị thử lại sau ít phút; vẫn vậy thì báo quản trị."),
}
_FIELD = Markup('<input type="hidden" name="{}" value="{}">')
_SHARED: web.AppKey[Callable[[web.Request], dict[str, Any]]] = web.AppKey("shared")
_FORM_OLD = (
    "Trang này đã mở quá lâu",
    "Chưa có gì được lưu. Anh/chị quay lại, chép phần đã viết nếu có, tải lại trang rồi gửi lại.",
)


class Files:
    """The files of the pages, addressed by a hash of them all, so that browsers may keep them for ever."""

    def __init__(self) -> None:
        fonts = [FONTS / "fonts.css", FONTS / "icon.svg", *sorted((FONTS / "fonts").iterdir())]
        self._paths = {path.relative_to(FONTS).as_posix(): path for path in fonts if path.suffix in _TYPES}
        own = (path for path in sorted(STATIC.rglob("*")) if path.is_file() and path.suffix in _TYPES)
        self._paths.update({path.relative_to(STATIC).as_posix(): path for path in own})
        digest = hashlib.sha256()
        for name, path in sorted(self._paths.items()):
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        self.version = digest.hexdigest()[:16]

    @property
    def url(self) -> str:
        """Where today's files are."""
        return f"{PREFIX}/tinh/{self.version}"

    @public
    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file. One of another release is answered with today's, but not kept."""
        path = self._paths.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == self.version
        keep = "public, max-age=31536000, immutable" if current else "no-cache"
        return web.FileResponse(
            path, headers={hdrs.CACHE_CONTROL: keep, hdrs.CONTENT_TYPE: _TYPES[path.suffix]}
        )


def set_up_templates(app: web.Application, files: Files, forms: FormGuard) -> None:
    """Jinja for ``app``: HTML is escaped always, and a name that is missing is an error."""

    def shared(request: web.Request) -> dict[str, Any]:
        person = request.get(PERSON)

        def csrf() -> Markup:
            return _FIELD.format(FIELD, forms.token(request))

        return {
            "csrf": csrf,
            "csrf_token": lambda: forms.token(request),
            "person": person,
            "nav": for_person(person),
            "path": request.path,
            "static": files.url,
            "notice": notice_of(request),
        }

    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        enable_async=False,
    )
    environment.filters.update(words.FILTERS)
    environment.filters["permission"] = Permission
    app[_SHARED] = shared


@web.middleware
async def share(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give pages what they share. The innermost middleware: by now it is known who asks."""
    _share(request)
    return await handler(request)


def _share(request: web.Request) -> None:
    request[aiohttp_jinja2.REQUEST_CONTEXT_KEY] = request.config_dict[_SHARED](request)


def set_headers(app: web.Application, settings: Settings) -> None:
    """Put the headers on every answer of ``app``, streams and files too."""
    headers = security_headers(settings)

    async def put(request: web.Request, response: web.StreamResponse) -> None:
        extra = request.get(EXTRA_POLICY)
        own = response.headers.get("Content-Security-Policy")  # a file's, which is stricter than a page's
        response.headers.update(security_headers(settings, extra) if extra else headers)
        if own:
            response.headers["Content-Security-Policy"] = own
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")

    app.on_response_prepare.append(put)


def page_frame(settings: Settings) -> Middleware:
    """The outermost middleware: a page for every error."""
    secure = settings.url.startswith("https:")

    @web.middleware
    async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as problem:
            response = problem
            if problem.status >= 400:
                response = _problem_page(request, problem.status, problem.reason)
        except Exception as problem:
            # By type and places only: the text of an error may quote what somebody wrote.
            frames = traceback.extract_tb(problem.__traceback__)[-6:]
            places = [f"{Path(one.filename).name}:{one.lineno}" for one in frames]
            log.error("desk.failed", error=type(problem).__name__, places=places)
            response = _problem_page(request, 500, "")
        if not response.prepared and (made := request.get(NEW_FORM_COOKIE)):
            response.set_cookie(FORM_COOKIE, made, path=PREFIX, httponly=True, samesite="Lax", secure=secure)
        if isinstance(response, web.HTTPException):
            raise response
        return response

    return frame


def _problem_page(request: web.Request, status: int, reason: str) -> web.Response:
    title, advice = _FORM_OLD if reason == "form" else _SAID.get(status, _SAID[400])
    _share(request)  # it may have gone wrong before that
    context = {"title": title, "advice": advice}
    return aiohttp_jinja2.render_template("problem.html", request, context, status=status)


def shows_frames(request: web.Request) -> None:
    """Let the page that answers ``request`` show pages of the desk in frames."""
    request[EXTRA_POLICY] = {**request.get(EXTRA_POLICY, {}), "frame-src": "'self'"}


def stands_in_frame(request: web.Request, **directives: str) -> None:
    """Let pages of the desk, and nobody else's, show the answer to ``request`` in a frame.

    ``directives`` of the policy that differ besides, with underscores for hyphens.
    """
    more = {name.replace("_", "-"): value for name, value in directives.items()}
    request[EXTRA_POLICY] = {**request.get(EXTRA_POLICY, {}), "frame-ancestors": "'self'", **more}


def security_headers(settings: Settings, extra: dict[str, str] | None = None) -> dict[str, str]:
    """Headers of every answer: only our own files run, nobody frames us, nothing is kept.

    ``extra`` takes the place of single directives of the policy.
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "desk",  # static/fragments.js, for HTML that this server drew
        **(extra or {}),
    }
    framed = policy["frame-ancestors"] != "'none'"
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",
        # Not no-referrer: browsers would then send "Origin: null" with our own forms.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
    }
    if urlsplit(settings.url).scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
