"""Alembic's entrance; everything is in the chassis. Importing the tables makes `alembic check` compare them."""

import security.adapters.clients
import security.adapters.factor_tables
import security.adapters.tables
import security.read_models.assignment_list
import security.read_models.audit_log
import security.read_models.break_glass_list
import security.read_models.client_assignments
import security.read_models.client_keys
import security.read_models.client_list
import security.read_models.elevation_list
import security.read_models.role_list
import security.read_models.role_versions
import security.read_models.staff_list  # noqa: F401
from chassis.db.migrations import run_environment
from security.application.schema import metadata

run_environment(metadata)
