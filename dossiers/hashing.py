"""Keyed hashes: the second factor and the counters are stored as these, never in clear."""

from __future__ import annotations

import hashlib
import hmac

from dossiers.attempts import Scopes
from motcua.settings import Settings


class Hasher:
    """Hashes under keys derived from the secret key of the deployment."""

    def __init__(self, settings: Settings) -> None:
        self._phone = settings.key("dossier-phone")
        self._attempt = settings.key("dossier-attempt")

    def phone(self, canonical: str, last_four: str) -> str:
        """The hash of the last four digits of the phone registered with a dossier."""
        return _keyed(self._phone, canonical, last_four)

    def scopes(self, asker: str, code_key: str) -> Scopes:
        """The counters to use for an asker and a code (its key, so that every spelling counts)."""
        return Scopes(
            asker=_keyed(self._attempt, "asker", asker),
            code=_keyed(self._attempt, "code", code_key),
            pair=_keyed(self._attempt, "pair", asker, code_key),
        )


def _keyed(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
