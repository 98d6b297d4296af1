"""Every documented answer of Zalo leads to one decision, each host by its own table."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.zalo import errors
from channels.zalo.caller import read_answer
from channels.zalo.errors import (
    ALERT_RETRY_S,
    CURFEW_LOOK_S,
    Action,
    Failure,
    Host,
    Stage,
    next_minute,
    next_morning,
    outcome_of,
    refusal,
    rules,
)
from channels.zalo.transport import Answer
from conversations import SendState
from motcua.clock import HANOI
from motcua.db import now

# Written down from the shared facts on Zalo, sections 4 and 5, not from the tables under test.
OA = {
    Action.MINUTE: "-32 429",
    Action.REFRESH: "-216 -220 216 401",
    Action.RETRY: "-200",
    Action.SPLIT: "-210",
    Action.BARE: "-201 -233",
    Action.UPLOAD: "-100",
    Action.WINDOW: "-230 -232",
    Action.MORNING: "-234",
    Action.ALERT: "-202 -204 -205 -207 -208 -209 -212 -215 -219 -221 -223 -224 -235 -242 -320 -321",
    Action.DROP: "-211 -213 -214 -217 -218 -222 -227 -237 -238 -240 -241 -244 -248 -305 -311 -403",
}
OA_ALERTS = {-211, -240, -248}
ZBS = {
    Action.MINUTE: "-32 429",
    Action.REFRESH: "-124 401",
    Action.RETRY: "-100 -137",
    Action.MORNING: "-133",
    Action.STOP: "-115 -126 -136 -144 -1441 -147 -160 -105 -138 -120 -1201 -1202 -135 -1351 -140 -145 -146",
    Action.DROP: (
        "-101 -102 -103 -104 -106 -107 -109 -1091 -111 -112 -1121 -1122 -1123 -1124 -113 -116 -117 -121 -122"
        " -123 -1241 -125 -128 -129 -130 -131 -132 -142 -143 -151 -152 -153 -158 -159 -1471 -127 -148 -149"
        " -150 -108 -110 -114 -118 -119 -134 -139 -141"
    ),
}
ZBS_SILENT = {-108, -110, -114, -118, -119, -134, -139, -141}
"""What is the citizen's own choice or number: nobody needs to be told."""

_STATES = {
    Action.DROP: SendState.FAILED, Action.BARE: SendState.FAILED, Action.SPLIT: SendState.FAILED,
    Action.UPLOAD: SendState.FAILED, Action.WINDOW: SendState.FAILED,
}  # fmt: skip
_ROWS = [
    (host, int(code), action)
    for host, table in ((Host.OA, OA), (Host.ZBS, ZBS))
    for action, codes in table.items()
    for code in codes.split()
]


@pytest.mark.parametrize(("host", "code", "action"), _ROWS)
def test_every_row_leads_to_its_action_and_its_outcome(host: Host, code: int, action: Action) -> None:
    failure = refusal(code, host)
    assert failure.rule is not None
    assert failure.rule.action is action
    outcome = outcome_of(failure, attempt=1)
    assert (outcome.state, outcome.code) == (_STATES.get(action, SendState.RETRY), str(code))
    assert (outcome.retry_in is not None) is (outcome.state is SendState.RETRY)
    if host is Host.OA:
        expected = action is Action.ALERT or code in OA_ALERTS
    else:
        expected = action is Action.STOP or (action is Action.DROP and code not in ZBS_SILENT)
    assert failure.rule.alerts is expected


@pytest.mark.parametrize("host", list(Host))
def test_the_tables_hold_these_rows_and_no_others(host: Host) -> None:
    assert set(rules(host)) == {code for of, code, _ in _ROWS if of is host}
    lines = Path(errors.__file__).with_name(host.value).read_text("utf-8")
    assert len(re.findall(r"(?m)^- \{code: ", lines)) == len(rules(host))
    assert all(rule.meaning for rule in rules(host).values())


