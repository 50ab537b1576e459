"""What reports can be told."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside what every service is told."""

    report_hours: int = Field(default=24, ge=1, le=720, description="hours a finished file is kept, 1 to 720")
