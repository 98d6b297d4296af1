"""Scores as tables: a line a slice, and what was mistaken for what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from evaluation.scoring import CaseScore, TurnScore
from motcua.reply import Reply

ALL = "all"
COLUMNS = ("cases", "fully right", "wrong, confident", "kind", "facet", "proc. at 1", "at 3", "refused")


def slice_table(scores: Sequence[CaseScore]) -> list[list[str]]:
    """For each slice and for all: its name and the figures of ``COLUMNS``. Cases are counted as a whole
    (a dialogue is right when every turn is); kind, facet, procedure and refusal are counted by turns."""
    slices: dict[str, list[CaseScore]] = defaultdict(list)
    for score in scores:
        slices[score.case.slice].append(score)
    return [_line(name, members) for name, members in sorted(slices.items())] + [_line(ALL, scores)]


def confusions(scores: Sequence[CaseScore], most: int = 40) -> list[tuple[str, str, int, str]]:
    """What was expected, what came, how often, and an example; the most frequent first."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for score in scores:
        for number, turn in enumerate(score.turns):
            if not turn.right:
                expected = score.case.expect[number]
                wanted = " + ".join(
                    f"{'/'.join(need.kind)} {'/'.join(need.facet)}".strip() for need in expected.needs
                )
                got = " + ".join(
                    f"{reply.kind} {reply.facet or ''}".strip() for reply in score.replies[number]
                )
                if wanted == got:
                    got += " (another procedure)"
                seen[wanted, got].append(score.case.turns[number])
    counted = Counter({pair: len(examples) for pair, examples in seen.items()})
    return [(*pair, count, seen[pair][0]) for pair, count in counted.most_common(most)]


def mistakes(scores: Sequence[CaseScore]) -> Iterable[str]:
    """Every turn that went wrong, in words; ``!!`` marks the confident ones."""
    for score in scores:
        for number, turn in enumerate(score.turns):
            if turn.right:
                continue
            expected = score.case.expect[number]
            wanted = " + ".join(
                " ".join(
                    filter(
                        None,
                        (
                            "/".join(need.kind),
                            "/".join(need.procedure),
                            "/".join(need.facet),
                            ",".join(need.candidates),
                            ",".join(need.must_contain),
                        ),
                    )
                )
                for need in expected.needs
            )
            got = "; ".join(described(reply) for reply in score.replies[number])
            mark = "!!" if turn.confident else "  "
            asked = score.case.turns[number]
            where = f"{score.case.id}.{number} [{score.case.slice}]"
            yield f"{mark}{where} “{asked}”\n     wanted {wanted}\n     got    {got}"


def described(reply: Reply) -> str:
    """A reply in a line."""
    named = " ".join(filter(None, (reply.kind, reply.procedure, reply.facet, ",".join(reply.candidates))))
    return f"{named} “{reply.text[:60].replace(chr(10), ' ')}”"


def _line(name: str, members: Sequence[CaseScore]) -> list[str]:
    turns = [turn for score in members for turn in score.turns]
    parts: list[Callable[[TurnScore], bool | None]] = [
        lambda turn: turn.kind,
        lambda turn: turn.facet,
        lambda turn: turn.first,
        lambda turn: turn.among_three,
        lambda turn: turn.refused,
    ]
    return [
        name,
        str(len(members)),
        _share(score.right for score in members),
        _share(score.confident for score in members),
        *(_share(part(turn) for turn in turns) for part in parts),
    ]


def _share(marks: Iterable[bool | None]) -> str:
    counted = [mark for mark in marks if mark is not None]
    return f"{100 * sum(counted) / len(counted):.1f} %" if counted else "–"
