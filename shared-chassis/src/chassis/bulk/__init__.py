"""Actions on many rows of a list at once: frozen by its filter, counted, and then done row by row, each exactly once.

BLOCK = BulkAction(
    list="/api/backoffice/v1/players", name="block", title="Block players",
    permission=P.PLAYER_BLOCK, alone=25, do=block,
)
Service(..., bulk=[BLOCK])
"""

from chassis.bulk.action import BulkAction, Turn
from chassis.bulk.desk import Bulk
from chassis.bulk.http import bulk_routes

__all__ = ["Bulk", "BulkAction", "Turn", "bulk_routes"]
