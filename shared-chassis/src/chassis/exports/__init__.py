"""Lists taken away as files: asked for, made in the background, fetched while they last, and remembered."""

from chassis.exports.desk import Exports
from chassis.exports.http import exports_router

__all__ = ["Exports", "exports_router"]
