"""What every process of ours can be told. The environment variable is the field's name in capitals."""

import base64
import binascii
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_KEY_BYTES = 32
_POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a web address")
    return value.rstrip("/")


def _database_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in _POSTGRES or not parts.path.strip("/"):
        raise ValueError("not a database address")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""`http://` or `https://` and a host, without a slash at the end."""

DatabaseAddress = Annotated[str, AfterValidator(_database_address)]
"""`postgresql://user:password@host:port/name`. It holds a password, so it is never shown."""

_DATABASE_ALLOWED = "postgresql://user:password@host:port/name"


class HttpSettings(BaseSettings):
    """A process that answers over HTTP.

    Every field says in its description what is allowed; `load` prints exactly that.
    """

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True, case_sensitive=False)

    internal_key: SecretStr = Field(description="at least 32 bytes of secret text, the same for all services")
    security_url: WebAddress = Field(description="http(s)://host:port of the security service")
    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on, as 0.0.0.0")
    port: int = Field(default=8000, ge=0, le=65535, description="a port from 1 to 65535, or 0 for any free one")
    public_base_url: WebAddress = Field(
        default="http://127.0.0.1:8000", description="http(s)://host[:port] under which the gateway is reached"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json or console")
    otlp_endpoint: WebAddress | None = Field(
        default=None, description="http(s)://host:port of an OpenTelemetry collector; absent: no traces are sent"
    )
    trace_ratio: float = Field(default=1.0, ge=0, le=1, description="the share of traces sent, from 0 to 1")
    trusted_proxies: str = Field(
        default="127.0.0.1", description="comma-separated addresses or networks whose X-Forwarded-For is believed"
    )
    max_body_bytes: int = Field(
        default=256 * 1024, ge=1024, le=64 * 1024 * 1024, description="bytes of a request body, 1024 to 67108864"
    )
    drain_s: float = Field(
        default=0.0,
        ge=0,
        le=120,
        description="seconds from 0 to 120 between failing readiness and the end of listening",
    )
    shutdown_grace_s: float = Field(default=20.0, ge=0, le=600, description="seconds from 0 to 600")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("otlp_endpoint", mode="before")
    @classmethod
    def _empty_means_absent(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("internal_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) < _KEY_BYTES:
            raise ValueError("too short")
        return value


class FollowingSettings(HttpSettings):
    """A process that follows the bus, and decides by the policy it hears of there."""

    event_bus: Literal["kafka", "postgres"] = Field(default="postgres", description="kafka or postgres")
    bus_database_url: DatabaseAddress | None = Field(
        default=None,
        repr=False,
        validate_default=True,
        description=f"{_DATABASE_ALLOWED} of the log that carries events; needed with EVENT_BUS=postgres",
        json_schema_extra={"secret": True},
    )
    kafka_bootstrap: str | None = Field(
        default=None, validate_default=True, description="host:port[,host:port]; needed with EVENT_BUS=kafka"
    )
    policy_folder: str = Field(
        default=".local/policy",
        min_length=1,
        description="a folder for the copy of the policy that a start without security begins with",
    )

    @field_validator("bus_database_url", "kafka_bootstrap")
    @classmethod
    def _goes_with_the_bus(cls, value: str | None, info: ValidationInfo) -> str | None:
        bus = info.data.get("event_bus")
        needed = {"postgres": "bus_database_url", "kafka": "kafka_bootstrap"}.get(bus or "")
        if info.field_name == needed and not value:
            raise ValueError("missing")
        return value or None

    @field_validator("kafka_bootstrap")
    @classmethod
    def _hosts_and_ports(cls, value: str | None) -> str | None:
        for server in value.split(",") if value else ():
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdigit():
                raise ValueError("not host:port")
        return value


class ServiceSettings(FollowingSettings):
    """A service: beside that a database of its own, and the key over personal data."""

    database_url: DatabaseAddress = Field(repr=False, description=_DATABASE_ALLOWED, json_schema_extra={"secret": True})
    owner_database_url: DatabaseAddress | None = Field(
        default=None,
        repr=False,
        description=f"{_DATABASE_ALLOWED} of the role that owns the tables, for the commands that make or replace them "
        "(migrate, rebuild) alone; empty: DATABASE_URL's",
        json_schema_extra={"secret": True},
    )
    database_pool_size: int = Field(default=10, ge=1, le=200, description="connections, 1 to 200")
    master_key: SecretStr = Field(description="32 random bytes in base64, as `openssl rand -base64 32` prints them")
    files_url: str = Field(
        default="file://.local/files", pattern=r"^(file|s3)://.+", description="file://folder or s3://bucket/prefix"
    )
    trail_every_s: float = Field(
        default=0.2,
        gt=0,
        le=3600,
        description="seconds up to 3600 between two looks at what of decisions about permissions is to be published",
    )
    export_rows: int = Field(default=1_000_000, ge=1, le=10_000_000, description="rows of an exported list at most")
    idempotency_days: int = Field(
        default=30, ge=1, le=3650, description="days from 1 to 3650 that the answer to an idempotency key is remembered"
    )

    @property
    def owner_url(self) -> str:
        """The database as whoever makes tables there."""
        return self.owner_database_url or self.database_url

    inbox_days: int = Field(
        default=30,
        ge=8,  # Both buses keep records for 7 days and may bring them again.
        le=3650,
        description="days from 8 to 3650 that a received event no read model is made from is remembered",
    )
    parked_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="days from 1 to 3650 that a message that was set aside is shown after it was handled or given up",
    )
    export_days: int = Field(
        default=90,
        ge=2,
        le=3650,
        description="days from 2 to 3650 that an export is shown after it was asked for; its file goes after one",
    )
    bulk_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="days from 1 to 3650 that a bulk job is shown after it ended, with what became of its rows",
    )
    view_versions: int = Field(
        default=50, ge=1, le=10_000, description="versions of a saved view, the last one included, from 1 to 10000"
    )

    @field_validator("master_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            size = len(base64.b64decode(value.get_secret_value(), validate=True))
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if size != _KEY_BYTES:
            raise ValueError("not 32 bytes")
        return value

    @property
    def master_key_bytes(self) -> bytes:
        """The key over all keys, 32 bytes."""
        return base64.b64decode(self.master_key.get_secret_value())
