"""The action server: rasa_sdk's endpoint on loopback, with our rooms behind it."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import Any, TypeAlias

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions.base import RoomAction, Rooms
from actions.checklist import ActionAnswerChecklist, ActionStartChecklist
from actions.dialogue import ActionChoose, ActionConfirm, ActionCorrect, ActionDeny
from actions.dossier import ActionCheckDossier
from actions.fallback import ActionFallback
from actions.handoff import ActionRequestHuman
from actions.notices import ActionMySubscriptions, ActionStopNotices, ActionSubscribeDossier
from actions.office import ActionFindOffice
from actions.procedures import ActionAnswerProcedure, ActionOutOfScope
from actions.smalltalk import ActionSmalltalk
from conversations.duty import DutyTimes
from dossiers import DossierDesk
from knowledge import Library
from motcua.db import Database
from motcua.settings import Settings

ActionApp: TypeAlias = "Sanic[Any, Any]"

ACTIONS: tuple[type[RoomAction], ...] = (
    ActionAnswerChecklist,
    ActionAnswerProcedure,
    ActionCheckDossier,
    ActionChoose,
    ActionConfirm,
    ActionCorrect,
    ActionDeny,
    ActionFallback,
    ActionFindOffice,
    ActionMySubscriptions,
    ActionOutOfScope,
    ActionRequestHuman,
    ActionSmalltalk,
    ActionStartChecklist,
    ActionStopNotices,
    ActionSubscribeDossier,
)


def create_action_app(settings: Settings) -> ActionApp:
    """The Sanic application that Rasa calls."""
    database = Database(settings.database)
    rooms = Rooms(Library(database), DossierDesk(database, settings), DutyTimes(database))
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(rooms))
    # Rasa 3.6.21 calls rasa-sdk 3.21: checked to work (DESIGN section 2), not worth a line per turn.
    warnings.filterwarnings("ignore", module=r"rasa_sdk\.utils")
    app: ActionApp = create_app(executor, cors_origins=[])

    async def open_rooms(_: ActionApp) -> None:
        await rooms.library.refresh()
        app.ctx.follower = asyncio.create_task(rooms.library.follow(settings.knowledge_poll_s))

    async def close_rooms(_: ActionApp) -> None:
        app.ctx.follower.cancel()
        await rooms.dossiers.close()
        await database.close()

    app.register_listener(open_rooms, "before_server_start")
    app.register_listener(close_rooms, "after_server_stop")
    return app


def serve(settings: Settings) -> None:
    """Serve actions until stopped. Listens on loopback only: what calls it is Rasa beside it."""
    logging.getLogger("sanic.root").setLevel(logging.WARNING)
    app = create_action_app(settings)
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)
