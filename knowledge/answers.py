"""The answer to one question about one procedure: a facet in, a reply with its source out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from knowledge import timed, wording
from knowledge.checklist import questions
from knowledge.schema import Procedure, Provenance, SpecialCase, facets_with_content
from knowledge.shorten import shorten, squeeze
from knowledge.upcoming import Upcoming, with_upcoming
from motcua.clock import today
from motcua.reply import (
    Button,
    Card,
    Command,
    Facet,
    Kind,
    ListSection,
    Reply,
    Section,
    Source,
    TableSection,
    TextSection,
)

_MOST_BUTTONS = 4
_LONGEST_BUTTON = 100
# Answers that offer the list of papers fitted to the citizen's case.
_FITTED = (Facet.OVERVIEW, Facet.DOCUMENTS)
_SURE = "chắc chắn"
_FIELD_OF = {
    Facet.OVERVIEW: ("summary", "time", "fee"),
    Facet.FEE: ("fee", "ways"),
    Facet.FORM: ("forms",),
    Facet.DELEGATE: ("delegation",),
}


def answer(
    procedure: Procedure, facet: Facet, *, day: date | None = None, upcoming: Upcoming | None = None
) -> Reply:
    """What the procedure says about ``facet`` on ``day`` (today); a plain "chưa rõ" where nobody settled it.

    Of an imported procedure, whose official texts may fill pages, the beginning is shown. ``upcoming`` is
    told of where it changes this answer.
    """
    day = day or today()
    reply = _answer(procedure, facet, day)
    return with_upcoming(reply, _answer(upcoming.later, facet, day), upcoming) if upcoming else reply


def _answer(procedure: Procedure, facet: Facet, day: date) -> Reply:
    if facet in procedure.unknown:
        return _unknown(procedure, facet, day)
    sections = _said(procedure, facet, day)
    buttons = follow_ups(procedure, facet)
    if procedure.imported:
        sections, buttons = _beginning(procedure, facet, sections, buttons)
    return Reply(
        kind=Kind.ANSWER,
        text="\n".join(lines_of(sections)),
        card=Card(title=_title(procedure, facet), sections=sections),
        procedure=procedure.code,
        facet=facet,
        buttons=buttons,
        sources=sources(procedure, facet),
    )


def special_answer(procedure: Procedure, case: SpecialCase, *, upcoming: Upcoming | None = None) -> Reply:
    """The answer to a special situation that the procedure describes. ``upcoming`` as in :func:`answer`."""
    reply = _special(procedure, case)
    if upcoming is None:
        return reply
    asked = set(case.questions)
    after = next((each for each in upcoming.later.special_cases if asked & set(each.questions)), None)
    later = _special(upcoming.later, after) if after else _answer(upcoming.later, case.facet, today())
    return with_upcoming(reply, later, upcoming)


def _special(procedure: Procedure, case: SpecialCase) -> Reply:
    return Reply(
        kind=Kind.ANSWER,
        text=case.answer,
        card=Card(title=_title(procedure, case.facet), sections=[TextSection(text=case.answer)]),
        procedure=procedure.code,
        facet=case.facet,
        buttons=follow_ups(procedure, case.facet, first=case.facet),
        sources=sources(procedure, case.facet, "special_cases"),
    )


def follow_ups(procedure: Procedure, facet: Facet, first: Facet | None = None) -> list[Button]:
    """Buttons to the sides of the procedure that usually interest next."""
    said = facets_with_content(procedure)
    wanted = ([first] if first else []) + list(wording.NEXT[facet])
    fitted = [_fitted_button(procedure.code)] if facet in _FITTED and questions(procedure) else []
    if fitted:
        wanted = [item for item in wanted if item is first or item is not Facet.DELEGATE]  # the list asks
    buttons = [
        ask_button(wording.BUTTON[item], procedure.code, item)
        for item in dict.fromkeys(wanted)
        if item in said
    ]
    at = 1 if first or facet is Facet.OVERVIEW else 0
    return [*buttons[:at], *fitted, *buttons[at:]][:_MOST_BUTTONS]


def ask_button(title: str, code: str, facet: Facet) -> Button:
    """A button that asks for one facet of one procedure. A title too long for a button is cut."""
    return Button(
        title=squeeze(title, _LONGEST_BUTTON),
        payload=Command(intent=f"ask_{facet}", entities={"procedure": code}),
    )


def _fitted_button(code: str) -> Button:
    return Button(title=wording.FITTED, payload=Command(intent="ask_checklist", entities={"procedure": code}))


def sources(procedure: Procedure, facet: Facet, *fields: str) -> list[Source]:
    """Where the answer comes from: the procedure's record, or what one of its fields rests on instead.

    ``fields`` are looked at before those of the facet.
    """
    record = procedure.provenance
    named = (*fields, *_FIELD_OF.get(facet, (str(facet),)))
    own = next(
        (procedure.field_provenance[name] for name in named if name in procedure.field_provenance), record
    )
    return [
        Source(
            code=procedure.code,
            decision=own.decision or record.decision,
            url=own.url or record.url,
            checked_on=own.checked_on,
            note=_note(procedure, own),
        )
    ]


def _note(procedure: Procedure, own: Provenance) -> str | None:
    if procedure.imported:
        return "; ".join([wording.IMPORTED, *([own.note] if own.note else [])])
    return None if own.sureness == _SURE else f"{own.sureness}: {own.source}"


def _beginning(
    procedure: Procedure, facet: Facet, sections: list[Section], buttons: list[Button]
) -> tuple[list[Section], list[Button]]:
    """As much of an official text as a chat can show, and the way to the rest."""
    short = shorten(sections, fairly=facet is Facet.OVERVIEW)
    if not short.cut:
        return sections, buttons
    url = procedure.provenance.url
    rest = TextSection(text=wording.more(short.left_out, on_portal=bool(url)))
    link = [Button(title=wording.SEE_ALL, url=url)] if url else []
    return [*short.sections, rest], [*buttons[: _MOST_BUTTONS - 1], *link]


def _unknown(procedure: Procedure, facet: Facet, day: date) -> Reply:
    what, name = wording.BUTTON[facet].lower(), wording.title_name(procedure)
    said = f"Một Cửa chưa có thông tin chắc chắn về “{what}” của thủ tục “{name}”. {wording.WHO_KNOWS}"
    return Reply(
        kind=Kind.NO_ANSWER,
        text="\n".join([said, *lines_of(timed.notes(procedure, facet, day))]),
        procedure=procedure.code,
        facet=facet,
        buttons=follow_ups(procedure, facet),
        sources=sources(procedure, facet),
    )


def _title(procedure: Procedure, facet: Facet) -> str:
    return wording.TITLE[facet].format(name=wording.title_name(procedure))


def lines_of(sections: list[Section]) -> list[str]:
    """The sections as plain text, for channels without cards."""
    lines: list[str] = []
    for section in sections:
        heading = f"{section.heading}:" if section.heading else ""
        match section:
            case TextSection():
                lines.append(f"{heading} {section.text}".strip())
            case ListSection(kind="steps"):
                lines += [heading] if heading else []
                lines += [f"{number}. {item}" for number, item in enumerate(section.items, start=1)]
            case ListSection():
                mark = "✓" if section.kind == "checklist" else "•"
                lines += [heading] if heading else []
                lines += [f"{mark} {item}" for item in section.items]
            case TableSection():
                lines += [f"• {row[0]}: {', '.join(row[1:])}" for row in section.rows]
    return lines


def _said(procedure: Procedure, facet: Facet, day: date) -> list[Section]:
    """All that is said of ``facet`` on ``day``."""
    sections = _fee(procedure, day) if facet is Facet.FEE else _SECTIONS[facet](procedure)
    if facet is Facet.OVERVIEW and Facet.FEE not in procedure.unknown:
        sections = [*sections, *timed.reductions(procedure, day)]
    return [*sections, *timed.notes(procedure, facet, day)]


def _text(text: str | None, heading: str | None = None) -> list[Section]:
    return [TextSection(text=text, heading=heading)] if text else []


def _overview(procedure: Procedure) -> list[Section]:
    everybody = [document.name for document in procedure.documents if not document.cases]
    sections = _text(procedure.summary)
    if everybody:
        sections.append(ListSection(kind="checklist", heading="Giấy tờ chính", items=everybody))
    sections += _text(procedure.time, "Thời gian") + _text(procedure.fee, "Lệ phí")
    return sections + _text(procedure.place, "Nơi nộp")


def _documents(procedure: Procedure) -> list[Section]:
    sections: list[Section] = [
        ListSection(kind="checklist", heading=heading, items=[wording.paper(paper) for paper in papers])
        for heading, papers in wording.paper_groups(procedure)
    ]
    return sections + _text(procedure.documents_note)


def _time(procedure: Procedure) -> list[Section]:
    sections = _text(procedure.time)
    if procedure.local_time:
        sections += _text(f"{wording.local_promise(procedure.local_time)} ({procedure.local_time.decision}).")
    return sections


def _fee(procedure: Procedure, day: date) -> list[Section]:
    sections = _text(procedure.fee)
    # An imported fee says in words what holds for which way; the portal's table cannot be trusted that far.
    if not procedure.imported and len({timed.fee_of(way, day) for way in procedure.ways}) > 1:
        rows = [[way.kind.capitalize(), timed.fee_of(way, day)] for way in procedure.ways]
        return [*sections, TableSection(columns=["Cách nộp", "Lệ phí"], rows=rows)]
    return [*sections, *timed.reductions(procedure, day)]


def _online(procedure: Procedure) -> list[Section]:
    level = wording.online_word(procedure.online_level)
    return _text(f"{procedure.online} {level}".strip())


def _forms(procedure: Procedure) -> list[Section]:
    items = [
        form.name
        + (f" (mẫu {form.code})" if form.code and form.code not in form.name else "")
        + (f" – {form.where}" if form.where else "")
        for form in procedure.forms
    ]
    return [ListSection(kind="points", heading="Mẫu cần điền", items=items)]


def _legal(procedure: Procedure) -> list[Section]:
    items = [wording.law(law) for law in procedure.legal_basis]
    return [ListSection(kind="points", heading="Căn cứ pháp lý", items=items)]


def _linked(procedure: Procedure) -> list[Section]:
    items = [link.text for link in procedure.linked]
    return [ListSection(kind="points", heading="Thường làm cùng hoặc làm tiếp", items=items)]


_SECTIONS: dict[Facet, Callable[[Procedure], list[Section]]] = {
    Facet.OVERVIEW: _overview,
    Facet.DOCUMENTS: _documents,
    Facet.STEPS: lambda p: [ListSection(kind="steps", heading="Các bước", items=p.steps)],
    Facet.TIME: _time,
    Facet.PLACE: lambda p: _text(p.place),
    Facet.ONLINE: _online,
    Facet.RESULT: lambda p: _text(p.result),
    Facet.CONDITIONS: lambda p: [ListSection(kind="points", heading="Điều kiện", items=p.conditions)],
    Facet.FORM: _forms,
    Facet.LEGAL_BASIS: _legal,
    Facet.DELEGATE: lambda p: _text(p.delegation.text if p.delegation else None),
    Facet.LATE: lambda p: _text(p.late),
    Facet.LINKED: _linked,
}
