"""The two buttons under a goodbye: whether the answer of a person helped. They need no bot."""

from __future__ import annotations

from motcua.reply import Button, Command, Kind, Reply

INTENT = "rate_staff_answer"
_THANKS = Reply(kind=Kind.SMALLTALK, text="Cảm ơn anh/chị đã góp ý.")
_SORRY = Reply(
    kind=Kind.SMALLTALK,
    text="Cảm ơn anh/chị đã góp ý. Nếu còn vướng, anh/chị nhắn tiếp tại đây hoặc gặp lại cán bộ.",
    buttons=[Button(title="Gặp lại cán bộ", payload=Command(intent="request_human"))],
)


def rating_buttons(message_id: int) -> list[Button]:
    """Buttons that rate the stored message ``message_id``."""
    return [
        Button(
            title=title, payload=Command(intent=INTENT, entities={"message": str(message_id), "useful": sign})
        )
        for title, sign in (("Có ích", "yes"), ("Chưa", "no"))
    ]


def rated(command: Command) -> tuple[int, bool] | None:
    """The message that a press rates, and whether it was useful; None for any other press."""
    number = command.entities.get("message", "")
    if command.intent != INTENT or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return int(number), command.entities.get("useful") == "yes"


def thanks(useful: bool) -> Reply:
    """What is said to a rating."""
    return _THANKS if useful else _SORRY
