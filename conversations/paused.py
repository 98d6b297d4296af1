"""What citizens are told while a channel or a topic is switched off."""

from __future__ import annotations

from dataclasses import replace

from conversations.bot import BotAnswer
from conversations.switches import Switches
from motcua.context import Context
from motcua.reply import Button, Command, Kind, Reply

_HUMAN_INTENT = "request_human"
CHANNEL_PAUSED = Reply(
    kind=Kind.NO_ANSWER,
    text="Kênh này đang tạm nghỉ nên Một Cửa chưa trả lời được. Tin của anh/chị vẫn được giữ lại. Việc gấp, "
    "anh/chị gọi 1022 (nhánh 7, 8) nhé.",
    of_service=True,
)
_TOPIC_PAUSED = "Mục này Một Cửa đang tạm dừng trả lời để kiểm tra lại thông tin. "
_ASK_HUMAN = "Anh/chị gặp cán bộ, hoặc gọi 1022 (nhánh 7, 8) giúp nhé."
_CALL = "Anh/chị gọi 1022 (nhánh 7, 8) giúp nhé."
# What a reply is about although the message was another: the digits that open a dossier are about it.
_TOPIC_OF_KIND = {
    Kind.STATUS: "check_dossier",
    Kind.OFFICE: "find_office",
    Kind.HANDOFF: _HUMAN_INTENT,
}


def without_paused(answer: BotAnswer, before: Context, switches: Switches) -> BotAnswer:
    """``answer`` with every reply replaced whose topic is off: its intent, its facet or its procedure.

    When nothing of the answer is left, the memory stays what it was ``before``, waiting for nothing.
    """
    if not switches.any_topic_off:
        return answer
    kept = [reply for reply in answer.replies if not _is_off(reply, answer.intent, switches)]
    if len(kept) == len(answer.replies):
        return answer
    context = answer.context if kept else before.model_copy(update={"awaiting": None})
    return replace(answer, replies=[*kept, topic_paused(switches)], context=context)


def topic_paused(switches: Switches) -> Reply:
    """The line for a topic that is off, with the offer of a human if that is not off as well."""
    if switches.is_off(topic=_HUMAN_INTENT):
        return Reply(kind=Kind.NO_ANSWER, text=_TOPIC_PAUSED + _CALL, of_service=True)
    human = Button(title="Gặp cán bộ", payload=Command(intent=_HUMAN_INTENT))
    return Reply(kind=Kind.NO_ANSWER, text=_TOPIC_PAUSED + _ASK_HUMAN, buttons=[human], of_service=True)


def topics(reply: Reply, intent: str | None) -> set[str]:
    """The names by which a reply can be switched off."""
    facet = f"ask_{reply.facet}" if reply.facet else None
    # Of two needs in one message each reply has a facet of its own; the intent is that of the message.
    found = {reply.procedure, facet or intent, _TOPIC_OF_KIND.get(reply.kind)}
    return {name for name in found if name}


def _is_off(reply: Reply, intent: str | None, switches: Switches) -> bool:
    return any(switches.is_off(topic=name) for name in topics(reply, intent))
