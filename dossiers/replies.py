"""A dossier as a reply: the words, and the same as a card with its dates and its history."""

from __future__ import annotations

from datetime import date

from dossiers import phrases
from dossiers.notice_plan import is_over, waits
from dossiers.views import DossierView
from motcua.reply import Button, Card, Command, DossierState, Kind, ListSection, Reply, TextSection

HUMAN = Button(title="Gặp cán bộ", payload=Command(intent="request_human"))
OFFICE = Button(title="Tìm quầy một cửa", payload=Command(intent="find_office"))
ANOTHER = Button(title="Tra hồ sơ khác", payload=Command(intent="check_dossier"))
PORTAL = Button(title="Mở Cổng Dịch vụ công quốc gia", url=phrases.PORTAL_URL)


def told(dossier: DossierView, today: date) -> Reply:
    """Where a dossier stands, for whoever has passed the second factor."""
    buttons = [HUMAN, ANOTHER]
    if not is_over(dossier):
        buttons.insert(0, follow_button(dossier))
    return Reply(
        kind=Kind.STATUS,
        text=phrases.told(dossier, today),
        card=card(dossier, today),
        buttons=buttons,
        procedure=dossier.procedure,
        dossier=state(dossier, today),
    )


def follow_button(dossier: DossierView) -> Button:
    """The offer to be told about this dossier."""
    command = Command(intent="subscribe_dossier", entities={"dossier": dossier.code.canonical})
    title = "Nhắc tôi đến nhận" if waits(dossier) else "Báo tôi khi có kết quả"
    return Button(title=title, payload=command)


def state(dossier: DossierView, today: date) -> DossierState:
    """The facts of an answer as data."""
    return DossierState(
        code=dossier.code.canonical,
        status=int(dossier.status),
        label=dossier.words.name,
        received_on=dossier.received_on,
        due_on=dossier.due_on,
        late_working_days=dossier.late_working_days(today),
    )


def card(dossier: DossierView, today: date) -> Card:
    """The text in parts. Status, due date and delay are in the reply's dossier and not said again."""
    heading, dates = phrases.new_date(dossier, today)
    sections: list[TextSection | ListSection] = [
        TextSection(text=phrases.DEMO if dossier.demo else ""),
        TextSection(text=_upper_first(phrases.plain_state(dossier))),
        TextSection(heading="Nơi giải quyết", text=phrases.where(dossier)),
        TextSection(heading=heading, text=_upper_first(dates)),
        TextSection(heading="Giấy xin lỗi", text=phrases.apology_letter(dossier, today)),
        ListSection(kind="points", heading="Diễn biến", items=phrases.timeline(dossier, today)),
        TextSection(heading="Việc của anh/chị", text=_upper_first(phrases.todo(dossier))),
        TextSection(heading="Tiếp theo", text=phrases.afterwards(dossier)),
        TextSection(heading="Dữ liệu", text=phrases.as_of(dossier, today)),
    ]
    return Card(title=f"Hồ sơ {dossier.code.short}", sections=[s for s in sections if _has_content(s)])


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _has_content(section: TextSection | ListSection) -> bool:
    return bool(section.items if isinstance(section, ListSection) else section.text)
