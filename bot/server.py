"""Starts Rasa as the project uses it: loopback only, HTTP API off, one channel, the newest model.

``python -m bot.server --port 5005 --model bot/models/motcua.tar.gz``, with the address of the actions
in ``MOTCUA_ACTIONS_URL``. Rasa 3.6.21 and what it pins get no more security fixes, so nothing but the
gateway on this machine ever talks to it (DESIGN section 2).
"""

from __future__ import annotations

import argparse
import logging
import os
import warnings
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
HERE = Path(__file__).resolve().parent
MODEL = HERE / "models" / "motcua.tar.gz"
# What Rasa calls the message, and what it makes of it, in its log lines.
_SAID_BY_CITIZENS = frozenset({"text", "message", "user_message", "rasa_message", "tracker_latest_message"})


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Một Cửa's Rasa process")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()
    quiet()

    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    from bot.validator import build_validator_once

    log_without_texts()
    build_validator_once()
    serve_application(
        model_path=str(arguments.model),
        interface=LOOPBACK,
        port=arguments.port,
        credentials=str(HERE / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(HERE / "endpoints.yml")),
        enable_api=False,
    )


def log_without_texts() -> None:
    """Warnings and errors only (at lower levels Rasa logs what citizens write), and those without a text.

    Rasa 3.6.21 adds the message to its error about a turn that failed or took too long, and every local
    variable to the traceback.
    """
    import structlog
    from rasa.utils.log_utils import configure_structlog
    from structlog.tracebacks import ExceptionDictTransformer

    configure_structlog(logging.WARNING)
    logging.getLogger().setLevel(logging.WARNING)
    bare = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    with_locals = structlog.processors.dict_tracebacks
    processors = [bare if each is with_locals else each for each in structlog.get_config()["processors"]]
    structlog.configure(processors=[_drop_texts, *processors])


def _drop_texts(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in _SAID_BY_CITIZENS & event.keys():
        event[name] = "(left out)"
    return event


def quiet() -> None:
    """No telemetry, no TensorFlow chatter, no warnings about libraries that will never change again."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    os.environ.setdefault("SANIC_NO_LOGO", "true")
    warnings.simplefilter("ignore")
    logging.getLogger("matplotlib").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
