"""What each system's status numbers and wordings mean: one YAML file a system.

``system`` names it, ``numbers`` and ``words`` lead to the portal's numbers 1-10 (``statuses.yml``). The
portal's own wordings are known to every system, unless its file gives one another meaning; numbers are not,
since systems number differently. A folder ``mappings`` in the data folder comes before the shipped ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from dossiers.sources.base import BadSource
from dossiers.statuses import Status, national_words, spelt
from motcua.settings import Settings

SHIPPED = Path(__file__).parent
DEFAULT = "national"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str
    numbers: dict[int, Status] = {}
    words: dict[str, Status] = {}


@dataclass(frozen=True, slots=True)
class StatusMapping:
    """The statuses of one system."""

    name: str
    system: str
    numbers: dict[int, Status]
    words: dict[str, Status]

    def read(self, said: str) -> Status:
        """The status that this system means; UNKNOWN if its file does not say."""
        spelling = spelt(said)
        if re.fullmatch(r"\d{1,4}", spelling, re.ASCII):
            return self.numbers.get(int(spelling), Status.UNKNOWN)
        return self.words.get(spelling, Status.UNKNOWN)


def load_mapping(name: str, settings: Settings | None = None) -> StatusMapping:
    """The mapping of this name. Raises BadSource if there is none, or if its file is wrong."""
    folders = [SHIPPED] if settings is None else [settings.data_dir / "mappings", SHIPPED]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise BadSource(f"{name!r} is not the name of a status mapping")
    for path in (folder / f"{name}.yml" for folder in folders):
        if path.exists():
            return _read(name, path)
    raise BadSource(f"no status mapping {name!r}; there are: {', '.join(mapping_names(settings))}")


def mapping_names(settings: Settings | None = None) -> list[str]:
    """The mappings there are."""
    folders = [SHIPPED] if settings is None else [SHIPPED, settings.data_dir / "mappings"]
    return sorted({path.stem for folder in folders for path in folder.glob("*.yml")})


def _read(name: str, path: Path) -> StatusMapping:
    try:
        file = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise BadSource(f"{path}: {error}") from error
    own: dict[str, Status] = {}
    for wording, status in file.words.items():
        # Without diacritics two wordings may be one; then neither may decide.
        if own.setdefault(spelt(wording), status) is not status:
            raise BadSource(f"{path}: {wording!r} means two statuses once its diacritics are gone")
    if Status.UNKNOWN in (*file.numbers.values(), *own.values()):
        raise BadSource(f"{path}: leave out what is not known; 0 is no status")
    return StatusMapping(name, file.system, dict(file.numbers), national_words() | own)
