"""Every code a decision can have, each with the smallest policy that leads to it, in the order of the questions."""

from dataclasses import replace
from datetime import datetime
from typing import get_args
from uuid import UUID

import pytest

from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import (
    Asking,
    Code,
    Decision,
    Policy,
    PolicyAssignment,
    PolicyRole,
    PolicySubject,
    RoleGrant,
    Standing,
    Wish,
)
from chassis.store.context import CasinoScope

from .policies import CASINOS, HOUR, NOW, PERMISSIONS, UNDECLARED

WHO, ROLE, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)
VIEW, APPROVE, ADJUST = "backoffice.player.view", "payments.withdrawal.approve", "payments.adjustment.make"
HERE, THERE = CASINOS[:2]
ASKING = Asking(subject_id=WHO, session_id=SESSION, issued_at=NOW, authenticated_at=NOW)


def allow(*permissions: str, line: int = 1, **more: object) -> RoleGrant:
    return RoleGrant(id=f"role@1#{line}", permissions=frozenset(permissions), **more)  # type: ignore[arg-type]


def deny(*permissions: str, line: int = 2, **more: object) -> RoleGrant:
    return allow(*permissions, line=line, effect="deny", **more)


def policy(
    *grants: RoleGrant,
    scope: CasinoScope | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    break_glass: bool = False,
    **subject: object,
) -> Policy:
    """One subject who holds one role with these grants."""
    given = PolicyAssignment(
        id=UUID(int=4),
        role_id=ROLE,
        scope=scope or CasinoScope.everything(),
        not_before=not_before,
        expires_at=expires_at,
    )
    return Policy(
        version=7,
        issued_at=NOW,
        permissions=PERMISSIONS,
        roles={ROLE: PolicyRole(id=ROLE, name="role", version=1, grants=grants, break_glass=break_glass)},
        subjects={WHO: PolicySubject(id=WHO, assignments=(given,), **subject)},  # type: ignore[arg-type]
    )


def asked(
    held: Policy | None,
    permission: str = VIEW,
    casino_id: UUID | None = None,
    *,
    asking: Asking | None = ASKING,
    standing: Standing | None = None,
    amount_minor: int | None = None,
    currency: str | None = None,
) -> Decision:
    wish = Wish(permission=permission, casino_id=casino_id, amount_minor=amount_minor, currency=currency)
    return decide(held, asking, wish, NOW, standing or Standing())


TABLE: dict[Code, Decision] = {
    "policy_stale": asked(None),
    "unauthenticated": asked(policy(allow(VIEW)), asking=None),
    "revoked": asked(policy(allow(VIEW), active=False)),
    "explicit_deny": asked(policy(allow(VIEW), deny(VIEW))),
    "not_for_impersonation": asked(policy(allow(APPROVE)), APPROVE, asking=replace(ASKING, impersonating=True)),
    "not_for_clients": asked(policy(allow(APPROVE)), APPROVE, asking=replace(ASKING, kind="client")),
    "not_for_break_glass": asked(policy(allow("security.audit.view"), break_glass=True), "security.audit.view"),
    "not_granted": asked(policy()),
    "out_of_scope": asked(policy(allow(VIEW), scope=CasinoScope.of(HERE)), casino_id=THERE),
    "over_ceiling": asked(policy(allow(VIEW, ceilings={"EUR": 100})), amount_minor=101, currency="EUR"),
    "expired": asked(policy(allow(VIEW), expires_at=NOW)),
    "not_yet": asked(policy(allow(VIEW), not_before=NOW + HOUR)),
    "step_up_needed": asked(policy(allow(APPROVE)), APPROVE, asking=replace(ASKING, authenticated_at=NOW - HOUR)),
    "approval_needed": asked(policy(allow(ADJUST)), ADJUST),
    "allowed": asked(policy(allow(VIEW))),
}


def test_every_code_can_be_reached() -> None:
    assert set(TABLE) == set(get_args(Code))


@pytest.mark.parametrize("code", list(TABLE))
def test_a_decision_says_why_in_one_sentence(code: Code) -> None:
    decision = TABLE[code]

    assert decision.code == code
    assert decision.explanation.endswith(".")
    assert decision.allowed == (code in ("allowed", "approval_needed"))


def test_what_decided_is_named() -> None:
    assert asked(policy(allow(VIEW), deny(VIEW, scope=CasinoScope.of(HERE))), casino_id=HERE).rules == ("role@1#2",)
    assert asked(policy(allow(VIEW), deny(VIEW, scope=CasinoScope.of(HERE))), casino_id=THERE).rules == ("role@1#1",)


def test_a_scope_is_what_is_allowed_less_what_is_denied() -> None:
    decision = asked(policy(allow(VIEW), deny(VIEW, scope=CasinoScope.of(HERE))))

    assert decision.outcome == "allow"
    assert decision.scope == CasinoScope.everything() - CasinoScope.of(HERE)


def test_denies_that_leave_nothing_deny_everywhere() -> None:
    held = policy(allow(VIEW), deny(VIEW, scope=CasinoScope.of(HERE)), scope=CasinoScope.of(HERE))

    assert asked(held).code == "explicit_deny"


