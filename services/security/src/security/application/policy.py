"""The policy, put together from what is known of permissions, roles, assignments and staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from chassis.auth.policy.model import (
    PermissionMeta,
    Policy,
    PolicyAssignment,
    PolicyRole,
    PolicySubject,
    RoleGrant,
    Tie,
)
from chassis.store import CasinoScope
from security.domain.grants import EVERY, Catalogue, Declared, Grant, is_pattern, reach

_GRANTS = tuple[Grant, ...]
_REMEMBERED = timedelta(days=30)
"""How long an assignment that ended is kept, so that a refusal can say that it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The rows a policy is made from: what is declared, and the read models of roles, assignments and staff.

    Partners' programs come as subjects already.
    """

    permissions: Iterable[PermissionMeta]
    roles: Iterable[Any]
    assignments: Iterable[Any]
    staff: Iterable[Any]
    clients: Iterable[PolicySubject] = ()
    ties: Iterable[Any] = ()


def policy_of(known: Known, *, version: int, issued_at: datetime) -> Policy:
    """What holds: the published version of each role that is not retired, its patterns replaced by names."""
    permissions = {meta.id: meta for meta in known.permissions}
    catalogue = {name: Declared(risk=meta.risk) for name, meta in permissions.items()}
    given: dict[UUID, list[PolicyAssignment]] = {}
    for row in known.assignments:
        if row.expires_at is None or row.expires_at > issued_at - _REMEMBERED:
            given.setdefault(row.staff_id, []).append(_assignment(row))
    tied: dict[UUID, list[Tie]] = {}
    for row in known.ties:
        tied.setdefault(row.staff_id, []).append(Tie(other=row.other, until=row.until))
    return Policy(
        version=version,
        issued_at=issued_at,
        permissions=permissions,
        roles={row.role_id: _role(row, catalogue) for row in known.roles if row.status == "active"},
        subjects={
            row.staff_id: PolicySubject(
                id=row.staff_id,
                active=row.status == "active",
                sessions_from=row.sessions_from,
                assignments=tuple(sorted(given.get(row.staff_id, ()), key=lambda one: one.id)),
                ties=tuple(sorted(tied.get(row.staff_id, ()), key=lambda one: one.other)),
            )
            for row in known.staff
        }
        | {one.id: one for one in known.clients},
    )


def grants_of(row: Any) -> tuple[Grant, ...]:
    """The lines of a row of the list of roles."""
    return msgspec.convert(row.grants, _GRANTS)


def scope_of(casinos: Iterable[str]) -> CasinoScope:
    """The casinos as whoever decides compares them."""
    named = tuple(casinos)
    return CasinoScope.everything() if EVERY in named else CasinoScope.of(*map(UUID, named))


def _role(row: Any, catalogue: Catalogue) -> PolicyRole:
    return PolicyRole(
        id=row.role_id,
        name=row.name,
        version=row.version,
        grants=tuple(
            _grant(f"{row.name}@{row.version}#{number}", grant, catalogue)
            for number, grant in enumerate(grants_of(row), start=1)
        ),
        break_glass=row.break_glass,
    )


def _grant(rule: str, grant: Grant, catalogue: Catalogue) -> RoleGrant:
    names = reach(grant, catalogue)
    return RoleGrant(
        id=rule,
        permissions=names,
        effect=grant.effect,
        scope=scope_of(grant.casinos),
        modes=grant.modes,  # type: ignore[arg-type]
        ceilings=grant.ceilings,
        exact=frozenset() if is_pattern(grant.pattern) else names,
    )


def _assignment(row: Any) -> PolicyAssignment:
    return PolicyAssignment(
        id=row.assignment_id,
        role_id=row.role_id,
        scope=scope_of(row.casinos),
        not_before=row.not_before,
        expires_at=row.expires_at,
    )
