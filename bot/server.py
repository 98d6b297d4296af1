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
from pathlib import Path

LOOPBACK = "127.0.0.1"
HERE = Path(__file__).resolve().parent
MODEL = HERE / "models" / "motcua.tar.gz"


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Một Cửa's Rasa process")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()
    quiet()

    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from bot.validator import build_validator_once

    configure_structlog(logging.WARNING)  # at lower levels Rasa logs what citizens write
    logging.getLogger().setLevel(logging.WARNING)
    build_validator_once()
    serve_application(
        model_path=str(arguments.model),
        interface=LOOPBACK,
        port=arguments.port,
        credentials=str(HERE / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(HERE / "endpoints.yml")),
        enable_api=False,
    )


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
