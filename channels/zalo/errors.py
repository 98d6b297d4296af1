"""Zalo's error codes as rules, a table for each host, and what a failed call means for the outbox."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from conversations import SendOutcome, SendState
from motcua.clock import HANOI
from motcua.db import now

ALERT_RETRY_S = 300.0
"""How long a message waits that only an administrator can set free, in seconds."""

CURFEW_LOOK_S = 120.0
"""How often a message that waits for the morning looks whether the citizen has written meanwhile."""

_STUBBORN_TOKEN_S = 60.0
_LONGEST_S = 3600.0
_MORNING_HOUR = 6


class Host(StrEnum):
    """Who gave a code: the hosts use the same numbers with other meanings."""

    OA = "errors.yml"
    ZBS = "zbs_errors.yml"


class Action(StrEnum):
    """What the sender does about a code; explained at the top of ``errors.yml``."""

    RETRY = "retry"
    MINUTE = "minute"
    REFRESH = "refresh"
    SPLIT = "split"
    BARE = "bare"
    UPLOAD = "upload"
    WINDOW = "window"
    MORNING = "morning"
    ALERT = "alert"
    STOP = "stop"
    DROP = "drop"


class Rule(BaseModel):
    """One line of a table. ``after_s`` is in seconds; ``times`` 0 means as long as the outbox tries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: int
    action: Action
    meaning: str
    after_s: float = 30.0
    times: int = 0
    alert: bool = False
    bare: bool = False

    @property
    def alerts(self) -> bool:
        """Whether an administrator has to hear of it."""
        return self.alert or self.action in (Action.ALERT, Action.STOP)


class Stage(StrEnum):
    """How far a failed call came."""

    UNSENT = "unsent"
    """Nothing was written: Zalo has not seen it."""
    UNCLEAR = "unclear"
    """It was written, and no answer says what became of it."""
    REFUSED = "refused"
    """Zalo answered that it will not do it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that did not succeed. ``code`` holds no text of anybody; ``retry_in`` is in seconds."""

    stage: Stage
    code: str
    rule: Rule | None = None
    retry_in: float | None = None

    def wants(self, action: Action) -> bool:
        """Whether the table asks for this action."""
        return self.rule is not None and self.rule.action is action


@lru_cache
def rules(host: Host = Host.OA) -> dict[int, Rule]:
    """Every known code of a host. Raises pydantic.ValidationError or ValueError when its file is wrong."""
    lines = yaml.safe_load(Path(__file__).with_name(host.value).read_text("utf-8"))
    table = {rule.code: rule for rule in map(Rule.model_validate, lines)}
    if len(table) != len(lines):
        raise ValueError(f"{host.value} names a code twice")
    return table


def refusal(code: int, host: Host = Host.OA) -> Failure:
    """The failure that an error code of a host stands for; an unknown one is dropped."""
    rule = rules(host).get(code) or Rule(code=code, action=Action.DROP, meaning="not in the table")
    return Failure(Stage.REFUSED, str(code), rule)


def next_minute(at: datetime | None = None) -> float:
    """Seconds until the rate limit starts anew, with a little spread so that not all come at once."""
    at = at or now()
    return 60.0 - at.second - at.microsecond / 1e6 + random.uniform(0.1, 2.0)  # noqa: S311


def next_morning(at: datetime | None = None) -> datetime:
    """When the night curfew of 22:00 to 06:00 (Hanoi) is over next."""
    local = (at or now()).astimezone(HANOI)
    morning = local.replace(hour=_MORNING_HOUR, minute=0, second=0, microsecond=0)
    return morning if local < morning else morning + timedelta(days=1)


def outcome_of(failure: Failure, attempt: int) -> SendOutcome:
    """What the outbox is told about a send that failed. ``attempt`` counts Zalo's "later" from 1."""
    rule, code = failure.rule, failure.code
    if failure.stage is Stage.UNCLEAR:
        return SendOutcome(SendState.UNKNOWN, code=code)
    if failure.stage is Stage.UNSENT or rule is None:
        return SendOutcome(SendState.RETRY, retry_in=failure.retry_in, code=code)
    wait_s = _wait_of(rule, attempt)
    state = SendState.FAILED if wait_s is None else SendState.RETRY
    return SendOutcome(state, retry_in=wait_s, code=code, detail=rule.meaning)


def _wait_of(rule: Rule, attempt: int) -> float | None:
    """Seconds until the next try, or None when there is none."""
    match rule.action:
        case Action.MINUTE:
            return next_minute()
        case Action.REFRESH:
            return _STUBBORN_TOKEN_S  # a token fresh from Zalo was refused as well: no use hurrying
        case Action.ALERT | Action.STOP:
            return ALERT_RETRY_S
        case Action.MORNING:
            return min(CURFEW_LOOK_S, (next_morning() - now()).total_seconds() + 1.0)
        case Action.RETRY if not rule.times or attempt <= rule.times:
            return min(_LONGEST_S, rule.after_s * 2.0 ** min(attempt - 1, 12))
    return None
