"""Where payments' tables are collected, so that migrations can be compared with them."""

from sqlalchemy import MetaData

from chassis.db.tables import NAMING

metadata = MetaData(naming_convention=NAMING)
"""Adapters and read models put their tables here."""
