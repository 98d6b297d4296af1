"""Runs the checks of changes behind the pages: the running bot is asked everything twice.

Nothing waits for a check and nothing of it is a conversation. A gateway that dies leaves a run without a
sign of life, which anybody may begin anew.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.bot import Bot, BotUnavailable
from conversations.repository import rows_changed
from desk.content import shelf
from desk.content.check_models import ChangeCheck, CheckState
from desk.content.check_questions import Findings, Question, questions_for
from knowledge import changes
from motcua.context import Context
from motcua.db import Database, now
from motcua.reply import Reply
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_SILENT = timedelta(seconds=45)
_TELL_EVERY_S = 1.0
_TRIES = 3
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check as pages show it."""

    revision: int
    running: bool
    away: bool
    silent: bool
    done: int
    total: int
    result: dict[str, Any]
    at: Any

    @property
    def finished(self) -> bool:
        """Whether there is a result."""
        return not (self.running or self.away or self.silent)


class CheckRuns:
    """Starts checks and says how they go."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db, self._settings = database, settings
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Keep the runs while the application runs; end them with it."""
        yield
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http:
            await self._http.close()
            self._http = None

    async def start(self, change_id: int, revision: int) -> None:
        """Begin the check of a revision, unless somebody is at it. A finished one is done again."""
        owner = secrets.token_hex(12)
        try:
            async with self._db.write() as session:
                if not await _claimed(session, change_id, revision, owner):
                    return
        except IntegrityError:
            return  # another gateway began this very moment
        task = asyncio.create_task(self._quietly(change_id, revision, owner))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def latest(self, session: AsyncSession, change_id: int) -> CheckView | None:
        """The newest check of a change."""
        row = await session.scalar(
            select(ChangeCheck)
            .where(ChangeCheck.change_id == change_id)
            .order_by(ChangeCheck.revision.desc())
            .limit(1)
        )
        if row is None:
            return None
        running = row.state == CheckState.RUNNING
        silent = running and row.beat_at < now() - _SILENT
        return CheckView(
            revision=row.revision,
            running=running and not silent,
            away=row.state == CheckState.AWAY,
            silent=silent,
            done=row.done,
            total=row.total,
            result=row.result,
            at=row.finished_at or row.started_at,
        )

    async def idle(self) -> None:
        """Return when nothing runs here: for tests."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _quietly(self, change_id: int, revision: int, owner: str) -> None:
        try:
            await self._check(change_id, revision, owner)
        except BotUnavailable:
            await self._tell(change_id, revision, owner, state=CheckState.AWAY, finished_at=now())
        except Exception:
            log.exception("content.check_failed", change=change_id)
            await self._tell(change_id, revision, owner, state=CheckState.AWAY, finished_at=now())

    async def _check(self, change_id: int, revision: int, owner: str) -> None:
        async with self._db.read() as session:
            change = await changes.find(session, change_id)
            if change is None:
                return
            base = change.base_version_id
            before = await changes.content_of(session, base) if base is not None else {}
            code, after = change.code, change.content
            others = await shelf.edited(session)
        questions = await asyncio.to_thread(questions_for, code, before, after, others)
        findings = Findings()
        told = asyncio.get_running_loop().time()
        await self._tell(change_id, revision, owner, total=len(questions), done=0)
        for number, question in enumerate(questions, start=1):
            said = await asyncio.gather(
                self._conversation(question, change_id, None),
                self._conversation(question, change_id, change_id),
            )
            findings.add(question, *said)
            if asyncio.get_running_loop().time() - told >= _TELL_EVERY_S:
                told = asyncio.get_running_loop().time()
                if not await self._tell(change_id, revision, owner, done=number):
                    return  # begun anew elsewhere
        await self._tell(
            change_id,
            revision,
            owner,
            done=len(questions),
            state=CheckState.DONE,
            result=findings.written(),
            finished_at=now(),
        )

    async def _conversation(self, question: Question, change_id: int, draft: int | None) -> list[list[Reply]]:
        context = Context()
        replies: list[list[Reply]] = []
        for text in question.after.turns:
            answer = await self._answer(f"kiem-tra-{change_id}-{draft or 0}", text, context, draft)
            replies.append(answer[0])
            context = answer[1]
        return replies

    async def _answer(
        self, name: str, text: str, context: Context, draft: int | None
    ) -> tuple[list[Reply], Context]:
        """One turn; what the bot fails on has no answer. Raises BotUnavailable when it is away."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                answer = await self._bot().ask(name, text, None, context, draft=draft)
            except BotUnavailable as away:
                if not left and away.reachable:
                    return [], context
                if not left:
                    raise
                await asyncio.sleep(_PAUSE_S)
            else:
                return answer.replies, answer.context
        raise AssertionError("unreachable")

    async def _tell(self, change_id: int, revision: int, owner: str, **values: Any) -> bool:
        """Write how it goes; False when the run is no longer ours."""
        async with self._db.write() as session:
            result = await session.execute(
                update(ChangeCheck)
                .where(
                    ChangeCheck.change_id == change_id,
                    ChangeCheck.revision == revision,
                    ChangeCheck.owner == owner,
                )
                .values(beat_at=now(), **values)
                .execution_options(synchronize_session=False)
            )
            return rows_changed(result) == 1

    def _bot(self) -> Bot:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return Bot(self._http, self._settings.rasa_url, self._settings.rasa_timeout_s)


async def _claimed(session: AsyncSession, change_id: int, revision: int, owner: str) -> bool:
    row = await session.scalar(
        select(ChangeCheck)
        .where(ChangeCheck.change_id == change_id, ChangeCheck.revision == revision)
        .with_for_update()
    )
    if row is None:
        session.add(ChangeCheck(change_id=change_id, revision=revision, owner=owner))
        return True
    if row.state == CheckState.RUNNING and row.beat_at >= now() - _SILENT:
        return False
    row.state, row.owner, row.total, row.done, row.result = CheckState.RUNNING, owner, 0, 0, {}
    row.started_at = row.beat_at = now()
    row.finished_at = None
    return True
