"""Whatever is heard and whoever acts, a withdrawal is ordered once, of the provider it was asked for from."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError
from chassis.testing.spec import Spec
from payments.domain.withdrawal import events as e
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import HearProvider, ReleasePayout, StartPayout, WithdrawalCommand
from payments.domain.withdrawal.errors import WithdrawalAlreadyRequested
from payments.domain.withdrawal.states import Absent, Sending, Unknown, Withdrawal
from payments.domain.withdrawal.words import FoundPaid, FoundUnpaid

from .test_withdrawal import (
    APPROVE,
    BOB,
    CANCEL,
    CONFIRMED,
    DECLINED,
    REJECT,
    REQUEST,
    REQUESTED,
    SENT_BACK,
    START,
    TAKEN,
    UNANSWERED,
    WithdrawalSpec,
)

ROUTED = replace(REQUEST, method="bank")
ELSEWHERE = replace(ROUTED, provider="adyen_transfers")
COMMANDS: list[WithdrawalCommand] = [
    ROUTED, ELSEWHERE, APPROVE, BOB, REJECT, CANCEL, START, replace(START, request_id=UUID(int=10), sent_as="others"),
    StartPayout(request_id=UUID(int=11), sent_as="us"), ReleasePayout(batch_id=UUID(int=12)), TAKEN, DECLINED,
    UNANSWERED, CONFIRMED, SENT_BACK, HearProvider(word=FoundPaid(reference="4711")), HearProvider(word=FoundUnpaid()),
]  # fmt: skip


def test_the_method_is_kept_and_another_one_is_another_withdrawal() -> None:
    spec: WithdrawalSpec = Spec(withdrawal)
    spec.given().when(ROUTED).then(replace(REQUESTED, method="bank"))
    kept = replace(REQUESTED, method="bank")
    spec.given(kept).when(ROUTED).then_nothing()
    for other in (REQUEST, replace(ROUTED, method="card"), ELSEWHERE):
        spec.given(kept).when(other).then_raises(WithdrawalAlreadyRequested)


@given(st.lists(st.sampled_from(COMMANDS), max_size=40))
def test_it_is_ordered_once_and_of_one_provider_alone(commands: list[WithdrawalCommand]) -> None:
    state: Withdrawal = Absent()
    orders: list[e.PayoutStarted] = []
    for command in [ROUTED, *commands]:
        try:
            happened = withdrawal.decide(command, state)
        except DomainError:
            continue
        for event in happened:
            assert event.provider == ROUTED.provider
            orders += [event] if isinstance(event, e.PayoutStarted) else []
            state = withdrawal.evolve(state, event)
        if isinstance(state, Sending | Unknown):
            assert state.order.errand is not None
            assert state.order.errand.request_id == orders[0].request_id
    assert len(orders) <= 1


@pytest.mark.parametrize("word", [UNANSWERED, TAKEN])
def test_as_long_as_nobody_knows_its_end_it_is_not_begun_again(word: HearProvider) -> None:
    state: Withdrawal = Absent()
    for command in (ROUTED, APPROVE, START, word):
        for event in withdrawal.decide(command, state):
            state = withdrawal.evolve(state, event)
    assert list(withdrawal.decide(replace(START, request_id=UUID(int=10)), state)) == []
