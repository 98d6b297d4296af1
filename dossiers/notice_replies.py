"""A notice as a reply: one message that nobody asked for, with the template a channel may need for it.

It carries no buttons: a citizen who is in the middle of a choice types "1" and means the bot's question, not
the notice that came in between.
"""

from __future__ import annotations

from datetime import date

from dossiers import phrases, replies
from dossiers.notice_models import About
from dossiers.notice_plan import is_late, is_over, waiting_since, waits
from dossiers.statuses import Clock
from dossiers.views import DossierView
from motcua.reply import Kind, Notice, Reply

_STOP = "Nhắn “dừng” để thôi nhận tin."
_NOT_KNOWN = "chưa rõ"
_LONGEST = 200


def notice_reply(dossier: DossierView, about: list[About], today: date) -> Reply | None:
    """What to tell about a dossier as it is now; None when nothing of ``about`` is so any more."""
    template = _template(dossier, about, today)
    if template is None:
        return None
    text = _opening(dossier, template) + phrases.told(dossier, today)
    return Reply(
        kind=Kind.STATUS,
        text=text if is_over(dossier) else f"{text} {_STOP}",
        card=replies.card(dossier, today),
        procedure=dossier.procedure,
        dossier=replies.state(dossier, today),
        notice=Notice(template=template, data=_data(dossier)),
    )


def _template(dossier: DossierView, about: list[About], today: date) -> str | None:
    if About.STATUS in about:
        if waits(dossier):
            return "dossier_ready"
        if dossier.words.clock is Clock.CITIZEN:
            return "dossier_supplement"
        return "dossier_changed"
    if About.LATE in about and is_late(dossier, today):
        return "dossier_late"
    return "dossier_waiting" if About.WAITING in about and waits(dossier) else None


def _opening(dossier: DossierView, template: str) -> str:
    if template != "dossier_waiting":
        return "Tin mới. "
    since = waiting_since(dossier)
    when = f" từ {phrases.day(since)}" if since else ""
    return f"Nhắc anh/chị: kết quả đã có{when} và đang chờ nhận; nếu đã nhận rồi thì bỏ qua tin này. "


def _data(dossier: DossierView) -> dict[str, str]:
    """The parameters of every template: short, and never empty, which a template would refuse."""
    values = {
        "ma_ho_so": dossier.code.canonical,
        "trang_thai": dossier.words.name,
        "noi_giai_quyet": dossier.office,
        "ngay_tiep_nhan": phrases.day(dossier.received_on) if dossier.received_on else "",
        "ngay_hen": phrases.day(dossier.due_on) if dossier.due_on else "",
        "ngay_hen_moi": phrases.day(dossier.promised_on) if dossier.promised_on else "",
        "ly_do": dossier.late_reason,
        "viec_can_lam": phrases.todo(dossier),
    }
    return {name: value[:_LONGEST] or _NOT_KNOWN for name, value in values.items()}
