"""Alembic's entrance; everything is in the chassis. Importing the tables makes `alembic check` compare them."""

import reports.adapters.tables
import reports.read_models.facts
import reports.read_models.job_list
import reports.read_models.withdrawals  # noqa: F401
from chassis.db.migrations import run_environment
from reports.application.schema import metadata

run_environment(metadata)
