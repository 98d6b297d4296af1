"""Pairs of procedures that one circumstance tells apart: somebody from abroad, a lost paper, an age.

``variants.yml`` holds them. What a message tells of the circumstance counts more than what it sounds like.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

import yaml

from vietnamese import ages, normalise

_PAIRS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("variants.yml").read_text(encoding="utf-8")
)


def wrong_variant(text: str, code: str, known: Container[str]) -> tuple[str, ...]:
    """Both procedures of a pair, the likelier first, when what ``text`` says about the circumstance that
    tells them apart speaks against ``code``; most often nothing."""
    said = f" {normalise(text)} "
    for pair in _PAIRS:
        plain, special = pair["plain"], pair["special"]
        if "marks" not in pair or code not in (plain, special) or plain not in known or special not in known:
            continue
        marked = any(f" {mark} " in said for mark in pair["marks"])
        if marked != (code == special) and (marked or not pair.get("one_way")):
            return (special, plain) if marked else (plain, special)
    return ()


def other_age(text: str, known: Container[str]) -> dict[str, str]:
    """Procedures that are not for people of the age ``text`` tells of, each with the one that is.

    Nothing when it tells of none, or of ages on both sides.
    """
    told = ages(text)
    found: dict[str, str] = {}
    for pair in _PAIRS if told else ():
        plain, special, bar = pair["plain"], pair["special"], pair.get("younger_than")
        younger = {age < bar for age in told} if bar else set()
        if len(younger) == 1 and plain in known and special in known:
            found |= {plain: special} if younger.pop() else {special: plain}
    return found
