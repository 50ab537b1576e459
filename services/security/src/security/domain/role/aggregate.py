"""Decides which roles there are and what they may do.

A permission is named exactly, or by `*` for a whole trailing part (`payments.*`), or `*` alone. Patterns are expanded
over the catalogue when a token is made, so a pattern also stands for what will be declared later: it is given only by
whoever holds one that covers it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from chassis.domain import Decider
from security.domain.role.commands import ChangePermissions, DefineRole, RoleCommand
from security.domain.role.errors import PermissionUnknown, RoleExists, RoleUnknown
from security.domain.role.events import RoleDefined, RoleEvent, RolePermissionsChanged
from security.domain.staff.errors import BeyondOwnAccess

EVERY_PERMISSION = "*"
"""A pattern is this alone, or ends in it."""


@dataclass(frozen=True, slots=True)
class Absent:
    """No role under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A role as it stands."""

    name: str
    permissions: frozenset[str]


Role = Absent | Defined
"""Every state a role can be in."""


def decide(command: RoleCommand, state: Role) -> Sequence[RoleEvent]:
    """What happens because of a command."""
    match command:
        case DefineRole():
            if isinstance(state, Defined):
                raise RoleExists
            _require_known(command.permissions, command.known)
            _require_held(command.permissions, command.held)
            return [RoleDefined(name=command.name, permissions=tuple(sorted(command.permissions)))]
        case ChangePermissions():
            return _change(command, state)
        case _:
            assert_never(command)


def _change(command: ChangePermissions, state: Role) -> Sequence[RoleEvent]:
    match state:
        case Absent():
            raise RoleUnknown
        case Defined():
            _require_known(command.permissions, command.known)
            if command.permissions == state.permissions:
                return []
            _require_held(beyond(command.permissions, state.permissions), command.held)
            before, after = tuple(sorted(state.permissions)), tuple(sorted(command.permissions))
            return [RolePermissionsChanged(name=state.name, before=before, after=after)]
        case _:
            assert_never(state)


def evolve(_: Role, event: RoleEvent) -> Role:
    """The state after an event."""
    match event:
        case RoleDefined():
            return Defined(name=event.name, permissions=frozenset(event.permissions))
        case RolePermissionsChanged():
            return Defined(name=event.name, permissions=frozenset(event.after))
        case _:
            assert_never(event)


def matching(pattern: str, known: Iterable[str]) -> frozenset[str]:
    """The permissions a pattern stands for.

    >>> sorted(matching("payments.*", ["payments.deposit.list", "games.game.list"]))
    ['payments.deposit.list']
    """
    if pattern == EVERY_PERMISSION:
        return frozenset(known)
    if pattern.endswith(".*"):
        return frozenset(one for one in known if one.startswith(pattern[:-1]))
    return frozenset({pattern} & frozenset(known))


def beyond(wanted: Iterable[str], held: Iterable[str]) -> list[str]:
    """Those of the permissions and patterns that nothing held covers, now and for permissions to come; sorted.

    >>> beyond(["payments.deposit.list", "payments.deposit.*", "payments.*", "*"], ["payments.deposit.*"])
    ['*', 'payments.*']
    """
    ours = tuple(held)
    return sorted(one for one in wanted if not any(_covers(pattern, one) for pattern in ours))


def _covers(pattern: str, wanted: str) -> bool:
    return pattern in (EVERY_PERMISSION, wanted) or (pattern.endswith(".*") and wanted.startswith(pattern[:-1]))


def _require_held(given: Iterable[str], held: frozenset[str] | None) -> None:
    missing = [] if held is None else beyond(given, held)
    if missing:
        raise BeyondOwnAccess(
            f"You do not hold {', '.join(missing[:5])} for the whole operator yourself.", field="permissions"
        )


def _require_known(permissions: frozenset[str], known: frozenset[str]) -> None:
    unknown = sorted(one for one in permissions if not matching(one, known))
    if unknown:
        raise PermissionUnknown(f"No service declares {', '.join(unknown)}.", field="permissions")


role: Decider[RoleCommand, Role, RoleEvent] = Decider("role", Absent(), decide, evolve)