def test_a_deny_that_has_ended_denies_nothing() -> None:
    held = policy(allow(VIEW))
    ended = PolicyAssignment(id=UUID(int=5), role_id=UUID(int=6), scope=CasinoScope.everything(), expires_at=NOW)
    role = PolicyRole(id=UUID(int=6), name="other", version=1, grants=(deny(VIEW),))
    subject = held.subjects[WHO]
    held = replace(
        held,
        roles={**held.roles, role.id: role},
        subjects={WHO: replace(subject, assignments=(*subject.assignments, ended))},
    )

    assert asked(held).outcome == "allow"


@pytest.mark.parametrize(
    ("age_s", "permission", "stale"),
    [
        (60.0, APPROVE, False),
        (60.1, APPROVE, True),
        (60.1, ADJUST, True),
        (60.1, UNDECLARED, True),
        (60.1, VIEW, False),
        (600.0, VIEW, False),
        (600.1, VIEW, True),
        (float("nan"), VIEW, True),
    ],
)
def test_a_copy_nobody_confirms_closes_the_dangerous_first(age_s: float, permission: str, stale: bool) -> None:
    decision = asked(policy(allow(VIEW, APPROVE, ADJUST)), permission, standing=Standing(age_s=age_s))

    assert (decision.code == "policy_stale") == stale


@pytest.mark.parametrize(
    ("issued_at", "revoked"),
    [(NOW - HOUR, True), (None, True), (NOW, False), (NOW + HOUR, False)],
    ids=["before", "nobody knows", "the same second", "after"],
)
def test_tokens_from_before_all_sessions_were_ended_are_worth_nothing(
    issued_at: datetime | None, revoked: bool
) -> None:
    held = policy(allow(VIEW), sessions_from=NOW.replace(microsecond=900))

    assert (asked(held, asking=replace(ASKING, issued_at=issued_at)).code == "revoked") == revoked


def test_a_session_that_is_over_is_over_at_once() -> None:
    assert asked(policy(allow(VIEW)), standing=Standing(ended=frozenset({SESSION}))).code == "revoked"


def test_nobody_holds_what_nobody_declares() -> None:
    assert asked(policy(allow(UNDECLARED)), UNDECLARED).code == "not_granted"


def test_somebody_the_policy_does_not_know_holds_nothing() -> None:
    assert asked(policy(allow(VIEW)), asking=replace(ASKING, subject_id=UUID(int=99))).code == "not_granted"


@pytest.mark.parametrize(("exact", "code"), [(True, "approval_needed"), (False, "not_for_break_glass")])
def test_emergency_access_reaches_critical_permissions_only_by_name(exact: bool, code: Code) -> None:
    named = frozenset({ADJUST}) if exact else frozenset()

    assert asked(policy(allow(ADJUST, exact=named), break_glass=True), ADJUST).code == code


@pytest.mark.parametrize(
    ("amount_minor", "currency", "code"),
    [
        (100, "EUR", "allowed"),
        (101, "EUR", "over_ceiling"),
        (-101, "EUR", "over_ceiling"),
        (1, "SEK", "over_ceiling"),
        (1, None, "over_ceiling"),
        (None, None, "allowed"),
    ],
)
def test_a_ceiling_holds_for_its_currency(amount_minor: int | None, currency: str | None, code: Code) -> None:
    held = policy(allow(VIEW, ceilings={"EUR": 100}))

    assert asked(held, amount_minor=amount_minor, currency=currency).code == code


def test_a_step_up_says_how_fresh_it_must_be() -> None:
    assert TABLE["step_up_needed"].max_age_s == 300
    assert asked(policy(allow(APPROVE)), APPROVE).outcome == "allow"
    assert asked(policy(allow(APPROVE)), APPROVE, asking=replace(ASKING, authenticated_at=None)).outcome == "challenge"


def test_the_most_that_grants_show_is_shown() -> None:
    held = policy(allow(VIEW, modes={"pii_basic": "mask"}), allow(VIEW, line=2, modes={"pii_basic": "clear"}))

    assert asked(held).modes == {"public": "clear", "internal": "clear", "pii_basic": "clear"}


def test_what_is_shown_in_one_casino_alone_is_not_shown_in_all() -> None:
    held = policy(
        allow(VIEW, modes={"pii_basic": "mask"}),
        allow(VIEW, line=2, scope=CasinoScope.of(HERE), modes={"pii_basic": "clear"}),
    )

    assert asked(held).modes["pii_basic"] == "mask"
    assert asked(held, casino_id=HERE).modes["pii_basic"] == "clear"
    assert asked(held, casino_id=THERE).modes["pii_basic"] == "mask"


def test_a_deny_lowers_what_is_shown_where_it_holds() -> None:
    held = policy(
        allow(VIEW, modes={"pii_basic": "clear"}), deny(scope=CasinoScope.of(HERE), modes={"pii_basic": "hash"})
    )

    assert asked(held, casino_id=HERE).modes["pii_basic"] == "hash"
    assert asked(held, casino_id=THERE).modes["pii_basic"] == "clear"
    assert asked(held).modes["pii_basic"] == "hash"


def test_moments_without_a_zone_are_taken_as_utc() -> None:
    held = policy(allow(VIEW), expires_at=NOW.replace(tzinfo=None))
    wish = Wish(permission=VIEW)

    assert decide(held, ASKING, wish, NOW.replace(tzinfo=None)).code == "expired"
