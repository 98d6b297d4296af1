"""The validator that is built once gives the verdicts of Rasa's own, and stands in for that method only."""

import subprocess
import sys

import pytest
from bot.server import HERE
from bot.validator import KNOWN_SOURCE, build_validator_once
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

GOOD = [
    {"events": [], "responses": []},
    {"events": []},
    {"responses": []},
    {},
    {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "Chào"}]},
    {"events": [], "responses": [{"custom": {"reply": {"kind": "answer"}}}]},
    {"events": [], "responses": [{"text": None, "buttons": [], "elements": [], "attachment": None}]},
]
BAD = [
    {"events": "none"},
    {"events": {}},
    {"events": [{"name": "slot without event"}]},
    {"events": [{"event": 5}]},
    {"events": ["slot"]},
    {"responses": "xin chào"},
    {"responses": ["xin chào"]},
    {"responses": 5},
    {"events": None, "responses": None},
    [],
    None,
    "text",
]


@pytest.fixture
def methods(monkeypatch):
    """Rasa's method, and ours in its place until the test ends."""
    original = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", original)
    build_validator_once()
    return original, RemoteAction._validate_action_result


def _verdict(method, result):
    """True, or the part of the answer that is wrong."""
    try:
        return method(RemoteAction("action_x", None), result)
    except ValidationError as error:
        return list(error.absolute_path)[:2]


@pytest.mark.parametrize("result", [*GOOD, *BAD], ids=repr)
def test_the_verdict_is_that_of_rasa(methods, result):
    original, ours = methods
    assert original is not ours
    assert _verdict(ours, result) == _verdict(original, result)


@pytest.mark.parametrize("result", GOOD, ids=repr)
def test_good_results_pass(methods, result):
    assert _verdict(methods[1], result) is True


@pytest.mark.parametrize("result", [BAD[0], BAD[2], BAD[5], BAD[9], BAD[10]], ids=repr)
def test_bad_results_do_not(methods, result):
    assert _verdict(methods[1], result) is not True


def test_rasas_method_is_still_the_one_this_stands_in_for():
    """In a fresh process, where nothing has replaced it yet."""
    code = "from bot.validator import source_digest; print(source_digest())"
    fresh = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert fresh.stdout.split()[-1] == KNOWN_SOURCE
