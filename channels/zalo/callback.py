"""Waiting for the browser to come back: a page on this machine, open until one consent has arrived."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from aiohttp import web

from channels.zalo.consent import Consent, ConsentError
from motcua.settings import ZaloSettings

_PAGE = (
    '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Một Cửa</title></head>'
    "<body><p>{words}</p></body></html>"
)
_DONE = "Một Cửa đã nhận được đồng ý. Anh/chị đóng trang này và quay lại cửa sổ lệnh."
_NOT = "Chưa nhận được đồng ý. Anh/chị mở lại đường dẫn trong cửa sổ lệnh."


async def wait_for_code(consent: Consent, zalo: ZaloSettings, listen: str, timeout_s: float) -> str:
    """The code of the consent, once the browser has come to the path of ``consent.redirect_uri``.

    ``listen`` is ``host:port``. A visit without a consent changes nothing. Raises ConsentError when none
    has come after ``timeout_s`` seconds, OSError when the port is taken.
    """
    host, _, port = listen.rpartition(":")
    arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def handle(request: web.Request) -> web.Response:
        try:
            code = consent.code(str(request.url), zalo)
        except ConsentError:
            return _page(_NOT, 400)
        if not arrived.done():
            arrived.set_result(code)
        return _page(_DONE, 200)

    app = web.Application()
    app.router.add_get(urlsplit(consent.redirect_uri).path or "/", handle)
    runner = web.AppRunner(app, access_log=None)  # the address holds the code
    await runner.setup()
    try:
        await web.TCPSite(runner, host or "127.0.0.1", int(port)).start()
        async with asyncio.timeout(timeout_s):
            code = await arrived
        await asyncio.sleep(0.1)  # let the page go out
        return code
    except TimeoutError:
        raise ConsentError("nobody consented in time; run the command again") from None
    finally:
        await runner.cleanup()


def _page(words: str, status: int) -> web.Response:
    return web.Response(text=_PAGE.format(words=words), status=status, content_type="text/html")
