"""Groups of gaps as an editor sees them, and what an editor decides about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.gap_models import GapGroup, GapItem, GapKind, GapState
from conversations.ticket_models import KnowledgeGap
from motcua.db import now
from vietnamese import fold

_MOST = 2000
_EXAMPLES = 12


class GapGone(LookupError):
    """No such group, or everything in it has been erased."""


@dataclass(slots=True)
class GapView:
    """A group with its questions, the newest first and each wording once."""

    id: int
    state: GapState
    many: int
    last_at: datetime
    kinds: Counter[str]
    reason: str = ""
    procedure: str | None = None
    change_id: int | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    since: int = 0
    examples: list[GapItem] = field(default_factory=list)

    @property
    def question(self) -> str:
        """What stands for the group: a volunteer's question, otherwise the newest one."""
        chosen = next((one for one in self.examples if one.kind == GapKind.VOLUNTEER), None)
        return (chosen or self.examples[0]).question if self.examples else ""

    @property
    def answer(self) -> str:
        """What a volunteer answered, if one did."""
        return next((one.answer for one in self.examples if one.kind == GapKind.VOLUNTEER and one.answer), "")

    @property
    def about(self) -> str | None:
        """The procedure that most of it is about, as far as that is known."""
        counted = Counter(one.procedure for one in self.examples if one.procedure)
        return counted.most_common(1)[0][0] if counted else None

    @property
    def facet(self) -> str | None:
        """The side of it that was asked about, as far as that is known."""
        return next((one.facet for one in self.examples if one.facet), None)


async def listed(
    session: AsyncSession,
    *,
    state: GapState = GapState.OPEN,
    kinds: Collection[GapKind] | None = None,
    words: str = "",
    limit: int = 50,
) -> tuple[list[GapView], int]:
    """Groups in a state, those with the most questions first, and how many there are in all.

    ``kinds``: only groups with a question of such a kind; ``words``: only those in which a question has them,
    accents or not.
    """
    counts = select(
        GapItem.group_id, func.count().label("many"), func.max(GapItem.at).label("last_at")
    ).group_by(GapItem.group_id)
    grouped = counts.subquery()
    query = (
        select(GapGroup, grouped.c.many, grouped.c.last_at)
        .join(grouped, grouped.c.group_id == GapGroup.id)
        .where(GapGroup.state == state)
        .order_by(grouped.c.many.desc(), grouped.c.last_at.desc(), GapGroup.id)
        .limit(_MOST)
    )
    if kinds is not None:
        of_kind = select(GapItem.group_id).where(GapItem.kind.in_([kind.value for kind in kinds]))
        query = query.where(GapGroup.id.in_(of_kind))
    rows = [(row[0], row[1], row[2]) for row in (await session.execute(query)).all()]
    if words.strip():
        wanted = await _with_words(session, [group.id for group, _, _ in rows], words)
        rows = [row for row in rows if row[0].id in wanted]
    views = [_view(group, many, last_at) for group, many, last_at in rows[:limit]]
    await _fill(session, views)
    return views, len(rows)


async def view(session: AsyncSession, group_id: int, *, examples: int = 200) -> GapView:
    """One group. Raises GapGone."""
    group = await session.get(GapGroup, group_id)
    counted = await session.execute(
        select(func.count(GapItem.id), func.max(GapItem.at)).where(GapItem.group_id == group_id)
    )
    many, last_at = counted.one()
    if group is None or not many:
        raise GapGone
    made = _view(group, many, last_at)
    await _fill(session, [made], examples)
    return made


async def decide(
    session: AsyncSession,
    group_id: int,
    state: GapState,
    by: int,
    by_name: str,
    *,
    reason: str = "",
    procedure: str | None = None,
    change_id: int | None = None,
) -> GapState:
    """Put a group into a state, and the volunteers' proposals in it as well; the state it was in.

    Raises GapGone.
    """
    group = await session.get(GapGroup, group_id, with_for_update=True)
    if group is None:
        raise GapGone
    before = GapState(group.state)
    group.state, group.reason = state, reason[:300]
    group.procedure, group.change_id = procedure, change_id
    group.decided_by, group.decided_by_name, group.decided_at = by, by_name[:100], now()
    proposals = select(GapItem.gap_id).where(GapItem.group_id == group_id, GapItem.gap_id.is_not(None))
    await session.execute(
        update(KnowledgeGap)
        .where(KnowledgeGap.id.in_(proposals))
        .values(state=state.value)
        .execution_options(synchronize_session=False)
    )
    return before


async def counts(session: AsyncSession) -> dict[GapState, int]:
    """How many groups with questions there are in each state."""
    rows = await session.execute(
        select(GapGroup.state, func.count(func.distinct(GapGroup.id)))
        .join(GapItem, GapItem.group_id == GapGroup.id)
        .group_by(GapGroup.state)
    )
    found = {GapState(state): many for state, many in rows.all()}
    return {state: found.get(state, 0) for state in GapState}


def _view(group: GapGroup, many: int, last_at: datetime) -> GapView:
    return GapView(
        id=group.id,
        state=GapState(group.state),
        many=many,
        last_at=last_at,
        kinds=Counter(),
        reason=group.reason,
        procedure=group.procedure,
        change_id=group.change_id,
        decided_by_name=group.decided_by_name,
        decided_at=group.decided_at,
    )


async def _fill(session: AsyncSession, views: Sequence[GapView], examples: int = _EXAMPLES) -> None:
    by_id = {one.id: one for one in views}
    mine = GapItem.group_id.in_(list(by_id))
    rows = await session.execute(
        select(GapItem.group_id, GapItem.kind, func.count())
        .where(mine)
        .group_by(GapItem.group_id, GapItem.kind)
    )
    for group, kind, many in rows.all():
        by_id[group].kinds[kind] = many
    for one in views:
        newest = await session.scalars(
            select(GapItem)
            .where(GapItem.group_id == one.id)
            .order_by((GapItem.kind == GapKind.VOLUNTEER).desc(), GapItem.at.desc(), GapItem.id.desc())
            .limit(examples)
        )
        worded: dict[str, GapItem] = {}
        for item in newest:
            worded.setdefault(fold(item.question).lower().strip(" ?.!"), item)
        one.examples = list(worded.values())
        if one.decided_at and one.state is not GapState.OPEN:
            later = select(func.count()).where(GapItem.group_id == one.id, GapItem.at > one.decided_at)
            one.since = await session.scalar(later) or 0


async def _with_words(session: AsyncSession, groups: Sequence[int], words: str) -> set[int]:
    wanted = fold(words).lower().split()
    found: set[int] = set()
    for start in range(0, len(groups), 400):
        rows = await session.execute(
            select(GapItem.group_id, GapItem.question).where(
                GapItem.group_id.in_(groups[start : start + 400])
            )
        )
        for group, question in rows.all():
            said = fold(question).lower()
            if all(word in said for word in wanted):
                found.add(group)
    return found
