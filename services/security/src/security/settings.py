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
    password_memory_kib: int = Field(default=19_456, ge=8_192, le=262_144, description="KiB, 8192 to 262144")
    password_rounds: int = Field(default=2, ge=1, le=10, description="rounds, 1 to 10")
    client_token_lifetime_s: int = Field(default=300, ge=300, le=600, description="seconds, 300 to 600")
    key_rotation_days: int = Field(default=30, ge=1, le=365, description="days, 1 to 365")
