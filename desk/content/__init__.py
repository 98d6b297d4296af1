"""The editors' pages: procedures, their changes, and what leads to them. ``add_content`` mounts them all.

A new topic: a class with ``add_routes(desk)`` in a module beside this one, and its line below.
"""

from __future__ import annotations

from aiohttp import web

from desk.content.exchange import ExchangePages
from desk.content.form_pages import FormPages
from desk.content.gaps import GapPages
from desk.content.lists import CATALOGUE, ListPages
from desk.content.ministry import MinistryPages
from desk.content.offices import OfficePages
from desk.content.presence import PresencePages
from desk.content.review_setup import add_review
from knowledge.catalogue import Catalogue
from motcua.keys import DATABASE, SETTINGS


def add_content(desk: web.Application) -> None:
    """Add the editors' pages to the desk's application. ``desk[DATABASE]`` must be set."""
    database = desk[DATABASE]
    desk[CATALOGUE] = Catalogue(database)
    ListPages(database).add_routes(desk)
    FormPages(database).add_routes(desk)
    PresencePages(database).add_routes(desk)
    OfficePages(database).add_routes(desk)
    GapPages(database).add_routes(desk)
    MinistryPages(database).add_routes(desk)
    ExchangePages(database, desk[SETTINGS]).add_routes(desk)
    add_review(desk)
