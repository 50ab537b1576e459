"""How far a manager reaches: whoever manages some casinos gives, takes and sees access to those and no others."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast
from sqlalchemy.dialects.postgresql import JSONB

from chassis.auth import Caller, Forbidden
from chassis.auth.caller import EVERY_CASINO
from chassis.domain import Invalid
from security.domain.staff.errors import BeyondOwnAccess
from security.read_models.assignment_list import assignment_list


def require_whole_operator(caller: Caller) -> None:
    """Forbidden for a manager of some casinos: a role is one thing for all of them."""
    if not caller.scope().unlimited:
        raise Forbidden


def casinos_of(caller: Caller) -> frozenset[str] | None:
    """The casinos whose access is the caller's to manage; None: the whole operator's."""
    ids = caller.scope().ids
    return None if ids is None else frozenset(map(str, ids))


def require_own_casinos(caller: Caller, casinos: tuple[str, ...]) -> None:
    """Invalid when access is given to a casino that is not the caller's."""
    within = casinos_of(caller)
    if within is not None and not within.issuperset(casinos):
        raise Invalid("You may give access to your own casinos only.", field="casinos")


def require_held(caller: Caller, permissions: Iterable[str], casinos: tuple[str, ...]) -> None:
    """BeyondOwnAccess when a permission is given that the giver does not hold at each of the casinos."""
    missing = sorted(one for one in permissions if not _holds(caller, one, casinos))
    if missing:
        raise BeyondOwnAccess(f"You do not hold {', '.join(missing[:5])} there yourself.", field="role_id")


def _holds(caller: Caller, permission: str, casinos: tuple[str, ...]) -> bool:
    if casinos == (EVERY_CASINO,):
        return caller.scope(permission).unlimited
    return all(caller.may(permission, UUID(one)) for one in casinos)


def assignments_within(caller: Caller) -> list[ColumnElement[bool]]:
    """Narrows a query over assignments to those at the caller's casinos alone."""
    within, column = casinos_of(caller), assignment_list.table.c.casinos
    if within is None:
        return []
    own: Any = cast(sorted(within), JSONB)
    return [column.contained_by(own)]
