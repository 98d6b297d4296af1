"""``motcua eval``: put labelled questions to the stack and print how many it answered rightly."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import click

from evaluation import Case, CaseScore, read_cases, score_case, table
from motcua.cli.ask import running_stack
from motcua.client import Chat
from motcua.reply import Reply
from motcua.settings import Settings, get_settings


@click.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def evaluate(file: Path) -> None:
    """Score the cases of FILE (JSON lines, see nlu_data/evaluation/README.md)."""
    settings = get_settings()
    cases = read_cases(file)
    with running_stack(settings):
        scores = asyncio.run(_score(settings, cases))
    for score in scores:
        for number in score.wrong_turns:
            click.echo(_mistake(score, number))
    click.echo(f"\n{'slice':<12}{'cases':>6}{'right':>6}{'wrong and confident':>21}")
    for name, count, right, confident in table(scores):
        click.echo(f"{name:<12}{count:>6}{right:>6}{confident:>21}")


async def _score(settings: Settings, cases: list[Case]) -> list[CaseScore]:
    scores = []
    async with aiohttp.ClientSession() as http:
        for case in cases:
            async with Chat(http, settings.url, settings.operator_token) as chat:
                replies = [(await chat.say(text)).replies for text in case.turns]
            scores.append(score_case(case, replies))
    return scores


def _mistake(score: CaseScore, number: int) -> str:
    expected = score.case.expect[number]
    got = "; ".join(_got(reply) for reply in score.replies[number])
    wanted = f"{'/'.join(expected.kind)} {'/'.join(expected.procedure)} {'/'.join(expected.facet)}"
    mark = "!!" if number in score.confident else "  "
    asked = score.case.turns[number]
    return f"{mark}{score.case.id} “{asked}”\n     wanted {wanted} {expected.must_contain}\n     got    {got}"


def _got(reply: Reply) -> str:
    named = " ".join(filter(None, (reply.kind, reply.procedure, reply.facet, ",".join(reply.candidates))))
    return f"{named} “{reply.text[:70]}”"
