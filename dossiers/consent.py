"""The words by which a citizen agrees to be told, and the name under which that agreement is kept."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_name("consent.yml")


class Consent(BaseModel):
    """The question for consent and its two answers, as ``consent.yml`` holds them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    agree: str
    decline: str

    @property
    def version(self) -> str:
        """A name of exactly these words: other words cannot be kept under it by mistake."""
        return hashlib.sha256("\x1f".join((self.text, self.agree)).encode()).hexdigest()[:12]


@cache
def consent() -> Consent:
    """The words in use."""
    return Consent.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
