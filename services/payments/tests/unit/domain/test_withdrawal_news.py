"""What becomes known after a withdrawal was asked for: whoever said yes without knowing it says it anew."""

from dataclasses import replace
from uuid import UUID

import pytest

from chassis.testing.spec import Spec
from payments.application.withdrawals import order_sha256
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import RejectWithdrawal, ReleasePayout, StopWithdrawal
from payments.domain.withdrawal.errors import WithdrawalAlreadySent
from payments.domain.withdrawal.events import (
    PayoutReleased,
    WithdrawalApproved,
    WithdrawalEvent,
    WithdrawalPartOrdered,
    WithdrawalRejected,
    WithdrawalSplit,
    WithdrawalStopped,
)
from payments.domain.withdrawal.news import unnamed
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding, reasons
from payments.domain.withdrawal.states import AwaitingApproval

from .test_withdrawal import (
    APPROVE,
    APPROVED,
    AT_PROVIDER,
    BOB,
    CANCELLED,
    FACT,
    FIRST,
    NOW,
    PAID,
    REJECT,
    REJECTED,
    REQUESTED,
    SECOND,
    SENT,
    START,
    STARTED,
    TWO_NEEDED,
    UNKNOWN,
    WithdrawalSpec,
)

BATCH = UUID(int=7)
HIT = StopWithdrawal(reasons=frozenset({"never_automatic", "under_review"}), people=2)
STOPPED = WithdrawalStopped(**FACT, news=("under_review",), stopped_by=("under_review",), approvals_needed=2)
WARNED = StopWithdrawal(reasons=HIT.reasons | {"CB-WARNING"}, people=1)
WARNING = WithdrawalStopped(**FACT, news=("CB-WARNING",), stopped_by=("fraud_rules",), approvals_needed=2)
BY_POLICY = (replace(REQUESTED, approvals_needed=0, stopped_by=()), replace(APPROVED, approved_by="policy"))
PART = WithdrawalPartOrdered(
    **{**FACT, "parent_id": FACT["player_id"]},
    destination="sealed",
    shown_as="****1234",
    ordered_at=NOW,
    known=("under_review",),
    approvals_needed=2,
)


@pytest.fixture
def spec() -> WithdrawalSpec:
    return Spec(withdrawal)


def test_one_that_waits_takes_as_many_as_the_news_wants(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED).when(HIT).then(STOPPED)
    spec.given(REQUESTED, STOPPED).when(APPROVE).then(FIRST)
    spec.given(REQUESTED, STOPPED, FIRST).when(BOB).then(SECOND)


def test_news_never_make_it_take_fewer(spec: WithdrawalSpec) -> None:
    spec.given(TWO_NEEDED, FIRST, SECOND).when(replace(HIT, people=1)).then(STOPPED)
    spec.given(REQUESTED, STOPPED, FIRST, SECOND).when(WARNED).then(WARNING)


def test_a_yes_from_before_the_news_does_not_count(spec: WithdrawalSpec) -> None:
    spec.given(TWO_NEEDED, FIRST).when(HIT).then(STOPPED)
    spec.given(TWO_NEEDED, FIRST, STOPPED).when(APPROVE).then(FIRST)


def test_an_approved_one_waits_for_people_again_and_is_not_sent(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED, APPROVED).when(HIT).then(STOPPED)
    spec.given(REQUESTED, APPROVED, STOPPED).when(START).then_nothing()
    spec.given(REQUESTED, APPROVED, STOPPED).when(REJECT).then(REJECTED)


def test_what_the_policy_let_go_waits_for_people(spec: WithdrawalSpec) -> None:
    spec.given(*BY_POLICY).when(replace(HIT, reasons=frozenset({"under_review"}))).then(STOPPED)
    one = replace(STOPPED, approvals_needed=1)
    spec.given(*BY_POLICY).when(StopWithdrawal(reasons=frozenset({"under_review"}), people=0)).then(one)


def test_once_people_said_yes_knowing_it_it_is_sent(spec: WithdrawalSpec) -> None:
    known = (REQUESTED, APPROVED, STOPPED, FIRST, SECOND)
    spec.given(*known).when(HIT).then_nothing()
    spec.given(*known).when(START).then(STARTED)


def test_what_was_known_at_the_request_is_no_news(spec: WithdrawalSpec) -> None:
    asked = replace(REQUESTED, stopped_by=("under_review", "fraud_rules"), rules=("CB-WARNING",))
    spec.given(asked).when(replace(WARNED, reasons=frozenset({"under_review", "CB-WARNING"}))).then_nothing()


@pytest.mark.parametrize(
    ("rules", "later", "expected"),
    [((), (), {"CB-WARNING"}), ((), (WARNING,), {"CB-WARNING"}), (("BLOCK-LIST-OUT",), (), set())],
    ids=["none named", "none named, and news since", "named"],
)
def test_rules_that_an_old_request_does_not_name_are_no_news(
    rules: tuple[str, ...], later: tuple[WithdrawalStopped, ...], expected: set[str]
) -> None:
    asked = replace(REQUESTED, stopped_by=("never_automatic", "fraud_rules"), rules=rules)
    state = withdrawal.fold((asked, *later))
    assert isinstance(state, AwaitingApproval)
    assert unnamed(state.order, frozenset({"CB-WARNING"})) == expected


