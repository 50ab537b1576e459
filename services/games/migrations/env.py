"""Alembic's entrance; everything is in the chassis. Importing the tables makes `alembic check` compare them."""

import games.adapters.tables
import games.read_models.casinos
import games.read_models.players
import games.read_models.round_list
import games.read_models.session_list  # noqa: F401
from chassis.db.migrations import run_environment
from games.application.schema import metadata

run_environment(metadata)
