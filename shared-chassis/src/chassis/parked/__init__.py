"""Messages that were set aside, as staff meet them: a list, a closer look, and what is to become of each."""

from chassis.parked.desk import ParkedDesk
from chassis.parked.http import parked_router
from chassis.parked.permissions import parked_permissions

__all__ = ["ParkedDesk", "parked_permissions", "parked_router"]
