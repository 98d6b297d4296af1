"""Why a signature does not match: the known mistakes, tried one after the other."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from itertools import product

from channels.zalo.signature import make_mac, verify
from motcua.settings import ZaloSettings


def explain(header: str, body: bytes, zalo: ZaloSettings) -> tuple[bool, str]:
    """Whether ``header`` signs ``body``, and in English what is wrong or that nothing is.

    ``body`` are the bytes as they came. No secret is part of the answer.
    """
    try:
        event = json.loads(body)
        timestamp = str(event["timestamp"])
    except (ValueError, KeyError, TypeError):
        return False, "the body is no JSON object with a timestamp"
    secret = zalo.oa_secret.get_secret_value()
    if not secret:
        return False, "MOTCUA_ZALO_OA_SECRET is empty"
    if verify(header, app_id=zalo.app_id, body=body, timestamp=timestamp, secret=secret):
        return True, "the signature is right"
    found = re.search(r"[0-9a-f]{64}", header.lower())
    if not found:
        return False, "the header holds no 64 hex digits"
    for mac, reason in _mistakes(event, body, timestamp, zalo):
        if hmac.compare_digest(mac, found[0]):
            return False, reason
    return False, "none of the known mistakes: was the OA Secret Key reset, or the body changed on its way?"


def _mistakes(
    event: dict[str, object], body: bytes, timestamp: str, zalo: ZaloSettings
) -> Iterator[tuple[str, str]]:
    oa_secret, app_secret = zalo.oa_secret.get_secret_value(), zalo.app_secret.get_secret_value()
    yield (
        make_mac(zalo.app_id, body, timestamp, app_secret),
        "signed with the app secret, not the OA Secret Key",
    )
    other_app = str(event.get("app_id", ""))
    yield make_mac(other_app, body, timestamp, oa_secret), "signed for another app: check MOTCUA_ZALO_APP_ID"
    yield make_mac(zalo.oa_id, body, timestamp, oa_secret), "signed with the OA id in place of the app id"
    for separators, escaped in product(((",", ":"), (", ", ": ")), (False, True)):
        again = json.dumps(event, ensure_ascii=escaped, separators=separators).encode()
        mac = make_mac(zalo.app_id, again, timestamp, oa_secret)
        yield mac, "the body was read and written anew on its way"
    keyed = hmac.new(oa_secret.encode(), body, hashlib.sha256).hexdigest()
    yield keyed, "an HMAC, not the plain SHA-256 that Zalo makes"
