"""``motcua ask``: put questions to the whole stack, as a citizen would."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import aiohttp
import click

from motcua import prepare
from motcua.client import Chat, ChatError
from motcua.reply import Reply
from motcua.settings import Settings, get_settings
from motcua.sourceline import source_line
from motcua.stack import Stack, StackError


@click.command()
@click.argument("question", required=False)
@click.option(
    "--json", "as_json", is_flag=True, help="Read JSON lines from standard input, write JSON lines."
)
def ask(question: str | None, as_json: bool) -> None:
    """Ask QUESTION and print the reply.

    With --json every line of standard input is {"id", "text"} or {"id", "turns": [...]}; every line
    of output is {"id", "replies": [[Reply, ...] per turn], "ms": [per turn]}. Uses the running
    stack, or starts one for as long as it takes.
    """
    if bool(question) == as_json:
        raise click.UsageError("give a QUESTION, or --json with questions on standard input")
    settings = get_settings()
    try:
        with running_stack(settings):
            asyncio.run(_ask_lines(settings, sys.stdin) if as_json else _ask_one(settings, question or ""))
    except (StackError, prepare.PreparationError, ChatError, aiohttp.ClientError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def running_stack(settings: Settings) -> Iterator[None]:
    """The running stack, or one of our own until the questions are answered."""
    stack = Stack(settings)
    parts = stack.parts()
    if parts and all(parts.values()):
        yield
        return
    click.echo("no stack is running here: starting one (a minute or so)", err=True)
    prepare.train_model()
    prepare.migrate_database(settings)
    prepare.load_content(settings)
    with stack:
        yield


async def _ask_one(settings: Settings, question: str) -> None:
    async with aiohttp.ClientSession() as http, Chat(http, settings.url, settings.operator_token) as chat:
        for reply in (await chat.say(question)).replies:
            click.echo(_shown(reply))


async def _ask_lines(settings: Settings, lines: TextIO) -> None:
    async with aiohttp.ClientSession() as http:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            asked_id, turns = _read_line(number, line)
            async with Chat(http, settings.url, settings.operator_token) as chat:
                answers = [await chat.say(text) for text in turns]
            written = {
                "id": asked_id,
                "replies": [[reply.to_wire() for reply in answer.replies] for answer in answers],
                "ms": [answer.ms for answer in answers],
            }
            click.echo(json.dumps(written, ensure_ascii=False))


def _read_line(number: int, line: str) -> tuple[Any, list[str]]:
    try:
        asked = json.loads(line)
        turns = asked["turns"] if "turns" in asked else [asked["text"]]
        if not all(isinstance(text, str) for text in turns):
            raise TypeError
        return asked.get("id", number), turns
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.ClickException(
            f'line {number}: expected {{"id","text"}} or {{"id","turns":[...]}}'
        ) from error


def _shown(reply: Reply) -> str:
    lines = [reply.card.title, reply.text] if reply.card else [reply.text]
    if reply.buttons:
        lines.append("  ".join(f"[{button.title}]" for button in reply.buttons))
    if source := source_line(reply):
        lines.append(source)
    return "\n".join(lines)
