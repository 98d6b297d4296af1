"""The headers that keep anything else out of our pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from motcua.settings import Settings


def common_headers(url: str) -> dict[str, str]:
    """Headers of every answer of the channel; ``url`` is the address citizens open."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        # The microphone is for dictation; no page is given anything else.
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    }
    if urlsplit(url).scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def page_headers(settings: Settings) -> dict[str, str]:
    """Headers of the chat as a page of its own: nobody may frame it."""
    return {
        **common_headers(settings.url),
        "Content-Security-Policy": _policy(_scripted(settings)),
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def frame_headers(settings: Settings) -> dict[str, str]:
    """Headers of the chat in a frame: only the sites of ``MOTCUA_WEB_EMBED_ORIGINS`` may show it.

    Without X-Frame-Options, which cannot name sites; frame-ancestors is what browsers go by.
    """
    ancestors = " ".join(settings.web.embedders) or "'none'"
    return {
        **common_headers(settings.url),
        "Content-Security-Policy": _policy({**_scripted(settings), "frame-ancestors": ancestors}),
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def form_headers(settings: Settings) -> dict[str, str]:
    """Headers of the page without scripts: it may send its own form and nothing runs in it.

    A form sends its Origin, which we check, only under a policy that lets our own site know the referrer.
    """
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        **page_headers(settings),
        "Content-Security-Policy": _policy(policy),
        "Referrer-Policy": "same-origin",
    }


def _scripted(settings: Settings) -> dict[str, str]:
    parts = urlsplit(settings.url)
    # 'self' does not cover sockets in older Safari, so our public host is named as well.
    secure = parts.scheme == "https"
    socket = f" {'wss' if secure else 'ws'}://{parts.netloc}" if settings.public_url else ""
    return {
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
        # The one name under which a script may be named: the worker that shows news (static/wake.js).
        "trusted-types": "motcua-worker",
    }


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())
