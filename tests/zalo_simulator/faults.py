"""What can go wrong on the way, to be ordered for the next calls of an endpoint."""

from __future__ import annotations

from collections import defaultdict, deque
from enum import StrEnum


class Fault(StrEnum):
    """A failure of one call. ``*_AFTER``: the message was delivered nevertheless."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    ERROR_500_BEFORE = "500_before"
    ERROR_500_AFTER = "500_after"
    HTML_BEFORE = "html_before"
    HTML_AFTER = "html_after"
    FORBIDDEN = "403"
    TOO_MANY = "429"

    @property
    def delivered(self) -> bool:
        """Whether the call takes effect before it fails."""
        return self.value.endswith("_after")


class Faults:
    """Ordered failures by endpoint: ``message``, ``conversation`` or ``token``."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, deque[Fault | int | None]] = defaultdict(deque)
        self._numbered: defaultdict[str, dict[int, Fault | int]] = defaultdict(dict)
        self._counts: defaultdict[str, int] = defaultdict(int)

    def order(self, endpoint: str, *faults: Fault | int | None) -> None:
        """The next calls of ``endpoint`` fail like this, one after the other.

        A number is answered as that error code; None lets a call through.
        """
        self._ordered[endpoint].extend(faults)

    def order_at(self, endpoint: str, numbers: dict[int, Fault | int]) -> None:
        """The calls of ``endpoint`` with these numbers fail, counted from its next call, which is 1."""
        count = self._counts[endpoint]
        self._numbered[endpoint] |= {count + number: fault for number, fault in numbers.items()}

    def next(self, endpoint: str) -> Fault | int | None:
        """The failure of this call."""
        self._counts[endpoint] += 1
        if numbered := self._numbered[endpoint].pop(self._counts[endpoint], None):
            return numbered
        return self._ordered[endpoint].popleft() if self._ordered[endpoint] else None
