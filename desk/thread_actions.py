"""What can be done to a ticket: every post of its page. Each redirects to the page, or says what is wrong."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from conversations.ticket_claims import TicketError
from conversations.ticket_models import PendingReply, TicketNote
from conversations.tickets import reopen
from desk.auth import current_person, requires
from desk.forms import number_of, text_of
from desk.keys import PREFIX
from desk.people import Person
from desk.people import person as find_person
from desk.queue_services import TICKETS, TicketDesk, staff_of
from desk.roles import Permission, Role
from desk.thread import show
from desk.thread_view import Seen, needs_approval, seen
from knowledge.wards import hanoi

_LONGEST = 10_000
_CONFLICT = 409
_NOBODY = "Anh/chị chọn phường, xã hoặc người nhận trước khi chuyển."
_CANNOT_REOPEN = "Không mở lại được: người dân này đang có một phiếu khác."

Act = Callable[[TicketDesk, Person, Seen], Awaitable[str]]


class ThreadActions:
    """Handlers that change a ticket."""

    def add_routes(self, app: web.Application) -> None:
        """Register the posts."""
        for path, handler in (
            ("nhan", self.claim),
            ("tra-lai", self.release),
            ("chuyen", self.forward),
            ("tra-loi", self.reply),
            (r"duyet/{pending:\d{1,18}}", self.decide),
            ("nhap", self.draft),
            ("ghi-chu", self.add_note),
            (r"ghi-chu/{note:\d{1,18}}/xoa", self.remove_note),
            ("dong", self.close),
            ("mo-lai", self.reopen),
            ("thieu", self.file_gap),
            ("thieu/bo", self.withdraw_gap),
        ):
            app.router.add_post(rf"/phieu/{{ticket:\d{{1,18}}}}/{path}", handler)

    @requires(Permission.ANSWER)
    async def claim(self, request: web.Request) -> web.StreamResponse:
        """Take the ticket; who was slower is told who has it."""

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            outcome = await desk.claims.claim(found.ticket.id, staff_of(person))
            if not outcome.won:
                raise TicketError(f"{outcome.owner_name} vừa nhận phiếu này trước anh/chị.")
            return "nhan"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def release(self, request: web.Request) -> web.StreamResponse:
        """Put the ticket back into the queue; a lead may do so with a colleague's."""

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            mine = found.ticket.claimed_by == str(person.id)
            force = person.has(Role.LEAD)
            await desk.claims.release(found.ticket.id, staff_of(person), force=force)
            if not mine:
                await desk.record(person, "ticket_taken_away", found.ticket.id, staff=found.ticket.claimed_by)
            return "tra-lai"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Pass the ticket on to a ward or a colleague."""
        form = await request.post()
        ward, to = text_of(form, "phuong", 5), number_of(form, "nguoi")

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            async with desk.database.read() as session:
                colleague = await find_person(session, to) if to else None
            known = ward in hanoi().by_code
            if colleague and (colleague.disabled or not colleague.has(Permission.ANSWER)):
                colleague = None
            if not known and colleague is None:
                raise TicketError(_NOBODY)
            await desk.claims.forward(
                found.ticket.id,
                staff_of(person),
                ward=ward if known else None,
                person=str(colleague.id) if colleague else None,
            )
            where = {"ward": ward if known else None, "staff": colleague.id if colleague else None}
            await desk.record(person, "ticket_forwarded", found.ticket.id, **where)
            return "chuyen"

        return await _do(request, act, to_queue=True)

    @requires(Permission.ANSWER)
    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Answer the citizen, or put the answer before a lead."""
        form = await request.post()
        text, key = text_of(form, "noi_dung", _LONGEST), text_of(form, "khoa", 40)
        files = [str(each) for each in form.getall("tep", [])]

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            approval = await needs_approval(desk, person, found.ticket)
            unique = f"ticket-{found.ticket.id}-{person.id}-{key or secrets.token_urlsafe(9)}"
            sent = await desk.replies.send(
                found.ticket.id, staff_of(person), text, key=unique, approval=approval, files=files
            )
            await desk.record(
                person, "ticket_replied", found.ticket.id, waits_for_lead=not sent, files=len(files)
            )
            return "tra-loi" if sent else "cho-duyet"

        return await _do(request, act, draft=text)

    @requires(Role.LEAD)
    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Approve a new volunteer's reply, or send it back with a reason."""
        form = await request.post()
        approve, why = text_of(form, "y") == "duyet", text_of(form, "ly_do", 300)
        pending_id = int(request.match_info["pending"])

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            async with desk.database.read() as session:
                pending = await session.get(PendingReply, pending_id)
            if pending is None or pending.ticket_id != found.ticket.id:
                raise web.HTTPNotFound
            await desk.replies.decide(pending_id, staff_of(person), approve=approve, why=why)
            await desk.record(
                person, "reply_approved" if approve else "reply_refused", found.ticket.id, staff=pending.by
            )
            return "duyet" if approve else "tra-ve"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def draft(self, request: web.Request) -> web.StreamResponse:
        """Keep what is typed and not sent."""
        desk, person = request.app[TICKETS], current_person(request)
        found = await seen(desk, person, request)
        text = text_of(await request.post(), "noi_dung", _LONGEST, strip=False)
        await desk.notes.keep_draft(found.ticket.id, str(person.id), text)
        return web.Response(status=204)

    @requires(Permission.ANSWER)
    async def add_note(self, request: web.Request) -> web.StreamResponse:
        """Keep a private note, perhaps for a colleague's eyes."""
        form = await request.post()
        text, named = text_of(form, "ghi_chu", _LONGEST), number_of(form, "nhac")

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            async with desk.database.read() as session:
                colleague = await find_person(session, named) if named else None
            may = colleague and colleague.has(Permission.ANSWER) and colleague.sees(found.ticket.ward)
            mentions = (str(colleague.id),) if colleague and may else ()
            await desk.notes.add(found.ticket.id, staff_of(person), text, mentions)
            return "ghi-chu"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def remove_note(self, request: web.Request) -> web.StreamResponse:
        """Delete one's own note."""
        note_id = int(request.match_info["note"])

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            async with desk.database.read() as session:
                note = await session.get(TicketNote, note_id)
            if note is None or note.ticket_id != found.ticket.id:
                raise web.HTTPNotFound
            if not await desk.notes.remove(note_id, staff_of(person)):
                raise web.HTTPForbidden
            return ""

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def close(self, request: web.Request) -> web.StreamResponse:
        """End the ticket and hand the citizen back to the bot."""
        outcome = text_of(await request.post(), "ket_qua", 30)

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            await desk.closing.close(found.ticket.id, staff_of(person), outcome)
            await desk.record(person, "ticket_closed", found.ticket.id, outcome=outcome)
            return "dong"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def reopen(self, request: web.Request) -> web.StreamResponse:
        """Take a closed ticket up again, and claim it."""

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            me = staff_of(person)
            async with desk.database.write() as session:
                opened = await reopen(session, found.ticket.id, me)
            if not opened:
                raise TicketError(_CANNOT_REOPEN)
            await desk.record(person, "ticket_reopened", found.ticket.id)
            await desk.claims.claim(found.ticket.id, me)
            return "mo-lai"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def file_gap(self, request: web.Request) -> web.StreamResponse:
        """Tell the editors that the knowledge base lacks this question."""

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            gap = await desk.closing.file_gap(found.ticket.id, staff_of(person))
            await desk.record(person, "gap_filed", found.ticket.id, gap=gap)
            return "thieu"

        return await _do(request, act)

    @requires(Permission.ANSWER)
    async def withdraw_gap(self, request: web.Request) -> web.StreamResponse:
        """Take that back."""

        async def act(desk: TicketDesk, person: Person, found: Seen) -> str:
            await desk.closing.withdraw_gap(found.ticket.id)
            return ""

        return await _do(request, act)


async def _do(
    request: web.Request, act: Act, *, draft: str | None = None, to_queue: bool = False
) -> web.StreamResponse:
    """Do it and go back to the page; a script gets a number and, if it failed, the reason.

    ``draft`` is what was typed: an error must not lose it.
    """
    desk, person = request.app[TICKETS], current_person(request)
    found = await seen(desk, person, request)
    script = request.headers.get(hdrs.ACCEPT, "").startswith("application/json")
    try:
        just = await act(desk, person, found)
    except TicketError as error:
        if script:
            return web.json_response({"loi": str(error)}, status=_CONFLICT)
        return await show(request, problem=str(error), draft=draft, status=_CONFLICT)
    if script:
        return web.json_response({"vua": just})
    if to_queue:
        raise web.HTTPSeeOther(f"{PREFIX}/phieu?vua={just}&so={found.ticket.id}")
    raise web.HTTPSeeOther(f"{PREFIX}/phieu/{found.ticket.id}" + (f"?vua={just}" if just else ""))
