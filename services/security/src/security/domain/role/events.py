"""What can happen to a role."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.domain import event
from security.domain.grants import USUAL_MODES, Grant, is_pattern


@event("security.role_defined", 2)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefined:
    """The role exists, with its first version published."""

    name: str
    grants: tuple[Grant, ...]
    description: str = ""
    owner: str = ""
    review_by: date | None = None
    break_glass: bool = False


@event("security.role_permissions_changed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RolePermissionsChanged:
    """What a new version was before roles had lines: a set of names and patterns. It happens no more."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@event("security.role_drafted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDrafted:
    """Somebody works on the next version; nothing of it holds yet."""

    grants: tuple[Grant, ...]


@event("security.role_version_published", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleVersionPublished:
    """From now on the role is this. A version never changes afterwards."""

    name: str
    version: int
    before: tuple[Grant, ...]
    grants: tuple[Grant, ...]
    description: str = ""
    owner: str = ""
    review_by: date | None = None


@event("security.role_retired", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRetired:
    """Nobody is given the role any more."""

    name: str


RoleEvent = RoleDefined | RolePermissionsChanged | RoleDrafted | RoleVersionPublished | RoleRetired
"""All of them."""


def lines_of_before(permissions: list[str] | tuple[str, ...]) -> list[dict[str, Any]]:
    """Names and patterns as roles had them once: everywhere, any amount, and for what would be declared later."""
    return [{"pattern": one, "auto_extend": is_pattern(one), "modes": dict(USUAL_MODES)} for one in permissions]


def role_defined_v1_to_v2(data: dict[str, Any]) -> dict[str, Any]:
    """A role of before there were lines."""
    return {"name": data["name"], "grants": lines_of_before(data["permissions"])}


UPCASTERS = {("security.role_defined", 1): role_defined_v1_to_v2}
"""What lifts events that were stored by an earlier build."""