def test_another_reason_is_news_again(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED, STOPPED).when(WARNED).then(WARNING)
    spec.given(REQUESTED, STOPPED, WARNING).when(WARNED).then_nothing()


@pytest.mark.parametrize("after", [*AT_PROVIDER, (STARTED, SENT, PAID), (REJECTED,), (CANCELLED,)])
def test_what_was_sent_or_has_ended_is_left_alone(spec: WithdrawalSpec, after: tuple[WithdrawalApproved, ...]) -> None:
    spec.given(REQUESTED, APPROVED, *after).when(HIT).then_nothing()


@pytest.mark.parametrize("after", [(STARTED,), (STARTED, UNKNOWN)])
def test_what_never_left_waits_for_people_again_and_is_sent_as_the_same_order(
    spec: WithdrawalSpec, after: tuple[WithdrawalEvent, ...]
) -> None:
    called_back = (REQUESTED, APPROVED, *after, STOPPED)
    spec.given(REQUESTED, APPROVED, *after).when(replace(HIT, never_left=True)).then(STOPPED)
    spec.given(*called_back).when(REJECT).then(REJECTED)
    spec.given(*called_back, FIRST).when(BOB).then(SECOND)
    again = replace(START, request_id=BATCH, sent_as="us, since")
    spec.given(*called_back, FIRST, SECOND).when(again).then(replace(STARTED, sent_as="us, since"))


@pytest.mark.parametrize("after", [(STARTED, SENT), (STARTED, SENT, PAID), (REJECTED,), (CANCELLED,)])
def test_what_the_provider_has_is_not_called_back(spec: WithdrawalSpec, after: tuple[WithdrawalEvent, ...]) -> None:
    spec.given(REQUESTED, APPROVED, *after).when(replace(HIT, never_left=True)).then_nothing()


def test_over_what_hinders_it_nobody_says_yes_so_it_is_news_each_time(spec: WithdrawalSpec) -> None:
    disputed = StopWithdrawal(reasons=frozenset({"dispute_open"}), people=0, never_left=True)
    stopped = WithdrawalStopped(**FACT, news=("dispute_open",), stopped_by=("dispute_open",), approvals_needed=1)
    spec.given(REQUESTED, APPROVED, STARTED).when(disputed).then(stopped)
    spec.given(REQUESTED, APPROVED, STARTED, stopped, APPROVED, STARTED).when(disputed).then(stopped)


def test_a_release_counts_no_more_than_the_yes_before_it(spec: WithdrawalSpec) -> None:
    release, released = ReleasePayout(batch_id=BATCH), PayoutReleased(**FACT, batch_id=BATCH)
    spec.given(REQUESTED, APPROVED, released).when(HIT).then(STOPPED)
    spec.given(REQUESTED, APPROVED, released, STOPPED, FIRST, SECOND).when(release).then(released)


def test_a_part_knows_what_its_whole_knew_and_is_approved_by_itself(spec: WithdrawalSpec) -> None:
    spec.given(PART).when(replace(HIT, reasons=frozenset({"under_review"}))).then_nothing()
    fact = {**FACT, "parent_id": PART.parent_id}
    stopped = replace(WARNING, **fact)
    spec.given(PART).when(replace(WARNED, reasons=frozenset({"CB-WARNING"}))).then(stopped)
    spec.given(PART, stopped).when(APPROVE).then(replace(FIRST, **fact))
    spec.given(PART, stopped, replace(FIRST, **fact)).when(BOB).then(replace(SECOND, **fact))
    spec.given(PART, stopped).when(RejectWithdrawal(rejecter="ann", reason="fraud")).then(
        WithdrawalRejected(**fact, rejected_by="ann", reason="fraud")
    )


def test_a_whole_in_parts_is_not_stopped_as_a_whole(spec: WithdrawalSpec) -> None:
    divided = WithdrawalSplit(**FACT, parts=())
    spec.given(REQUESTED, APPROVED, divided).when(HIT).then_nothing()
    spec.given(REQUESTED, APPROVED, divided).when(REJECT).then_raises(WithdrawalAlreadySent)


def test_the_digest_of_what_is_approved_says_what_became_known(spec: WithdrawalSpec) -> None:
    states: list[WithdrawalEvent] = [REQUESTED, STOPPED, WARNING]
    digests = {
        order_sha256(BATCH, state.order)
        for end in range(1, len(states) + 1)
        if isinstance(state := withdrawal.fold(states[:end]), AwaitingApproval)
    }
    assert len(digests) == len(states)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (WithdrawalStanding(), set()),
        (WithdrawalStanding(under_review=True, destination_shared=True), {"under_review", "shared_destination"}),
        (WithdrawalStanding(day_total_minor=1_000_00), set()),
        (WithdrawalStanding(people=2, rules=("CB-WARNING",)), {"CB-WARNING"}),
        (WithdrawalStanding(level="none", required_level="verified"), {"level"}),
    ],
    ids=["nothing", "the player and the place", "sums are weighed once", "rules", "a level taken back"],
)
def test_what_speaks_against_a_player_or_a_place_can_be_news(standing: WithdrawalStanding, expected: set[str]) -> None:
    assert reasons(WithdrawalPolicy(second_person_above_minor=1), standing, 100_00) == expected
