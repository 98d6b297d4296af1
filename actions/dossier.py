"""Where is my dossier: the dialogue itself is the room's (dossiers.dialogue)."""

from __future__ import annotations

from dataclasses import replace

from actions.procedures import ActionAnswerProcedure
from actions.turn import Turn, TurnResult
from dossiers import DossierView, Status, parse_code, status_turn
from knowledge.offices import Offices
from knowledge.ward_names import Means, find_wards
from knowledge.wards import Ward
from motcua.clock import today
from motcua.reply import Button, Command, Facet, Reply, TextSection


class ActionCheckDossier(ActionAnswerProcedure):
    """Asks for the code and the second factor, then answers with the state of the dossier."""

    action_name = "action_check_dossier"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class. What turns out not to be about a dossier is answered as a question."""
        context, asked = turn.context, turn.intent == "check_dossier"
        if not asked and context.awaiting is None and not context.dossier_code:
            return self.ask(turn, turn.text, turn.likeliest_facet() or Facet.OVERVIEW)
        settled = await status_turn(
            turn.text, context, turn.conversation, self.rooms.dossiers, today(), asked=asked
        )
        if settled is None:
            free = replace(turn, context=context.model_copy(update={"awaiting": None}))
            return self.ask(free, turn.text, turn.likeliest_facet() or Facet.OVERVIEW)
        replies, after = settled
        return TurnResult([await self._with_counter(turn.edition.offices, reply) for reply in replies], after)

    async def _with_counter(self, offices: Offices, reply: Reply) -> Reply:
        """A result that waits: where its counter is, and when it is open, as far as that is known."""
        code = parse_code(reply.dossier.code) if reply.dossier else None
        if reply.dossier is None or reply.dossier.status != Status.DONE or code is None:
            return reply
        found = await self.rooms.dossiers.current(code)
        ward = _ward_of(found.office) if isinstance(found, DossierView) else None
        return counter_told(offices, reply, ward) if ward else reply


def counter_told(offices: Offices, reply: Reply, ward: Ward) -> Reply:
    """``reply`` with the hours of the counter, if they are known, and a button that says where it is."""
    command = Command(intent="find_office", entities={"ward": ward.code})
    buttons = [*reply.buttons, Button(title="Quầy ở đâu?", payload=command)]
    office = offices.of(ward)
    if office is None or not office.hours:
        return reply.model_copy(update={"buttons": buttons})
    card = reply.card
    if card:
        opening = TextSection(heading="Giờ làm việc của quầy", text=office.hours)
        card = card.model_copy(update={"sections": [*card.sections, opening]})
    text = f"{reply.text} Giờ làm việc của quầy: {office.hours.rstrip('.')}."
    return reply.model_copy(update={"text": text, "card": card, "buttons": buttons})


def _ward_of(office: str) -> Ward | None:
    """The ward whose office this is, when its name says so plainly."""
    named = find_wards(office, office=True)
    plain = len(named) == 1 and named[0].means is Means.WARD and len(named[0].wards) == 1
    return named[0].wards[0] if plain else None
