"""Keys under which the application keeps what its rooms share."""

from __future__ import annotations

from aiohttp import web

from motcua.db import Database
from motcua.push import Push
from motcua.settings import Settings

SETTINGS = web.AppKey("settings", Settings)
DATABASE = web.AppKey("database", Database)
PUSH = web.AppKey("push", Push)
