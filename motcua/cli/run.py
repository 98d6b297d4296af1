"""``motcua run``: prepare, start everything, say when it is ready, stop it all on Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType

import click
from rich.console import Console

from motcua.settings import get_settings
from motcua.stack import Stack, StackError

TRY = (
    "làm giấy khai sinh cho con cần những gì",
    "lam giay khai sinh het bao nhieu tien",
    "hồ sơ H26.99.9-260105-0002 đến đâu rồi  (hồ sơ mẫu, bốn số cuối điện thoại: 4521)",
)
_PARTS = {"rasa": "Rasa", "actions": "actions", "gateway": "gateway", "database": "database"}


@click.command()
def run() -> None:
    """Start the whole stack in the foreground."""
    settings = get_settings()
    console = Console(stderr=False)
    stack = Stack(settings)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may start us with SIGINT ignored
        signal.signal(number, _interrupt)
    try:
        if subprocess.run([sys.executable, "-m", "motcua", "prepare"], check=False).returncode:
            sys.exit(1)
        with console.status("Starting Rasa, actions and gateway…") as status:
            stack.start(lambda parts: status.update(_waiting_for(parts)))
        _say_ready(console, settings.url)
        stack.wait()
    except StackError as error:
        console.print(f"[red]✗[/red] {error}", highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Stopping…")
    finally:
        stack.stop()


def _waiting_for(parts: Mapping[str, bool]) -> str:
    missing = [name for key, name in _PARTS.items() if not parts.get(key, key == "gateway" and bool(parts))]
    return f"Waiting for {', '.join(missing)}…"


def _say_ready(console: Console, url: str) -> None:
    console.print(f"\nMột Cửa is ready: {url}\n", style="bold", highlight=False)
    console.print("Three things to try there:")
    for number, question in enumerate(TRY, start=1):
        console.print(f"  {number}. {question}", highlight=False)
    console.print("\nCtrl-C stops everything.")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
