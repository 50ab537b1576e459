"""What security can be told."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside what every service is told."""

    access_token_lifetime_s: int = Field(default=300, ge=30, le=900, description="seconds, 30 to 900")
    session_idle_minutes: int = Field(default=30, ge=1, le=720, description="minutes, 1 to 720")
    session_hours: int = Field(default=12, ge=1, le=24, description="hours, 1 to 24")
    one_time_password_hours: int = Field(default=24, ge=1, le=72, description="hours, 1 to 72")
    lock_after_failures: int = Field(default=5, ge=2, le=20, description="failures in a row, 2 to 20")
    lock_minutes: int = Field(default=30, ge=1, le=1440, description="minutes, 1 to 1440")
    registration_wait_s: int = Field(default=3, ge=0, le=10, description="seconds, 0 to 10")
    browser_token_lifetime_s: int = Field(default=60, ge=30, le=300, description="seconds, 30 to 300")
    require_factor: bool = Field(default=False, description="true where staff must have a second factor, else false")
    factor_grace_days: int = Field(default=7, ge=0, le=90, description="days after joining, 0 to 90")
    fresh_s: int = Field(default=300, ge=30, le=3600, description="seconds, 30 to 3600")
    ticket_s: int = Field(default=300, ge=30, le=600, description="seconds, 30 to 600")
    impersonation_minutes: int = Field(default=15, ge=1, le=15, description="minutes, 1 to 15")
    webauthn_rp_id: str = Field(
        default="localhost",
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$",
        description="the domain that keys are bound to, without https:// and port",
    )
    webauthn_origins: str = Field(
        default="http://localhost:8000",
        pattern=r"^https?://[^\s,/]+(,https?://[^\s,/]+)*$",
        description="comma-separated web addresses, without a slash at the end, whose pages may use keys",
    )
    password_memory_kib: int = Field(default=19_456, ge=8_192, le=262_144, description="KiB, 8192 to 262144")
    password_rounds: int = Field(default=2, ge=1, le=10, description="rounds, 1 to 10")
    client_token_lifetime_s: int = Field(default=300, ge=300, le=600, description="seconds, 300 to 600")
    key_rotation_days: int = Field(default=30, ge=1, le=365, description="days, 1 to 365")
