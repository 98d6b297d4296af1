"""What to say when it is not clear what is meant: one question back, then the nearest topics and a human."""

from __future__ import annotations

from actions.base import HUMAN
from actions.turn import TurnResult
from knowledge import Edition, ask_button
from knowledge.wording import BUTTON, title_name
from motcua.context import Awaiting, Context
from motcua.reply import Button, Facet, Kind, Reply
from vietnamese import normalise

TWICE = 2
_LONGEST_TITLE = 100
_SHORT_NAME = 5
EVERYDAY = ("1.001193", "1.000894", "1.004222", "1.014063", "1.001612")


def ask_back(edition: Edition, context: Context, facet: Facet, codes: list[str]) -> TurnResult:
    """One clarifying question with the candidates as buttons; a second time in a row, a human too."""
    named = [(code, title_name(edition.procedures[code])) for code in codes if code in edition.procedures]
    misses = context.misses + 1
    buttons = [ask_button(name, code, facet) for code, name in named]
    if len(named) == 1:
        text = f"Có phải anh/chị hỏi về thủ tục “{named[0][1]}” không ạ?"
    else:
        listed = "\n".join(f"{number}. {name}" for number, (_, name) in enumerate(named, start=1))
        text = f"Anh/chị cần thủ tục nào ạ?\n{listed}"
    if misses >= TWICE or len(named) == 1:
        buttons.append(HUMAN)
    reply = Reply(kind=Kind.CLARIFY, text=text, buttons=buttons, candidates=codes, facet=facet)
    after = context.model_copy(
        update={"awaiting": Awaiting.CHOICE, "candidates": codes, "facet": facet, "misses": misses}
    )
    return TurnResult([reply], after)


def named_among(edition: Edition, text: str, codes: list[str]) -> str | None:
    """The one of the procedures just offered that a short answer names: "loại nước ngọt".

    None when it names none of them, or fits two alike.
    """
    words = set(edition.search.content(text).split())
    if not words or len(words) > _SHORT_NAME:
        return None
    fits = {
        code: len(words & set(normalise(edition.procedures[code].name).split()))
        for code in codes
        if code in edition.procedures
    }
    most = max(fits.values(), default=0)
    best = [code for code, count in fits.items() if count == most]
    return best[0] if most * 2 >= len(words) and len(best) == 1 else None


def hedged(edition: Edition, reply: Reply, facet: Facet, beside: tuple[str, ...]) -> Reply:
    """An answer that names what else may have been meant: the procedure was likely, not plain."""
    others = [code for code in beside if code in edition.procedures]
    if not others:
        return reply
    button = ask_button(f"Ý tôi là: {edition.procedures[others[0]].name}"[:_LONGEST_TITLE], others[0], facet)
    candidates = [code for code in (reply.procedure, *others) if code]
    return reply.model_copy(update={"buttons": [*reply.buttons, button], "candidates": candidates})


def ask_facet(edition: Edition, context: Context, code: str) -> TurnResult:
    """The procedure is in hand, but not what is asked about it."""
    procedure = edition.procedures[code]
    wanted = (Facet.DOCUMENTS, Facet.TIME, Facet.FEE, Facet.PLACE)
    buttons = [ask_button(BUTTON[facet], code, facet) for facet in wanted]
    text = f"Anh/chị muốn hỏi gì về thủ tục “{procedure.name}” ạ?"
    reply = Reply(kind=Kind.CLARIFY, text=text, buttons=[*buttons, HUMAN], procedure=code, candidates=[code])
    misses = context.misses + 1
    return TurnResult([reply], context.model_copy(update={"awaiting": None, "misses": misses}))


def no_answer(edition: Edition, context: Context, facet: Facet | None = None) -> TurnResult:
    """Nothing fits. A question without a procedure gets "which one?"; twice in a row, a human."""
    misses = context.misses + 1
    topics = everyday_buttons(edition, facet or Facet.OVERVIEW)
    if facet and facet is not Facet.OVERVIEW and misses < TWICE:
        text = "Anh/chị hỏi về thủ tục nào ạ? Ví dụ: khai sinh, kết hôn, thường trú, căn cước."
        reply = Reply(kind=Kind.CLARIFY, text=text, buttons=topics, facet=facet)
        awaiting: Awaiting | None = Awaiting.CHOICE
    else:
        text = (
            "Một Cửa chưa có thông tin này, hoặc chưa hiểu đúng ý anh/chị. Anh/chị nói rõ tên thủ tục giúp, "
            "chọn việc gần nhất dưới đây, hoặc gặp cán bộ."
        )
        reply = Reply(kind=Kind.NO_ANSWER, text=text, buttons=[*topics[:3], HUMAN])
        awaiting = None
    after = context.model_copy(
        update={"awaiting": awaiting, "candidates": [], "facet": facet or context.facet, "misses": misses}
    )
    return TurnResult([reply], after)


def everyday_buttons(edition: Edition, facet: Facet = Facet.OVERVIEW) -> list[Button]:
    """Buttons to the procedures most people come for."""
    return [
        ask_button(edition.procedures[code].name, code, facet)
        for code in EVERYDAY
        if code in edition.procedures
    ]
