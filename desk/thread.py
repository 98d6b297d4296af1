"""The pages of one ticket: the thread, and its parts for a page that is open."""

from __future__ import annotations

import aiohttp_jinja2
from aiohttp import hdrs, web

from conversations.contract import Author
from conversations.ticket_thread import Line, whole_transcript
from desk.auth import current_person, requires
from desk.queue import filters_of, list_data
from desk.queue_services import TICKETS, staff_of
from desk.roles import Permission
from desk.thread_suggestions import Suggestions
from desk.thread_view import Seen, facts_data, page_data, seen, thread_data
from desk.words import moment, ward
from motcua.db import now

_WHO = {Author.CITIZEN: "Người dân", Author.BOT: "Một Cửa (tự động)", Author.STAFF: "Cán bộ"}


class ThreadPages:
    """Handlers that show a ticket; those that change one are in ``desk.thread_actions``."""

    def __init__(self, suggestions: Suggestions) -> None:
        self._suggestions = suggestions

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get(r"/phieu/{ticket:\d{1,18}}", self.page)
        app.router.add_get(r"/phieu/{ticket:\d{1,18}}/loi-thoai", self.transcript)
        app.router.add_get(r"/phieu/{ticket:\d{1,18}}/thong-tin", self.facts)
        app.router.add_get(r"/phieu/{ticket:\d{1,18}}/goi-y", self.suggestion)
        app.router.add_get(r"/phieu/{ticket:\d{1,18}}/ban-ghi", self.export)

    @requires(Permission.ANSWER)
    async def page(self, request: web.Request) -> web.Response:
        """The three panes."""
        return await show(request)

    @requires(Permission.ANSWER)
    async def transcript(self, request: web.Request) -> web.Response:
        """The transcript alone."""
        desk, person = request.app[TICKETS], current_person(request)
        data = await thread_data(desk, person, await seen(desk, person, request))
        return aiohttp_jinja2.render_template("tickets/transcript.html", request, data)

    @requires(Permission.ANSWER)
    async def facts(self, request: web.Request) -> web.Response:
        """The pane of facts alone."""
        desk, person = request.app[TICKETS], current_person(request)
        data = await facts_data(desk, person, await seen(desk, person, request))
        return aiohttp_jinja2.render_template("tickets/facts.html", request, data)

    @requires(Permission.ANSWER)
    async def suggestion(self, request: web.Request) -> web.Response:
        """What the bot would answer to the newest question."""
        desk, person = request.app[TICKETS], current_person(request)
        found = await seen(desk, person, request)
        question = found.thread.question
        suggestion = (
            await self._suggestions.for_line(found.ticket.conversation_id, question) if question else None
        )
        return aiohttp_jinja2.render_template(
            "tickets/suggestion.html",
            request,
            {"question": question, "suggestion": suggestion, "ticket": found.ticket},
        )

    @requires(Permission.ANSWER)
    async def export(self, request: web.Request) -> web.Response:
        """The transcript as text. Personal numbers were masked before they were stored, and stay so."""
        desk, person = request.app[TICKETS], current_person(request)
        found = await seen(desk, person, request)
        async with desk.database.read() as session:
            lines = await whole_transcript(session, found.ticket.conversation_id)
        await desk.record(person, "ticket_exported", found.ticket.id)
        return web.Response(
            text=_as_text(found, lines),
            content_type="text/plain",
            charset="utf-8",
            headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="phieu-{found.ticket.id}.txt"'},
        )


async def show(
    request: web.Request, *, problem: str = "", draft: str | None = None, status: int = 200
) -> web.Response:
    """The page of a ticket, with what went wrong and what was typed, if there is any."""
    desk, person = request.app[TICKETS], current_person(request)
    found = await seen(desk, person, request)
    newest = await desk.feed.newest()
    me = staff_of(person)
    if found.ticket.claimed_by == me.id:
        await desk.claims.alive(me.id)
    await desk.notes.looking(found.ticket.id, me, read=found.thread.last_id)
    data = await list_data(desk, person, filters_of(request), found.ticket.id)
    data |= await page_data(desk, person, found, draft)
    data |= await facts_data(desk, person, found)
    data |= {"newest": newest, "problem": problem, "just": request.query.get("vua", "")}
    return aiohttp_jinja2.render_template("tickets/thread.html", request, data, status=status)


def _who(line: Line) -> str:
    return f"{_WHO[line.author]} {line.said_by}" if line.said_by else _WHO[line.author]


def _said(line: Line) -> str:
    files = [f"(tệp: {file.name})" for file in line.reply.attachments] if line.reply else []
    return "\n".join([line.text or f"({line.kind})", *files])


def _as_text(found: Seen, lines: list[Line]) -> str:
    ticket = found.ticket
    head = [
        f"Phiếu hỗ trợ số {ticket.id}",
        f"Mở lúc {moment(ticket.created_at)}, {ward(ticket.ward) if ticket.ward else 'chưa rõ phường, xã'}",
        f"Thủ tục: {found.titles(ticket.procedure) or 'chưa rõ'}",
        f"Bản ghi lấy lúc {moment(now())}. Số định danh và số điện thoại đã được che khi lưu.",
    ]
    said = [f"[{moment(line.created_at)}] {_who(line)}:\n{_said(line)}" for line in lines]
    return "\n".join(head) + "\n\n" + "\n\n".join(said) + "\n"
