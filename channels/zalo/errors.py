"""Zalo's error codes as rules (``errors.yml``), and what a failed call means for the outbox."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from conversations import SendOutcome, SendState
from motcua.db import now

ALERT_RETRY_S = 300.0
"""How long a message waits that only an administrator can set free, in seconds."""

_STUBBORN_TOKEN_S = 60.0


class Action(StrEnum):
    """What the sender does about a code; explained at the top of ``errors.yml``."""

    RETRY = "retry"
    MINUTE = "minute"
    REFRESH = "refresh"
    SPLIT = "split"
    PLAIN = "plain"
    ALERT = "alert"
    DROP = "drop"


class Rule(BaseModel):
    """One line of ``errors.yml``. ``after_s`` is in seconds; ``times`` 0 means without end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: int
    action: Action
    meaning: str
    after_s: float = 30.0
    times: int = 0
    alert: bool = False


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


@lru_cache
def rules() -> dict[int, Rule]:
    """Every known code. Raises pydantic.ValidationError or ValueError when the file is wrong."""
    lines = yaml.safe_load((Path(__file__).with_name("errors.yml")).read_text("utf-8"))
    table = {rule.code: rule for rule in map(Rule.model_validate, lines)}
    if len(table) != len(lines):
        raise ValueError("errors.yml names a code twice")
    return table


def refusal(code: int) -> Failure:
    """The failure that an error code of the API stands for; an unknown one is dropped."""
    rule = rules().get(code) or Rule(code=code, action=Action.DROP, meaning="not in the table")
    return Failure(Stage.REFUSED, str(code), rule)


def next_minute(at: datetime | None = None) -> float:
    """Seconds until the rate limit starts anew, with a little spread so that not all come at once."""
    at = at or now()
    return 60.0 - at.second - at.microsecond / 1e6 + random.uniform(0.1, 2.0)  # noqa: S311


def outcome_of(failure: Failure, attempt: int) -> SendOutcome:
    """What the outbox is told about a send that failed. ``attempt`` counts from 1."""
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
    if rule.action is Action.MINUTE:
        return next_minute()
    if rule.action is Action.REFRESH:
        return _STUBBORN_TOKEN_S  # a token fresh from Zalo was refused as well: no use hurrying
    if rule.action is Action.ALERT:
        return ALERT_RETRY_S
    if rule.action is Action.RETRY and (not rule.times or attempt <= rule.times):
        return rule.after_s
    return None
