"""Mounts the pages of tickets on the desk."""

from __future__ import annotations

from aiohttp import web

from conversations import CONVERSATIONS
from conversations.attachments import Attachments
from desk.canned import CannedPages
from desk.queue import QueuePages
from desk.queue_events import QueueEvents
from desk.queue_services import TICKETS, TicketDesk
from desk.thread import ThreadPages
from desk.thread_actions import ThreadActions
from desk.thread_files import ThreadFiles
from desk.thread_suggestions import Suggestions
from motcua.keys import DATABASE, SETTINGS


def add_tickets(desk: web.Application) -> None:
    """Add queue, threads and canned replies to the desk's application, and the work behind them."""
    tickets = TicketDesk(desk[DATABASE], desk[CONVERSATIONS], desk[SETTINGS])
    suggestions = Suggestions(desk[DATABASE], desk[CONVERSATIONS], desk[SETTINGS])
    desk[TICKETS] = tickets
    QueuePages().add_routes(desk)
    QueueEvents().add_routes(desk)
    ThreadPages(suggestions).add_routes(desk)
    ThreadActions().add_routes(desk)
    ThreadFiles(Attachments(desk[DATABASE])).add_routes(desk)
    CannedPages().add_routes(desk)

    async def close_suggestions(_app: web.Application) -> None:
        await suggestions.close()

    desk.cleanup_ctx.append(tickets.run)
    desk.on_shutdown.append(tickets.stop)
    desk.on_cleanup.append(close_suggestions)
