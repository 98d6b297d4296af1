"""Zalo's side of the webhook: signs events and posts them, again and again if asked to."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any

import aiohttp

from tests.zalo_simulator.world import Entry, World


class Console:
    """Posts the events of ``world`` to one webhook address."""

    def __init__(self, world: World, session: aiohttp.ClientSession, url: str) -> None:
        self._world = world
        self._session = session
        self._url = url
        self.last: tuple[bytes, str] = (b"", "")
        """Body and signature of the newest event, for redelivery."""

    async def say(self, user_id: str, text: str, **message: Any) -> int:
        """A citizen writes; the HTTP status that the webhook answered."""
        citizen = self._world.citizens.get(user_id) or self._world.add_citizen(user_id)
        citizen.interacted_at = time.time()
        entry = Entry(secrets.token_hex(10), 1, text, time.time())
        citizen.entries.append(entry)
        return await self.post(
            self.event(user_id, message={"text": text, "msg_id": entry.message_id} | message)
        )

    def event(self, user_id: str, name: str = "user_send_text", **parts: Any) -> dict[str, Any]:
        """An event from a citizen to the account, in the shape of section 1.7 of the shared facts."""
        account = self._world.account
        return {
            "app_id": account.app_id,
            "user_id_by_app": "552177",
            "sender": {"id": user_id},
            "recipient": {"id": account.oa_id},
            "event_name": name,
            "timestamp": str(int(time.time() * 1000)),
        } | parts

    def echo(self, user_id: str, entry: Entry, admin_id: str | None = None) -> dict[str, Any]:
        """What Zalo posts about a message of the account; ``admin_id``: a person typed it."""
        name = {"photo": "image", "gif": "gif", "file": "file"}.get(
            entry.kind, "list" if entry.elements else "text"
        )
        sender = {"id": self._world.account.oa_id} | ({"admin_id": admin_id} if admin_id else {})
        message: dict[str, Any] = {"msg_id": entry.message_id} | ({"text": entry.text} if entry.text else {})
        return self.event(
            user_id, f"oa_send_{name}", sender=sender, recipient={"id": user_id}, message=message
        )

    async def post(self, body: dict[str, Any], *, prefix: str = "mac=") -> int:
        """Sign and post an event once; the HTTP status of the answer."""
        raw, mac = self.sign(body)
        self.last = (raw, prefix + mac)
        return await self.deliver(*self.last)

    def sign(self, body: dict[str, Any]) -> tuple[bytes, str]:
        """The bytes of an event and its MAC."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        account = self._world.account
        signed = account.app_id.encode() + raw + str(body["timestamp"]).encode() + account.oa_secret.encode()
        return raw, hashlib.sha256(signed).hexdigest()

    async def redeliver(self, times_before: int = 1) -> int:
        """Post the newest event again, as Zalo does when it got no 200."""
        return await self.deliver(*self.last, num_retry=times_before)

    async def deliver(self, raw: bytes, signature: str | None, num_retry: int | None = None) -> int:
        """Post exactly these bytes under this signature."""
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["X-ZEvent-Signature"] = signature
        if num_retry is not None:
            headers["num_retry"] = str(num_retry)
        async with self._session.post(self._url, data=raw, headers=headers) as response:
            return response.status
