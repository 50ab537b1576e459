"""The endpoints of reports."""

from reports.entrypoints.http.definitions.endpoints import router as definitions
from reports.entrypoints.http.jobs.endpoints import router as jobs

ROUTERS = (definitions, jobs)
"""All of them."""
