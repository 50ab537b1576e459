"""What is said about report jobs."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Day, StrictModel
from reports.read_models.job_list import JobStatus

Value = Annotated[str, StringConstraints(max_length=100)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


Format = Literal["csv", "xlsx"]


class RequestBody(StrictModel):
    report: Name
    casino_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    from_: Day = Field(alias="from", description="The first gaming day")
    to: Day = Field(description="The last gaming day, included")
    formats: Annotated[list[Format], Field(min_length=1, max_length=2)]
    parameters: Annotated[dict[Name, Value], Field(max_length=10)] = Field(default_factory=dict)


class Accepted(BaseModel):
    """The report is being made; look at `progress` or ask for the job again."""

    job_id: UUID
    status: JobStatus
    progress: str
    """Address of the server-sent events."""


class FileView(BaseModel):
    """A finished file."""

    format: str
    size_bytes: int
    sha256: str
    href: str


class JobItem(BaseModel):
    """A job in the list of those one asked for."""

    job_id: UUID
    report: str
    first_day: date
    last_day: date
    requested_at: datetime
    status: JobStatus
    rows: int | None
    expires_at: datetime | None


class JobView(JobItem):
    """A job with its files."""

    casino_ids: list[UUID]
    formats: list[str]
    parameters: dict[str, str]
    requested_by: str
    code: str | None
    rows_written: int
    files: list[FileView]
