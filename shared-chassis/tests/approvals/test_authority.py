"""What people hold who are not there, by the policy that is held."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.approvals import PolicyAuthority
from chassis.auth.errors import PolicyStale
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.model import PermissionMeta, Policy, Standing, Tie, Wish
from chassis.testing.tokens import EVERYWHERE, policy_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PERMISSION = "mast.flag.raise"
ANN, CASINO = uuid4(), uuid4()


class Aged(LocalPolicy):
    """A copy that security confirmed so many seconds ago."""

    age = 0.0

    def standing(self) -> Standing:
        return Standing(age_s=self.age)


def held(
    casinos: list[UUID | str] | None = None, *, age_s: float = 0, meta: PermissionMeta | None = None, **subject: Any
) -> PolicyAuthority:
    """An authority by whose policy Ann holds the permission at these casinos."""
    policy: Policy = policy_of(ANN, [{"permissions": [PERMISSION], "casinos": casinos or [CASINO]}])
    known = meta or PermissionMeta(id=PERMISSION, risk="critical", step_up_s=300, four_eyes=True)
    people = {ANN: replace(policy.subjects[ANN], **subject)}
    made = Aged.holding(replace(policy, permissions={PERMISSION: known}, subjects=people))
    made.age = age_s
    return PolicyAuthority(made)


def may(authority: PolicyAuthority, who: UUID = ANN, at: UUID | None = CASINO, ago_s: float = 3600) -> bool:
    wish = Wish(permission=PERMISSION, casino_id=at)
    return authority.may(who, wish, since=NOW - timedelta(seconds=ago_s), now=NOW)


def test_who_is_not_there_is_asked_for_no_proof() -> None:
    assert may(held())


def test_what_somebody_else_holds_is_not_theirs() -> None:
    assert not may(held(), who=uuid4())
    assert not may(held([uuid4()]))


def test_the_disabled_hold_nothing() -> None:
    assert not may(held(active=False))


def test_ended_sessions_say_nothing_about_what_people_hold() -> None:
    assert may(held(sessions_from=NOW - timedelta(seconds=1)))


def test_what_is_about_no_casino_takes_somebody_for_all_of_them() -> None:
    assert not may(held(), at=None)
    assert may(held([EVERYWHERE]), at=None)


def test_partners_programs_are_nobodys_second_person() -> None:
    assert not may(held(kind="client"))


@pytest.mark.parametrize("who", [ANN, UUID(int=7)])
def test_a_copy_that_is_too_old_says_neither_yes_nor_no(who: UUID) -> None:
    with pytest.raises(PolicyStale):
        may(held(age_s=61), who=who)


def test_a_copy_from_before_they_were_let_in_does_not_say_no() -> None:
    assert may(held(age_s=5), ago_s=1)
    with pytest.raises(PolicyStale):
        may(held(active=False, age_s=5), ago_s=1)
    assert not may(held(active=False, age_s=5), ago_s=6)


def test_without_a_policy_nobody_can_tell() -> None:
    with pytest.raises(PolicyStale):
        may(PolicyAuthority())
    with pytest.raises(PolicyStale):
        may(PolicyAuthority(LocalPolicy()))


def test_who_gave_a_new_password_and_who_got_it_are_not_apart_for_a_while() -> None:
    bob, carl = uuid4(), uuid4()
    authority = held(ties=(Tie(other=bob, until=NOW + timedelta(days=7)),))
    for one, other in ((ANN, bob), (bob, ANN)):
        assert not authority.apart(one, other, now=NOW)
        assert authority.apart(one, other, now=NOW + timedelta(days=7))
    assert authority.apart(ANN, carl, now=NOW)
    assert authority.apart(bob, carl, now=NOW)
    assert not authority.apart(carl, carl, now=NOW)


def test_without_a_policy_or_with_an_old_one_nobody_can_tell_who_is_apart() -> None:
    for authority in (PolicyAuthority(), held(age_s=61)):
        with pytest.raises(PolicyStale):
            authority.apart(ANN, uuid4(), now=NOW)
