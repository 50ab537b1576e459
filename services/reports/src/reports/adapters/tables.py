"""How far jobs and facts have come; plain tables, since nobody will ever ask how far they were."""

from sqlalchemy import BigInteger, Column, DateTime, Table, Text, Uuid, func

from reports.application.schema import metadata

progress = Table(
    "job_progress",
    metadata,
    Column("job_id", Uuid, primary_key=True),
    Column("rows_written", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)

freshness = Table(
    "freshness",
    metadata,
    Column("of", Text, primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False, comment="everything that had reached the bus is in it"),
)
