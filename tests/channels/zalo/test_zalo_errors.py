"""Every documented answer of Zalo leads to one decision."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels.zalo import errors
from channels.zalo.client import read_answer
from channels.zalo.errors import Action, Failure, Stage, next_minute, outcome_of, refusal, rules
from channels.zalo.transport import Answer
from conversations import SendState
from motcua.db import now


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (-32, SendState.RETRY), (-200, SendState.RETRY), (-201, SendState.FAILED), (-204, SendState.FAILED),
        (-205, SendState.FAILED), (-209, SendState.RETRY), (-210, SendState.FAILED), (-211, SendState.FAILED),
        (-213, SendState.FAILED), (-216, SendState.RETRY), (-219, SendState.RETRY), (-220, SendState.RETRY),
        (-223, SendState.RETRY), (-224, SendState.RETRY), (-230, SendState.FAILED), (-232, SendState.FAILED),
        (-234, SendState.RETRY), (-240, SendState.FAILED), (-242, SendState.RETRY), (-248, SendState.FAILED),
        (-321, SendState.RETRY), (-99999, SendState.FAILED), (12000, SendState.FAILED),
    ],
)  # fmt: skip
def test_a_code_leads_to_its_outcome(code: int, state: SendState) -> None:
    outcome = outcome_of(refusal(code), attempt=1)
    assert (outcome.state, outcome.code) == (state, str(code))


def test_a_send_that_failed_is_tried_once_more_only() -> None:
    assert outcome_of(refusal(-200), attempt=2).state is SendState.FAILED


def test_the_rate_limit_waits_for_the_next_minute() -> None:
    assert 0 < next_minute(now().replace(second=59)) < 3.5
    assert 55 < next_minute(now().replace(second=3)) < 62


@pytest.mark.parametrize(
    ("status", "data", "stage"),
    [
        (500, None, Stage.UNCLEAR), (502, {"error": -200}, Stage.UNCLEAR), (504, {"error": 0}, Stage.UNCLEAR),
        (200, None, Stage.UNCLEAR), (200, {"message": "?"}, Stage.UNCLEAR),
        (200, {"error": True}, Stage.UNCLEAR),
        (403, None, Stage.UNSENT), (302, None, Stage.UNSENT), (404, {"error": 0}, Stage.UNSENT),
        (200, {"error": "-213"}, Stage.REFUSED), (400, {"error": -201}, Stage.REFUSED),
        (429, None, Stage.REFUSED),
    ],
)  # fmt: skip
def test_what_is_not_a_plain_success_is_a_failure_of_its_stage(
    status: int, data: dict[str, object] | None, stage: Stage
) -> None:
    failure = read_answer(Answer(status, data))
    assert isinstance(failure, Failure)
    assert failure.stage is stage


def test_http_401_and_429_mean_token_and_rate_limit() -> None:
    for status, action in ((401, Action.REFRESH), (429, Action.MINUTE)):
        failure = read_answer(Answer(status, None))
        assert isinstance(failure, Failure)
        assert failure.rule is not None
        assert failure.rule.action is action


def test_the_table_has_every_code_only_once_and_gives_each_a_meaning() -> None:
    lines = Path(errors.__file__).with_suffix(".yml").read_text("utf-8")
    assert len(re.findall(r"(?m)^- \{code: ", lines)) == len(rules()) > 45
    assert all(rule.meaning for rule in rules().values())
