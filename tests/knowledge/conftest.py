"""A real database, the shipped procedures, and a small procedure to change at will."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import Edition, Procedure
from knowledge.elsewhere import elsewhere
from knowledge.files import read_folder
from knowledge.search import Search
from motcua.clock import today
from motcua.db import Base, Database
from motcua.reply import Facet
from tests.knowledge.family import CASES, MARRIED, PAPERS, SOMEBODY, ways

Made = Callable[..., Procedure]
UNKNOWN = [facet.value for facet in Facet if facet not in (Facet.OVERVIEW, Facet.FEE, Facet.TIME)]
SMALL: dict[str, Any] = {
    "code": "9.000001",
    "name": "Đăng ký nuôi cá cảnh",
    "official_name": "Thủ tục đăng ký nuôi cá cảnh tại nhà",
    "short_name": "nuôi cá cảnh",
    "sample_questions": ["muốn nuôi cá vàng trong bể thì xin phép ai"],
    "field": "Thủy sản",
    "levels": ["xã"],
    "agency": "UBND phường/xã",
    "summary": "Khai báo tại phường trước khi nuôi.",
    "online_level": "chưa rõ",
    "ways": [
        {
            "kind": "trực tiếp",
            "time": {"unit": "ngày làm việc", "amount": 3},
            "fee": {"kind": "mức tiền", "amount": 20000, "per": "lần"},
        }
    ],
    "time": "3 ngày làm việc.",
    "fee": "20.000 đồng/lần.",
    "unknown": UNKNOWN,
    "provenance": {"source": "Cổng", "checked_on": date(2026, 7, 1), "checked_by": "Nhóm nội dung"},
}


@pytest.fixture(scope="session")
def shipped() -> list[Procedure]:
    reading = read_folder()
    assert reading.problems == []
    return reading.procedures


@pytest.fixture(scope="session")
def catalogue(shipped: list[Procedure]) -> Edition:
    """All shipped procedures, found as the running service finds them."""
    search = Search(shipped, elsewhere())
    return Edition(1, today(), {each.code: each for each in shipped}, search)


@pytest.fixture
def small() -> dict[str, Any]:
    """The data of a small procedure that passes the schema."""
    return {**SMALL, "unknown": list(UNKNOWN)}


@pytest.fixture
def made() -> Made:
    """Makes a small procedure; what is given replaces its fields, and says what is no longer unknown."""

    def make(**changes: Any) -> Procedure:
        data = {**SMALL, **changes}
        if "unknown" not in changes:
            named = {"documents": "documents", "forms": "form", "delegation": "delegate"}
            said = {named.get(key, key) for key in changes}
            data["unknown"] = [facet for facet in UNKNOWN if facet not in said]
        return Procedure.model_validate(data)

    return make


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


@pytest.fixture
def family(made: Made) -> Made:
    """A procedure with papers for every case; what is given replaces its parts."""

    def make(**changes: Any) -> Procedure:
        parts: dict[str, Any] = {
            "cases": CASES,
            "documents": PAPERS,
            "checklist": [MARRIED],
            "delegation": SOMEBODY,
            "ways": ways("trực tiếp", "trực tuyến", "bưu chính"),
            "online": "Nộp trên Cổng, đính kèm ảnh chụp.",
            "place": "Nộp tại một cửa phường.",
            **changes,
        }
        return made(**{key: value for key, value in parts.items() if value is not None})

    return make
