"""Pages of the roster: who is on duty, this week's shifts of a ward, one's own presence."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from multidict import MultiMapping
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import duty as rosters
from conversations.duty_models import Shift, ShiftDay
from conversations.models import Ticket
from conversations.ticket_claims import TicketError
from desk import duty
from desk.auth import Permission, current_person, requires
from desk.forms import number_of, text_of, texts_of
from desk.keys import PREFIX
from desk.people import Person, people
from desk.queue_services import TICKETS, TicketDesk, staff_of
from desk.roles import Role
from desk.staffing import NotTheirs, StaffingRefused
from desk.words import WEEKDAYS
from knowledge.wards import Ward, hanoi
from motcua.clock import today
from motcua.db import Database, now
from motcua.working_days import is_public_holiday
from vietnamese import fold

ROSTER = f"{PREFIX}/lich-truc"
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
WHOLE_CITY = "tat-ca"
"""What the form sends for a shift that serves every ward."""


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """A day of the week that is shown: its date and who works when."""

    day: date
    name: str
    spans: list[rosters.Span]
    holiday: bool


class RosterPages:
    """Handlers; what they do is in ``desk.duty``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/lich-truc", self.page)
        app.router.add_post("/lich-truc/toi", self.presence)
        app.router.add_post("/lich-truc/ca", self.add_shift)
        app.router.add_post("/lich-truc/ngay", self.add_day)
        app.router.add_post(r"/lich-truc/ca/{id:\d{1,18}}/bo", self.remove_shift)
        app.router.add_post(r"/lich-truc/ngay/{id:\d{1,18}}/bo", self.remove_day)

    @requires(Permission.OWN_SHIFT, Permission.MANAGE_ROSTER)
    async def page(self, request: web.Request) -> web.Response:
        """Who is on duty now, and the week."""
        return await self._page(request)

    @requires(Permission.OWN_SHIFT)
    async def presence(self, request: web.Request) -> web.Response:
        """I am there, or away."""
        wanted = text_of(await request.post(), "presence", 10)
        if wanted not in {presence.value for presence in duty.Presence}:
            raise web.HTTPBadRequest
        me, presence = current_person(request), duty.Presence(wanted)
        async with self._db.write() as session:
            await duty.set_presence(session, me, presence)
        if presence is duty.Presence.REASSIGN:
            await self._hand_back(request.config_dict[TICKETS], me)
        back = text_of(await request.post(), "ward", 5)
        raise web.HTTPSeeOther(_address(back if back in hanoi().by_code else "", "da-doi-trang-thai"))

    @requires(Permission.MANAGE_ROSTER)
    async def add_shift(self, request: web.Request) -> web.Response:
        """A shift of every week."""
        form = await request.post()
        weekdays = frozenset(int(day) for day in texts_of(form, "weekday") if re.fullmatch(r"[0-6]", day))

        async def act(session: AsyncSession) -> None:
            starts, ends = _times(form)
            new = duty.NewShift(number_of(form, "person") or 0, _ward(form), weekdays, starts, ends)
            await duty.add_shift(session, current_person(request), new)

        return await self._act(request, form, act, "da-them-ca")

    @requires(Permission.MANAGE_ROSTER)
    async def add_day(self, request: web.Request) -> web.Response:
        """One day that differs."""
        form = await request.post()

        async def act(session: AsyncSession) -> None:
            works = text_of(form, "works", 10) != "off"
            starts, ends = _times(form) if works or text_of(form, "starts", 5) else (0, 1440)
            person_id = number_of(form, "person") or 0
            new = duty.NewDay(person_id, _ward(form), _day(form), starts, ends, works)
            await duty.add_day(session, current_person(request), new, today=today())

        return await self._act(request, form, act, "da-them-ca")

    @requires(Permission.MANAGE_ROSTER)
    async def remove_shift(self, request: web.Request) -> web.Response:
        """Take a weekly shift off."""

        async def act(session: AsyncSession) -> None:
            await duty.remove_shift(session, current_person(request), int(request.match_info["id"]))

        return await self._act(request, await request.post(), act, "da-bo-ca")

    @requires(Permission.MANAGE_ROSTER)
    async def remove_day(self, request: web.Request) -> web.Response:
        """Take a single day off."""

        async def act(session: AsyncSession) -> None:
            await duty.remove_day(session, current_person(request), int(request.match_info["id"]))

        return await self._act(request, await request.post(), act, "da-bo-ca")

    async def _hand_back(self, tickets: TicketDesk, me: Person) -> None:
        """Everything ``me`` holds goes back into the queue."""
        held = select(Ticket.id).where(Ticket.claimed_by == str(me.id), Ticket.closed_at.is_(None))
        async with self._db.read() as session:
            ids = (await session.scalars(held)).all()
        for ticket_id in ids:
            with suppress(TicketError):  # closed or passed on meanwhile: nothing to give back
                await tickets.claims.release(ticket_id, staff_of(me))

    async def _act(
        self,
        request: web.Request,
        form: MultiMapping[Any],
        act: Callable[[AsyncSession], Awaitable[None]],
        notice: str,
    ) -> web.Response:
        ward = text_of(form, "shown", 10)
        try:
            async with self._db.write() as session:
                await act(session)
        except StaffingRefused as refused:
            return await self._page(request, ward=ward, problem=str(refused), filled=form, status=422)
        except NotTheirs:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(_address(ward if ward in hanoi().by_code else "", notice))

    async def _page(
        self,
        request: web.Request,
        *,
        ward: str | None = None,
        problem: str = "",
        filled: MultiMapping[Any] | None = None,
        status: int = 200,
    ) -> web.Response:
        me, at = current_person(request), now()
        wards = wards_of(me)
        wanted = request.query.get("phuong", "") if ward is None else ward
        shown = next((one for one in wards if one.code == wanted), wards[0] if wards else None)
        week = _week(request.query.get("tuan", ""))
        context: dict[str, Any] = {
            "wards": wards,
            "shown": shown,
            "week": week,
            "weekdays": WEEKDAYS,
            "problem": problem,
            "filled": filled if filled is not None else {},
            "may": me.has(Permission.MANAGE_ROSTER),
            "city": me.whole_city or Role.ADMIN in me.roles,
            "today": today(),
            "earlier": week - timedelta(days=7),
            "later": week + timedelta(days=7),
        }
        async with self._db.read() as session:
            context |= await self._of_ward(session, me, shown, week, at)
        return aiohttp_jinja2.render_template("roster.html", request, context, status=status)

    async def _of_ward(
        self, session: AsyncSession, me: Person, shown: Ward | None, week: date, at: datetime
    ) -> dict[str, Any]:
        code = shown.code if shown else None
        everybody = await people(session)
        team = [one for one in everybody if not one.disabled and one.has(Permission.ANSWER)]
        days = [week + timedelta(days=number) for number in range(7)]
        ids = [one.id for one in team]
        weekly = await session.scalars(
            select(Shift)
            .where(Shift.person_id.in_(ids), Shift.ward == code if code else Shift.ward.is_(None))
            .order_by(Shift.weekday, Shift.starts, Shift.id)
        )
        single = await session.scalars(
            select(ShiftDay)
            .where(ShiftDay.person_id.in_(ids), ShiftDay.day >= today())
            .where((ShiftDay.ward == code) | (ShiftDay.ward.is_(None)))
            .order_by(ShiftDay.day, ShiftDay.starts)
            .limit(100)
        )
        ours = [one for one in team if one.sees(code)]
        return {
            "names": {one.id: one.name for one in everybody},
            "team": [one for one in ours if duty.may_roster(me, one)],
            "here": await duty.on_duty(session, code, at),
            "next_at": await duty.next_shift(session, code, at),
            "presence": await duty.presence_of(session, me.id, at),
            "days": [
                DayOfWeek(
                    day,
                    WEEKDAYS[day.weekday()],
                    await rosters.spans_of_day(session, code, day),
                    is_public_holiday(day),
                )
                for day in days
            ],
            "weekly": list(weekly),
            "single": [row for row in single if row.person_id in {one.id for one in ours}],
        }


