"""States of a change, and why something cannot be done to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.models import OPEN_STATES, ContentChange


class State(StrEnum):
    """Where a change stands. The first five are open, the others over."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether something can still be done to it."""
        return self.value in OPEN_STATES


OPEN = tuple(state for state in State if state.is_open)
EDITABLE = (State.DRAFT, State.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right. ``path`` is dotted (``ways.0.fee.amount``), empty for the whole."""

    path: str
    said: str


class ChangeError(Exception):
    """It cannot be done. ``said`` is for the reader."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class StaleChange(ChangeError):
    """Somebody wrote it meanwhile: ``present`` is what it is now."""

    def __init__(self, present: ContentChange) -> None:
        super().__init__("Bản sửa này vừa được người khác lưu. Anh/chị xem bản mới nhất rồi làm lại giúp.")
        self.present = present


class AlreadyOpen(ChangeError):
    """The procedure has an open change, ``present``."""

    def __init__(self, present: ContentChange) -> None:
        super().__init__(
            f"Thủ tục này đang có một bản sửa do {present.opened_by_name} mở. Anh/chị làm tiếp bản đó, hoặc "
            "bỏ bản đó trước."
        )
        self.present = present


class NotAllowed(ChangeError):
    """The change is not in a state for this, or it is one's own."""


class Invalid(ChangeError):
    """The content cannot be published as it is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        first = self.problems[0]
        more = f" (và {len(self.problems) - 1} chỗ khác)" if len(self.problems) > 1 else ""
        super().__init__(f"{first.path}: {first.said}{more}" if first.path else f"{first.said}{more}")
