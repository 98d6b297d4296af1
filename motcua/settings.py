"""Settings, read from the environment (``MOTCUA_*``) with defaults that work on one machine."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ZaloTemplate(BaseModel):
    """An approved template: its id, and which of our values fills each of its parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[0-9A-Za-z_-]+$")
    fields: dict[str, str] = Field(
        default_factory=dict, description="template parameter to name of our value"
    )


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
    timestamp_from: Literal["body", "header", "either"] = Field(
        default="either", description="which timestamp an event is signed with"
    )
    media_hosts: str = Field(
        default="zdn.vn,zadn.vn,zalo.me",
        description="hosts, with those below them, pictures are fetched from",
    )
    media_origin: str = Field(
        default="",
        pattern=r"^(https?://[^/\s]+)?$",
        description="fetch pictures from here, a mirror, instead of the host in their address; empty: do not",
    )
    media_timeout_s: float = Field(default=8.0, gt=0, description="time for fetching one picture")
    media_max_bytes: int = Field(default=5 * 1024 * 1024, gt=0, description="largest picture fetched")
    takeover_s: float = Field(
        default=14_400, ge=0, description="the bot is silent this long after an officer wrote in Zalo's tool"
    )
    takeover_end: str = Field(default="#bot", description="an officer who writes this hands back to the bot")
    timeout_s: float = 10.0
    verifier: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]*$", description="code of Zalo's domain verification; empty: none"
    )
    buttons: Literal["text", "native"] = Field(
        default="text", description="native: real buttons besides the numbered menu; try them first"
    )
    appsecret_proof: bool = Field(default=False, description="send a proof of the app secret with each call")
    lists: Literal["text", "native"] = Field(
        default="text", description="native: choices as Zalo's list besides the numbered menu; try it first"
    )
    bare_for_s: float = Field(
        default=21_600, ge=0, description="after Zalo refused buttons or lists: do without for this long"
    )
    quote: Literal["never", "crowded", "always"] = Field(
        default="crowded", description="quote the question: when newer ones wait, always, or never"
    )
    redirect_uri: str = Field(default="", description="address registered for consent; empty: public URL")
    consent_alert_days: float = Field(
        default=14, ge=0, description="alert this many days before the refresh token dies"
    )
    zbs_by: Literal["off", "phone", "user_id"] = Field(
        default="off", description="templates (ZBS) to people outside the window: how they are addressed"
    )
    zbs_url: str = Field(
        default="https://business.openapi.zalo.me/message/template", description="where templates go"
    )
    zbs_development: bool = Field(default=False, description="templates go to administrators only")
    templates: dict[str, ZaloTemplate] = Field(
        default_factory=dict, description="our name of a notice to Zalo's template, as JSON"
    )

    @property
    def enabled(self) -> bool:
        """Whether the channel is configured."""
        return bool(self.app_id and self.oa_id)


class WebSettings(BaseSettings):
    """The web chat and its widget."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_WEB_", extra="ignore")

    embed_origins: str = Field(
        default="",
        pattern=r"^(?:(?:^|[\s,]+)https?://(?:\*\.)?[A-Za-z0-9.-]+(?::\d{1,5})?)*[\s,]*$",
        description="sites that may embed the chat, such as https://*.hanoi.gov.vn; empty: none",
    )
    trusted_hops: int = Field(
        default=0, ge=0, le=9, description="proxies in front of us that append to X-Forwarded-For"
    )
    address_per_minute: int = Field(
        default=300,
        ge=1,
        description="messages a minute from one address; an office, or a carrier, shares one",
    )

    @property
    def embedders(self) -> tuple[str, ...]:
        """The sites that may embed the chat: scheme, host, perhaps with a leading ``*.``, perhaps a port."""
        return tuple(origin.lower() for origin in self.embed_origins.replace(",", " ").split())


class TicketSettings(BaseSettings):
    """The queue of the desk. Times are in seconds and count while the desk is on duty."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_TICKET_", extra="ignore")

    stale_s: float = Field(
        default=180.0, gt=0, description="a claim whose owner gives no sign of life this long is undone"
    )
    warn_first_s: float = Field(default=180.0, description="first reply: amber after this long")
    breach_first_s: float = Field(default=600.0, description="first reply: late after this long")
    warn_next_s: float = Field(default=300.0, description="next replies: amber after this long")
    breach_next_s: float = Field(default=900.0, description="next replies: late after this long")
    reopen_s: float = Field(default=86_400.0, description="a closed ticket goes on if it is needed this soon")
    after_misses: int = Field(
        default=2, ge=0, description="this many unanswered questions in a row open a ticket; 0: never"
    )


class DossierSettings(BaseSettings):
    """Where dossiers are known. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_DOSSIERS_", extra="ignore")

    sources: str = Field(
        default="table", description="names of dossiers/sources/*.py in order, such as table,drop,city=http"
    )
    source_timeout_s: float = Field(default=6.0, gt=0, description="a source that takes longer is busy")
    drop: Path | None = Field(default=None, description="folder watched for CSV and Excel files; none: off")
    drop_poll_s: float = Field(default=5.0, gt=0)
    drop_settle_s: float = Field(default=10.0, ge=0, description="a file is taken when unchanged this long")
    drop_mapping: str = Field(default="national", description="status mapping of files in the watched folder")


class DeskSettings(BaseSettings):
    """The desk. Signing in through an OpenID provider is off until issuer and client are set."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_DESK_", extra="ignore")

    openid_issuer: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="address of the provider, as its tokens name it"
    )
    openid_client: str = ""
    openid_secret: SecretStr = SecretStr("")
    openid_title: str = Field(default="Đăng nhập bằng tài khoản cơ quan", description="words of the button")

    @property
    def openid(self) -> bool:
        """Whether a provider is configured."""
        return bool(self.openid_issuer and self.openid_client)


class NoticeSettings(BaseSettings):
    """Notices about dossiers to those who asked for them. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_NOTICES_", extra="ignore")

    quiet: str = Field(
        default="21:00-07:00",
        pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d)?$",
        description="Hanoi time in which nobody is told anything; it is told afterwards. Empty: never quiet",
    )
    remind_after: str = Field(
        default="3,7,15",
        pattern=r"^(?:\d{1,3}(?:,\d{1,3})*)?$",
        description="working days after which a result that waits is called to mind; empty: never",
    )
    poll_s: float = Field(default=5.0, gt=0, description="how often to look for what has changed")
    look_s: float = Field(default=600.0, gt=0, description="how often every followed dossier is looked up")
    keep_days: int = Field(default=30, ge=0, description="days an ended subscription is kept as a record")


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
    wake_url: str = Field(
        default="", description="valkey://… or redis://…: several gateways wake each other; empty: they poll"
    )
    retention_days: float = Field(
        default=180.0, gt=0, description="a conversation is erased this long after its last message"
    )
    demo: bool = Field(default=True, description="load clearly marked demo dossiers on start")
    log_json: bool = False

    zalo: ZaloSettings = Field(default_factory=ZaloSettings)
    desk: DeskSettings = Field(default_factory=DeskSettings)
    dossiers: DossierSettings = Field(default_factory=DossierSettings)
    notices: NoticeSettings = Field(default_factory=NoticeSettings)
    ticket: TicketSettings = Field(default_factory=TicketSettings)
    web: WebSettings = Field(default_factory=WebSettings)

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
