"""What holds for every policy and every wish."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.auth.policy.compile import AccessCache
from chassis.auth.policy.decide import decide, fresh_enough
from chassis.auth.policy.model import MODES, Asking, Policy, PolicyAssignment, PolicyRole, RoleGrant, Standing, Wish
from chassis.store.context import CasinoScope

from .policies import (
    CASINOS,
    HOUR,
    NAMES,
    NOW,
    PERMISSIONS,
    ROLES,
    SUBJECTS,
    askings,
    assignments,
    grants,
    policies,
    scopes,
    wishes,
    with_assignments,
    with_grant,
)

subjects = st.sampled_from(SUBJECTS)
ages = st.sampled_from([0.0, 61.0, 601.0])


@given(st.none() | policies(), st.none() | askings, wishes, ages)
def test_there_is_an_answer_to_everything(
    policy: Policy | None, asking: Asking | None, wish: Wish, age_s: float
) -> None:
    decision = decide(policy, asking, wish, NOW, Standing(age_s=age_s, ended={UUID(int=7000)}))

    assert decision.explanation
    assert decision.allowed <= (not decision.scope.empty)
    assert not decision.allowed or decision.scope.allows(wish.casino_id)


@given(policies(), askings, wishes, st.sampled_from(ROLES), grants(effect="deny"))
def test_adding_a_deny_never_grants(
    policy: Policy, asking: Asking, wish: Wish, role_id: UUID, denied: RoleGrant
) -> None:
    before = decide(policy, asking, wish, NOW)
    after = decide(with_grant(policy, role_id, denied), asking, wish, NOW)

    assert after.allowed <= before.allowed
    assert after.scope <= before.scope
    assert not after.allowed or all(
        MODES.index(mode) <= MODES.index(before.modes[kind])
        for kind, mode in after.modes.items()
        if wish.casino_id is not None
    )


@given(policies(), askings, wishes, st.lists(grants(effect="allow"), max_size=3), scopes)
def test_adding_a_role_that_allows_never_revokes(
    policy: Policy, asking: Asking, wish: Wish, more: list[RoleGrant], scope: CasinoScope
) -> None:
    if asking.subject_id not in policy.subjects:
        return
    role = PolicyRole(id=UUID(int=5555), name="another", version=1, grants=tuple(more))
    richer = replace(policy, roles={**policy.roles, role.id: role})
    given_ = (
        *policy.subjects[asking.subject_id].assignments,
        PolicyAssignment(id=role.id, role_id=role.id, scope=scope),
    )
    before = decide(policy, asking, wish, NOW)
    after = decide(with_assignments(richer, asking.subject_id, *given_), asking, wish, NOW)

    assert before.allowed <= after.allowed
    assert before.scope <= after.scope


@given(policies(), subjects, assignments(), scopes, askings, wishes)
def test_narrowing_the_scope_of_an_allowing_role_never_widens(
    policy: Policy, subject: UUID, held: PolicyAssignment, narrower: CasinoScope, asking: Asking, wish: Wish
) -> None:
    roles = {
        role_id: replace(role, grants=tuple(grant for grant in role.grants if grant.effect == "allow"))
        for role_id, role in policy.roles.items()
    }
    policy = replace(policy, roles=roles)
    others = policy.subjects[subject].assignments
    narrow = replace(held, scope=held.scope & narrower)
    before = decide(with_assignments(policy, subject, *others, held), asking, wish, NOW)
    after = decide(with_assignments(policy, subject, *others, narrow), asking, wish, NOW)

    assert after.allowed <= before.allowed
    assert after.scope <= before.scope


@given(policies(), subjects, assignments(), askings, wishes)
def test_an_assignment_that_has_ended_is_none_but_for_the_word(
    policy: Policy, subject: UUID, held: PolicyAssignment, asking: Asking, wish: Wish
) -> None:
    others = policy.subjects[subject].assignments
    ended = replace(held, expires_at=NOW - HOUR)
    without = decide(with_assignments(policy, subject, *others), asking, wish, NOW)
    with_it = decide(with_assignments(policy, subject, *others, ended), asking, wish, NOW)

    assert (with_it.outcome, with_it.scope, with_it.modes) == (without.outcome, without.scope, without.modes)


@given(policies(), askings, st.sampled_from(NAMES), st.none() | st.sampled_from(CASINOS), st.integers(-2, 2))
def test_what_is_compiled_says_what_is_decided(
    policy: Policy, asking: Asking, permission: str, casino_id: UUID | None, hours: int
) -> None:
    cache, moment = AccessCache(), NOW + hours * HOUR
    cache.of(policy, asking, NOW)
    access = cache.of(policy, asking, moment)
    asking = replace(asking, issued_at=NOW)
    wish = Wish(permission=permission, casino_id=casino_id)
    decision = decide(policy, asking, wish, moment)

    assert access.decide(asking, wish, moment) == decision
    assert access.may(permission, casino_id) == (decision.outcome != "deny")
    assert (
        not access.may(permission, casino_id)
        or access.scope(permission) == decide(policy, asking, replace(wish, casino_id=None), moment).scope
    )
    if decision.allowed and fresh_enough(PERMISSIONS[permission], asking, moment):
        for kind in ("public", "pii_basic", "financial", "aml"):
            assert access.mode(permission, kind, casino_id) == decision.modes.get(kind, "none")


def test_only_what_asked_lately_is_kept() -> None:
    policy = Policy(version=1, issued_at=NOW)
    cache = AccessCache(most=1)
    first = cache.of(policy, Asking(subject_id=SUBJECTS[0]), NOW)

    assert cache.of(policy, Asking(subject_id=SUBJECTS[0]), NOW) is first
    cache.of(policy, Asking(subject_id=SUBJECTS[1]), NOW)
    assert cache.of(policy, Asking(subject_id=SUBJECTS[0]), NOW) is not first
