"""Decides which roles there are, what their versions allow, and that nobody puts more into one than is his."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from chassis.domain import Decider
from security.domain.grants import (
    Catalogue,
    Grant,
    Line,
    as_published,
    beyond,
    is_pattern,
    lines,
    matching,
    undenied,
    usual,
)
from security.domain.role.commands import DefineRole, DraftVersion, PublishVersion, RetireRole, RoleCommand
from security.domain.role.errors import (
    CeilingWithoutAmounts,
    GrantInvalid,
    NothingDrafted,
    PermissionUnknown,
    RoleExists,
    RoleInUse,
    RoleIsRetired,
    RoleUnknown,
)
from security.domain.role.events import (
    RoleDefined,
    RoleDrafted,
    RoleEvent,
    RolePermissionsChanged,
    RoleRetired,
    RoleVersionPublished,
)
from security.domain.second import newly_critical, require_second
from security.domain.staff.errors import BeyondOwnAccess


@dataclass(frozen=True, slots=True)
class Absent:
    """No role under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version; it never changes."""

    number: int
    grants: tuple[Grant, ...]
    description: str = ""
    owner: str = ""
    review_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A role with every version it ever had; the last one holds."""

    name: str
    versions: tuple[Version, ...]
    draft: tuple[Grant, ...] | None = None
    break_glass: bool = False
    retired: bool = False

    @property
    def current(self) -> Version:
        return self.versions[-1]


Role = Absent | Defined
"""Every state a role can be in."""


def decide(command: RoleCommand, state: Role) -> Sequence[RoleEvent]:
    """What happens because of a command."""
    match command:
        case DefineRole():
            return _define(command, state)
        case DraftVersion():
            return _draft(command, state)
        case PublishVersion():
            return _publish(command, state)
        case RetireRole():
            return _retire(command, state)
        case _:
            assert_never(command)


def _define(command: DefineRole, state: Role) -> Sequence[RoleEvent]:
    if isinstance(state, Defined):
        raise RoleExists
    grants = checked(command.grants, command.catalogue)
    _require_held(lines(grants), command.catalogue, command.own)
    return [
        RoleDefined(
            name=command.name,
            grants=grants,
            description=command.description,
            owner=command.owner,
            review_by=command.review_by,
            break_glass=command.break_glass,
        )
    ]


def _draft(command: DraftVersion, state: Role) -> Sequence[RoleEvent]:
    there = _open(state)
    grants = checked(command.grants, command.catalogue)
    return [] if grants == there.draft else [RoleDrafted(grants=grants)]


def _publish(command: PublishVersion, state: Role) -> Sequence[RoleEvent]:
    there = _open(state)
    wanted = command.grants if command.grants is not None else there.draft
    if wanted is None:
        raise NothingDrafted("There is no draft; send the lines.", field="grants")
    now = there.current
    grants = checked(wanted, command.catalogue)
    published = Version(
        number=now.number + 1,
        grants=grants,
        description=now.description if command.description is None else command.description,
        owner=now.owner if command.owner is None else command.owner,
        review_by=now.review_by if command.review_by is None else command.review_by,
    )
    if replace(published, number=now.number) == now:
        return []
    before, after = lines(now.grants), lines(grants)
    _require_held(after, command.catalogue, command.own, before)
    _require_held(undenied(before, after, command.catalogue), command.catalogue, command.own)
    if command.own is not None:
        new = newly_critical(now.grants, grants, command.catalogue) if command.held else []
        require_second(sorted({*new, *command.gained}), command.by, command.approved_by)
    return [
        RoleVersionPublished(
            name=there.name,
            version=published.number,
            before=now.grants,
            grants=grants,
            description=published.description,
            owner=published.owner,
            review_by=published.review_by,
        )
    ]


def _retire(command: RetireRole, state: Role) -> Sequence[RoleEvent]:
    there = _existing(state)
    if there.retired:
        return []
    if command.held:
        raise RoleInUse("Somebody holds the role: take it away first.")
    return [RoleRetired(name=there.name)]


def evolve(state: Role, event: RoleEvent) -> Role:
    """The state after an event."""
    match event:
        case RoleDefined():
            first = Version(
                number=1,
                grants=event.grants,
                description=event.description,
                owner=event.owner,
                review_by=event.review_by,
            )
            return Defined(name=event.name, versions=(first,), break_glass=event.break_glass)
        case RolePermissionsChanged():
            grants = tuple(usual(one, auto_extend=is_pattern(one)) for one in event.after)
            return _with(state, event.name, grants, None)
        case RoleVersionPublished():
            return _with(state, event.name, event.grants, event)
        case RoleDrafted():
            return replace(state, draft=event.grants) if isinstance(state, Defined) else state
        case RoleRetired():
            return replace(state, retired=True, draft=None) if isinstance(state, Defined) else state
        case _:
            assert_never(event)


def _with(state: Role, name: str, grants: tuple[Grant, ...], said: RoleVersionPublished | None) -> Defined:
    earlier = state.versions if isinstance(state, Defined) else ()
    last = earlier[-1] if earlier else Version(number=0, grants=())
    told = said or last
    version = Version(
        number=last.number + 1,
        grants=grants,
        description=told.description,
        owner=told.owner,
        review_by=told.review_by,
    )
    broken = isinstance(state, Defined) and state.break_glass
    return Defined(name=name, versions=(*earlier, version), break_glass=broken)


def _existing(state: Role) -> Defined:
    if isinstance(state, Absent):
        raise RoleUnknown
    return state


def _open(state: Role) -> Defined:
    there = _existing(state)
    if there.retired:
        raise RoleIsRetired
    return there


def checked(grants: tuple[Grant, ...], catalogue: Catalogue) -> tuple[Grant, ...]:
    """The lines as they are published; refused when one names what nobody declares, or makes no sense."""
    declared = [name for name, one in catalogue.items() if not one.removed]
    unknown = sorted({one.pattern for one in grants if not matching(one.pattern, declared)})
    if unknown:
        raise PermissionUnknown(f"No service declares {', '.join(unknown)}.", field="permissions")
    for one in grants:
        if one.effect == "deny" and (one.modes or one.ceilings or one.auto_extend):
            raise GrantInvalid("What is denied has no modes, ceilings or extension.", field="grants")
    for number, one in enumerate(grants):
        if one.ceilings and not any(catalogue[name].limitable for name in _allowable(one.pattern, declared, catalogue)):
            raise CeilingWithoutAmounts(f"{one.pattern} has no amounts.", field=f"grants.{number}.ceilings")
    return as_published(grants, catalogue)


def _allowable(pattern: str, declared: Sequence[str], catalogue: Catalogue) -> frozenset[str]:
    named = matching(pattern, declared)
    return named if pattern in named else frozenset(one for one in named if catalogue[one].risk != "critical")


def _require_held(
    given: Sequence[Line], catalogue: Catalogue, own: Sequence[Line] | None, *besides: Sequence[Line]
) -> None:
    missing = [] if own is None else beyond(given, catalogue, own, *besides)
    if missing:
        raise BeyondOwnAccess(
            f"You do not hold {', '.join(missing[:5])} for the whole operator yourself.", field="permissions"
        )


role: Decider[RoleCommand, Role, RoleEvent] = Decider("role", Absent(), decide, evolve)
