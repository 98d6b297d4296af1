"""Where is the office: the ward somebody names, old or new, and who receives dossiers there."""

from __future__ import annotations

from dataclasses import dataclass

from actions.base import HUMAN, RoomAction
from actions.turn import Turn, TurnResult
from knowledge import Procedure
from knowledge.answers import sources
from knowledge.office_answers import (
    LAW,
    became,
    call_first,
    help_answer,
    mention_lead,
    namesake_note,
    other_office_answer,
    ward_answer,
    which_ward,
)
from knowledge.office_questions import Desk, Question, Wanted, desk_of, read_question
from knowledge.offices import OfficeKind, Offices, shipped_offices
from knowledge.ward_names import Means, Mention, find_wards
from knowledge.wards import Ward, hanoi
from motcua.context import Awaiting, Context
from motcua.reply import Button, Command, Facet, Kind, Reply, Source, TextSection

_MOST_WARDS = 8
# A button that says this instead of a code wants another ward than the one known.
_ANOTHER = "another"
_IN_HANOI = (Means.WARD, Means.OLD, Means.DISTRICT)
# A place that says this says when dossiers are received.
_OPEN = "thứ Hai"
_WHICH = "Nhà anh/chị nay thuộc nơi nào? Chưa rõ thì gọi {numbers}, đọc địa chỉ để được tra giúp."


class ActionFindOffice(RoomAction):
    """Says which office it is; asks for the ward when none is known, or when an old one is now in several."""

    action_name = "action_find_office"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        return tell_office(turn)


@dataclass(frozen=True, slots=True)
class OfficeNote:
    """What to add to the place of a procedure.

    ``ward`` is the code to remember, if one ward is meant; ``source`` what ``text`` rests on beside the
    procedure's own.
    """

    text: str | None = None
    ward: str | None = None
    source: Source | None = None


def tell_office(turn: Turn) -> TurnResult:
    """The answer to a question about an office, by words or by a pressed ward."""
    asked = read_question(turn.text)
    if turn.entities.get("ward") == _ANOTHER:
        return _ask_ward(turn.context, asked)
    procedure = turn.edition.procedures.get(turn.context.procedure or "")
    mentions = _pressed(turn) or find_wards(turn.text, office=True)
    if asked.other and not (asked.desk and mentions):
        return _said(turn.context, [other_office_answer(asked.other)], [])
    if asked.help and not mentions:
        text, source = help_answer(asked.help)
        return _said(turn.context, [text], [source])
    mentions = mentions or _ward(turn.context.ward)
    if procedure and asked.wanted is Wanted.HOURS and _OPEN in (procedure.place or ""):
        return _hours(turn.context, procedure)
    if not mentions:
        return _ask_ward(turn.context, asked)
    return _tell(turn, mentions, asked, procedure)


def answers_ward_question(turn: Turn) -> bool:
    """Whether a message names the ward the bot has just asked for, whatever the classifier made of it."""
    return turn.context.awaiting is Awaiting.WARD and bool(find_wards(turn.text, office=True))


def names_ward(text: str) -> bool:
    """Whether a message names a ward, commune or district of Hanoi, old or new."""
    return any(mention.means in _IN_HANOI for mention in find_wards(text))


def office_note(text: str, context: Context, procedure: Procedure) -> OfficeNote:
    """What the ward named in ``text``, or named before, adds to where ``procedure`` is filed.

    Nothing is added when the message also speaks of another province, or names no ward and none is known.
    """
    mentions = find_wards(text)
    places = [mention for mention in mentions or _ward(context.ward) if mention.means in _IN_HANOI]
    if not places or len(places) < len(mentions):
        return OfficeNote()
    if len(places) > 1:
        renamed = [f"{said}." for place in places if (said := became(place))]
        return OfficeNote(" ".join(renamed) or None, source=LAW if renamed else None)
    return _note(places[0], desk_of(procedure))


def with_office(reply: Reply, note: OfficeNote) -> Reply:
    """``reply`` with what ``note`` adds to it, and with what that rests on."""
    if not note.text:
        return reply
    card = reply.card
    if card:
        card = card.model_copy(update={"sections": [TextSection(text=note.text), *card.sections]})
    cited = [*reply.sources, *([note.source] if note.source else [])]
    return reply.model_copy(update={"text": f"{note.text}\n{reply.text}", "card": card, "sources": cited})


def _note(place: Mention, desk: Desk | None) -> OfficeNote:
    ward = _only(place)
    code = ward.code if ward else None
    if place.means is Means.WARD and ward:
        return OfficeNote(f"Ở {ward.full_name} thì đến {desk.of(ward)}." if desk else None, code)
    said = became(place)
    if desk and said and not ward:
        text: str | None = f"{said}; anh/chị đến {desk} nơi nhà mình nay thuộc về."
    elif desk:
        text = mention_lead(place, desk)
    else:
        text = f"{said}." if said else None
    return OfficeNote(text, code, LAW if text and place.sure else None)


