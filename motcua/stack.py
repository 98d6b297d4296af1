"""The running whole: Rasa, actions and gateway under one supervisor."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from motcua.settings import ROOT, Settings

READY_WITHIN_S = 180.0
_SUPERVISOR = ROOT / "deploy" / "supervisord.conf"


class StackError(Exception):
    """The stack did not start. The message says what to do, for the operator."""


class Stack:
    """Starts and stops the three processes. Use as a context manager or call start and stop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, waiting: Callable[[Mapping[str, bool]], None] | None = None) -> None:
        """Start all and return when a citizen would get an answer.

        ``waiting`` is told, a few times a second, which parts are there. Raises StackError.
        """
        if self.parts():
            raise StackError(f"{self.settings.url} already answers: is the stack running already?")
        (self.settings.data_dir / "logs").mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(_SUPERVISOR)],
            cwd=ROOT,
            env=self.environment(),
            start_new_session=True,  # Ctrl-C reaches us first; we stop the others in order
        )
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            parts = self.parts()
            if parts and all(parts.values()):
                return
            if waiting:
                waiting(parts)
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StackError(f"the stack did not get ready; see {self.settings.data_dir / 'logs'}")
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop all processes and wait for them."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process = None

    def wait(self) -> None:
        """Return when the supervisor has ended."""
        if self._process:
            self._process.wait()

    def parts(self) -> dict[str, bool]:
        """Which parts answer, as the gateway sees it; empty when the gateway itself does not."""
        try:
            with urllib.request.urlopen(f"{self._local_url}/readyz", timeout=5) as response:
                answer: dict[str, bool] = json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
        except (OSError, ValueError):
            return {}
        return answer

    def pid(self, name: str) -> int:
        """The process id of ``rasa``, ``actions`` or ``gateway``; 0 when it is not running."""
        printed = self._control("pid", name).strip()
        return int(printed) if printed.isdigit() else 0

    def restart(self, name: str) -> None:
        """Restart one process in an orderly way."""
        self._control("restart", name)

    def environment(self) -> dict[str, str]:
        """What the processes need to know, over this process's own environment."""
        settings = self.settings
        # Without compiled modules kept, every start compiles TensorFlow's again: half a minute.
        inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        return {
            **inherited,
            "MOTCUA_ROOT": str(ROOT),
            "MOTCUA_PYTHON": sys.executable,
            "MOTCUA_DATA_DIR": str(settings.data_dir),
            "MOTCUA_DATABASE_URL": settings.database,
            "MOTCUA_HOST": settings.host,
            "MOTCUA_PORT": str(settings.port),
            "MOTCUA_RASA_PORT": str(settings.rasa_port),
            "MOTCUA_ACTIONS_PORT": str(settings.actions_port),
            "MOTCUA_ACTIONS_URL": settings.actions_url,
        }

    @property
    def _local_url(self) -> str:
        host = "127.0.0.1" if self.settings.host in ("0.0.0.0", "::") else self.settings.host  # noqa: S104
        return f"http://{host}:{self.settings.port}"

    def _control(self, *words: str) -> str:
        command = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(_SUPERVISOR), *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False
        )
        return done.stdout

    def __enter__(self) -> Stack:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
