"""What can happen to a role."""

from dataclasses import dataclass

from chassis.domain import event


@event("security.role_defined", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefined:
    name: str
    permissions: tuple[str, ...]


@event("security.role_permissions_changed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RolePermissionsChanged:
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


RoleEvent = RoleDefined | RolePermissionsChanged
"""All of them."""
