"""Procedures, and people who edit them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from desk.people import Person
from desk.roles import Role
from knowledge.changes import Editor, open_change
from knowledge.files import read_folder
from knowledge.schema import Procedure
from knowledge.store import publish
from motcua.db import Database
from tests.desk.conftest import Hire

BIRTH = "1.001193"
SHIPPED = {procedure.code: procedure for procedure in read_folder().procedures}


@pytest.fixture
async def published(database: Database) -> dict[str, Procedure]:
    """The shipped procedures, in force."""
    async with database.write() as session:
        await publish(session, list(SHIPPED.values()), "tệp", "bản đầu")
    return SHIPPED


@pytest.fixture
async def lan(hire: Hire) -> Person:
    return await hire("Nguyễn Thị Lan", Role.EDITOR)


@pytest.fixture
async def minh(hire: Hire) -> Person:
    return await hire("Trần Văn Minh", Role.EDITOR)


@pytest.fixture
async def hoa(hire: Hire) -> Person:
    return await hire("Lê Thị Hoa", Role.REVIEWER)


OpenDraft = Callable[..., Awaitable[int]]


@pytest.fixture
def draft(database: Database, published: dict[str, Procedure]) -> OpenDraft:
    """``await draft(person)``: the id of a draft of a shipped procedure."""

    async def opened(who: Person, code: str = BIRTH) -> int:
        async with database.write() as session:
            return (await open_change(session, code, Editor(who.id, who.name))).id

    return opened
