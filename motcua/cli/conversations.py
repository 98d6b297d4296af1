"""``motcua conversations``: kill switches, retention, erasure."""

from __future__ import annotations

import asyncio
import getpass
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import click
import yaml

from conversations import CONVERSATIONS, Conversations, SwitchKind
from motcua.app import create_app
from motcua.clock import HANOI
from motcua.keys import DATABASE
from motcua.settings import ROOT, get_settings

T = TypeVar("T")
_CHANNELS = ("web", "zalo", "cli")
_PROCEDURE = re.compile(r"^\d\.\d{6}$")


@click.group()
def conversations() -> None:
    """Conversations: switch things off, erase what is old or what somebody wants gone."""


@conversations.group()
def switch() -> None:
    """Kill switches of channels and topics. Every gateway follows within two seconds."""


def _what(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--channel", type=click.Choice(_CHANNELS), help="The bot answers nothing there."),
        click.option("--topic", help="An intent (ask_fee) or the code of a procedure (1.001193)."),
        click.option("--reason", required=True, help="Why; kept with the change."),
        click.option("--by", default=getpass.getuser, help="Who switches; default: the user logged in."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@switch.command("off")
@_what
def off(channel: str | None, topic: str | None, reason: str, by: str) -> None:
    """Switch a channel or a topic off."""
    _turn(channel, topic, reason, by, off=True)


@switch.command("on")
@_what
def on(channel: str | None, topic: str | None, reason: str, by: str) -> None:
    """Switch it on again."""
    _turn(channel, topic, reason, by, off=False)


@switch.command("list")
@click.option("--changes", default=10, show_default=True, help="How many of the latest changes to show.")
def list_(changes: int) -> None:
    """What is off, and who changed what."""

    async def look(room: Conversations) -> tuple[Any, Any]:
        return await room.switches.all(), await room.switches.changes(changes)

    switches, latest = asyncio.run(_with(look))
    is_off = [one for one in switches if one.off]
    for one in is_off:
        click.echo(f"off: {one.kind} {one.name}, since {_when(one.changed_at)} by {one.by}: {one.reason}")
    if not is_off:
        click.echo("nothing is off")
    for change in latest:
        state = "off" if change.off else "on"
        click.echo(f"  {_when(change.at)} {change.by}: {change.kind} {change.name} {state} ({change.reason})")


@conversations.command()
@click.option("--dry-run", is_flag=True, help="Count only; erase nothing.")
def retain(dry_run: bool) -> None:
    """Erase conversations whose last message is older than MOTCUA_RETENTION_DAYS.

    A gateway does so by itself every night; this does it now.
    """
    done = asyncio.run(_with(lambda room: room.retention.old() if dry_run else room.retention.erase_old()))
    would = "would erase" if dry_run else "erased"
    click.echo(f"{would} {done.conversations} conversations with {done.messages} messages")
    if done.failed:
        raise click.ClickException(f"{done.failed} could not be erased; the log says why")


@conversations.command()
@click.argument("conversation", required=False)
@click.option("--channel", type=click.Choice(_CHANNELS), help="With --address: whose conversation it is.")
@click.option("--account", default="", help="Our account there (Zalo: the id of the Official Account).")
@click.option("--address", help="The citizen's address there (Zalo: the user id).")
@click.confirmation_option(prompt="Erase for good everything of this conversation?")
def erase(conversation: str | None, channel: str | None, account: str, address: str | None) -> None:
    """Erase one CONVERSATION, named by its id, or by channel and address."""

    async def gone(room: Conversations) -> Any:
        if conversation:
            return await room.erase(conversation)
        if channel and address:
            return await room.erase_address(channel, account, address)
        raise click.UsageError("name a conversation, or --channel and --address")

    done = asyncio.run(_with(gone))
    if done.conversation_id is None:
        raise click.ClickException("there is no such conversation")
    click.echo(
        f"erased {done.messages} messages; ratings unlinked: {done.ratings}, "
        f"open tickets closed: {done.tickets_closed}"
    )


def _turn(channel: str | None, topic: str | None, reason: str, by: str, *, off: bool) -> None:
    if (channel is None) == (topic is None):
        raise click.UsageError("name either --channel or --topic")
    if not reason.strip():
        raise click.UsageError("--reason must say something")
    if topic is not None and topic not in _intents() and not _PROCEDURE.match(topic):
        # A slip in an emergency must not look like success.
        raise click.UsageError(f"{topic} is neither an intent of bot/domain/intents.yml nor a procedure code")
    kind = SwitchKind.CHANNEL if channel else SwitchKind.TOPIC
    name = channel or topic or ""
    changed = asyncio.run(_with(lambda room: room.switches.turn(kind, name, off=off, by=by, reason=reason)))
    click.echo(f"{kind.value} {name} is {'off' if off else 'on'}" + ("" if changed else ", as it was"))


def _intents() -> set[str]:
    domain = yaml.safe_load((ROOT / "bot" / "domain" / "intents.yml").read_text(encoding="utf-8"))
    return set(domain["intents"])


def _when(at: Any) -> str:
    return f"{at.astimezone(HANOI):%d/%m/%Y %H:%M}"


async def _with(work: Callable[[Conversations], Awaitable[T]]) -> T:
    async with _room() as room:
        return await work(room)


@asynccontextmanager
async def _room() -> AsyncIterator[Conversations]:
    """The room as the gateway puts it together, so that the other rooms erase with it. Nothing is started."""
    app = create_app(get_settings())
    try:
        yield app[CONVERSATIONS]
    finally:
        await app[DATABASE].close()
