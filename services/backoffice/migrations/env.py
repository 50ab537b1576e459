"""Alembic's entrance; everything is in the chassis. Importing the tables makes `alembic check` compare them."""

import backoffice.adapters.reveals
import backoffice.read_models.approval_inbox
import backoffice.read_models.casino_list
import backoffice.read_models.player_list
import backoffice.read_models.player_notes
import backoffice.read_models.player_overview
import backoffice.read_models.search_entry
import backoffice.read_models.staff_names
import backoffice.read_models.timeline  # noqa: F401
from backoffice.application.schema import metadata
from chassis.db.migrations import run_environment

run_environment(metadata)
