"""``motcua users``: who may sign in at the desk. The first admin is made here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from motcua.settings import get_settings

T = TypeVar("T")
_ROLES = ("volunteer", "lead", "editor", "reviewer", "admin")


@click.group()
def users() -> None:
    """People who work at the desk."""


@users.command()
@click.argument("name")
@click.option("--full-name", default="", help="As colleagues read it; NAME if left out.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(_ROLES), help="May be repeated."
)
@click.option("--ward", "wards", multiple=True, help="Code or name of a ward; may be repeated.")
@click.option("--whole-city", is_flag=True, help="Every ward.")
def add(name: str, full_name: str, roles: tuple[str, ...], wards: tuple[str, ...], whole_city: bool) -> None:
    """Add somebody who signs in as NAME, and print their invitation link."""
    from desk import staffing
    from desk.roles import Role

    post = staffing.Post(
        full_name=full_name or name,
        roles=frozenset(Role(role) for role in roles),
        wards=frozenset(_ward_code(ward) for ward in wards),
        whole_city=whole_city or set(roles) == {Role.ADMIN.value},
    )

    async def act(session: AsyncSession) -> str:
        _, link = await staffing.invite(session, None, name, post)
        return link

    _print_link(_run(act))


@users.command("list")
def list_() -> None:
    """Everybody, with roles and wards."""
    from desk.people import Person, people
    from desk.words import wards

    async def act(session: AsyncSession) -> list[Person]:
        return await people(session)

    for one in _run(act):
        where = "cả thành phố" if one.whole_city else wards(one.wards)
        state = "  (disabled)" if one.disabled else ""
        click.echo(f"{one.account:24} {one.name:30} {','.join(sorted(one.roles)):28} {where}{state}")


@users.command()
@click.argument("name")
def disable(name: str) -> None:
    """Close an account: signed out everywhere at once."""
    from desk import staffing

    _run(lambda session: _with_id(session, name, staffing.disable))
    click.echo(f"{name} is disabled")


@users.command()
@click.argument("name")
def enable(name: str) -> None:
    """Open a closed account again."""
    from desk import staffing

    _run(lambda session: _with_id(session, name, staffing.enable))
    click.echo(f"{name} is enabled")


@users.command()
@click.argument("name")
def reset(name: str) -> None:
    """Let somebody choose a new password: prints a link, ends the old password and every session."""
    from desk import staffing

    _print_link(_run(lambda session: _with_id(session, name, staffing.invite_again)))


@users.command()
@click.argument("name")
@click.argument("subject")
def link(name: str, subject: str) -> None:
    """Let NAME sign in as SUBJECT of the OpenID provider ("" unlinks)."""
    from desk import staffing

    issuer = get_settings().desk.openid_issuer
    if subject and not issuer:
        raise click.ClickException("no provider: set MOTCUA_DESK_OPENID_ISSUER and MOTCUA_DESK_OPENID_CLIENT")

    async def act(session: AsyncSession, actor: None, staff_id: int) -> None:
        await staffing.link_subject(session, actor, staff_id, f"{issuer} {subject}" if subject else "")

    _run(lambda session: _with_id(session, name, act))
    click.echo(f"{name} is {'linked' if subject else 'unlinked'}")


async def _with_id(
    session: AsyncSession, name: str, act: Callable[[AsyncSession, None, int], Awaitable[T]]
) -> T:
    from desk import staffing

    staff_id = await staffing.id_of(session, name)
    if staff_id is None:
        raise click.ClickException(f"nobody signs in as {name}: see `motcua users list`")
    return await act(session, None, staff_id)


def _run(act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do it in one transaction; what is refused is said, and changes nothing."""
    from sqlalchemy.exc import DBAPIError

    from desk.staffing import StaffingRefused
    from motcua.db import Database

    async def run() -> T:
        database = Database(get_settings().database)
        try:
            async with database.write() as session:
                return await act(session)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except StaffingRefused as refused:
        raise click.ClickException(str(refused)) from refused
    except DBAPIError as error:
        # Not its text: it may quote names.
        raise click.ClickException(
            f"the database refused ({type(error.orig).__name__}): is it prepared? (`motcua prepare`)"
        ) from None


def _print_link(secret: str) -> None:
    from desk.accounts import INVITATION_DAYS
    from desk.keys import PREFIX

    click.echo(f"{get_settings().url}{PREFIX}/moi/{secret}")
    click.echo(f"works once, for {INVITATION_DAYS} days; give it to nobody else", err=True)


def _ward_code(text: str) -> str:
    """The code of a ward named by code or name. Raises ClickException."""
    from knowledge.wards import hanoi
    from vietnamese import fold

    wanted = fold(text).lower().strip()
    found = [
        ward
        for ward in hanoi().wards
        if wanted in (ward.code, fold(ward.name).lower(), fold(ward.full_name).lower())
    ]
    if len(found) != 1:
        which = "; ".join(f"{ward.code} {ward.full_name}" for ward in found) or "none"
        raise click.ClickException(f"ward {text!r}: which one? {which}")
    return found[0].code
