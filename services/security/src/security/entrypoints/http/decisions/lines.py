"""The lines of roles that speak about a permission, as an explanation lists them."""

from datetime import datetime
from uuid import UUID

from chassis.auth.policy.model import Decision, Policy, PolicyAssignment, Wish
from chassis.store import CasinoScope
from security.entrypoints.http.decisions.schemas import MatchingGrant


def matching_grants(
    policy: Policy, subject: UUID, wish: Wish, decision: Decision, now: datetime, *, within: CasinoScope
) -> list[MatchingGrant]:
    """Every line that names the permission, of every role the person was given, as far as the casinos go `within`."""
    person, found = policy.subjects.get(subject), []
    for assignment in person.assignments if person is not None else ():
        role = policy.roles.get(assignment.role_id)
        for grant in role.grants if role is not None else ():
            scope = assignment.scope & grant.scope & within
            if role is None or wish.permission not in grant.permissions or scope.empty:
                continue
            casinos, _ = named(scope)
            found.append(
                MatchingGrant(
                    rule=grant.id,
                    role=role.name,
                    role_version=role.version,
                    effect=grant.effect,
                    assignment_id=assignment.id,
                    casinos=casinos,
                    not_before=assignment.not_before,
                    expires_at=assignment.expires_at,
                    ceilings=dict(grant.ceilings),
                    modes={str(kind): mode for kind, mode in grant.modes.items()},
                    counts=_in_time(assignment, now) and scope.allows(wish.casino_id),
                    decided=grant.id in decision.rules,
                )
            )
    return found


def named(scope: CasinoScope) -> tuple[list[str] | None, list[str]]:
    """The casinos as ids, None for all of them; and those that are excepted."""
    return (None if scope.ids is None else sorted(map(str, scope.ids))), sorted(map(str, scope.but))


def _in_time(assignment: PolicyAssignment, now: datetime) -> bool:
    begun = assignment.not_before is None or assignment.not_before <= now
    return begun and (assignment.expires_at is None or now < assignment.expires_at)
