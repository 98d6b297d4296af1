"""The receipt as second factor: what the office prints as a QR code beside the dossier code.

The payload is ``HS|code|check``. The check value is a keyed hash of the code, 80 bits in letters and digits
that no eye confuses, so that it can be typed too and cannot be guessed. Whoever holds the receipt may ask for
the state of the dossier, as at the counter; no name and no number is in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from dossiers.codes import DossierCode, parse_code
from motcua.settings import Settings

_CHECK_CHARS = 16  # of 5 bits each
_RECEIPT = re.compile(
    rf"\bHS\|([0-9A-Z. \-]{{8,60}})\|([A-Z2-7]{{{_CHECK_CHARS}}})(?![A-Z0-9])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands in a QR code of that form. Nothing says yet that we made it."""

    code: DossierCode
    check: str


class Receipts:
    """Makes and checks receipts under a key of this deployment."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.key("dossier-receipt")

    def payload(self, code: DossierCode) -> str:
        """What the QR code of this dossier's receipt holds."""
        return f"HS|{code.canonical}|{self._check(code)}"

    def is_ours(self, receipt: Receipt) -> bool:
        """Whether the check value is the one we print for this code."""
        return hmac.compare_digest(receipt.check, self._check(receipt.code))

    def _check(self, code: DossierCode) -> str:
        digest = hmac.new(self._key, code.canonical.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode()[:_CHECK_CHARS]


def find_receipt(text: str) -> Receipt | None:
    """The receipt in a message, as a channel reads it from a photo of the QR code; None if there is none."""
    match = _RECEIPT.search(text)
    code = parse_code(match.group(1)) if match else None
    return Receipt(code, match.group(2).upper()) if match and code else None
