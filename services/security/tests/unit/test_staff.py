"""Who works here and what they may do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import uuid7
from chassis.testing.spec import Spec
from security.domain.staff.aggregate import Active, Disabled, staff
from security.domain.staff.commands import (
    AddStaffMember,
    AssignRole,
    DisableStaffMember,
    EnableStaffMember,
    GiveOneTimePassword,
    WithdrawRole,
)
from security.domain.staff.errors import (
    AssignmentTimesInvalid,
    AssignmentUnknown,
    BeyondOwnAccess,
    ContractorNeedsEnd,
    OwnAccess,
    StaffMemberExists,
    StaffMemberIsActive,
    StaffMemberIsDisabled,
    StaffMemberUnknown,
)
from security.domain.staff.events import (
    OneTimePasswordGiven,
    RoleAssigned,
    RoleWithdrawn,
    StaffMemberAdded,
    StaffMemberDisabled,
    StaffMemberEnabled,
)

ANN, BOB, ROLE, ASSIGNMENT = (uuid7() for _ in range(4))

ADD = AddStaffMember(login="ann@example.com", name="Ann")
ADDED = StaffMemberAdded(login="ann@example.com", name="Ann")
DISABLE = DisableStaffMember(staff_id=ANN, by=BOB)
UNTIL = datetime(2026, 3, 2, tzinfo=UTC)
ENABLE = EnableStaffMember(staff_id=ANN, by=BOB, usable_until=UNTIL)
RENEW = GiveOneTimePassword(staff_id=ANN, by=BOB, usable_until=UNTIL)
GIVEN = OneTimePasswordGiven(usable_until=UNTIL)
WITHDRAWN = RoleWithdrawn(assignment_id=ASSIGNMENT, role_id=ROLE)
ASSIGNED = RoleAssigned(assignment_id=ASSIGNMENT, role_id=ROLE, role_name="support", casinos=("*",))


NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def assign(by: UUID | None = BOB, casinos: tuple[str, ...] = ("*",), **times: Any) -> AssignRole:
    return AssignRole(
        staff_id=ANN,
        assignment_id=ASSIGNMENT,
        role_id=ROLE,
        role_name="support",
        casinos=casinos,
        by=by,
        now=NOW,
        **times,
    )


@pytest.fixture
def spec() -> Spec[Any, Any, Any]:
    return Spec(staff)


def test_a_colleague_is_added(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(ADD).then(ADDED)


def test_nobody_is_added_twice(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED).when(ADD).then_raises(StaffMemberExists)


def test_a_role_is_given(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED).when(assign()).then(ASSIGNED)


def test_a_role_is_given_for_a_time(spec: Spec[Any, Any, Any]) -> None:
    times: dict[str, Any] = {"not_before": NOW + DAY, "expires_at": NOW + 2 * DAY}
    spec.given(ADDED).when(assign(**times)).then(replace(ASSIGNED, **times))


@pytest.mark.parametrize(
    "times",
    [
        {"expires_at": NOW},
        {"expires_at": NOW - DAY},
        {"not_before": NOW + DAY, "expires_at": NOW + DAY},
    ],
    ids=["now", "yesterday", "as it begins"],
)
def test_a_role_is_not_given_for_no_time(spec: Spec[Any, Any, Any], times: dict[str, Any]) -> None:
    assert spec.given(ADDED).when(assign(**times)).then_raises(AssignmentTimesInvalid).field == "expires_at"


@pytest.mark.parametrize("expires_at", [None, NOW + 90 * DAY + timedelta(seconds=1)], ids=["never", "too late"])
def test_a_contractors_role_ends_within_ninety_days(spec: Spec[Any, Any, Any], expires_at: datetime | None) -> None:
    contractor = replace(ADDED, contractor=True)
    spec.given(contractor).when(assign(expires_at=expires_at)).then_raises(ContractorNeedsEnd)
    in_time = NOW + 90 * DAY
    spec.given(contractor).when(assign(expires_at=in_time)).then(replace(ASSIGNED, expires_at=in_time))


def test_a_contractor_who_comes_back_is_one_still(spec: Spec[Any, Any, Any]) -> None:
    back = (replace(ADDED, contractor=True), StaffMemberDisabled(), StaffMemberEnabled())
    spec.given(*back).when(assign()).then_raises(ContractorNeedsEnd)


def test_the_same_role_for_the_same_casinos_is_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED, ASSIGNED).when(assign()).then_nothing()


def test_the_same_role_for_other_casinos_is(spec: Spec[Any, Any, Any]) -> None:
    casino = str(uuid7())
    expected = RoleAssigned(assignment_id=ASSIGNMENT, role_id=ROLE, role_name="support", casinos=(casino,))
    spec.given(ADDED, ASSIGNED).when(assign(casinos=(casino,))).then(expected)


@pytest.mark.parametrize(
    "command",
    [
        assign(by=ANN),
        WithdrawRole(staff_id=ANN, assignment_id=ASSIGNMENT, by=ANN),
        DisableStaffMember(staff_id=ANN, by=ANN),
        replace(RENEW, by=ANN),
        replace(ENABLE, by=ANN),
    ],
)
def test_nobody_changes_their_own_access(spec: Spec[Any, Any, Any], command: Any) -> None:
    spec.given(ADDED, ASSIGNED).when(command).then_raises(OwnAccess)


def test_a_role_is_taken_away(spec: Spec[Any, Any, Any]) -> None:
    command = WithdrawRole(staff_id=ANN, assignment_id=ASSIGNMENT, by=BOB)
    spec.given(ADDED, ASSIGNED).when(command).then(RoleWithdrawn(assignment_id=ASSIGNMENT, role_id=ROLE))


def test_what_is_not_held_cannot_be_taken(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED).when(WithdrawRole(staff_id=ANN, assignment_id=ASSIGNMENT, by=BOB)).then_raises(AssignmentUnknown)


def test_a_colleague_is_disabled_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED).when(DISABLE).then(StaffMemberDisabled())
    spec.given(ADDED, StaffMemberDisabled()).when(DISABLE).then_nothing()


def test_a_disabled_colleague_gets_no_role(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED, StaffMemberDisabled()).when(assign()).then_raises(StaffMemberIsDisabled)


@pytest.mark.parametrize(
    "command", [assign(), DISABLE, ENABLE, RENEW, WithdrawRole(staff_id=ANN, assignment_id=ASSIGNMENT, by=BOB)]
)
def test_nothing_happens_to_nobody(spec: Spec[Any, Any, Any], command: Any) -> None:
    spec.given().when(command).then_raises(StaffMemberUnknown)


@given(st.lists(st.sampled_from([ASSIGNED, RoleWithdrawn(assignment_id=ASSIGNMENT, role_id=ROLE)]), max_size=12))
def test_whoever_is_disabled_stays_disabled_and_comes_back_with_no_role(history: list[Any]) -> None:
    assert isinstance(staff.fold([ADDED, *history]), Active)
    gone = [ADDED, *history, StaffMemberDisabled()]
    assert isinstance(staff.fold([*gone, WITHDRAWN, GIVEN]), Disabled)
    assert staff.fold([*gone, *staff.decide(ENABLE, staff.fold(gone))]) == Active()


def test_a_disabled_colleague_comes_back_without_the_roles_of_before(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED, ASSIGNED, StaffMemberDisabled()).when(ENABLE).then(WITHDRAWN, StaffMemberEnabled(), GIVEN)


def test_whoever_works_here_does_not_come_back(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED).when(ENABLE).then_raises(StaffMemberIsActive)


def test_a_lost_password_is_replaced_as_often_as_need_be(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED, ASSIGNED, GIVEN).when(RENEW).then(GIVEN)


def test_a_disabled_colleague_gets_no_password(spec: Spec[Any, Any, Any]) -> None:
    spec.given(ADDED, ASSIGNED, StaffMemberDisabled()).when(RENEW).then_raises(StaffMemberIsDisabled)


@pytest.mark.parametrize("command", [ENABLE, RENEW])
@pytest.mark.parametrize("end", [[], [StaffMemberDisabled()]], ids=["active", "disabled"])
def test_a_manager_of_other_casinos_gives_nobody_a_password(
    spec: Spec[Any, Any, Any], command: Any, end: list[Any]
) -> None:
    [casino] = ASSIGNED.casinos
    elsewhere = replace(ASSIGNED, assignment_id=UUID(int=77), casinos=("another",))
    strange = replace(command, within=frozenset({"strange"}))
    spec.given(ADDED, ASSIGNED, *end).when(strange).then_raises(StaffMemberUnknown)
    spec.given(ADDED, *end).when(strange).then_raises(StaffMemberUnknown)
    half = replace(command, within=frozenset({casino}))
    spec.given(ADDED, ASSIGNED, elsewhere, *end).when(half).then_raises(BeyondOwnAccess)


@pytest.mark.parametrize("within", [frozenset[str](), frozenset({"another"})])
def test_what_lies_beyond_the_askers_casinos_does_not_exist_for_him(
    spec: Spec[Any, Any, Any], within: frozenset[str]
) -> None:
    withdraw = WithdrawRole(staff_id=ANN, assignment_id=ASSIGNMENT, by=BOB, within=within)
    disable = DisableStaffMember(staff_id=ANN, by=BOB, within=within)
    spec.given(ADDED, ASSIGNED).when(withdraw).then_raises(AssignmentUnknown)
    for history in ([ADDED, ASSIGNED], [ADDED], [ADDED, StaffMemberDisabled()]):
        spec.given(*history).when(disable).then_raises(StaffMemberUnknown)


def test_a_colleague_of_other_casinos_too_is_disabled_by_the_operator(spec: Spec[Any, Any, Any]) -> None:
    [casino] = ASSIGNED.casinos
    elsewhere = replace(ASSIGNED, assignment_id=UUID(int=77), casinos=("another",))
    disable = DisableStaffMember(staff_id=ANN, by=BOB, within=frozenset({casino}))
    spec.given(ADDED, ASSIGNED, elsewhere).when(disable).then_raises(BeyondOwnAccess)
