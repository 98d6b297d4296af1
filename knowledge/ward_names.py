"""Which wards, old units, districts or provinces a message names, in whatever spelling.

Most names are also words, people or streets (Hợp Đồng, Kim Liên, Minh Khai), so a name counts when something
says that it is a place: its kind before it, its district after it, a word such as “ở”, or the question itself
being about an office. Better to miss a name, which costs a question back, than to send somebody to the wrong
ward. ``knowledge/offices/words.yml`` says which names need how much care.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum

from knowledge.ward_index import DISTRICT_KINDS, Index, Name, Target, shipped_index
from knowledge.ward_mentions import Found, Means, Mention, settle
from knowledge.ward_spelling import Word, exact_of, key_of, words

__all__ = ["Means", "Mention", "find_wards"]

_PROVINCE = "tỉnh"
# What may stand before a name, and the kinds it announces.
_SPELLED: dict[str, tuple[str, ...]] = {
    "phường": ("phường",),
    "phg": ("phường",),
    "fường": ("phường",),
    "xã": ("xã",),
    "quận": ("quận",),
    "huyện": ("huyện",),
    "thị trấn": ("thị trấn",),
    "thị xã": ("thị xã",),
    "tỉnh": (_PROVINCE,),
    "thành phố": (_PROVINCE,),
    "ubnd": (),
}
_KINDS = {key_of(written): (exact_of(written), kinds) for written, kinds in _SPELLED.items()}
# Letters that announce a kind, but are much else besides.
_WEAK = {
    "p": ("phường",),
    "ph": ("phường",),
    "x": ("xã",),
    "q": ("quận",),
    "h": ("huyện",),
    "tt": ("thị trấn",),
    "tx": ("thị xã",),
    "tp": (_PROVINCE,),
}
_ELSEWHERE = re.compile(r"^([pq])(\d{1,2})$")
_NO_KIND = frozenset(("tac", "cap"))
_ABBREVIATED = frozenset(("", ".", ":"))
# Kinds that without marks are everyday words: xa (xa, xã), quan (quan, quán, quận), tinh (tính, tình, tỉnh).
_FAR = frozenset(("xa", "quan", "tinh"))
_FILLERS = frozenset(("cu", "moi"))
_GROUPS = frozenset(("to", "cum", "khu", "so"))
_REACH = 4
_LONGEST_UNKNOWN = 3


class _Fit(IntEnum):
    """How the typed marks agree with a name: against it, none typed, or the same."""

    OFF = 0
    BARE = 1
    EXACT = 2


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind announced before a name, which begins at ``end``. ``weak``: it may be something else."""

    kinds: tuple[str, ...]
    end: int
    weak: bool = False


def find_wards(text: str, *, office: bool = False, index: Index | None = None) -> tuple[Mention, ...]:
    """The places named in ``text``, in their order. Never raises.

    ``office``: the message is known to ask about an office, so a bare name counts sooner.
    """
    index = index or shipped_index()
    said = words(text)
    found: list[Found] = []
    unknown: list[Mention] = []
    at = 0
    while at < len(said):
        item, at = _at(index, said, at, office)
        if isinstance(item, Found):
            found.append(_in_province(index, said, item))
        elif item:
            unknown.append(item)
    keys = f" {' '.join(word.key for word in said)} "
    mentions = settle(index, found, change=any(phrase in keys for phrase in index.changes))
    return tuple(dict.fromkeys(mentions or unknown))


def _at(index: Index, said: list[Word], at: int, office: bool) -> tuple[Found | Mention | None, int]:
    """What begins at place ``at``, if anything, and the place after it."""
    own = index.longest_at(said, at)
    own_end = at + own.size if own else at
    if kind := _kind_at(said, at):
        named = _named_after(index, said, kind)
        if not named and kind.end < len(said) and said[kind.end].key in _FILLERS:
            kind = replace(kind, end=kind.end + 1)  # “phường cũ Bách Khoa”
            named = _named_after(index, said, kind)
        if named and kind.end + named.size >= own_end:
            end = kind.end + named.size
            found, after = _followed(index, said, Found(at, end, _targets(said, kind.end, named), kind.kinds))
            ends = found.district or found.marked_old or end == len(said) or said[end].gap
            if _announced(said, at, kind, named, ends=bool(ends), office=office):
                return found, after
        if not own and (unknown := _unknown(said, at, kind)):
            return unknown
    if own:
        found, end = _followed(index, said, Found(at, own_end, _targets(said, at, own)))
        if not _is_street(index, said, at) and (found.district or _counts(index, said, at, own, office)):
            return found, end
    elif match := _ELSEWHERE.match(said[at].key):
        kinds = _WEAK[match[1]]
        return Mention(Means.UNKNOWN, f"{kinds[0]} {match[2]}"), at + 1
    return None, at + 1


