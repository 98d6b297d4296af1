"""What the import has to say about a record: every piece of a field that did not become data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a piece of a record. The values are what an editor reads in the report."""

    KEPT = "giữ nguyên văn"  # not understood as data; stands as official text in the procedure
    DOUBTED = "đáng ngờ"  # read, and not believed as it stands
    MENDED = "ghép lại"  # the crawl had cut it out of another field
    LEFT_OUT = "bỏ ra"  # is nowhere in the procedure
    FURNITURE = "bỏ ra theo quy tắc"  # page furniture and internal numbers, of use to nobody


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of one field (the portal's own name), what became of it, and why."""

    code: str
    field: str
    outcome: Outcome
    text: str
    reason: str


@dataclass(slots=True)
class Findings:
    """Collects what there is to say about one record."""

    code: str
    found: list[Finding] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome, text: str, reason: str) -> None:
        """Note a piece of the field ``name``; the same piece is noted once."""
        finding = Finding(self.code, name, outcome, text, reason)
        if finding not in self.found:
            self.found.append(finding)
