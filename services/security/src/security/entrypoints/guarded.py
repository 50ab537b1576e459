"""What security does only with a second person, where it is critical."""

from typing import Any, Final

from chassis.approvals import GuardedCommand
from security.entrypoints.http.assignments.guarded import GIVING
from security.entrypoints.http.assignments.taking import TAKING
from security.entrypoints.http.clients.guarded import GIVING_CLIENTS
from security.entrypoints.http.elevations.guarded import GRANTING
from security.entrypoints.http.roles.guarded import PUBLISHING

GUARDED: Final[tuple[GuardedCommand[Any], ...]] = (GIVING, TAKING, GRANTING, GIVING_CLIENTS, PUBLISHING)
"""All of them."""
