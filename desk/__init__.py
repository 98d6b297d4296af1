"""The desk (bàn làm việc): signed-in pages for tickets, people, rosters and reports, under ``/ban/``.

``setup`` mounts it. Every handler says who may call it (``desk.auth``); every form carries a token
(``desk.csrf``); what somebody may have to account for is recorded (``desk.audit``).
"""

from __future__ import annotations

from aiohttp import web

from conversations import CONVERSATIONS, Conversations
from desk.accounts import Accounts
from desk.auth import guard
from desk.content import add_content
from desk.cookies import SessionCookie
from desk.csrf import FormGuard
from desk.frame import Files, page_frame, set_headers, set_up_templates, share
from desk.keys import PREFIX
from desk.oidc import OpenId
from desk.pages_audit import AuditPages
from desk.pages_openid import OpenIdPages
from desk.pages_people import PeoplePages
from desk.pages_reports import ReportPages
from desk.pages_roster import RosterPages
from desk.pages_sign_in import SignInPages
from desk.queue_setup import add_tickets
from motcua.keys import DATABASE, SETTINGS


def setup(app: web.Application, conversations: Conversations) -> None:
    """Add the desk to the gateway. ``app[SETTINGS]`` and ``app[DATABASE]`` must be set.

    A new topic: a class with ``add_routes(desk)`` that is added here, its place in ``desk.nav.ITEMS``.
    """
    settings, database = app[SETTINGS], app[DATABASE]
    forms, files, cookie = FormGuard(settings), Files(), SessionCookie(settings)
    accounts, openid = Accounts(database, settings), OpenId(settings)
    desk = web.Application(middlewares=[page_frame(settings), guard(forms), share])
    set_headers(desk, settings)
    desk[SETTINGS], desk[DATABASE], desk[CONVERSATIONS] = settings, database, conversations
    set_up_templates(desk, files, forms)
    desk.router.add_get("/tinh/{version}/{path:.+}", files.serve)
    SignInPages(accounts, cookie, openid, settings).add_routes(desk)
    OpenIdPages(openid, accounts, cookie, settings).add_routes(desk)
    PeoplePages(database, settings).add_routes(desk)
    RosterPages(database).add_routes(desk)
    ReportPages(database, settings).add_routes(desk)
    AuditPages(database).add_routes(desk)
    add_tickets(desk)
    add_content(desk)
    app.add_subapp(PREFIX, desk)
