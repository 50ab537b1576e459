"""What giving access has in common with a second person: who may be it, and whose doing it is in the end."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.approvals import ApprovalRequested, FourEyes, Size
from chassis.store import Context
from contracts.security.permissions import SecurityPermission as P
from security.domain.grants import EVERYWHERE

CRITICAL: Final = "critical_permissions"
"""What is counted: with none of them, nobody else is needed."""

ALSO_PROPOSED: Final[dict[int | str, dict[str, Any]]] = {202: {"model": ApprovalRequested}}
"""For the decorator of a route that proposes what is critical and does the rest."""


def rule(permission: P) -> FourEyes:
    """Whoever holds the permission proposes; with anything critical in it, another person approves."""
    return FourEyes(permission=permission, approve=P.ROLE_APPROVE, threshold={CRITICAL: 0})


def size(critical: Sequence[str]) -> Size:
    """How much of it is critical."""
    return Size(CRITICAL, len(critical))


def place(casinos: tuple[str, ...], critical: Sequence[str]) -> UUID | None:
    """Whose managers may approve it: those of the one casino, or those of the whole operator."""
    return UUID(casinos[0]) if critical and len(casinos) == 1 and casinos != EVERYWHERE else None


def giver(ctx: Context) -> UUID:
    """Whoever does it: the caller, or who proposed it once it is approved."""
    return UUID(ctx.actor.id)
