"""An answer with an error code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Refused(Exception):
    """A code of section 4 or 5 of the shared facts."""

    code: int
    message: str = "refused"
