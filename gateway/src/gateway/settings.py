"""What the gateway can be told. It has no database; it knows where the services are."""

from pydantic import Field

from chassis.settings import HttpSettings
from chassis.settings.base import WebAddress

_ADDRESS = "http(s)://host:port of the service"


class Settings(HttpSettings):
    """Beside what every process that answers over HTTP is told."""

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
    requests_per_second_per_ip: float = Field(default=200, gt=0, le=100_000, description="above 0, at most 100000")
    requests_per_second_per_session: float = Field(default=50, gt=0, le=100_000, description="above 0, at most 100000")
    log_ins_per_minute_per_ip: float = Field(default=60, gt=0, le=100_000, description="above 0, at most 100000")
    registrations_per_minute_per_ip: float = Field(default=30, gt=0, le=100_000, description="above 0, at most 100000")
    upstream_timeout_s: float = Field(default=30, gt=0, le=600, description="seconds until the first byte, 1 to 600")

    def upstreams(self) -> dict[str, str]:
        """Where each service is."""
        return {
            "security": self.security_url,
            "backoffice": self.backoffice_url,
            "verification": self.verification_url,
            "payments": self.payments_url,
            "games": self.games_url,
            "reports": self.reports_url,
        }
