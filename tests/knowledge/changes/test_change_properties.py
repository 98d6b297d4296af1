"""Whatever is done to changes, in whatever order: one version and one open change a procedure, and nothing
that was published or given up ever changes."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from knowledge import Procedure, changes, store
from knowledge.changes import ChangeError, ContentChange, State
from knowledge.models import ProcedureVersion
from motcua.clock import today
from motcua.db import Database
from tests.databases import with_tables
from tests.knowledge.changes.steps import AN, BINH, CHI, CODE, EVIDENCE, Work
from tests.knowledge.conftest import SMALL

PEOPLE = st.sampled_from([AN, BINH, CHI])
FEES = st.sampled_from(["10.000 đồng.", "20.000 đồng/lần.", "30.000 đồng.", ""])
SEEN = st.sampled_from([0, 0, 0, -1])
"""How far behind the revision is that somebody saw."""
TOMORROW = today() + timedelta(days=1)
AUTHORS = st.sampled_from(["Nhóm nội dung", "dòng lệnh"])


class Desk(RuleBasedStateMachine):
    """Everybody works on one procedure at the same desk."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = with_tables(f"sqlite+aiosqlite:///{Path(self.folder.name) / 'desk.db'}")
        self.work = Work(self.run(self.opened.__aenter__()))
        self.versions: dict[int, tuple[str, str, bool]] = {}
        self.ended: dict[int, str] = {}
        self.over: dict[int, str] = {}
        self.run(self.work.put(Procedure.model_validate(SMALL)))

    def run(self, doing: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await doing

        return self.runner.run(done())

    def teardown(self) -> None:
        self.run(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def present(self) -> ContentChange | None:
        found: ContentChange | None = self.run(self.work.ask(changes.open_of, CODE))
        return found

    def tried(self, step: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> None:
        """It may be refused; what it may not do is judged by the invariants."""
        with suppress(ChangeError):
            self.run(self.work.do(step, *given, **named))

    def on_open(self, step: Callable[..., Awaitable[Any]], seen: int, *given: Any, **named: Any) -> None:
        change = self.present()
        if change:
            self.tried(step, change.id, change.revision + seen, *given, **named)

    @rule(who=PEOPLE)
    def opens(self, who: Any) -> None:
        self.tried(changes.open_change, CODE, who)

    @rule(who=PEOPLE, fee=FEES, seen=SEEN)
    def saves(self, who: Any, fee: str, seen: int) -> None:
        if change := self.present():
            content = {**change.content, "fee": fee}
            self.tried(changes.save, change.id, change.revision + seen, content, who, public_note="phí đổi.")

    @rule(who=PEOPLE, seen=SEEN)
    def submits(self, who: Any, seen: int) -> None:
        self.on_open(changes.submit, seen, who, EVIDENCE)

    @rule(who=PEOPLE, seen=SEEN)
    def sends_back(self, who: Any, seen: int) -> None:
        self.on_open(changes.request_changes, seen, who, "xem lại")

    @rule(who=PEOPLE, seen=SEEN, day=st.sampled_from([None, TOMORROW]))
    def approves(self, who: Any, seen: int, day: Any) -> None:
        self.on_open(changes.approve, seen, who, effective_from=day)

    @rule(who=PEOPLE, seen=SEEN)
    def takes_back(self, who: Any, seen: int) -> None:
        self.on_open(changes.take_back, seen, who)

    @rule(who=PEOPLE, seen=SEEN)
    def gives_up(self, who: Any, seen: int) -> None:
        self.on_open(changes.withdraw, seen, who, "thôi")

    @rule(who=PEOPLE, seen=SEEN)
    def publishes_urgently(self, who: Any, seen: int) -> None:
        self.on_open(changes.publish_urgently, seen, who, "gấp", EVIDENCE)

    @rule(who=PEOPLE)
    def takes_the_newest_as_base(self, who: Any) -> None:
        self.on_open(changes.rebase, 0, who)

    @rule(who=PEOPLE)
    def withdraws_the_procedure(self, who: Any) -> None:
        self.tried(changes.withdraw_procedure, CODE, who, "bãi bỏ")

    @precondition(lambda self: self.versions)
    @rule(who=PEOPLE, data=st.data())
    def restores(self, who: Any, data: Any) -> None:
        self.tried(changes.restore, CODE, data.draw(st.sampled_from(sorted(self.versions))), who)

    @rule(day=st.sampled_from([today(), TOMORROW]))
    def the_day_comes(self, day: Any) -> None:
        self.tried(changes.publish_due, day)

    @rule(fee=FEES.filter(bool), author=AUTHORS, keep=st.booleans())
    def files_are_published(self, fee: str, author: str, keep: bool) -> None:
        made = Procedure.model_validate({**SMALL, "fee": fee})
        self.tried(store.publish, [made], author, "", keep_others=keep)

    @precondition(lambda self: self.over)
    @rule(data=st.data(), who=PEOPLE)
    def touches_what_is_over(self, data: Any, who: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.over)))
        change = self.run(self.work.ask(changes.find, number))
        for step, more in (
            (changes.save, (change.content, who)),
            (changes.submit, (who, EVIDENCE)),
            (changes.approve, (who,)),
            (changes.take_back, (who,)),
            (changes.withdraw, (who, "")),
            (changes.publish_urgently, (who, "gấp", EVIDENCE)),
        ):
            self.tried(step, change.id, change.revision, *more)

    @invariant()
    def one_version_is_current(self) -> None:
        versions = self.run(self._all(self.work.database, ProcedureVersion))
        assert len([version for version in versions if version.superseded_at is None]) == 1
        for version in versions:
            seen = (json.dumps(version.content, sort_keys=True), version.digest, version.withdrawn)
            assert self.versions.setdefault(version.id, seen) == seen
            if version.superseded_at:
                ended = version.superseded_at.isoformat()
                assert self.ended.setdefault(version.id, ended) == ended
            else:
                assert version.id not in self.ended

    @invariant()
    def one_change_is_open(self) -> None:
        found = self.run(self._all(self.work.database, ContentChange))
        assert len([change for change in found if State(change.state).is_open]) <= 1
        newest = self.run(self.work.ask(changes.newest, CODE))
        for change in found:
            state = State(change.state)
            if change.id in self.over:
                assert state in (self.over[change.id], State.SUPERSEDED)
                assert self.over[change.id] != State.WITHDRAWN or state == State.WITHDRAWN
            if not state.is_open:
                self.over[change.id] = state
            if state is State.PUBLISHED:
                assert change.published_version_id == newest.id

    @invariant()
    def what_is_published_is_in_force(self) -> None:
        newest = self.run(self.work.ask(changes.newest, CODE))
        held = self.run(self.work.ask(store.versions_in_force, today(), {}))
        assert list(held) == ([] if newest.withdrawn else [newest.id])

    @staticmethod
    async def _all(database: Database, table: type[Any]) -> list[Any]:
        async with database.read() as session:
            return list((await session.scalars(select(table).order_by(table.id))).all())


Desk.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestDesk = Desk.TestCase
