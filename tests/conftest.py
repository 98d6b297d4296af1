"""What tests of the whole share: one running stack, on free ports and a folder of its own."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as property_tests

from motcua import prepare
from motcua.settings import ROOT, Settings, ZaloSettings
from motcua.stack import Stack

# No test is timed: what a busy machine takes longer for is not wrong.
property_tests.register_profile("motcua", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_tests.load_profile("motcua")


_MOVED_CLOCK = ROOT / "tests" / "e2e" / "moved_clock"


class RunningStack(Stack):
    """The real processes under the real supervisor."""

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return self.settings.url

    def restart_gateway(self) -> None:
        """Restart the gateway in an orderly way."""
        self.restart("gateway")

    def environment(self) -> dict[str, str]:
        """The processes' own, and a calendar that can be moved."""
        inherited = super().environment()
        path = os.pathsep.join(filter(None, (str(_MOVED_CLOCK), str(ROOT), inherited.get("PYTHONPATH"))))
        return {**inherited, "PYTHONPATH": path, "MOTCUA_TEST_CLOCK": str(self._clock)}

    def move_clock(self, days: int) -> None:
        """What citizens call today is so many days from the real day, until it is moved again."""
        self._clock.write_text(str(days))

    @property
    def _clock(self) -> Path:
        return self.settings.data_dir / "days-from-today"


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """Rasa, actions and gateway, with the shipped knowledge and the demo dossiers."""
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        zalo_port = free_port()
        zalo = {
            "MOTCUA_ZALO_APP_ID": "1234567890",
            "MOTCUA_ZALO_OA_ID": "388613388613388613",
            "MOTCUA_ZALO_APP_SECRET": "APPSECRETEXAMPLE",
            "MOTCUA_ZALO_OA_SECRET": "OASECRETKEYEXAMPLE",
            "MOTCUA_ZALO_API_URL": f"http://127.0.0.1:{zalo_port}",
            "MOTCUA_ZALO_OAUTH_URL": f"http://127.0.0.1:{zalo_port}",
        }
        before = {key: os.environ.get(key) for key in zalo}
        os.environ.update(zalo)
        settings = Settings(
            data_dir=Path(folder),
            port=free_port(),
            rasa_port=free_port(),
            actions_port=free_port(),
            zalo=ZaloSettings(),
        )
        prepare.train_model()
        prepare.migrate_database(settings)
        prepare.load_content(settings)
        try:
            with RunningStack(settings) as running:
                yield running
        finally:
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value
