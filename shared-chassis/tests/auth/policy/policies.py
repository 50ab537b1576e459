"""Made-up policies: a small world in which everything that can meet does meet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from chassis.auth.policy.model import (
    MODES,
    Asking,
    PermissionMeta,
    Policy,
    PolicyAssignment,
    PolicyRole,
    PolicySubject,
    RoleGrant,
    Tie,
    Wish,
)
from chassis.store.context import CasinoScope

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CASINOS = tuple(UUID(int=1000 + n) for n in range(3))
SUBJECTS = tuple(UUID(int=2000 + n) for n in range(3))
ROLES = tuple(UUID(int=3000 + n) for n in range(4))

PERMISSIONS = {
    meta.id: meta
    for meta in (
        PermissionMeta(id="payments.deposit.view", risk="low", impersonation=True, api_client=True),
        PermissionMeta(id="payments.withdrawal.approve", risk="high", step_up_s=300),
        PermissionMeta(id="payments.adjustment.make", risk="critical", four_eyes=True),
        PermissionMeta(id="security.audit.view", risk="normal", api_client=True),
        PermissionMeta(id="backoffice.player.view", data_classes=("pii_basic",), impersonation=True, api_client=True),
    )
}
NAMES = tuple(PERMISSIONS)
UNDECLARED = "payments.nothing.declared"

scopes = st.one_of(
    st.just(CasinoScope.everything()),
    st.frozensets(st.sampled_from(CASINOS), max_size=3).map(CasinoScope),
    st.frozensets(st.sampled_from(CASINOS), min_size=1, max_size=2).map(lambda but: CasinoScope(None, but)),
)
moments = st.one_of(st.none(), st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]))
names = st.frozensets(st.sampled_from((*NAMES, UNDECLARED)), max_size=4)
shown = st.dictionaries(st.sampled_from(["pii_basic", "financial"]), st.sampled_from(MODES), max_size=2)
ceilings = st.dictionaries(st.sampled_from(["EUR", "SEK"]), st.integers(0, 1000), max_size=2)


@st.composite
def grants(draw: st.DrawFn, effect: str | None = None) -> RoleGrant:
    permissions = draw(names)
    return RoleGrant(
        id=f"rule-{draw(st.integers(0, 999))}",
        permissions=permissions,
        effect=effect or draw(st.sampled_from(["allow", "allow", "allow", "deny"])),  # type: ignore[arg-type]
        scope=draw(scopes),
        modes=draw(shown),  # type: ignore[arg-type]
        ceilings=draw(ceilings),
        exact=frozenset(one for one in permissions if draw(st.booleans())),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    roles = {
        role_id: PolicyRole(
            id=role_id,
            name=f"role{n}",
            version=1,
            grants=tuple(draw(st.lists(grants(), max_size=3))),
            break_glass=draw(st.integers(0, 4)) == 0,
        )
        for n, role_id in enumerate(ROLES)
    }
    subjects = {subject: draw(subjects_of(subject)) for subject in SUBJECTS}
    return Policy(
        version=draw(st.integers(1, 99)), issued_at=NOW, permissions=PERMISSIONS, roles=roles, subjects=subjects
    )


@st.composite
def subjects_of(draw: st.DrawFn, subject: UUID) -> PolicySubject:
    return PolicySubject(
        id=subject,
        kind=draw(st.sampled_from(["staff", "staff", "staff", "client"])),
        active=draw(st.integers(0, 9)) > 0,
        sessions_from=draw(st.one_of(st.none(), st.just(NOW - HOUR))),
        assignments=tuple(draw(st.lists(assignments(), max_size=4))),
        ties=tuple(draw(st.lists(st.builds(Tie, other=st.sampled_from(SUBJECTS), until=st.just(NOW)), max_size=2))),
    )


@st.composite
def assignments(draw: st.DrawFn) -> PolicyAssignment:
    return PolicyAssignment(
        id=UUID(int=draw(st.integers(4000, 4999))),
        role_id=draw(st.sampled_from((*ROLES, UUID(int=9999)))),
        scope=draw(scopes),
        not_before=draw(moments),
        expires_at=draw(moments),
    )


askings = st.builds(
    Asking,
    subject_id=st.sampled_from((*SUBJECTS, UUID(int=8888))),
    kind=st.sampled_from(["staff", "staff", "client"]),
    session_id=st.one_of(st.none(), st.just(UUID(int=7000))),
    issued_at=st.one_of(st.none(), st.sampled_from([NOW - 2 * HOUR, NOW])),
    authenticated_at=st.one_of(st.none(), st.sampled_from([NOW - HOUR, NOW, NOW + HOUR])),
    impersonating=st.sampled_from([False, False, True]),
)
wishes = st.builds(
    Wish,
    permission=st.sampled_from((*NAMES, UNDECLARED)),
    casino_id=st.one_of(st.none(), st.sampled_from((*CASINOS, UUID(int=1999)))),
    amount_minor=st.one_of(st.none(), st.integers(-2000, 2000)),
    currency=st.one_of(st.none(), st.sampled_from(["EUR", "SEK", "JPY"])),
)


def with_grant(policy: Policy, role_id: UUID, grant: RoleGrant) -> Policy:
    """The same policy, its role with one grant more."""
    role = policy.roles[role_id]
    return replace(policy, roles={**policy.roles, role_id: replace(role, grants=(*role.grants, grant))})


def with_assignments(policy: Policy, subject_id: UUID, *given: PolicyAssignment) -> Policy:
    """The same policy, its subject with exactly these assignments."""
    subject = replace(policy.subjects[subject_id], assignments=given)
    return replace(policy, subjects={**policy.subjects, subject_id: subject})
