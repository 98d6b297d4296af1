"""The consent of an administrator of the account: the link, and what comes back from it (OAuth v4, PKCE)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from motcua.settings import ZaloSettings


class ConsentError(Exception):
    """What came back is no consent. The message says to the operator what to do."""


def _random() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def challenge_of(verifier: str) -> str:
    """The S256 challenge of RFC 7636, without padding, as the official SDKs make it."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, repr=False)
class Consent:
    """One question to an administrator. ``verifier`` is 43 characters and never leaves this process."""

    redirect_uri: str
    verifier: str = field(default_factory=_random)
    state: str = field(default_factory=_random)

    def link(self, zalo: ZaloSettings) -> str:
        """The address to open in the browser of an administrator of the account."""
        query = {
            "app_id": zalo.app_id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": challenge_of(self.verifier),
            "state": self.state,
        }
        return f"{zalo.oauth_url}/v4/oa/permission?{urlencode(query)}"

    def code(self, returned: str, zalo: ZaloSettings) -> str:
        """The code in the address that the browser was sent back to. Raises ConsentError.

        Zalo does not promise to give ``state`` back; if it is there it must be ours.
        """
        query = parse_qs(urlsplit(returned.strip()).query)
        code, oa_id, state = (query.get(name, [""])[0] for name in ("code", "oa_id", "state"))
        if not code:
            reason = query.get("error_description", query.get("error", ["no code in it"]))[0]
            raise ConsentError(f"the address holds no consent ({reason[:100]}); open the link once more")
        if state and not hmac.compare_digest(state.encode(), self.state.encode()):
            raise ConsentError("the address answers another link; open the one that was printed last")
        if oa_id and oa_id != zalo.oa_id:
            raise ConsentError(
                f"the consent is for account {oa_id[:40]}, not for MOTCUA_ZALO_OA_ID {zalo.oa_id}"
            )
        return code
