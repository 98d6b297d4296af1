"""The chat without scripts: a page with the transcript, and forms that send what a citizen wrote or pressed.

A form carries a token of its session (nobody else's page can send it) and an id: sent twice, by a double
click or a reload, it is one message. The answer to a form is a redirect, so that a reload sends nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from typing import Any

import structlog
from aiohttp import hdrs, web
from pydantic import ValidationError

from channels.web.address import Addresses
from channels.web.chat import TOO_LONG, UNKNOWN_LINK
from channels.web.feed import all_after, answers
from channels.web.headers import form_headers
from channels.web.identity import Identities
from channels.web.intake import Caller, Intake, TooFast, UnknownLink
from channels.web.pages import Templates, linked
from channels.web.protocol import MAX_TEXT, Message, Open, Press, Text
from conversations.contract import Author, StoredMessage

log = structlog.get_logger(__name__)

_SHOWN = 60
_WAIT_S = 4.0
_OLD_PAGE = "Trang này mở đã lâu nên tin chưa gửi được. Anh/chị bấm Gửi lần nữa giúp nhé."
_NO_COOKIE = (
    "Trình duyệt đang chặn cookie nên tin chưa gửi được. Anh/chị cho phép cookie của trang này rồi bấm Gửi "
    "lần nữa, hoặc gọi 1022."
)
_TOO_FAST = "Anh/chị gửi hơi nhanh. Chờ khoảng một phút rồi bấm Gửi lần nữa giúp nhé."
_BUSY = "Một Cửa chưa nhận được tin này. Anh/chị bấm Gửi lần nữa giúp nhé."
_THANKS = "Cảm ơn anh/chị đã cho ý kiến."
_NOT_RATED = "Một Cửa chưa ghi được ý kiến này. Anh/chị chọn lại giúp nhé."


class _Refusal(Exception):
    """Why a form was not taken. The page is shown again with what was written."""

    def __init__(self, notice: str, status: int) -> None:
        super().__init__(notice)
        self.notice, self.status = notice, status


class Forms:
    """GET /khong-js and POST /gui."""

    def __init__(
        self, identities: Identities, addresses: Addresses, intake: Intake, templates: Templates
    ) -> None:
        self._identities, self._addresses = identities, addresses
        self._intake, self._templates = intake, templates
        self._headers = form_headers(identities.settings)

    async def page(self, request: web.Request) -> web.Response:
        """The transcript. With ``?cho=ID`` it waits some seconds for the answer to that message."""
        visitor = self._identities.of_cookie(request)
        awaited = _message_id(request.query.get("cho", ""))
        if visitor and awaited:
            await self._wait(Caller(visitor, self._addresses.of(request)), awaited)
        notice = {"cam-on": _THANKS, "chua-ghi": _NOT_RATED}.get(request.query.get("y-kien", ""), "")
        return await self._show(request, notice)

    async def send(self, request: web.Request) -> web.Response:
        """Take a form: raises HTTPSeeOther to where to go on, HTTPForbidden when another site sent it."""
        if not self._identities.is_own_page(request):
            raise web.HTTPForbidden(text="origin refused", headers=self._headers)
        sent = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        try:
            address = await self._take(request, sent)
        except _Refusal as refusal:
            return await self._show(request, refusal.notice, sent.get("cau", ""), refusal.status)
        raise web.HTTPSeeOther(address, headers=self._headers)

    async def _take(self, request: web.Request, sent: dict[str, str]) -> str:
        """Where to go after the form. Raises _Refusal."""
        visitor = self._identities.of_cookie(request)
        if visitor is None:
            raise _Refusal(_NO_COOKIE, 403)
        expected = self._identities.form_token(visitor)
        if not hmac.compare_digest(sent.get("token", "").encode(), expected.encode()):
            raise _Refusal(_OLD_PAGE, 403)
        caller = Caller(visitor, self._addresses.of(request))
        try:
            if opinion := sent.get("y-kien"):
                return await self._rate(caller, opinion)
            message = _message(sent)
            if message is None:
                return "/khong-js#cau"
            accepted = await self._intake.take(caller, message)
        except TooFast:
            raise _Refusal(_TOO_FAST, 429) from None
        except UnknownLink:
            raise _Refusal(UNKNOWN_LINK, 400) from None
        except _Refusal:
            raise
        except Exception:
            log.exception("web.receive_failed")
            raise _Refusal(_BUSY, 503) from None
        return f"/khong-js?cho={accepted.message_id}#moi"

    async def _rate(self, caller: Caller, opinion: str) -> str:
        number, _, useful = opinion.partition(":")
        message = _message_id(number)
        stored = False
        if message and useful in ("co", "chua"):
            found = await self._intake.find(caller.visitor)
            stored = await self._intake.rate(caller, found, message, useful == "co", "")
        return f"/khong-js?y-kien={'cam-on' if stored else 'chua-ghi'}#loi-nhan"

    async def _wait(self, caller: Caller, turn: int) -> None:
        """Return when the message has been answered, or after some seconds; at once when asked too often."""
        try:
            self._intake.hello(caller)
        except TooFast:
            return
        found = await self._intake.find(caller.visitor)
        if found is None:
            return
        with self._intake.conversations.watch(found) as events:
            try:
                async with asyncio.timeout(_WAIT_S):
                    while not await self._answered(found, turn):
                        try:
                            async with asyncio.timeout(1.0):  # another gateway may run the turn
                                await events.get()
                        except TimeoutError:
                            continue
            except TimeoutError:
                return

    async def _answered(self, conversation: str, turn: int) -> bool:
        return any(
            answers(message) == turn
            for message in await all_after(self._intake.conversations, conversation, max(turn - 1, 0))
        )

    async def _show(
        self, request: web.Request, notice: str = "", text: str = "", status: int = 200
    ) -> web.Response:
        response = web.Response(content_type="text/html", status=status, headers=self._headers)
        response.headers[hdrs.CACHE_CONTROL] = "no-store"
        visitor = self._identities.issue(request, response)
        found = await self._intake.find(visitor)
        messages = (await all_after(self._intake.conversations, found, 0))[-_SHOWN:] if found else []
        response.text = self._templates.render(
            "form.html",
            messages=messages,
            asked=_newest(messages),
            link=await self._link(request),
            token=self._identities.form_token(visitor),
            form_id=secrets.token_hex(8),
            notice=notice,
            text=text,
        )
        return response

    async def _link(self, request: web.Request) -> dict[str, str] | None:
        """What the address leads to. Opening it takes a press: loading a page must not send anything."""
        for name, code in linked(request).items():
            procedure, ward = (code, None) if name == "thu-tuc" else (None, code)
            if title := await self._intake.title(procedure, ward):
                return {"value": f"{name}:{code}", "title": title}
        return None


def _newest(messages: list[StoredMessage]) -> int:
    """The id of the citizen's last message: what came after it can be pressed."""
    return max((message.id for message in messages if message.author is Author.CITIZEN), default=0)


def _message_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _message(sent: dict[str, str]) -> Message | None:
    """What a form sends; None when it is empty. Raises _Refusal."""
    pressed, link = sent.get("nut", ""), sent.get("mo", "")
    text = (sent.get("hoi") or sent.get("cau") or "").strip()
    if len(text) > MAX_TEXT:
        raise _Refusal(TOO_LONG, 400)
    # The words are part of the id: changed on a page that was gone back to, they are another message.
    words = hashlib.sha256("\0".join((pressed, link, text)).encode()).hexdigest()[:16]
    fields: dict[str, Any] = {"client_id": f"{sent.get('ma', '')}-{words}"}
    try:
        if pressed:
            button, _, title = pressed.partition(":")
            return Press(type="press", button=button, title=title, **fields)
        if link:
            name, _, code = link.partition(":")
            return Open(type="open", **{"procedure" if name == "thu-tuc" else "ward": code}, **fields)
        return Text(type="text", text=text, **fields) if text else None
    except ValidationError:
        raise _Refusal(_OLD_PAGE, 400) from None
