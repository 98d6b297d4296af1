"""The gateway: everything citizens and staff touch, in one aiohttp application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

import desk
import dossiers
from channels import web as web_channel
from channels import zalo as zalo_channel
from conversations import CONVERSATIONS, Conversations
from conversations.gaps import GapCollector
from desk import audit
from knowledge.changes import PublishingJob
from motcua import health, push
from motcua.db import Database
from motcua.keys import DATABASE, PUSH, SETTINGS
from motcua.reply import Reply
from motcua.settings import Settings


def create_app(settings: Settings) -> web.Application:
    """The gateway for these settings. Resources open and close with the application."""
    database = Database(settings.database)
    conversations = Conversations(database, settings)
    app = web.Application(client_max_size=256 * 1024)
    app[SETTINGS] = settings
    app[DATABASE] = database
    app[CONVERSATIONS] = conversations
    app[PUSH] = push.Push(database, settings)
    health.setup(app)
    web_channel.setup(app, conversations)
    zalo_channel.setup(app, conversations)
    desk.setup(app, conversations)
    conversations.on_erase(dossiers.forget)
    conversations.on_erase(push.forget)
    app.cleanup_ctx.append(_run_conversations)
    app.cleanup_ctx.append(_run_notices)
    app.cleanup_ctx.append(_publish_what_is_due)
    app.cleanup_ctx.append(_collect_gaps)
    if settings.dossiers.drop:
        app.cleanup_ctx.append(_watch_dropped_files)
    return app


async def _run_conversations(app: web.Application) -> AsyncIterator[None]:
    try:
        async with app[CONVERSATIONS].running():
            yield
    finally:
        await app[DATABASE].close()


async def _run_notices(app: web.Application) -> AsyncIterator[None]:
    async def tell(conversation_id: str, reply: Reply, *, key: str) -> bool:
        told = await app[CONVERSATIONS].tell(conversation_id, reply, key=key)
        if told:
            await app[PUSH].wake(conversation_id)
        return told

    known = dossiers.DossierDesk(app[DATABASE], app[SETTINGS])
    worker = dossiers.NoticeWorker(app[DATABASE], app[SETTINGS], known, tell)
    work = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await known.close()


async def _publish_what_is_due(app: web.Application) -> AsyncIterator[None]:
    async def told(session: AsyncSession, codes: Sequence[str]) -> None:
        for code in codes:
            subject = f"procedure:{code}"
            await audit.record(session, None, "content_began", subject, by=audit.SCHEDULE)

    work = asyncio.create_task(PublishingJob(app[DATABASE], told).run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _collect_gaps(app: web.Application) -> AsyncIterator[None]:
    work = asyncio.create_task(GapCollector(app[DATABASE], app[SETTINGS]).run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _watch_dropped_files(app: web.Application) -> AsyncIterator[None]:
    work = asyncio.create_task(dossiers.DropWatcher(app[DATABASE], app[SETTINGS]).run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def serve(settings: Settings) -> None:
    """Serve the gateway until stopped."""
    web.run_app(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=None,
        print=lambda *_: None,
        shutdown_timeout=5.0,
    )
