"""The database of one service: its engine, the chassis' own tables and locks."""

from chassis.db.engine import Database
from chassis.db.tables import metadata

__all__ = ["Database", "metadata"]
