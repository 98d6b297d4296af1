"""``motcua zalo``: the consent of the Official Account, how its tokens are, whether signatures match."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import click

from channels.zalo import Tokens, Transport, Unavailable, make_tokens, oauth
from channels.zalo.callback import wait_for_code
from channels.zalo.client import Client
from channels.zalo.consent import Consent, ConsentError
from channels.zalo.diagnosis import explain
from channels.zalo.errors import Failure
from channels.zalo.signature import make_mac
from channels.zalo.token_report import TokenReport, report_on
from channels.zalo.token_store import Unreadable
from motcua.db import Database
from motcua.settings import Settings, get_settings


@click.group()
def zalo() -> None:
    """The Zalo Official Account."""
    if not get_settings().zalo.enabled:
        raise click.ClickException("set MOTCUA_ZALO_APP_ID and MOTCUA_ZALO_OA_ID first")


@zalo.command()
@click.option("--redirect-uri", help="The address registered with the app; else MOTCUA_ZALO_REDIRECT_URI.")
@click.option("--listen", metavar="HOST:PORT", help="Wait here for the browser instead of asking.")
@click.option("--wait", default=600.0, show_default=True, help="How long to listen, in seconds.")
def authorize(redirect_uri: str | None, listen: str | None, wait: float) -> None:
    """Let an administrator of the account consent, and store the token pair."""
    settings = get_settings()
    if not settings.zalo.app_secret.get_secret_value():
        raise click.ClickException("set MOTCUA_ZALO_APP_SECRET first")
    consent = Consent(redirect_uri or settings.zalo.redirect_uri or settings.url)
    click.echo("Open this link as an administrator of the account:\n", err=True)
    click.echo(consent.link(settings.zalo))
    try:
        asyncio.run(_authorize(settings, consent, listen, wait))
    except ConsentError as error:
        raise click.ClickException(str(error)) from error
    except (OSError, ValueError) as error:
        raise click.ClickException(f"cannot listen on {listen}: {error}") from error
    click.echo("Stored. The gateway renews the pair from now on; nothing else may use it.", err=True)


async def _authorize(settings: Settings, consent: Consent, listen: str | None, wait: float) -> None:
    async with _tokens(settings) as (tokens, transport):
        with contextlib.suppress(Unreadable):
            await tokens.stored()  # the code works once: first see that there is a place for the pair
        if listen:
            code = await wait_for_code(consent, settings.zalo, listen, wait)
        else:
            asked = "\nThe address the browser was sent to (the page itself may be an error)"
            code = consent.code(click.prompt(asked, err=True), settings.zalo)
        pair = await oauth.exchange(transport, settings.zalo, code, consent.verifier)
        if isinstance(pair, oauth.Refusal):
            raise ConsentError(f"Zalo gave no tokens for this consent ({pair.code}); run the command again")
        await tokens.store_pair(pair)


@zalo.command()
@click.option("--ask", is_flag=True, help="Ask Zalo as well, with the token: is it accepted, whose is it?")
def status(ask: bool) -> None:
    """How the tokens are. Exit code 1 when somebody has to do something."""
    report, account = asyncio.run(_status(get_settings(), ask))
    for line in report.lines():
        click.echo(line)
    if account:
        click.echo(account)
    sys.exit(0 if report.good and not (account or "").startswith("Zalo says no") else 1)


async def _status(settings: Settings, ask: bool) -> tuple[TokenReport, str | None]:
    async with _tokens(settings) as (tokens, transport):
        account = None
        if ask:
            answer = await Client(settings.zalo, tokens, transport).account()
            if isinstance(answer, Failure):
                account = f"Zalo says no: {answer.code}"
            else:
                account = f"account: {answer.get('name')} ({answer.get('oaid') or answer.get('oa_id')})"
        return await report_on(tokens, settings.zalo), account


@zalo.command("test-signature")
@click.argument("body", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--header", help="X-ZEvent-Signature as it came with BODY.")
@click.option("--url", help="Webhook to post a signed event to; else the gateway of these settings.")
def test_signature(body: Path | None, header: str | None, url: str | None) -> None:
    """Check secrets and webhook.

    With BODY, a file with the bytes of an event, and --header: says whether the signature is right, and
    if not, which mistake it is. Without: signs a harmless event and posts it to the running webhook.
    """
    settings = get_settings()
    if body is not None:
        if header is None:
            raise click.UsageError("--header is needed with BODY")
        right, words = explain(header, body.read_bytes(), settings.zalo)
        click.echo(words)
        sys.exit(0 if right else 1)
    where = url or f"{settings.url.rstrip('/')}/zalo/webhook"
    try:
        answered = asyncio.run(_post_signed(settings, where))
    except aiohttp.ClientError as error:
        raise click.ClickException(f"{where} was not reached: {type(error).__name__}") from error
    click.echo(f"{where} answered {answered}")
    sys.exit(0 if answered == 200 else 1)


async def _post_signed(settings: Settings, url: str) -> int:
    """Post a receipt of no message, signed as Zalo signs; the status that was answered."""
    account, timestamp = settings.zalo, str(int(time.time() * 1000))
    event = {
        "app_id": account.app_id,
        "sender": {"id": account.oa_id},
        "recipient": {"id": "0"},
        "event_name": "user_received_message",
        "message": {"msg_id": "test-signature"},
        "timestamp": timestamp,
    }
    raw = json.dumps(event, separators=(",", ":")).encode()
    mac = make_mac(account.app_id, raw, timestamp, account.oa_secret.get_secret_value())
    headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.post(url, data=raw, headers=headers) as answer,
    ):
        return answer.status


@asynccontextmanager
async def _tokens(settings: Settings) -> AsyncIterator[tuple[Tokens, Transport]]:
    database = Database(settings.database)
    try:
        async with Transport(settings.zalo.timeout_s) as transport:
            tokens = make_tokens(settings, database, transport)
            try:
                yield tokens, transport
            finally:
                with contextlib.suppress(Unavailable):
                    await tokens.close()  # after Ctrl-C too: a pair under way is the only copy
    finally:
        await database.close()
