"""The life of a proposal, decision by decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.approvals.aggregate import Approval, approval
from chassis.approvals.commands import (
    ApprovalCommand,
    Approve,
    Draft,
    Edit,
    Execute,
    Expire,
    Propose,
    Reject,
    Void,
    Withdraw,
)
from chassis.approvals.errors import (
    AnotherPersonNeeded,
    ApprovalEnded,
    ApprovalExpired,
    ApprovalOfAnother,
    ApprovalUnknown,
    PayloadDiffers,
    SubjectChanged,
)
from chassis.approvals.events import (
    ApprovalEvent,
    ApprovalLapsed,
    Approved,
    Edited,
    Executed,
    Expired,
    Proposed,
    Rejected,
    Voided,
    Withdrawn,
)
from chassis.auth import StepUpNeeded
from chassis.testing.spec import Spec

ANN, BOB, EVE, DAN, CASINO = (UUID(int=n) for n in range(1, 6))
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
END = NOW + timedelta(hours=24)
SEEN, STATE, OTHER = "a" * 64, "b" * 64, "c" * 64

DRAFT: dict[str, Any] = {
    "payload_sha256": SEEN,
    "subject_kind": "flag",
    "subject_id": "1",
    "subject_sha256": STATE,
    "before": {"colour": "red"},
    "after": {"colour": "blue"},
    "barred": (EVE,),
    "summary": "A blue flag",
}
FACTS: dict[str, Any] = {
    "command": "mast.raise_flag",
    "permission": "mast.flag.raise",
    "approve": "mast.flag.approve",
    "risk": "critical",
    "casino_id": CASINO,
    "requester_id": ANN,
    "needed": 1,
    "expires_at": END,
    "step_up_s": 300,
    "reason": "a feast",
}
PROPOSE = Propose(**FACTS, draft=Draft(**DRAFT))
PROPOSED = Proposed(**FACTS, **DRAFT)
APPROVE = Approve(by=BOB, payload_sha256=SEEN, subject_sha256=STATE, proved_at=NOW, now=NOW)
APPROVED = Approved(approved_by=BOB, payload_sha256=SEEN, given=1, needed=1)
EXECUTE = Execute(payload_sha256=SEEN, subject_sha256=STATE, requester_may=True, may=frozenset({BOB, DAN}), now=NOW)
EXECUTED = Executed(payload_sha256=SEEN, requester_id=ANN, approved_by=(BOB,))
EDIT = Edit(by=ANN, draft=replace(Draft(**DRAFT), payload_sha256=OTHER), now=NOW)
EDITED = Edited(
    edited_by=ANN, **{**{name: DRAFT[name] for name in DRAFT if name not in ("subject_kind", "subject_id")},
                      "payload_sha256": OTHER}
)  # fmt: skip


@pytest.fixture
def spec() -> Spec[ApprovalCommand, Approval, ApprovalEvent]:
    return Spec(approval)


S = Spec[ApprovalCommand, Approval, ApprovalEvent]


def test_what_is_proposed_waits(spec: S) -> None:
    spec.given().when(PROPOSE).then(PROPOSED)


def test_the_same_id_proposes_once(spec: S) -> None:
    spec.given(PROPOSED).when(PROPOSE).then_nothing()


def test_another_person_approves(spec: S) -> None:
    spec.given(PROPOSED).when(APPROVE).then(APPROVED)


def test_approving_twice_adds_nothing(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(APPROVE).then_nothing()


@pytest.mark.parametrize("who", [ANN, EVE], ids=["requester", "beneficiary or last editor"])
def test_neither_the_requester_nor_whoever_is_concerned_approves(spec: S, who: UUID) -> None:
    spec.given(PROPOSED).when(replace(APPROVE, by=who)).then_raises(AnotherPersonNeeded)


def test_another_hash_than_the_proposed_one_is_refused(spec: S) -> None:
    spec.given(PROPOSED).when(replace(APPROVE, payload_sha256=OTHER)).then_raises(PayloadDiffers)


def test_a_difference_that_is_no_longer_true_is_not_approved(spec: S) -> None:
    spec.given(PROPOSED).when(replace(APPROVE, subject_sha256=OTHER)).then_raises(SubjectChanged)


@pytest.mark.parametrize("proved_at", [None, NOW - timedelta(seconds=301)], ids=["never", "long ago"])
def test_an_approver_proves_again_who_they_are(spec: S, proved_at: datetime | None) -> None:
    refusal = spec.given(PROPOSED).when(replace(APPROVE, proved_at=proved_at)).then_raises(StepUpNeeded)
    assert refusal.max_age_s == 300


def test_nobody_approves_after_its_time(spec: S) -> None:
    spec.given(PROPOSED).when(replace(APPROVE, now=END, proved_at=END)).then_raises(ApprovalExpired)


def test_it_expires_at_its_end_and_not_before(spec: S) -> None:
    spec.given(PROPOSED).when(Expire(now=END - timedelta(seconds=1))).then_nothing()
    spec.given(PROPOSED).when(Expire(now=END)).then(Expired())


def test_what_was_approved_and_not_executed_in_time_expires(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(replace(EXECUTE, now=END)).then(Expired())


def test_what_was_approved_is_executed(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(EXECUTE).then(EXECUTED)


def test_executing_again_does_nothing(spec: S) -> None:
    spec.given(PROPOSED, APPROVED, EXECUTED).when(EXECUTE).then_nothing()


def test_what_nobody_approved_is_not_executed(spec: S) -> None:
    spec.given(PROPOSED).when(EXECUTE).then_nothing()


def test_more_people_than_needed_add_nothing(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(replace(APPROVE, by=DAN)).then_nothing()


def test_one_approval_of_two_is_not_enough(spec: S) -> None:
    two = replace(PROPOSED, needed=2)
    spec.given(two, replace(APPROVED, needed=2)).when(EXECUTE).then_nothing()
    second = Approved(approved_by=DAN, payload_sha256=SEEN, given=2, needed=2)
    spec.given(two, replace(APPROVED, needed=2)).when(replace(APPROVE, by=DAN)).then(second)
    spec.given(two, replace(APPROVED, needed=2), second).when(EXECUTE).then(replace(EXECUTED, approved_by=(BOB, DAN)))


def test_an_edit_voids_every_approval(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(EDIT).then(EDITED)
    spec.given(PROPOSED, APPROVED, EDITED).when(replace(EXECUTE, payload_sha256=OTHER)).then_nothing()
    spec.given(PROPOSED, APPROVED, EDITED).when(APPROVE).then_raises(PayloadDiffers)


def test_the_same_again_is_no_edit(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(replace(EDIT, draft=Draft(**DRAFT))).then_nothing()


def test_who_was_concerned_before_an_edit_is_concerned_after_it(spec: S) -> None:
    unbarred = replace(EDITED, barred=())
    mine = replace(APPROVE, by=EVE, payload_sha256=OTHER)
    spec.given(PROPOSED, unbarred).when(mine).then_raises(AnotherPersonNeeded)


@pytest.mark.parametrize("command", [replace(EDIT, by=BOB), Withdraw(by=BOB, now=NOW)], ids=["edit", "withdraw"])
def test_only_the_requester_edits_and_withdraws(spec: S, command: ApprovalCommand) -> None:
    spec.given(PROPOSED).when(command).then_raises(ApprovalOfAnother)


def test_a_requester_withdraws_and_does_not_reject(spec: S) -> None:
    spec.given(PROPOSED).when(Withdraw(by=ANN, now=NOW)).then(Withdrawn())
    spec.given(PROPOSED).when(Reject(by=ANN, now=NOW)).then_raises(AnotherPersonNeeded)


def test_another_person_rejects(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(Reject(by=DAN, now=NOW)).then(Rejected(rejected_by=DAN))


def test_a_requester_who_may_no_longer_voids_it(spec: S) -> None:
    spec.given(PROPOSED, APPROVED).when(replace(EXECUTE, requester_may=False)).then(Voided(code="requester_may_not"))


def test_an_approver_who_may_no_longer_is_missing(spec: S) -> None:
    lapsed = ApprovalLapsed(approved_by=BOB)
    spec.given(PROPOSED, APPROVED).when(replace(EXECUTE, may=frozenset())).then(lapsed)
    spec.given(PROPOSED, APPROVED, lapsed).when(EXECUTE).then_nothing()
    spec.given(PROPOSED, APPROVED, lapsed).when(APPROVE).then(APPROVED)


def test_another_payload_than_the_approved_one_is_never_executed(spec: S) -> None:
    altered = replace(EXECUTE, payload_sha256=OTHER)
    spec.given(PROPOSED, APPROVED).when(altered).then(Voided(code="approval_payload_differs"))


def test_what_changed_after_the_approval_voids_it(spec: S) -> None:
    changed = replace(EXECUTE, subject_sha256=OTHER)
    spec.given(PROPOSED, APPROVED).when(changed).then(Voided(code="approval_subject_changed"))


@pytest.mark.parametrize(
    "end",
    [Rejected(rejected_by=BOB), Withdrawn(), Expired(), Voided(code="x"), EXECUTED],
    ids=lambda e: type(e).__name__,
)
def test_after_its_end_nothing_happens(spec: S, end: ApprovalEvent) -> None:
    for command in (replace(APPROVE, by=DAN), EDIT):
        spec.given(PROPOSED, end).when(command).then_raises(ApprovalEnded)
    for quiet in (EXECUTE, Expire(now=END), Void(code="x")):
        spec.given(PROPOSED, end).when(quiet).then_nothing()


def test_an_approval_that_is_sent_again_after_it_was_done_adds_nothing(spec: S) -> None:
    spec.given(PROPOSED, APPROVED, EXECUTED).when(APPROVE).then_nothing()


def test_what_was_never_proposed_is_unknown(spec: S) -> None:
    for command in (APPROVE, EDIT, EXECUTE, Withdraw(by=ANN, now=NOW)):
        spec.given().when(command).then_raises(ApprovalUnknown)
