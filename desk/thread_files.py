"""Files of a ticket: uploading one before it is sent, taking it back, looking at it."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

from conversations.attachments import LARGEST_UPLOAD, Attachments, Refused
from desk.auth import current_person, requires
from desk.queue_services import TICKETS, staff_of
from desk.roles import Permission
from desk.thread_view import seen
from motcua.downloads import file_response

NAME_HEADER = "X-Ten-Tep"
_NOT_YOURS = "Anh/chị nhận phiếu này rồi mới gửi được tệp."
_TOO_LARGE = f"Tệp lớn quá {LARGEST_UPLOAD // 1024 // 1024} MB. Anh/chị chọn tệp nhỏ hơn nhé."
_FILE = r"{file:[A-Za-z0-9_-]{1,60}}"


class ThreadFiles:
    """Handlers of a ticket's files. The bytes are the body of the post, their name stands in a header."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    def add_routes(self, app: web.Application) -> None:
        """Register the addresses."""
        app.router.add_post(r"/phieu/{ticket:\d{1,18}}/tep", self.upload)
        app.router.add_get(rf"/phieu/{{ticket:\d{{1,18}}}}/tep/{_FILE}", self.download)
        app.router.add_post(rf"/phieu/{{ticket:\d{{1,18}}}}/tep/{_FILE}/bo", self.drop)

    @requires(Permission.ANSWER)
    async def upload(self, request: web.Request) -> web.Response:
        """Keep a file that goes with the next reply."""
        desk, person = request.app[TICKETS], current_person(request)
        ticket = (await seen(desk, person, request)).ticket
        if ticket.claimed_by != str(person.id) or ticket.closed_at:
            return web.json_response({"loi": _NOT_YOURS}, status=409)
        content = bytearray()
        async for chunk in request.content.iter_chunked(64 * 1024):
            content += chunk
            if len(content) > LARGEST_UPLOAD:
                return web.json_response({"loi": _TOO_LARGE}, status=413)
        name = unquote(request.headers.get(NAME_HEADER, ""))
        by = staff_of(person).id
        try:
            kept = await self._attachments.keep(ticket.conversation_id, by, name, bytes(content))
        except Refused as error:
            return web.json_response({"loi": str(error)}, status=422)
        return web.json_response(
            {"ma": kept.id, "ten": kept.name, "co": kept.size, "anh": kept.media == "image"}
        )

    @requires(Permission.ANSWER)
    async def download(self, request: web.Request) -> web.Response:
        """A file of the conversation, for whoever may see the ticket."""
        desk, person = request.app[TICKETS], current_person(request)
        ticket = (await seen(desk, person, request)).ticket
        found = await self._attachments.read(request.match_info["file"], ticket.conversation_id)
        if found is None:
            raise web.HTTPNotFound
        show = found.media == "image"
        return file_response(found.name, found.content_type, found.content, {}, show=show)

    @requires(Permission.ANSWER)
    async def drop(self, request: web.Request) -> web.Response:
        """Forget a file that was not sent."""
        desk, person = request.app[TICKETS], current_person(request)
        ticket = (await seen(desk, person, request)).ticket
        await self._attachments.drop(ticket.conversation_id, staff_of(person).id, request.match_info["file"])
        return web.Response(status=204)
