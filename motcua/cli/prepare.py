"""``motcua prepare``: what has to be there before the stack starts.

``motcua run`` does it in a process of its own, so that what reading and training take up is given back.
"""

from __future__ import annotations

import sys

import click
from rich.console import Console

from motcua import prepare as steps
from motcua.settings import get_settings


@click.command()
def prepare() -> None:
    """Train the model if needed, migrate the database, load the shipped procedures."""
    settings = get_settings()
    console = Console(stderr=False)
    try:
        with console.status("Checking the model (training takes a minute or two when its data changed)…"):
            steps.train_model()
        console.print("✓ model")
        with console.status("Migrating the database…"):
            steps.migrate_database(settings)
        console.print("✓ database")
        with console.status("Loading procedures…"):
            changed = steps.load_content(settings)
        console.print(f"✓ knowledge ({len(changed)} procedures changed)" if changed else "✓ knowledge")
    except steps.PreparationError as error:
        console.print(f"[red]✗[/red] {error}", highlight=False)
        sys.exit(1)