def wards_of(me: Person) -> list[Ward]:
    """The wards whose roster ``me`` sees, by name."""
    mine = [ward for ward in hanoi().wards if me.sees(ward.code) or Role.ADMIN in me.roles]
    return sorted(mine, key=lambda ward: (ward.kind, fold(ward.name), ward.name))


def _address(ward: str, notice: str) -> str:
    return f"{ROSTER}?xong={notice}" + (f"&phuong={ward}" if ward else "")


def _week(text: str) -> date:
    """The Monday of the week that ``text`` (YYYY-MM-DD) lies in, within two years; of this week otherwise."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
    if abs((day - today()).days) > 730:
        day = today()
    return day - timedelta(days=day.weekday())


def _ward(form: MultiMapping[Any]) -> str | None:
    wanted = text_of(form, "ward", 10)
    return None if wanted == WHOLE_CITY else wanted


def _times(form: MultiMapping[Any]) -> tuple[int, int]:
    """Raises StaffingRefused."""
    found = [_TIME.fullmatch(text_of(form, name, 5)) for name in ("starts", "ends")]
    if not found[0] or not found[1]:
        raise StaffingRefused("Anh/chị nhập giờ bắt đầu và kết thúc, ví dụ 8:00 và 11:30.")
    starts, ends = (int(match[1]) * 60 + int(match[2]) for match in found if match)
    return starts, ends


def _day(form: MultiMapping[Any]) -> date:
    """Raises StaffingRefused."""
    text = text_of(form, "day", 10)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise StaffingRefused("Anh/chị chọn ngày.") from None
