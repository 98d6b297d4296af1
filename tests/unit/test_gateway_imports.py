"""What the gateway need not load: every import costs each start, and memory for ever."""

import subprocess
import sys

import pytest

import knowledge
from motcua.settings import ROOT

_ASK = """
import sys
import motcua.app
print(",".join(name for name in ("sklearn", "scipy", "knowledge.search") if name in sys.modules))
"""


def test_the_gateway_starts_without_the_machinery_of_the_search() -> None:
    done = subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_public_name_of_the_knowledge_base_is_there() -> None:
    for name in knowledge.__all__:
        assert callable(getattr(knowledge, name)), name
    with pytest.raises(AttributeError):
        _ = knowledge.no_such_name
