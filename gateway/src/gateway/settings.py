"""What the gateway can be told. It has no database; it knows where the services are."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from chassis.http.protocol import Patience
from chassis.settings import FollowingSettings
from chassis.settings.base import WebAddress

_RATE = "above 0, at most 100000"
_ADDRESS = "http(s)://host:port of the service"


class Settings(FollowingSettings):
    """Beside what every process is told that decides by the policy."""

    backoffice_url: WebAddress = Field(description=_ADDRESS)
    verification_url: WebAddress = Field(description=_ADDRESS)
    payments_url: WebAddress = Field(description=_ADDRESS)
    games_url: WebAddress = Field(description=_ADDRESS)
    reports_url: WebAddress = Field(description=_ADDRESS)
    trusted_proxies: str = Field(
        default="",
        description="comma-separated addresses or networks of proxies in front; none: a client is who connects",
    )
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1]",
        min_length=1,
        description="comma-separated host names under which the gateway is reached, or * for any",
    )
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="a port where /metrics is served, not for strangers; absent: nowhere"
    )
    upload_bytes: int = Field(
        default=10 * 1024 * 1024 + 65_536,
        ge=65_536,
        le=64 * 1024 * 1024,
        description="65536 to 67108864; verification's DOCUMENT_MAX_BYTES and 65536 for the form around it",
    )
    requests_per_second_per_ip: float = Field(default=200, gt=0, le=100_000, description=_RATE)
    requests_per_second_per_session: float = Field(default=50, gt=0, le=100_000, description=_RATE)
    requests_per_second_per_client: float = Field(default=100, gt=0, le=100_000, description=_RATE)
    requests_per_second_per_low_client: float = Field(default=20, gt=0, le=100_000, description=_RATE)
    requests_per_second_per_high_client: float = Field(default=500, gt=0, le=100_000, description=_RATE)
    ipv6_prefix: int = Field(
        default=64, ge=32, le=128, description="bits of an IPv6 address that are one client's in limits, 32 to 128"
    )
    high_risk_per_minute_per_session: float = Field(default=300, gt=0, le=100_000, description=_RATE)
    critical_per_minute_per_session: float = Field(default=60, gt=0, le=100_000, description=_RATE)
    log_ins_per_minute_per_ip: float = Field(default=60, gt=0, le=100_000, description=_RATE)
    log_ins_per_minute_per_account: float = Field(default=5, gt=0, le=100_000, description=_RATE)
    log_ins_per_minute_per_account_everywhere: float = Field(default=60, gt=0, le=100_000, description=_RATE)
    streams_per_session: int = Field(default=5, ge=1, le=20, description="streams of events at once, 1 to 20")
    streams_per_person: int = Field(
        default=10, ge=1, le=20, description="streams of events at once in all sessions of one person, 1 to 20"
    )
    streams_begun_per_minute_per_person: float = Field(default=60, gt=0, le=100_000, description=_RATE)
    tokens_per_minute_per_client: float = Field(default=30, gt=0, le=100_000, description=_RATE)
    registrations_per_minute_per_ip: float = Field(default=30, gt=0, le=100_000, description=_RATE)
    rate_limit_store_url: SecretStr | None = Field(
        default=None, description="redis://host:port, shared by several gateways; absent: each limits for itself"
    )
    allowed_origins: str = Field(
        default="",
        description="comma-separated origins (https://casino.example) whose pages may ask; none unless named",
    )
    upstream_timeout_s: float = Field(
        default=30, gt=0, le=600, description="seconds until the head of an answer, and of silence within one, 1 to 600"
    )
    upstream_in_flight: int = Field(
        default=256, ge=1, le=10_000, description="requests that one service works on at once, 1 to 10000"
    )
    upstreams_file: Path | None = Field(
        default=None, description="a JSON file that names several instances of services; watched while running"
    )
    head_timeout_s: float = Field(default=10, gt=0, le=600, description="seconds for a request's headers, at most 600")
    body_timeout_s: float = Field(default=20, gt=0, le=600, description="seconds for a body, and one more per kilobyte")
    idle_timeout_s: float = Field(default=30, ge=1, le=600, description="seconds an idle connection is kept, 1 to 600")
    workers: int = Field(default=1, ge=1, le=64, description="processes that serve, 1 to 64")

    @field_validator("rate_limit_store_url", "upstreams_file", mode="before")
    @classmethod
    def _nothing_means_absent(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("rate_limit_store_url")
    @classmethod
    def _is_a_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://", "redis+unix://")):
            raise ValueError("not a Redis address")
        return value

    @property
    def patience(self) -> Patience:
        """How slow clients may be."""
        return Patience(head_s=self.head_timeout_s, body_s=self.body_timeout_s, idle_s=self.idle_timeout_s)

    def addresses(self) -> dict[str, str]:
        """Where each service is."""
        return {
            "security": self.security_url,
            "backoffice": self.backoffice_url,
            "verification": self.verification_url,
            "payments": self.payments_url,
            "games": self.games_url,
            "reports": self.reports_url,
        }
