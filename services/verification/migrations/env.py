"""Alembic's entrance; everything is in the chassis. Importing the tables makes `alembic check` compare them."""

import verification.adapters.tables
import verification.read_models.case_list
import verification.read_models.document_list
import verification.read_models.hit_list  # noqa: F401
from chassis.db.migrations import run_environment
from verification.application.schema import metadata

run_environment(metadata)
