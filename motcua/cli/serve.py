"""``motcua serve``: one process in the foreground, as the supervisor starts it."""

from __future__ import annotations

import click

from motcua.settings import get_settings


@click.group()
def serve() -> None:
    """Run one process: gateway or actions."""


@serve.command()
def gateway() -> None:
    """What citizens and staff touch."""
    from motcua.app import serve as serve_gateway

    serve_gateway(get_settings())


@serve.command()
def actions() -> None:
    """What Rasa calls."""
    from actions.server import serve as serve_actions

    serve_actions(get_settings())
