"""What Zalo knows: the account, its tokens, its citizens and what each of them has received."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.zalo_simulator.faults import Faults
from tests.zalo_simulator.judge import DAY_S, judge
from tests.zalo_simulator.refused import Refused
from tests.zalo_simulator.templates import Templates

_MB = 1024 * 1024
_UPLOADS = {
    "image": (1, ("jpg", "jpeg", "png")), "gif": (5, ("gif",)), "file": (5, ("pdf", "doc", "docx")),
}  # fmt: skip
_CODE_LIFE_S = 600


@dataclass(frozen=True)
class Account:
    """An app and the Official Account that has authorised it. All values are made up."""

    app_id: str = "1234567890"
    oa_id: str = "388613388613388613"
    app_secret: str = "APPSECRETEXAMPLE"
    oa_secret: str = "OASECRETKEYEXAMPLE"


@dataclass
class Entry:
    """A line of a conversation. ``src`` 0: sent by the account, 1: by the citizen."""

    message_id: str
    src: int
    text: str
    at: float
    kind: str = "text"
    buttons: list[dict[str, Any]] = field(default_factory=list)
    elements: list[dict[str, Any]] = field(default_factory=list)
    attachment: bytes = b""
    quote: str | None = None


@dataclass
class Citizen:
    """A user of Zalo. ``interacted_at`` is in epoch seconds, None before the first message."""

    id: str
    interacted_at: float | None
    entries: list[Entry] = field(default_factory=list)

    @property
    def received(self) -> list[str]:
        """The texts that the account has sent to this citizen."""
        return [entry.text for entry in self.entries if entry.src == 0]


class World:
    """The state behind the simulator. Tests look at it and change it directly."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account or Account()
        self.faults = Faults()
        self.citizens: dict[str, Citizen] = {}
        self.access_life_s = 90_000
        self.per_minute = 4000
        self.needs_proof = False
        self.accepts_buttons = True
        self.buttons_refused_with = -201
        self.accepts_lists = True
        self.accepts_quotes = True
        self.count_bytes = False
        """Count the text limit in UTF-8 bytes: how Zalo counts is not documented."""
        self.calls: list[tuple[str, int]] = []
        """Endpoint and error code of every call, in order."""
        self.refreshes = 0
        self.templates = Templates()
        self.sent_listeners: list[Callable[[Citizen, Entry], None]] = []
        """Told of every message of the account, as Zalo tells it to the webhook."""
        self._uploads: dict[str, tuple[str, bytes]] = {}
        self._codes: dict[str, tuple[str, float]] = {}
        self._minute, self._used = 0, 0
        self._spent: set[str] = set()
        self._dead: set[str] = set()
        self.access_token, self.refresh_token, self.expires_at = "", "", 0.0
        self.issue_pair()

    def add_citizen(self, user_id: str, interacted_days_ago: float | None = 0.0) -> Citizen:
        """A user who last wrote to the account so many days ago; None: never."""
        ago = interacted_days_ago
        self.citizens[user_id] = Citizen(user_id, None if ago is None else time.time() - ago * DAY_S)
        return self.citizens[user_id]

    def issue_pair(self) -> None:
        """A new pair; the old access token dies at this moment, the old refresh token is spent."""
        self._dead.add(self.access_token)
        self._spent.add(self.refresh_token)
        self.access_token = "at-" + secrets.token_hex(8)
        self.refresh_token = "rt-" + secrets.token_hex(8)
        self.expires_at = time.time() + self.access_life_s

    def expire_access(self) -> None:
        """The access token runs out now."""
        self.expires_at = 0.0

    def refresh(self, secret: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The next pair, or a failure the way the token endpoint words it: HTTP 200, error_name."""
        if secret != self.account.app_secret or form.get("app_id") != self.account.app_id:
            return _oauth_error(-14001, "invalid_app", "app id or secret is wrong")
        if form.get("grant_type") == "authorization_code":
            return self._first_pair(form)
        if form.get("grant_type") != "refresh_token":
            return _oauth_error(-14002, "invalid_grant_type", "unsupported grant type")
        offered = form.get("refresh_token", "")
        if offered != self.refresh_token:
            spent = offered in self._spent
            return _oauth_error(-14020, "refresh_token_used" if spent else "invalid_refresh_token", "no")
        self.issue_pair()
        self.refreshes += 1
        return self._pair()

    def _pair(self) -> dict[str, Any]:
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_in": str(self.access_life_s),
        }

    def consent(self, challenge: str) -> str:
        """An administrator says yes: the code, good once and for ten minutes."""
        code = "code-" + secrets.token_hex(8)
        self._codes[code] = (challenge, time.time() + _CODE_LIFE_S)
        return code

    def _first_pair(self, form: Mapping[str, str]) -> dict[str, Any]:
        challenge, until = self._codes.pop(form.get("code", ""), ("", 0.0))
        if time.time() >= until:
            return _oauth_error(-14009, "invalid_code", "authorization code is used or expired")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if challenge and challenge != base64.urlsafe_b64encode(digest).decode().rstrip("="):
            return _oauth_error(-14010, "invalid_code_verifier", "code verifier is wrong")
        self.issue_pair()
        return self._pair()

    def authorise(self, token: str | None) -> None:
        """Raise Refused unless ``token`` is the living access token."""
        if token and token in self._dead:
            raise Refused(-220, "Access token has expired")
        if not token or token != self.access_token:
            raise Refused(-216, "Access token is invalid")
        if time.time() >= self.expires_at:
            raise Refused(-220, "Access token has expired")

    def spend_rate(self) -> int:
        """Count a call against this minute; what remains. Raises Refused above the limit."""
        minute = int(time.time() // 60)
        self._used = self._used + 1 if minute == self._minute else 1
        self._minute = minute
        if self._used > self.per_minute:
            raise Refused(-32, "Rate limit exceeded")
        return self.per_minute - self._used

    def take(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take a message, or raise Refused; what Zalo answers."""
        citizen, shown = judge(self, body)
        entry = self.deliver(citizen, **shown)
        for listener in self.sent_listeners:
            listener(citizen, entry)
        answer: dict[str, Any] = {
            "message_id": entry.message_id, "user_id": citizen.id, "sent_time": str(int(entry.at * 1000)),
        }  # fmt: skip
        if citizen.interacted_at is not None and time.time() - citizen.interacted_at <= 2 * DAY_S:
            answer["quota"] = {"quota_type": "reply"}
        return answer

    def deliver(self, citizen: Citizen, text: str, kind: str = "text", **shown: Any) -> Entry:
        """Put a message of the account into the conversation."""
        entry = Entry(secrets.token_hex(10), 0, text, time.time(), kind, **shown)
        citizen.entries.append(entry)
        return entry

    def upload(self, kind: str, name: str, content: bytes) -> dict[str, str]:
        """Keep a picture or a file for a while. Without an extension: nothing, and no error."""
        if "." not in name:
            return {}
        megabytes, known = _UPLOADS[kind]
        if len(content) > megabytes * _MB:
            raise Refused(-210, "file is over the limit")
        if name.rpartition(".")[2].lower() not in known:
            raise Refused(-201, "file type is invalid")
        ref = f"{kind}-{secrets.token_hex(8)}"
        self._uploads[ref] = (kind, content)
        return {"token" if kind == "file" else "attachment_id": ref}

    def forget_uploads(self) -> None:
        """Every id of an upload expires now."""
        self._uploads = {ref: (kind, b"") for ref, (kind, _) in self._uploads.items()}

    def uploaded(self, kind: str, ref: Any) -> bytes:
        """The content of an upload. Raises Refused."""
        known, content = self._uploads.get(str(ref), ("", b""))
        if known != kind:
            raise Refused(-201, "attachment_id is invalid")
        if not content:
            raise Refused(-100, "attachment_id was expired")
        return content

    def page(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A page of a conversation, newest first, ten lines at most."""
        citizen = self.citizens.get(str(query.get("user_id")))
        offset, count = query.get("offset", 0), query.get("count", 10)
        if not isinstance(offset, int) or not isinstance(count, int) or count > 10:
            raise Refused(-201, "offset or count is invalid")
        if citizen is None:
            raise Refused(-201, "user_id is invalid")
        newest = list(reversed(citizen.entries))[offset : offset + count]
        return [self._line(citizen, entry) for entry in newest]

    def _line(self, citizen: Citizen, entry: Entry) -> dict[str, Any]:
        ends = (self.account.oa_id, citizen.id) if entry.src == 0 else (citizen.id, self.account.oa_id)
        return {
            "src": entry.src, "time": int(entry.at * 1000), "message_id": entry.message_id,
            "from_id": ends[0], "to_id": ends[1], "type": entry.kind, "message": entry.text,
        }  # fmt: skip


def _oauth_error(code: int, name: str, reason: str) -> dict[str, Any]:
    return {"error": code, "error_name": name, "error_reason": reason, "error_description": reason}
