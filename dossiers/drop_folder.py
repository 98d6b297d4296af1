"""The watched folder on disk: which files are ready, and where they go afterwards.

A file is ready when its size and time have not changed between two looks and for a while. What has been
taken goes to ``done/`` or ``refused/`` with a report beside it. Its new name is made of its time and
content, so that a file taken again after a crash lands in the same place.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from motcua.clock import HANOI

DONE, REFUSED = "done", "refused"
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
_LONGEST_NAME = 180  # bytes; with time, hash and ".txt" it stays under the 255 of file systems


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file as it was when we looked."""

    path: Path
    size: int
    written_ns: int

    @property
    def written_at(self) -> datetime:
        """When it was last written."""
        return datetime.fromtimestamp(self.written_ns / 1e9, UTC)


class DropFolder:
    """One watched folder. Everything here may block for as long as the disk does."""

    def __init__(self, path: Path, settle_s: float) -> None:
        self.path = path
        self._settle_ns = int(settle_s * 1e9)
        self._last_look: set[Arrived] = set()

    def prepare(self) -> None:
        """Make the folders. Raises OSError."""
        for folder in (self.path, self.path / DONE, self.path / REFUSED):
            folder.mkdir(parents=True, exist_ok=True)

    def waiting(self) -> list[Arrived]:
        """The files in the folder, oldest first, finished or not. Raises OSError."""
        found: list[Arrived] = []
        for entry in os.scandir(self.path):
            if entry.name.startswith((".", "~$")) or entry.name.lower().endswith(_UNFINISHED):
                continue
            try:
                seen = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(seen.st_mode):
                found.append(Arrived(Path(entry.path), seen.st_size, seen.st_mtime_ns))
        return sorted(found, key=lambda file: (file.written_ns, file.path.name))

    def ready(self, at: datetime) -> list[Arrived]:
        """The files that nobody writes any more. Raises OSError."""
        waiting = self.waiting()
        latest = int(at.timestamp() * 1e9) - self._settle_ns
        # A time in the future says nothing; such a file is ready once it has been seen twice.
        now_ns = int(at.timestamp() * 1e9)
        ready = [
            file for file in waiting if file in self._last_look and not latest < file.written_ns <= now_ns
        ]
        self._last_look = set(waiting)
        return ready

    def unchanged(self, file: Arrived) -> bool:
        """Whether the file is still the one that was looked at."""
        try:
            seen = file.path.stat(follow_symlinks=False)
        except OSError:
            return False
        return (seen.st_size, seen.st_mtime_ns) == (file.size, file.written_ns)

    def put_away(self, file: Arrived, where: str, report: str) -> Path:
        """Move the file to ``where`` with its report beside it. Raises OSError.

        The report comes first: a file without one would look as if it had never been read.
        """
        with file.path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()[:8]
        name = file.path.name.encode()[-_LONGEST_NAME:].decode(errors="ignore")
        target = self.path / where / f"{file.written_at.astimezone(HANOI):%Y%m%d-%H%M%S}-{digest}-{name}"
        beside = target.with_name(f"{target.name}.txt")
        unfinished = beside.with_name(f".{digest}.tmp")
        unfinished.write_text(report, encoding="utf-8-sig", newline="\r\n")  # as Windows' editor wants it
        unfinished.replace(beside)
        file.path.replace(target)
        return target
