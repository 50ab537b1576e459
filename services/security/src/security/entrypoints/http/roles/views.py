"""Roles and their versions as they are shown."""

from collections.abc import Iterable
from uuid import UUID

from security.domain.grants import EVERY, Catalogue, Grant, held_at, is_pattern, lines, places, reach, unlimited
from security.domain.role.aggregate import Defined, Version
from security.domain.role.errors import RoleVersionUnknown
from security.entrypoints.http.roles.schemas import Difference, GrantBody, Reach, RoleView, VersionItem, VersionView
from security.read_models.role_list import RoleStatus


def shown(grants: Iterable[Grant]) -> list[GrantBody]:
    """Lines as they are sent."""
    return [GrantBody.of(one) for one in grants]


def reaches(grants: Iterable[Grant], known: Catalogue) -> list[Reach]:
    """What each line stands for now."""
    return [Reach(permissions=sorted(reach(one, known)), unlimited=unlimited(one, known)) for one in grants]


def unlimited_in(grants: Iterable[Grant], known: Catalogue) -> list[str]:
    """What lines with a ceiling do not limit."""
    return sorted({name for one in grants for name in unlimited(one, known)})


def version_view(version: Version, known: Catalogue) -> VersionView:
    """A version."""
    about = VersionItem.of(version).model_dump()
    return VersionView(**about, grants=shown(version.grants), reach=reaches(version.grants, known))


def role_view(role_id: UUID, role: Defined, known: Catalogue) -> RoleView:
    """A role."""
    return RoleView(
        role_id=role_id,
        name=role.name,
        status=RoleStatus.RETIRED if role.retired else RoleStatus.ACTIVE,
        break_glass=role.break_glass,
        current=version_view(role.current, known),
        draft=None if role.draft is None else shown(role.draft),
        draft_reach=None if role.draft is None else reaches(role.draft, known),
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
        grants_added=shown(one for one in new if one not in old),
        grants_removed=shown(one for one in old if one not in new),
        permissions_added=_peculiar(added),
        permissions_removed=_peculiar(removed),
    )


def _peculiar(found: dict[str, list[str]]) -> dict[str, list[str]]:
    everywhere = found[EVERY]
    return {casino: names for casino, names in found.items() if names and (casino == EVERY or names != everywhere)}
