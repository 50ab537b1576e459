"""Roles and their versions as they are shown."""

from collections.abc import Iterable
from uuid import UUID

from security.domain.grants import EVERY, Catalogue, Grant, held_at, is_pattern, lines, places, reach, unlimited
from security.domain.role.aggregate import Defined, Version
from security.domain.role.errors import RoleVersionUnknown
from security.entrypoints.http.roles.schemas import Difference, GrantView, RoleView, VersionItem, VersionView


def shown(grant: Grant, known: Catalogue) -> GrantView:
    """A line."""
    return GrantView(
        pattern=grant.pattern,
        effect=grant.effect,
        casinos=list(grant.casinos),
        modes=dict(grant.modes),
        ceilings=grant.ceilings,
        auto_extend=grant.auto_extend,
        expanded=sorted(reach(grant, known)),
        unlimited=unlimited(grant, known),
    )


def unlimited_in(grants: Iterable[Grant], known: Catalogue) -> list[str]:
    """What lines with a ceiling do not limit."""
    return sorted({name for one in grants for name in unlimited(one, known)})


def version_view(version: Version, known: Catalogue) -> VersionView:
    """A version."""
    return VersionView(**VersionItem.of(version).model_dump(), grants=[shown(one, known) for one in version.grants])


def role_view(role_id: UUID, role: Defined, known: Catalogue) -> RoleView:
    """A role."""
    return RoleView(
        role_id=role_id,
        name=role.name,
        status="retired" if role.retired else "active",
        break_glass=role.break_glass,
        current=version_view(role.current, known),
        draft=None if role.draft is None else [shown(one, known) for one in role.draft],
        warnings=warnings((one.pattern for one in role.current.grants), known),
    )


def warnings(patterns: Iterable[str], known: Catalogue) -> list[str]:
    """The permissions that are named in full and that no service declares any more."""
    return sorted({one for one in patterns if not is_pattern(one) and (one not in known or known[one].removed)})


def version_of(role: Defined, number: int) -> Version:
    """A version by its number; RoleVersionUnknown when there is none."""
    found = [one for one in role.versions if one.number == number]
    if not found:
        raise RoleVersionUnknown
    return found[0]


def difference(before: Iterable[Grant], after: Iterable[Grant], known: Catalogue) -> Difference:
    """What two sets of lines say differently. Permissions are told by casino, `*` standing for all that are not named;
    where nothing is peculiar to a casino, under `*` alone.
    """
    old, new = list(before), list(after)
    added: dict[str, list[str]] = {}
    removed: dict[str, list[str]] = {}
    for casino in places(lines(old), lines(new)):
        had, has = held_at(lines(old), casino, known), held_at(lines(new), casino, known)
        added[casino], removed[casino] = sorted(has - had), sorted(had - has)
    return Difference(
        grants_added=[shown(one, known) for one in new if one not in old],
        grants_removed=[shown(one, known) for one in old if one not in new],
        permissions_added=_peculiar(added),
        permissions_removed=_peculiar(removed),
    )


def _peculiar(found: dict[str, list[str]]) -> dict[str, list[str]]:
    everywhere = found[EVERY]
    return {casino: names for casino, names in found.items() if names and (casino == EVERY or names != everywhere)}
