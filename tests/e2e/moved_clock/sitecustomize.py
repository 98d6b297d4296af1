"""Moves Hanoi's calendar for the processes of a stack: Python imports this before anything of theirs.

Only what a citizen calls today moves (``motcua.clock``). Leases, windows and sessions keep the real time.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from motcua import clock

_FILE = Path(os.environ.get("MOTCUA_TEST_CLOCK", "/nonexistent"))


def _moved() -> datetime:
    days = int(_FILE.read_text()) if _FILE.exists() else 0
    return datetime.now(clock.HANOI) + timedelta(days=days)


clock.hanoi_now = _moved
