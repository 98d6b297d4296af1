"""The signature of a webhook event: who may speak to us.

``mac = hex(SHA-256(app id + raw body + timestamp + OA Secret Key))``: plain SHA-256 over a plain
concatenation, no HMAC, no separators (shared facts on Zalo, section 1.3). The body is the bytes as
they came: JSON that was read and written again does not match.
"""

from __future__ import annotations

import hashlib
import hmac
import re

# Sources disagree whether the header reads "mac=<hex>" or "<hex>", so both are understood.
_HEADER = re.compile(r"[ \t]*(?:mac[ \t]*=[ \t]*)?([0-9a-f]{64})[ \t]*", re.IGNORECASE | re.ASCII)


def make_mac(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """The MAC of an event: 64 lower-case hex digits.

    ``timestamp`` is the body's own field, epoch milliseconds as text; ``secret`` the OA Secret Key
    of the webhook page, not the app's OAuth secret.
    """
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def verify(header: str | None, *, app_id: str, body: bytes, timestamp: str, secret: str) -> bool:
    """Whether ``header`` (X-ZEvent-Signature) signs ``body``.

    Without a secret nothing is ever accepted: otherwise anybody could sign with the empty one.
    """
    found = _HEADER.fullmatch(header or "")
    if not found or not secret or not app_id:
        return False
    return hmac.compare_digest(found.group(1).lower(), make_mac(app_id, body, timestamp, secret))
