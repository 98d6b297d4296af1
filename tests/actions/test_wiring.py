"""Domain, rules and action server name the same things."""

from __future__ import annotations

import yaml
from rasa_sdk.executor import ActionExecutor

from actions.base import Rooms
from actions.server import ACTIONS, create_action_app
from motcua.reply import Facet
from motcua.settings import ROOT, Settings

DOMAIN = ROOT / "bot" / "domain"


def _names(file: str, key: str) -> list[str]:
    return list(yaml.safe_load((DOMAIN / file).read_text(encoding="utf-8"))[key])


def _steps() -> list[tuple[str, str]]:
    return [
        (rule["steps"][0]["intent"], rule["steps"][1]["action"])
        for path in (ROOT / "bot" / "rules").glob("*.yml")
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    ]


def test_every_intent_has_exactly_one_rule() -> None:
    assert sorted(intent for intent, _ in _steps()) == sorted(_names("intents.yml", "intents"))


def test_every_action_of_the_domain_is_served_and_no_other() -> None:
    assert sorted(action.action_name for action in ACTIONS) == sorted(_names("actions.yml", "actions"))


def test_every_rule_calls_an_action_of_the_domain() -> None:
    assert {action for _, action in _steps()} == set(_names("actions.yml", "actions"))


def test_every_facet_is_an_intent_that_is_answered_by_one_action() -> None:
    asked = {intent: action for intent, action in _steps() if intent.startswith("ask_")}
    assert asked.pop("ask_checklist") == "action_start_checklist"  # papers for one case, no facet
    assert asked == {f"ask_{facet}": "action_answer_procedure" for facet in Facet}


def test_actions_register_under_the_names_rasa_calls(rooms: Rooms) -> None:
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(rooms))
    assert sorted(executor.actions) == sorted(_names("actions.yml", "actions"))


def test_the_action_server_can_be_made(settings: Settings) -> None:
    app = create_action_app(settings)
    assert {"webhook", "health"} <= {route.path for route in app.router.routes}