def _named_after(index: Index, said: list[Word], kind: _Kind) -> Name | None:
    """The name after a kind; a comma between them parts them."""
    if kind.end < len(said) and said[kind.end].gap in _ABBREVIATED:
        return index.longest_at(said, kind.end)
    return None


def _kind_at(said: list[Word], at: int) -> _Kind | None:
    """The kind announced at place ``at``."""
    if at and said[at - 1].key in _NO_KIND and said[at].joined:
        return None  # “hợp tác xã”, “cấp xã”
    for size in (2, 1):
        typed = said[at : at + size]
        if known := _KINDS.get(" ".join(word.key for word in typed)):
            exact, kinds = known
            if all(not word.marked or word.exact == part for word, part in zip(typed, exact, strict=True)):
                return _Kind(kinds, at + size)
    weak = _WEAK.get(said[at].key)
    if not weak or said[at].marked:
        return None
    dotted = at + 1 < len(said) and not said[at + 1].joined
    return _Kind(weak, at + 1, weak=not dotted)


def _announced(said: list[Word], at: int, kind: _Kind, name: Name, *, ends: bool, office: bool) -> bool:
    """Whether the kind at place ``at`` makes a place of ``name``. ``ends``: nothing is said after it."""
    fit = _fit(said, kind.end, name)
    plain = not (name.loose or name.ordinary)
    agrees = not kind.kinds or any(target.kind in kind.kinds for target in name.targets)
    if kind.kinds == (_PROVINCE,) and not any(t.province or t.district for t in name.targets):
        return False  # “Ủy ban nhân dân tỉnh liên quan”
    if kind.weak:
        if name.ordinary:
            return fit is _Fit.EXACT and (office or said[kind.end].title)
        return plain or fit is _Fit.EXACT or (agrees and kind.kinds[0] in ("phường", "quận"))
    if fit is not _Fit.EXACT and not plain:
        # “phuong an khanh thanh” is phương án; “sổ ở xã vẫn còn”, “di hoc xa co bi phat” name no commune.
        return fit is _Fit.BARE and agrees and (ends or office or said[at].key not in _FAR)
    if said[at].key in _FAR and not said[at].marked and fit is _Fit.EXACT and said[kind.end].marked:
        return said[kind.end].title or said[at].title
    return True


def _fit(said: list[Word], at: int, name: Name) -> _Fit:
    """The best agreement of the typed words with any spelling of ``name``."""
    return max(_agrees(said[at : at + name.size], target) for target in name.targets)


def _agrees(typed: list[Word], target: Target) -> _Fit:
    pairs = list(zip(typed, target.exact, strict=True))
    if all(word.exact == part for word, part in pairs):
        return _Fit.EXACT
    return _Fit.BARE if all(not word.marked or word.exact == part for word, part in pairs) else _Fit.OFF


def _targets(said: list[Word], at: int, name: Name) -> tuple[Target, ...]:
    """The targets whose spelling agrees best with what was typed; all of them where no marks were."""
    typed = said[at : at + name.size]
    fits = [(target, _agrees(typed, target)) for target in name.targets]
    best = max(fit for _, fit in fits) if any(word.marked for word in typed) else _Fit.BARE
    return tuple(target for target, fit in fits if fit >= best)


def _counts(index: Index, said: list[Word], at: int, name: Name, office: bool) -> bool:
    """Whether a name without its kind is meant as a place."""
    end = at + name.size
    fit = _fit(said, at, name)
    if fit is _Fit.OFF:
        return False
    weak_place = index.weak_places.end_at(said, at)
    capital = all(word.title or word.key.isdigit() for word in said[at:end])
    plainly = fit is _Fit.EXACT and capital
    if index.places.end_at(said, at):
        if name.ordinary or name.size == 1:
            return plainly and not _goes_on_after(index, said, end)
        return True
    if name.ordinary or name.size == 1 or (name.loose and fit is _Fit.BARE) or index.called.end_at(said, at):
        return False
    if capital and (_goes_on_before(said, at) or _goes_on_after(index, said, end)):
        return weak_place
    province = all(target.province for target in name.targets)
    return weak_place or (office and not province) or (plainly and (province or not name.person))


