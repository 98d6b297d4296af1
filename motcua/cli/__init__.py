"""The ``motcua`` command. One module a topic; this one only gathers them."""

from __future__ import annotations

import click

from motcua.cli.ask import ask
from motcua.cli.dossiers import dossiers
from motcua.cli.evaluate import evaluate
from motcua.cli.knowledge import knowledge
from motcua.cli.run import run
from motcua.cli.serve import serve
from motcua.logs import set_up_logs
from motcua.settings import get_settings


@click.group()
def main() -> None:
    """Một Cửa: the assistant of a city's one-stop office."""
    set_up_logs(as_json=get_settings().log_json)


for command in (ask, dossiers, evaluate, knowledge, run, serve):
    main.add_command(command)
