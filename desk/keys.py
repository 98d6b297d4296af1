"""Where a request keeps what its pages share, and the names of addresses and cookies."""

from __future__ import annotations

from aiohttp import web

from desk.people import Person

PREFIX = "/ban"
"""Bàn làm việc: everything the desk serves lies below."""
SIGN_IN = f"{PREFIX}/dang-nhap"
OWN_PASSWORD = f"{PREFIX}/mat-khau"

COOKIE = "motcua_ban"
FORM_COOKIE = "motcua_mau"

PERSON = web.RequestKey("person", Person)
"""Who is signed in; not there when nobody is."""
NEW_FORM_COOKIE = web.RequestKey("new_form_cookie", str)
"""A form cookie made while this page was drawn, to be sent with it."""
EXTRA_POLICY = web.RequestKey("extra_policy", dict[str, str])
"""Directives of the page's policy that differ from everybody's (``desk.frame``)."""
