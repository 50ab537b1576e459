"""How far a job has come; a plain table, since nobody will ever ask how far it was."""

from sqlalchemy import BigInteger, Column, DateTime, Table, Uuid, func

from reports.application.schema import metadata

progress = Table(
    "job_progress",
    metadata,
    Column("job_id", Uuid, primary_key=True),
    Column("rows_written", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
