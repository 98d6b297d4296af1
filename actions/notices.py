"""Being told about a dossier: asked for, agreed to, listed, ended. What is kept is the room's (dossiers)."""

from __future__ import annotations

from actions.base import HUMAN, RoomAction, Rooms
from actions.turn import Turn, TurnResult
from dossiers import DossierCode, DossierView, TooMany, consent, find_code, notice_words, parse_code
from motcua.clock import today
from motcua.context import Awaiting, Context
from motcua.reply import Button, Command, Kind, Notice, Reply

_MOST_BUTTONS = 4


class ActionSubscribeDossier(RoomAction):
    """Asks for consent, and follows the dossier once it is given. Only one that was opened here."""

    action_name = "action_subscribe_dossier"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        code = _meant(turn)
        if code is None or code.canonical not in turn.context.opened_dossiers:
            return _look_up_first(turn.context, code)
        if turn.entities.get("consent") == consent().version:
            return await _follow(self.rooms, turn, code)
        return self._ask(turn.context, code)

    def _ask(self, context: Context, code: DossierCode) -> TurnResult:
        agreed = {"dossier": code.canonical, "consent": consent().version}
        buttons = [
            Button(title=consent().agree, payload=Command(intent="subscribe_dossier", entities=agreed)),
            Button(title=consent().decline, payload=Command(intent="deny")),
        ]
        text = notice_words.ask_consent(code, self.rooms.dossiers.subscriptions.settings)
        # The newest of the opened is the one a typed "đồng ý" means.
        opened = [*(known for known in context.opened_dossiers if known != code.canonical), code.canonical]
        after = context.model_copy(
            update={"awaiting": Awaiting.NOTICE_CONSENT, "opened_dossiers": opened, "misses": 0}
        )
        return TurnResult([Reply(kind=Kind.STATUS, text=text, buttons=buttons)], after)


class ActionMySubscriptions(RoomAction):
    """Lists the dossiers that this conversation follows."""

    action_name = "action_my_subscriptions"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        followed = await self.rooms.dossiers.subscriptions.listed(turn.conversation)
        buttons = [_stop_button(each.code) for each in followed[:_MOST_BUTTONS]]
        return _said(turn.context, notice_words.listed(followed), buttons)


class ActionStopNotices(RoomAction):
    """Stops telling: of the dossier that is named, else of all. At once, without asking back."""

    action_name = "action_stop_notices"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        named = parse_code(turn.entities.get("dossier", "")) or find_code(turn.text).code
        ended = await self.rooms.dossiers.subscriptions.end(turn.conversation, named)
        return _said(turn.context, notice_words.stopped(ended, named))


async def agree(rooms: Rooms, turn: Turn) -> TurnResult:
    """A yes to the question for consent."""
    code = parse_code(next(reversed(turn.context.opened_dossiers), ""))
    return await _follow(rooms, turn, code) if code else _look_up_first(turn.context, None)


def decline(context: Context) -> TurnResult:
    """A no to the question for consent: nothing is kept."""
    return _said(context, notice_words.DECLINED)


async def _follow(rooms: Rooms, turn: Turn, code: DossierCode) -> TurnResult:
    found = await rooms.dossiers.current(code)
    if not isinstance(found, DossierView):
        return _said(turn.context, notice_words.NOT_NOW, [HUMAN])
    try:
        await rooms.dossiers.subscriptions.begin(turn.conversation, found, consent().version)
    except TooMany:
        return _said(turn.context, notice_words.too_many())
    text = notice_words.following(found, rooms.dossiers.subscriptions.settings, today())
    followed = _said(turn.context, text, [_stop_button(code)])
    # A channel that can tell more than this conversation (web push) offers it here.
    reply = followed.replies[0].model_copy(update={"notice": Notice(template="dossier_following")})
    return TurnResult([reply], followed.context)


def _meant(turn: Turn) -> DossierCode | None:
    """The dossier of a pressed button, the one named, or the one opened last."""
    pressed = parse_code(turn.entities.get("dossier", ""))
    last = next(reversed(turn.context.opened_dossiers), "")
    return pressed or find_code(turn.text).code or parse_code(last)


def _look_up_first(context: Context, code: DossierCode | None) -> TurnResult:
    """Whoever wants to be told has to open the dossier first."""
    awaiting = Awaiting.DOSSIER_SECRET if code else Awaiting.DOSSIER_CODE
    after = context.model_copy(
        update={"awaiting": awaiting, "dossier_code": code.canonical if code else None, "misses": 0}
    )
    return TurnResult([Reply(kind=Kind.STATUS, text=notice_words.open_first(code), buttons=[HUMAN])], after)


def _stop_button(code: DossierCode) -> Button:
    command = Command(intent="stop_notices", entities={"dossier": code.canonical})
    return Button(title=f"Thôi báo {code.short}", payload=command)


def _said(context: Context, text: str, buttons: list[Button] | None = None) -> TurnResult:
    reply = Reply(kind=Kind.STATUS, text=text, buttons=buttons or [])
    return TurnResult([reply], context.model_copy(update={"awaiting": None, "misses": 0}))
