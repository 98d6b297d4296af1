"""Settings, read from the environment (``MOTCUA_*``) with defaults that work on one machine."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ZaloSettings(BaseSettings):
    """The Official Account. The channel is off until ``app_id`` and ``oa_id`` are set."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_ZALO_", extra="ignore")

    app_id: str = ""
    oa_id: str = ""
    app_secret: SecretStr = SecretStr("")
    oa_secret: SecretStr = SecretStr("")
    api_url: str = "https://openapi.zalo.me"
    oauth_url: str = "https://oauth.zaloapp.com"
    replay_window_s: float = Field(default=7200, description="age at which an event is refused")
    timeout_s: float = 10.0
    verifier: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]*$", description="code of Zalo's domain verification; empty: none"
    )
    buttons: Literal["text", "native"] = Field(
        default="text", description="native: real buttons besides the numbered menu; try them first"
    )
    appsecret_proof: bool = Field(default=False, description="send a proof of the app secret with each call")

    @property
    def enabled(self) -> bool:
        """Whether the channel is configured."""
        return bool(self.app_id and self.oa_id)


class Settings(BaseSettings):
    """Everything a deployment may choose. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", extra="ignore")

    data_dir: Path = ROOT / "var"
    database_url: str = Field(default="", description="empty: an SQLite file in data_dir")
    secret_key: SecretStr = Field(default=SecretStr(""), description="empty: one is made in data_dir")

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = Field(default="", description="empty: http://host:port")
    rasa_port: int = 5005
    actions_port: int = 5055
    instance: str = Field(default="gateway-1", description="name of this gateway, unique among replicas")

    rasa_timeout_s: float = 20.0
    tell_waiting_after_s: float = Field(default=3.0, description="bot unreachable this long: tell once")
    lease_s: float = 60.0
    workers: int = Field(default=16, ge=1, description="turns and sends under way at once")
    max_text: int = Field(default=1000, description="longer messages are stored, but not understood")
    knowledge_poll_s: float = 1.0
    demo: bool = Field(default=True, description="load clearly marked demo dossiers on start")
    log_json: bool = False

    zalo: ZaloSettings = Field(default_factory=ZaloSettings)

    @property
    def url(self) -> str:
        """The address citizens open."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def rasa_url(self) -> str:
        """Where Rasa listens: loopback, always (DESIGN section 2)."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        """Where the action server listens: loopback, always."""
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database, with its async driver."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'motcua.db'}"

    def key(self, purpose: str) -> bytes:
        """A key for one purpose, derived from the secret key. Raises OSError if none can be kept."""
        secret = self.secret_key.get_secret_value() or _kept_secret(self.data_dir / "secret.key")
        return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()

    @property
    def operator_token(self) -> str:
        """Bearer token of the command line on this machine (``motcua ask``)."""
        return self.key("operator").hex()


def _kept_secret(path: Path) -> str:
    """The secret in ``path``, made on first use and readable by the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()


@lru_cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
