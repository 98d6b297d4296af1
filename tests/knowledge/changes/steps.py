"""The people who change a procedure, and the steps they take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from knowledge import Procedure, changes, publish
from knowledge.changes import ContentChange, Editor, Evidence
from motcua.db import Database

T = TypeVar("T")
Made = Callable[..., Procedure]
CODE = "9.000001"
AN, BINH, CHI = Editor(1, "An"), Editor(2, "Bình"), Editor(3, "Chi")
EVIDENCE = Evidence("Nghị quyết của HĐND Thành phố", decision="12/2026/NQ-HĐND")


@dataclass
class Work:
    """Steps, each in a transaction of its own."""

    database: Database

    async def do(self, step: Callable[..., Awaitable[T]], *given: Any, **named: Any) -> T:
        """``step(session, *given, **named)``."""
        async with self.database.write() as session:
            return await step(session, *given, **named)

    async def ask(self, step: Callable[..., Awaitable[T]], *given: Any, **named: Any) -> T:
        """The same, reading only."""
        async with self.database.read() as session:
            return await step(session, *given, **named)

    async def put(self, *procedures: Procedure, author: str = "Nhóm nội dung") -> None:
        """Publish from files."""
        await self.do(publish, list(procedures), author, "")

    async def draft(self, editor: Editor = AN, **fields: Any) -> ContentChange:
        """A draft of the procedure in which ``fields`` are changed."""
        change = await self.do(changes.open_change, CODE, editor)
        return await self.do(changes.save, change.id, change.revision, {**change.content, **fields}, editor)

    async def submitted(self, editor: Editor = AN, **fields: Any) -> ContentChange:
        """The same, submitted."""
        change = await self.draft(editor, **fields)
        return await self.do(changes.submit, change.id, change.revision, editor, EVIDENCE)

    async def scheduled(self, day: date, note: str = "lệ phí thay đổi.", **fields: Any) -> ContentChange:
        """Approved for ``day``."""
        change = await self.submitted(AN, **fields)
        return await self.do(
            changes.approve, change.id, change.revision, BINH, effective_from=day, public_note=note
        )

    async def published(self, **fields: Any) -> ContentChange:
        """Approved, and in force at once."""
        change = await self.submitted(AN, **fields)
        return await self.do(changes.approve, change.id, change.revision, BINH)

    async def newest(self) -> dict[str, Any]:
        """The content of the newest version."""
        version = await self.ask(changes.newest, CODE)
        assert version is not None
        return await self.ask(changes.content_of, version.id)
