"""What backoffice can be told."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside what every service is told."""

    reveals_per_hour: int = Field(default=30, ge=1, le=10_000, description="of one colleague; more is refused and told")
    restriction_beat_s: float = Field(default=5.0, ge=0.1, le=60, description="seconds, 0.1 to 60")
