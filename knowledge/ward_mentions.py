"""What a place named in a message is: a ward of today, an old unit, an old district, or not in Hanoi."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge.ward_index import Index, Target
from knowledge.wards import OldUnit, Ward


class Means(StrEnum):
    """What kind of place a mention is."""

    WARD = "ward"
    OLD = "old"
    DISTRICT = "district"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a message.

    ``said`` is its official name, or what was typed when Hanoi has no such unit. ``wards`` are today's wards
    it may be, most likely first: one for WARD, where the residents went for OLD, those mostly in its area
    for DISTRICT (the ward of the same name first, unless “quận” or “huyện” was said). ``units`` are old
    units: the ones meant for OLD; for WARD those of the same name that lie, at least in part, in other
    wards. ``districts`` are the old ones meant. ``sure`` is False where a name ended before 2025 and the
    table does not say for certain what became of it.
    """

    means: Means
    said: str
    wards: tuple[Ward, ...] = ()
    units: tuple[OldUnit, ...] = ()
    districts: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A name at a place in the message.

    ``kinds`` were announced before it, ``district`` or ``province`` stands after it, ``marked_old`` says that
    “cũ” does.
    """

    start: int
    end: int
    targets: tuple[Target, ...]
    kinds: tuple[str, ...] = ()
    district: str | None = None
    province: str | None = None
    marked_old: bool = False


def settle(index: Index, found: list[Found], change: bool) -> list[Mention]:
    """The mentions. ``change``: the message asks what became of a place, so old units are meant.

    A district that is named before its ward, or that tells two units apart, is no mention of its own.
    """
    announced = {t.district for item in found for t in item.targets if t.district}
    mentions: list[tuple[Found, Mention]] = []
    for item in found:
        units = [target.unit for target in item.targets if target.unit]
        inside = {unit.district for unit in units} & announced
        if not item.district and len(inside) == 1 and len({unit.district for unit in units}) > 1:
            item = replace(item, district=inside.pop())  # noqa: PLW2901 - the same name, told apart
        mentions.append((item, _mention(index, item, change)))
    return [mention for item, mention in mentions if not _only_narrows(index, item, mention, mentions)]


def _only_narrows(index: Index, item: Found, mention: Mention, mentions: list[tuple[Found, Mention]]) -> bool:
    """Whether a district only says where another place of the message lies."""
    if mention.means is not Means.DISTRICT:
        return False
    for other, told in mentions:
        lies_in = {unit.district for unit in told.units if told.means is Means.OLD}
        if told.means is Means.WARD:
            lies_in |= index.wards.districts_of(told.wards[0])
        if set(mention.districts) & lies_in and (
            item.start < other.start or other.district in mention.districts
        ):
            return True
    return False


def _mention(index: Index, found: Found, change: bool) -> Mention:
    targets = _meant(index, found)
    provinces = [target.province for target in targets if target.province]
    if province := found.province or next(iter(provinces), None):
        return Mention(Means.ELSEWHERE, province)
    wards = [target.ward for target in targets if target.ward]
    units = [target.unit for target in targets if target.unit]
    districts = tuple(dict.fromkeys(target.district for target in targets if target.district))
    if districts and not (found.district and (wards or units)):
        return _district(index, districts, wards)
    if wards and not (units and (change or found.marked_old or found.district)):
        return _ward(index, wards[0], units)
    return _old(index, targets)


def _meant(index: Index, found: Found) -> tuple[Target, ...]:
    """The targets that fit the announced kind and the district; all of them where none fits."""
    targets = found.targets
    if found.kinds:
        targets = tuple(target for target in targets if target.kind in found.kinds) or targets
    elif any(target.province for target in targets) and not found.district:
        # “quê ở Hòa Bình” is the province; the commune of that name is called “xã Hòa Bình”.
        targets = tuple(target for target in targets if target.province)
    if found.district:
        inside = [t for t in targets if t.unit and t.unit.district == found.district]
        inside += [t for t in targets if t.ward and found.district in index.wards.districts_of(t.ward)]
        targets = tuple(inside) or targets
    return targets


def _ward(index: Index, ward: Ward, units: list[OldUnit]) -> Mention:
    elsewhere = [unit for unit in units if set(index.wards.now(unit)) - {ward}]
    known = [unit for unit in elsewhere if not unit.ended_before]
    return Mention(Means.WARD, ward.full_name, (ward,), tuple(known or elsewhere))


def _old(index: Index, targets: tuple[Target, ...]) -> Mention:
    named = [(target.unit, target.written) for target in targets if target.unit]
    units = tuple(dict.fromkeys(unit for unit, _ in named))
    wards = tuple(dict.fromkeys(ward for unit in units for ward in index.wards.now(unit)))
    said = f"{units[0].kind} {named[0][1]}"
    if len({unit.district for unit in units}) == 1:
        said += f" ({units[0].district} cũ)"
    wards = tuple(sorted(wards, key=lambda ward: ward.name != units[0].name))
    return Mention(Means.OLD, said, wards, units, sure=not any(unit.ended_before for unit in units))


def _district(index: Index, districts: tuple[str, ...], wards: list[Ward]) -> Mention:
    area = dict.fromkeys(wards)
    for district in districts:
        area |= dict.fromkeys(index.wards.of_district(district)[0])
    return Mention(Means.DISTRICT, " và ".join(districts), tuple(area), districts=districts)
