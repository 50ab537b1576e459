"""Who sees a view, and who may share and change one: decided by what they hold at that moment."""

from dataclasses import replace
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true

from chassis.auth.caller import Caller
from chassis.auth.errors import Forbidden
from chassis.auth.policy.decide import utc
from chassis.auth.policy.model import Wish
from chassis.db.tables import list_view as table
from chassis.domain import Invalid
from chassis.http.listing.served import Served
from chassis.http.listing.sql import in_scope
from chassis.store.context import CasinoScope

_OPEN = ("any staff", "any person")


def permission_of(served: Served) -> str | None:
    """What the list asks for; None where all staff may see it."""
    found: str | None = getattr(served.marker.dependency, "permission", None)
    return found


def is_for_staff(served: Served) -> bool:
    """Whether members of staff see the list at all."""
    label: str = getattr(served.marker.dependency, "label", "")
    return permission_of(served) is not None or label.startswith(_OPEN)


def may_see(caller: Caller, served: Served) -> bool:
    """Whether the caller may see the list now."""
    permission = permission_of(served)
    return caller.kind == "staff" and (permission is None or caller.could(permission))


def admitted(caller: Caller, served: Served) -> Caller:
    """The caller as the list lets them in; raises as `Caller.must` unless it does."""
    permission = permission_of(served)
    if permission is None:
        return caller
    caller.must(permission)
    return caller.let_in_by(permission)


def roles_of(caller: Caller) -> dict[UUID, CasinoScope]:
    """The roles they hold at this moment, each with its casinos."""
    found: dict[UUID, CasinoScope] = {}
    if caller.access is None or caller.held is None:
        return found
    policy, now = caller.access.policy, utc(caller.held.now())
    subject = policy.subjects.get(caller.id)
    for one in subject.assignments if subject is not None and subject.active else ():
        begun = one.not_before is None or utc(one.not_before) <= now
        if one.role_id in policy.roles and begun and (one.expires_at is None or now < utc(one.expires_at)):
            earlier = found.get(one.role_id)
            found[one.role_id] = one.scope if earlier is None else earlier | one.scope
    return found


def visible(caller: Caller, served: Served, share: str) -> ColumnElement[bool]:
    """The views of a list that are there for the caller: those offered to them, and those they look after."""
    if not may_see(caller, served):
        return false()
    c, reach = table.c, caller.reach(permission_of(served))
    here = or_(c.casino_id.is_(None), in_scope(c.casino_id, reach))
    looked_after = and_(c.list == served.path, ~c.deleted, here, shared_by(caller, share, c))
    return or_(offered(caller, served), looked_after)


def offered(caller: Caller, served: Served) -> ColumnElement[bool]:
    """The caller's own views of a list, and those shared with them."""
    if not may_see(caller, served):
        return false()
    c, reach = table.c, caller.reach(permission_of(served))
    of_casino = and_(c.visibility == "casino", c.casino_id.is_not(None), in_scope(c.casino_id, reach))
    return or_(
        and_(c.list == served.path, ~c.deleted, or_(c.owner_id == caller.id, of_casino)), of_roles(caller, served)
    )


def of_roles(caller: Caller, served: Served) -> ColumnElement[bool]:
    """The views of a list that are shared with roles the caller holds."""
    if not may_see(caller, served):
        return false()
    c, reach = table.c, caller.reach(permission_of(served))
    held = [
        and_(c.role_id == role_id, or_(c.casino_id.is_(None), in_scope(c.casino_id, reach & scope)))
        for role_id, scope in roles_of(caller).items()
    ]
    return and_(c.list == served.path, ~c.deleted, c.visibility == "role", or_(false(), *held))


def holds_share(caller: Caller, permission: str, casino_id: UUID | None) -> bool:
    """Whether they may share there. For no single casino it takes the permission for the whole operator."""
    return caller.reach(permission).unlimited if casino_id is None else caller.could(permission, casino_id)


def may_change(caller: Caller, permission: str, row: Any) -> bool:
    """Whether they may change or remove the view: its owner, and whoever may share it as it is shared."""
    return bool(row.owner_id == caller.id) or (
        row.visibility != "private"
        and caller.could(permission)
        and holds_share(caller, permission, row.casino_id)
        and _may_share_with(caller, permission, row)
    )


def _may_share_with(caller: Caller, permission: str, target: Any) -> bool:
    """Whether they may share with the role, if one is named: another than their own takes the whole operator."""
    return target.visibility != "role" or target.role_id in roles_of(caller) or caller.reach(permission).unlimited


def shared_by(caller: Caller, permission: str, columns: Any) -> ColumnElement[bool]:
    """The rows that are shared in a way in which the caller may share."""
    scope = caller.reach(permission)
    here = and_(columns.casino_id.is_not(None), in_scope(columns.casino_id, scope))
    with_mine = or_(columns.visibility == "casino", columns.role_id.in_(list(roles_of(caller))))
    return and_(columns.visibility != "private", true() if scope.unlimited else and_(here, with_mine))


def require_share(caller: Caller, permission: str, served: Served, target: Any) -> None:
    """That a view may be shared so.

    Args:
        target: has visibility, role_id, casino_id and role_default.

    Raises:
        Invalid: these do not fit together, or there is no such role.
        Forbidden: the permission is missing; for a role that is not their own it must hold for the whole operator.
        NotFound: the casino is not theirs.
    """
    _require_fitting(target)
    if target.visibility == "private":
        return
    caller.must(permission, target.casino_id)
    everywhere = caller.reach(permission).unlimited
    if target.casino_id is None and not everywhere:
        refuse(caller, permission, None)
    caller.must_see(target.casino_id, permission_of(served))
    if target.visibility == "role":
        if caller.access is None or target.role_id not in caller.access.policy.roles:
            raise Invalid("There is no such role.", field="role_id")
        if not _may_share_with(caller, permission, target):
            refuse(caller, permission, target.casino_id)


def refuse(caller: Caller, permission: str, casino_id: UUID | None) -> NoReturn:
    """Forbidden, and in the trail."""
    if caller.witness is not None:
        decision = caller.decide(permission, casino_id)
        if decision.allowed:
            why = "It takes the permission for the whole operator to share with all casinos or a role of others."
            decision = replace(decision, outcome="deny", code="out_of_scope", explanation=why)
        caller.witness(decision, Wish(permission=permission, casino_id=casino_id))
    raise Forbidden


def _require_fitting(target: Any) -> None:
    needs_role = target.visibility == "role"
    if (target.role_id is not None) != needs_role:
        raise Invalid("A role is named for views shared with one, and for no others.", field="role_id")
    if target.visibility == "casino" and target.casino_id is None:
        raise Invalid("Name the casino it is shared with.", field="casino_id")
    if target.visibility == "private" and target.casino_id is not None:
        raise Invalid("A private view is of no casino.", field="casino_id")
    if target.role_default and not needs_role:
        raise Invalid("Only what is shared with a role is its default.", field="role_default")
