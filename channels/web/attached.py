"""GET /tep/{id}: a picture or file that a person sent along with a reply."""

from __future__ import annotations

from aiohttp import web

from channels.web.headers import common_headers
from conversations.attachments import Attachments
from motcua.downloads import file_response
from motcua.settings import Settings

_GONE = "Tệp này không còn nữa."


class AttachedFiles:
    """Hands files out to whoever has their secret link: the citizen the reply went to."""

    def __init__(self, attachments: Attachments, settings: Settings) -> None:
        self._attachments, self._url = attachments, settings.url

    async def get(self, request: web.Request) -> web.Response:
        """The file; 404 once its conversation was erased."""
        found = await self._attachments.read(request.match_info["id"])
        headers = common_headers(self._url)
        if found is None:
            return web.Response(status=404, text=_GONE, headers=headers)
        show = found.media == "image"
        return file_response(found.name, found.content_type, found.content, headers, show=show)