def _is_street(index: Index, said: list[Word], at: int) -> bool:
    """“phố Bạch Mai”, “165 Cầu Giấy” are streets, not wards; “tổ 12 Hạ Đình” is a group of a ward."""
    if index.not_after.end_at(said, at):
        return True
    if not at or not said[at - 1].key.isdigit() or not said[at].joined:
        return False
    return at < 2 or said[at - 2].key not in _GROUPS


def _goes_on_before(said: list[Word], at: int) -> bool:
    """Part of a longer name: a capitalised word right before it that begins no sentence."""
    before = said[at - 1] if at else None
    return bool(before and said[at].joined and before.title and not before.starts)


def _goes_on_after(index: Index, said: list[Word], end: int) -> bool:
    """Part of a longer name: a capitalised word right after it that is no other place."""
    if end >= len(said) or not said[end].joined or not said[end].title:
        return False
    return not (index.longest_at(said, end) or _kind_at(said, end) or _is_hanoi(said, end))


def _is_hanoi(said: list[Word], at: int) -> bool:
    return said[at].key == "hn" or [word.key for word in said[at : at + 2]] == ["ha", "noi"]


def _followed(index: Index, said: list[Word], found: Found) -> tuple[Found, int]:
    """``found`` with the district that follows it, and the place after both."""
    after = found.end
    if after < len(said) and said[after].key in ("cu", "thuoc", "o"):
        found = replace(found, marked_old=said[after].key == "cu")
        after += 1
    kind = _kind_at(said, after) if after < len(said) else None
    if kind and kind.kinds and kind.kinds[0] in DISTRICT_KINDS:
        after = kind.end
    if found.kinds and found.kinds[0] in DISTRICT_KINDS:
        return found, found.end
    if named := index.longest_at(said, after):
        lies_in = _districts(index, found.targets)
        for target in _targets(said, after, named):
            if target.district and target.district in lies_in:
                return replace(found, district=target.district), after + named.size
    return found, found.end


def _districts(index: Index, targets: tuple[Target, ...]) -> set[str]:
    lies_in = {target.unit.district for target in targets if target.unit}
    for target in targets:
        if target.ward:
            lies_in |= index.wards.districts_of(target.ward)
    return lies_in


def _in_province(index: Index, said: list[Word], found: Found) -> Found:
    """``found`` with the other province that stands after it (“xã Nam Sơn, huyện Quế Võ, Bắc Ninh”)."""
    at = found.end
    while not found.district and at < min(len(said), found.end + _REACH):
        named = index.longest_at(said, at)
        if named and not named.ordinary:
            province = next((t.province for t in _targets(said, at, named) if t.province), None)
            return replace(found, province=province) if province else found
        if not (_kind_at(said, at) or said[at].title):
            return found
        at += 1
    return found


def _unknown(said: list[Word], at: int, kind: _Kind) -> tuple[Mention, int] | None:
    """A unit that Hanoi does not have: its kind with a number, or with capitalised words."""
    start = end = kind.end
    if not kind.kinds or kind.kinds[0] == _PROVINCE or start >= len(said) or not said[start].joined:
        return None
    if said[start].key.isdigit() and len(said[start].key) < _LONGEST_UNKNOWN:
        accented = any(word.marked for word in said) and said[at].key in _FAR and not said[at].marked
        end = start + 1 if kind.kinds[0] in ("phường", "quận") and not accented else start
    elif said[at].marked and not _is_hanoi(said, start):
        while end < min(len(said), start + _LONGEST_UNKNOWN) and _is_named(said[end]):
            end += 1
    if end == start:
        return None
    name = " ".join(word.typed for word in said[start:end])
    return Mention(Means.UNKNOWN, f"{kind.kinds[0]} {name}"), end


def _is_named(word: Word) -> bool:
    return word.title and word.joined and not word.typed.isupper()
