"""A real database and settings of their own for every test of this room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from dossiers import DossierDesk, import_bytes
from motcua.db import Base, Database
from motcua.settings import Settings
from tests.databases import postgres_server, with_tables
from tests.dossiers.notice_world import World

TODAY = date(2026, 11, 18)  # a Wednesday; the week has no holiday


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret_key=SecretStr("test"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


@pytest.fixture
def desk(database: Database, settings: Settings) -> DossierDesk:
    return DossierDesk(database, settings)


@pytest.fixture
async def loaded(database: Database, settings: Settings) -> Database:
    """A database with one dossier for each thing that can be said."""
    header = (
        "mã hồ sơ;mã thủ tục;trạng thái;số điện thoại;ngày tiếp nhận;ngày hẹn trả;ngày kết thúc;"
        "ngày hẹn lại;lý do;việc cần làm;nơi giải quyết"
    )
    where, phone = "UBND Bạch Mai", "0912004521"
    rows = [
        f"H26-261110-0001;1.004873;Đang xử lý;{phone};10/11/2026;20/11/2026;;;;;{where}",
        f"H26-261102-0002;;Chờ ký duyệt;{phone};02/11/2026;13/11/2026;;19/11/2026;Cần xác minh thêm;;{where}",
        f"H26-261102-0003;;4;{phone};02/11/2026;13/11/2026;;;;;{where}",
        f"H26-261102-0004;;Chờ bổ sung;{phone};02/11/2026;13/11/2026;;;;Nộp giấy chứng sinh;{where}",
        f"H26-261102-0005;;6;{phone};02/11/2026;20/11/2026;;;;Nộp 1.200.000 đồng lệ phí;{where}",
        f"H26-261102-0006;;9;{phone};02/11/2026;13/11/2026;17/11/2026;;;;{where}",
        f"H26-261102-0007;;10;{phone};02/11/2026;13/11/2026;12/11/2026;;;;{where}",
        f"H26.34.5-261102-0008;;2;{phone};02/11/2026;18/11/2026;;;;;{where}",
        f"H26.3.45-261102-0008;;3;0912009999;02/11/2026;;;;;;{where}",
        f"H26-261102-0009;;4;{phone};02/11/2026;09/11/2026;;12/11/2026;Thiếu cán bộ;;{where}",
        f"H26-261102-0010;;4;;02/11/2026;20/11/2026;;;;;{where}",
    ]
    report = await import_bytes(database, settings, "\n".join([header, *rows]).encode(), today=TODAY)
    assert not report.errors
    return database


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")
    async with with_tables(url) as database:
        made = World(database, Settings(data_dir=tmp_path, secret_key=SecretStr("test")))
        await made.office()
        yield made
