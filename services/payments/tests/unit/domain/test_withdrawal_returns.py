"""What comes back of a payout where its provider says how much did so far: told again and again, booked once."""

import pytest

from chassis.testing.spec import Spec
from payments.domain.withdrawal import events as e
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import HearProvider
from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.words import SentBack

from .test_withdrawal import APPROVED, FACT, PAID, PART_BACK, REQUESTED, RETURNED, STARTED, WithdrawalSpec

LEFT = (REQUESTED, APPROVED, STARTED, PAID)


@pytest.fixture
def spec() -> WithdrawalSpec:
    return Spec(withdrawal)


def so_far(amount_minor: int, currency: str = "EUR", code: str = "reversed") -> HearProvider:
    return HearProvider(word=SentBack(amount_minor=amount_minor, currency=currency, code=code, so_far=True))


def test_what_came_back_so_far_comes_back_once(spec: WithdrawalSpec) -> None:
    back = e.WithdrawalReturned(**FACT, returned_minor=30_00, back_minor=30_00, code="reversed")
    spec.given(*LEFT).when(so_far(30_00)).then(back)
    for code in ("fee", "reversed"):
        spec.given(*LEFT, PART_BACK).when(so_far(30_00, code=code)).then_nothing()
    spec.given(*LEFT, RETURNED).when(so_far(100_00)).then_nothing()


def test_of_more_than_before_only_the_rest_is_new(spec: WithdrawalSpec) -> None:
    rest = e.WithdrawalReturned(**FACT, returned_minor=20_00, back_minor=50_00, code="reversed")
    spec.given(*LEFT, PART_BACK).when(so_far(50_00)).then(rest)


@pytest.mark.parametrize(
    ("history", "word"),
    [
        (LEFT, so_far(30_00, "USD")),
        (LEFT, so_far(100_01)),
        (LEFT, so_far(0)),
        ((*LEFT, PART_BACK), so_far(29_99)),
        ((*LEFT, PART_BACK), so_far(0)),
    ],
    ids=["other-money", "more-than-left", "unreadable", "less-than-before", "unreadable-now"],
)
def test_what_cannot_be_booked_moves_nothing(
    spec: WithdrawalSpec, history: tuple[e.WithdrawalEvent, ...], word: HearProvider
) -> None:
    assert spec.given(*history).when(word).then_raises(UnlawfulPayoutWord).why == "amount_differs"
