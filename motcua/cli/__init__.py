"""The ``motcua`` command. One module a topic; this one only gathers them."""

from __future__ import annotations

from importlib import import_module

import click

from motcua.logs import set_up_logs
from motcua.settings import get_settings

# The command and its module, read when it is asked for: what waits for Ctrl-C need not hold the search.
_COMMANDS = {
    "ask": "ask:ask",
    "conversations": "conversations:conversations",
    "dossiers": "dossiers:dossiers",
    "eval": "evaluate:evaluate",
    "knowledge": "knowledge:knowledge",
    "prepare": "prepare:prepare",
    "qr": "qr:qr",
    "reports": "reports:reports",
    "run": "run:run",
    "serve": "serve:serve",
    "users": "users:users",
    "zalo": "zalo:zalo",
}


class _Commands(click.Group):
    """The commands, each loaded with its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in order."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, if there is one."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"motcua.cli.{module}"), name)
        return command


@click.group(cls=_Commands)
def main() -> None:
    """Một Cửa: the assistant of a city's one-stop office."""
    set_up_logs(as_json=get_settings().log_json)
