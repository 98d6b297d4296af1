"""A city's dossier API as a real server on this machine, which can hang, lie and break as real ones do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "not-a-real-token"
FIELDS = {
    "code": "maHoSo", "status": "trangThai", "status_text": "tenTrangThai", "phone": "nguoiNop.dienThoai",
    "procedure": "maThuTuc", "received_on": "ngayNhan", "due_on": "ngayHenTra", "finished_on": "ngayXong",
    "promised_on": "ngayHenLai", "office": "donVi", "late_reason": "lyDo", "todo": "viecCanLam",
    "as_of": "capNhat",
}  # fmt: skip


class CityApi:
    """The server. ``dossiers`` is what it knows, ``mood`` how it behaves, ``asked`` what it was asked."""

    def __init__(self) -> None:
        self.dossiers: dict[str, dict[str, Any]] = {}
        self.mood = "well"
        self.asked: list[str] = []
        self.under_way = 0
        self.most_under_way = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        code = request.match_info["code"]
        self.asked.append(code)
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            return await self._answer(request, code)
        finally:
            self.under_way -= 1

    async def _answer(self, request: web.Request, code: str) -> web.StreamResponse:  # noqa: PLR0911
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"loi": "chưa đăng nhập"}, status=401)
        match self.mood:
            case "hanging":
                await asyncio.sleep(60)
            case "broken":
                return web.Response(status=500, text="NullPointerException")
            case "maintenance":
                return web.Response(text="<html><body>Bảo trì</body></html>", content_type="text/html")
            case "moved":
                return web.Response(status=404, text="<h1>Not Found</h1>", content_type="text/html")
            case "redirecting":
                raise web.HTTPFound("https://example.com/dang-nhap")
            case "garbage":
                return web.Response(text='{"data": ', content_type="application/json")
            case "deep":
                return web.Response(text="[" * 200_000, content_type="application/json")
            case "endless":
                return web.Response(text='"' + "x" * 2**20 + '"', content_type="application/json")
            case "lying":
                other = next(one for key, one in self.dossiers.items() if key != code)
                return web.json_response({"data": other})
            case "strange":
                return web.json_response({"ketQua": []})
        return web.json_response({"data": self.dossiers.get(code)})


@asynccontextmanager
async def city_api() -> AsyncIterator[CityApi]:
    """The server, running."""
    api = CityApi()
    app = web.Application()
    app.router.add_get("/ho-so/{code}", api.answer)
    server = TestServer(app)
    await server.start_server()
    api.url = str(server.make_url("/ho-so/{code}")).replace("%7B", "{").replace("%7D", "}")
    try:
        yield api
    finally:
        await server.close()


def dossier(code: str, status: object = 4, **more: object) -> dict[str, Any]:
    """A dossier as this API words it; its phone ends in 4521."""
    return {
        "maHoSo": code, "trangThai": status, "nguoiNop": {"ten": "Người Mẫu", "dienThoai": "0912004521"},
        "maThuTuc": "1.004873", "ngayNhan": "10/11/2025", "ngayHenTra": "2025-11-20",
        "donVi": "UBND phường Mẫu",
        **more,
    }  # fmt: skip


def write_config(folder: Path, api: CityApi, name: str = "http", **more: object) -> None:
    """The settings of this API as an operator writes them."""
    config = {
        "system": "Thành phố Mẫu", "url": api.url, "record": "data", "fields": FIELDS,
        "headers": {"Authorization": "Bearer ${CITY_API_TOKEN}"}, "timeout_s": 0.3, "rest_s": 0.3, **more,
    }  # fmt: skip
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "sources" / f"{name}.yml").write_text(
        yaml.safe_dump(config, allow_unicode=True), encoding="utf-8"
    )
