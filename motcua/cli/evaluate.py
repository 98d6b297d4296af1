"""``motcua eval``: put labelled questions to the stack and print how many it answered rightly."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median

import aiohttp
import click
from rich.console import Console
from rich.table import Table

from evaluation import COLUMNS, Case, CaseScore, confusions, mistakes, read_cases, score_case, slice_table
from motcua.cli.ask import running_stack
from motcua.client import Chat
from motcua.settings import ROOT, Settings, get_settings

_FOLDER = ROOT / "nlu_data" / "evaluation"


@click.command("eval")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mistakes/--no-mistakes", "listed", default=True, help="Name every turn that went wrong.")
@click.option("--compare", is_flag=True, help="Measure other pipelines and searches too (minutes).")
def evaluate(files: tuple[Path, ...], listed: bool, compare: bool) -> None:
    """Score the cases of FILES (JSON lines, nlu_data/evaluation/README.md); without FILES, all of them."""
    settings = get_settings()
    cases = [case for file in files or sorted(_FOLDER.glob("*.jsonl")) for case in read_cases(file)]
    with running_stack(settings):
        scores, times = asyncio.run(_score(settings, cases))
    if listed:
        for line in mistakes(scores):
            click.echo(line)
    console = Console(width=140)
    console.print(_table("By slice", ["slice", *COLUMNS], slice_table(scores)))
    confused = [[wanted, got, str(count), example] for wanted, got, count, example in confusions(scores)]
    console.print(_table("Confusions", ["wanted", "got", "times", "for example"], confused))
    slow = sorted(times)[int(0.95 * (len(times) - 1))]
    console.print(f"{len(times)} turns: median {median(times):.0f} ms, p95 {slow:.0f} ms")
    if compare:
        _compare(console, cases)


async def _score(settings: Settings, cases: list[Case]) -> tuple[list[CaseScore], list[float]]:
    scores: list[CaseScore] = []
    times: list[float] = []
    async with aiohttp.ClientSession() as http:
        for case in cases:
            async with Chat(http, settings.url, settings.operator_token) as chat:
                answers = [await chat.say(text) for text in case.turns]
            scores.append(score_case(case, [answer.replies for answer in answers]))
            times += [answer.ms for answer in answers]
    return scores, times


def _table(title: str, columns: list[str], rows: list[list[str]]) -> Table:
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*row)
    return table


def _compare(console: Console, cases: list[Case]) -> None:
    """Other ways of understanding, on the same cases (needs the test environment)."""
    from evaluation.comparison import PIPELINE_COLUMNS, SEARCH_COLUMNS, compare_pipelines, compare_searches
    from knowledge.files import read_folder

    console.print(_table("Searches", SEARCH_COLUMNS, compare_searches(cases, read_folder().procedures)))
    console.print(_table("Pipelines", PIPELINE_COLUMNS, compare_pipelines(cases)))
