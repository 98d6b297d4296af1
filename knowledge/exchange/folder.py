"""The published procedures as a folder of files, of which only those change that say something else now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.exchange.splice import spliced, written
from knowledge.schema import Procedure


@dataclass(slots=True)
class Exported:
    """Codes by what became of their files. ``strangers``: files of codes that are not published."""

    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def export_folder(folder: Path, procedures: Iterable[Procedure], withdrawn: Iterable[str] = ()) -> Exported:
    """Write ``procedures`` to ``folder``, one file each, and delete the files of those ``withdrawn``.

    A file is written only when its bytes change, and whole or not at all. Raises OSError, UnicodeDecodeError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done, known = Exported(), set()
    for procedure in sorted(procedures, key=lambda procedure: procedure.code):
        known.add(procedure.code)
        path = folder / f"{procedure.code}.yml"
        if not path.exists():
            done.added.append(procedure.code)
            _write(path, written(procedure))
            continue
        before = path.read_bytes().decode("utf-8")
        after = spliced(before, procedure)
        if after == before:
            done.unchanged.append(procedure.code)
        else:
            done.changed.append(procedure.code)
            _write(path, after)
    for code in sorted(set(withdrawn) - known):
        path = folder / f"{code}.yml"
        if path.exists():
            path.unlink()
            done.removed.append(code)
    done.strangers = sorted({path.stem for path in folder.glob("*.yml")} - known)
    return done


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".yml.moi")
    partial.write_bytes(text.encode("utf-8"))
    partial.replace(path)
