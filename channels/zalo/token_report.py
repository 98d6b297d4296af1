"""How the token pair is, in English for operators. No token is part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.zalo.models import PairState
from channels.zalo.token_store import StoredPair, Unreadable
from channels.zalo.tokens import Tokens
from motcua.clock import HANOI
from motcua.db import now
from motcua.settings import ZaloSettings


@dataclass(frozen=True, slots=True)
class TokenReport:
    """``advice`` is what somebody has to do, empty when nothing."""

    facts: tuple[tuple[str, str], ...]
    advice: str = ""

    @property
    def good(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.advice

    def lines(self) -> list[str]:
        """The report, a line a fact."""
        width = max((len(name) for name, _ in self.facts), default=0)
        found = [f"{name:<{width}}  {value}" for name, value in self.facts]
        return [*found, f"-> {self.advice}"] if self.advice else found


async def report_on(tokens: Tokens, zalo: ZaloSettings) -> TokenReport:
    """The report on the stored pair. Raises what the database raises."""
    try:
        stored = await tokens.stored()
    except Unreadable:
        advice = "the pair was encrypted under another secret key: restore it or run `motcua zalo authorize`"
        return TokenReport((), advice)
    if stored is None:
        return TokenReport((), "no consent yet: run `motcua zalo authorize`")
    return report_of(stored, zalo, now())


def report_of(stored: StoredPair, zalo: ZaloSettings, at: datetime) -> TokenReport:
    """The report on ``stored`` at a moment."""
    alive = stored.expires_at > at
    left = stored.dies_at - at
    facts = (
        ("state", stored.state.value),
        ("renewed", f"{_span(at - stored.refreshed_at)} ago, {_moment(stored.refreshed_at)}"),
        ("access token", f"{'ends' if alive else 'ended'} {_moment(stored.expires_at)}"),
        (
            "refresh token",
            f"dies in {max(0, left.days)} days, {_moment(stored.dies_at)}, unless it is renewed",
        ),
        ("renewals so far", str(stored.generation - 1)),
        ("last error", f"{stored.error} ({stored.failures} in a row)" if stored.error else "none"),
    )
    advice = ""
    if stored.state is PairState.NEEDS_CONSENT:
        advice = "Zalo takes this refresh token no more: run `motcua zalo authorize`"
    elif left <= timedelta(0):
        advice = "the refresh token is dead: run `motcua zalo authorize`"
    elif left <= timedelta(days=zalo.consent_alert_days):
        advice = "the refresh token dies soon: see why it is not renewed, or run `motcua zalo authorize`"
    return TokenReport(facts, advice)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%Y-%m-%d %H:%M}"


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{span.days} days"
