"""Rasa checks every answer of the action server against a schema that it compiles anew each time.

That took 73 % of the time of a message (DESIGN section 10: 30 to 107 messages a second without it).
The schema is constant, so the validator is built once. ``test_validator.py`` fails when Rasa's own
method is no longer the one this stands in for.
"""

from __future__ import annotations

import hashlib
import inspect
from typing import Any, Dict

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

# SHA-256 of the source of RemoteAction._validate_action_result in Rasa 3.6.21.
KNOWN_SOURCE = "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42"


def build_validator_once() -> None:
    """Make RemoteAction validate with one prepared validator: same schema, same errors."""
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = _validate_action_result


def source_digest() -> str:
    """The digest of Rasa's method as installed; to be taken before it is replaced."""
    return hashlib.sha256(inspect.getsource(RemoteAction._validate_action_result).encode()).hexdigest()