def _pressed(turn: Turn) -> tuple[Mention, ...]:
    return _ward(turn.entities.get("ward"))


def _ward(code: str | None) -> tuple[Mention, ...]:
    """The mention of the ward with ``code``, if there is one."""
    ward = hanoi().by_code.get(code or "")
    return (Mention(Means.WARD, ward.full_name, (ward,)),) if ward else ()


def _only(mention: Mention) -> Ward | None:
    """The one ward of today that is meant."""
    if mention.means is Means.WARD or (mention.means is Means.OLD and len(mention.wards) == 1):
        return mention.wards[0]
    return None


def _ask_ward(context: Context, asked: Question) -> TurnResult:
    portal = shipped_offices().city.portal
    after = context.model_copy(update={"awaiting": Awaiting.WARD})
    return _said(after, [which_ward(asked.wanted)], [], buttons=[Button(title=portal.name, url=portal.url)])


def _hours(context: Context, procedure: Procedure) -> TurnResult:
    """The procedure says itself when its dossiers are received."""
    lines = [f"Thủ tục “{procedure.name}”: {procedure.place}", call_first()]
    after = context.model_copy(update={"awaiting": None})
    return _said(after, lines, sources(procedure, Facet.PLACE), procedure=procedure)


def _tell(
    turn: Turn, mentions: tuple[Mention, ...], asked: Question, procedure: Procedure | None
) -> TurnResult:
    """The answer about the first place in Hanoi; further places get a line each."""
    context = turn.context
    first = next((mention for mention in mentions if mention.means in _IN_HANOI), mentions[0])
    filed = procedure if procedure and procedure.place and asked.wanted is Wanted.WHERE else None
    if first.means not in _IN_HANOI:
        filed = None
    desk = asked.desk or (desk_of(filed) if filed else Desk.ONE_STOP)
    ward = _only(first)
    lines = _lines(turn.edition.offices, first, desk, asked)
    for mention in mentions:
        if mention is not first and mention.means in _IN_HANOI and (line := _line(mention, desk)):
            lines.append(line)
    cited = [LAW] if first.means in (Means.OLD, Means.DISTRICT) and first.sure else []
    if filed:
        lines.append(f"Thủ tục “{filed.name}”: {filed.place}")
        cited = [*sources(filed, Facet.PLACE), *cited]
    after = context.model_copy(
        update={
            "awaiting": None if ward or first.means is Means.ELSEWHERE else Awaiting.WARD,
            "ward": ward.code if ward and len(mentions) == 1 else context.ward,
        }
    )
    return _said(after, lines, cited, buttons=_buttons(first, ward), procedure=filed)


def _lines(offices: Offices, mention: Mention, desk: Desk | None, asked: Question) -> list[str]:
    """What is said of one place. Without a desk, the procedure's own place follows and says where to go."""
    ward = _only(mention)
    if ward and desk:
        lead = mention_lead(mention, desk)
        lines = [ward_answer(offices, ward, desk, asked.wanted, lead), namesake_note(mention)]
    elif ward:
        said = became(mention)
        lines = [f"{said}." if said else None, namesake_note(mention)]
    else:
        lines = [mention_lead(mention, desk or Desk.ONE_STOP)]
        if mention.means in _IN_HANOI:
            lines.append(_WHICH.format(numbers=shipped_offices().city.numbers))
    return [line for line in lines if line]


def _line(mention: Mention, desk: Desk | None) -> str | None:
    """A further place, in one line."""
    if desk is None:
        said = became(mention)
        return f"{said}." if said else None
    if mention.means is Means.WARD:
        return f"Ở {mention.said}: {desk.of(mention.wards[0])}."
    return mention_lead(mention, desk)


def _buttons(mention: Mention, ward: Ward | None) -> list[Button]:
    """The wards to choose from, or the page of the one that is meant."""
    if not ward:
        return [
            Button(title=_title(each), payload=Command(intent="find_office", entities={"ward": each.code}))
            for each in mention.wards[:_MOST_WARDS]
        ]
    office = shipped_offices().of(ward, OfficeKind.ONE_STOP)
    return (
        [Button(title=f"Trang của {ward.full_name}", url=office.website)] if office and office.website else []
    )


def _title(ward: Ward) -> str:
    return ward.full_name[:1].upper() + ward.full_name[1:]


def _said(
    after: Context,
    lines: list[str],
    cited: list[Source],
    *,
    buttons: list[Button] | None = None,
    procedure: Procedure | None = None,
) -> TurnResult:
    reply = Reply(
        kind=Kind.OFFICE,
        text="\n".join(lines),
        buttons=[*(buttons or []), HUMAN],
        sources=cited,
        procedure=procedure.code if procedure else None,
        facet=Facet.PLACE if procedure else None,
    )
    return TurnResult([reply], after.model_copy(update={"misses": 0}))
