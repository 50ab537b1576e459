"""The list of the jobs somebody asked for."""

from chassis.http.listing import Field, ListSpec
from reports.read_models.job_list import JobStatus, table

JOBS = ListSpec(
    "report jobs",
    table,
    casino_column=None,
    id_column=table.c.job_id,
    fields={
        "job_id": Field(table.c.job_id),
        "report": Field(table.c.report),
        "first_day": Field(table.c.first_day),
        "last_day": Field(table.c.last_day),
        "requested_at": Field(table.c.requested_at, sortable=True),
        "status": Field(table.c.status, values=JobStatus),
        "rows": Field(table.c.rows, ops=()),
        "expires_at": Field(table.c.expires_at),
    },
    default_order="requested_at.desc",
)
