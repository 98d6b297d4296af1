"""The settings of one city API: ``sources/NAME.yml`` in the data folder.

system: Thành phố Hà Nội            # after "Hệ thống tra cứu của", as a citizen reads it
url: https://api.example.vn/ho-so/{code}
headers: {Authorization: "Bearer ${CITY_API_TOKEN}"}   # from the environment, never in the file
statuses: national                  # the status mapping
record: data                        # where in the answer the dossier is; null there: no such dossier
fields: {code: maHoSo, status: trangThai, phone: nguoiNop.soDienThoai, due_on: ngayHenTra}
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dossiers.sources.base import BadSource

FIELDS = frozenset(
    {
        "code", "status", "status_text", "phone", "procedure", "received_on", "due_on", "finished_on",
        "promised_on", "late_reason", "todo", "office", "as_of",
    }
)  # fmt: skip
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class HttpConfig(BaseModel):
    """One API. Times are in seconds; ``fields`` are paths with dots inside the dossier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str = Field(min_length=1, max_length=100)
    url: str
    headers: dict[str, str] = Field(default={}, repr=False)
    statuses: str = "national"
    record: str = ""
    fields: dict[str, str]
    plain_http: bool = Field(default=False, description="allow an address without TLS beside this machine")
    timeout_s: float = Field(default=4.0, gt=0, le=15)
    concurrency: int = Field(default=4, ge=1, le=64)
    failures: int = Field(default=5, ge=1, description="this many in a row, and the API is left alone")
    rest_s: float = Field(default=30.0, gt=0, description="how long it is left alone")
    cache_s: float = Field(default=30.0, ge=0, le=600)
    cache_size: int = Field(default=500, ge=0, le=10_000)

    @model_validator(mode="after")
    def _checked(self) -> HttpConfig:
        if "{code}" not in self.url:
            raise ValueError("url lacks {code}")
        address = urlsplit(self.url)
        if address.scheme != "https" and not (
            address.scheme == "http" and (self.plain_http or address.hostname in _LOOPBACK)
        ):
            raise ValueError("url is not https (set plain_http for a trusted network)")
        if unknown := self.fields.keys() - FIELDS:
            raise ValueError(
                f"fields has {', '.join(sorted(unknown))}; there are {', '.join(sorted(FIELDS))}"
            )
        if missing := {"code", "status"} - self.fields.keys():
            raise ValueError(f"fields lacks {', '.join(sorted(missing))}")
        return self


def read_config(path: Path) -> HttpConfig:
    """The settings in ``path``, secrets put in from the environment. Raises BadSource."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = HttpConfig.model_validate(raw)
    except ValidationError as error:
        # Without the input: a header may have been written into the file in clear.
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadSource(f"{path}: {wrong}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadSource(f"{path}: {error}") from error
    headers = {name: _filled(value, path) for name, value in config.headers.items()}
    return config.model_copy(update={"headers": headers})


def _filled(value: str, path: Path) -> str:
    missing = [name for name in _VARIABLE.findall(value) if not os.environ.get(name)]
    if missing:
        raise BadSource(f"{path}: the environment lacks {', '.join(missing)}")
    return _VARIABLE.sub(lambda match: os.environ[match.group(1)], value)