def test_the_hosts_give_the_same_number_other_meanings() -> None:
    assert refusal(-100).wants(Action.UPLOAD)
    assert refusal(-100, Host.ZBS).wants(Action.RETRY)
    assert refusal(-124).wants(Action.DROP)
    assert refusal(-124, Host.ZBS).wants(Action.REFRESH)


@pytest.mark.parametrize("host", list(Host))
@pytest.mark.parametrize("code", [-99999, 12000, 1])
def test_an_unknown_code_is_dropped_with_its_number(host: Host, code: int) -> None:
    outcome = outcome_of(refusal(code, host), attempt=1)
    assert (outcome.state, outcome.code) == (SendState.FAILED, str(code))


def test_tries_are_spaced_out_and_come_to_an_end() -> None:
    assert outcome_of(refusal(-200), attempt=2).state is SendState.FAILED
    waits = [outcome_of(refusal(-137, Host.ZBS), attempt=n).retry_in for n in (1, 2, 3)]
    assert waits == [300.0, 600.0, 1200.0]
    assert outcome_of(refusal(-137, Host.ZBS), attempt=4).state is SendState.FAILED
    assert outcome_of(refusal(-219), attempt=50).retry_in == ALERT_RETRY_S


def test_the_rate_limit_waits_for_the_next_minute() -> None:
    assert 0 < next_minute(now().replace(second=59)) < 3.5
    assert 55 < next_minute(now().replace(second=3)) < 62


@pytest.mark.parametrize(
    ("at", "morning"),
    [
        (datetime(2026, 3, 1, 22, 0, tzinfo=HANOI), datetime(2026, 3, 2, 6, 0, tzinfo=HANOI)),
        (datetime(2026, 3, 2, 5, 59, tzinfo=HANOI), datetime(2026, 3, 2, 6, 0, tzinfo=HANOI)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), datetime(2026, 3, 2, 6, 0, tzinfo=HANOI)),
        (datetime(2026, 3, 2, 6, 0, tzinfo=HANOI), datetime(2026, 3, 3, 6, 0, tzinfo=HANOI)),
    ],
)
def test_the_curfew_ends_at_six_in_hanoi(at: datetime, morning: datetime) -> None:
    assert next_morning(at) == morning


def test_what_waits_for_the_morning_looks_up_now_and_then() -> None:
    wait_s = outcome_of(refusal(-133, Host.ZBS), attempt=1).retry_in
    assert wait_s is not None
    assert 0 < wait_s <= CURFEW_LOOK_S


@pytest.mark.parametrize(
    ("status", "data", "stage"),
    [
        (500, None, Stage.UNCLEAR), (502, {"error": -200}, Stage.UNCLEAR), (504, {"error": 0}, Stage.UNCLEAR),
        (408, None, Stage.UNCLEAR), (200, None, Stage.UNCLEAR), (200, {"message": "?"}, Stage.UNCLEAR),
        (200, {"error": True}, Stage.UNCLEAR),
        (403, None, Stage.UNSENT), (302, None, Stage.UNSENT), (404, {"error": 0}, Stage.UNSENT),
        (200, {"error": "-213"}, Stage.REFUSED), (400, {"error": -201}, Stage.REFUSED),
        (429, None, Stage.REFUSED),
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", list(Host))
def test_what_is_not_a_plain_success_is_a_failure_of_its_stage(
    host: Host, status: int, data: dict[str, object] | None, stage: Stage
) -> None:
    failure = read_answer(Answer(status, data), host)
    assert isinstance(failure, Failure)
    assert failure.stage is stage


@pytest.mark.parametrize("host", list(Host))
def test_http_401_and_429_mean_token_and_rate_limit(host: Host) -> None:
    for status, action in ((401, Action.REFRESH), (429, Action.MINUTE)):
        failure = read_answer(Answer(status, None), host)
        assert isinstance(failure, Failure)
        assert failure.wants(action)
