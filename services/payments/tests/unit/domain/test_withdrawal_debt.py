"""Who owes money of a deposit that was taken back is paid nothing before."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import RequestWithdrawal
from payments.domain.withdrawal.errors import DebtOutstanding, VerificationRequired
from payments.domain.withdrawal.policy import STRICTEST, WithdrawalStanding

IN_DEBT = RequestWithdrawal(
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="trustly",
    amount_minor=100_00,
    currency="EUR",
    destination="sealed",
    shown_as="****",
    policy=STRICTEST,
    standing=WithdrawalStanding(in_debt=True),
    now=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def test_a_withdrawal_is_refused() -> None:
    with pytest.raises(DebtOutstanding):
        withdrawal.decide(IN_DEBT, withdrawal.initial)


def test_one_that_was_asked_for_before_is_still_the_same() -> None:
    before = withdrawal.decide(replace(IN_DEBT, standing=WithdrawalStanding()), withdrawal.initial)
    assert withdrawal.decide(IN_DEBT, withdrawal.fold(before)) == []


def test_who_is_not_verified_either_hears_of_that_first() -> None:
    standing = WithdrawalStanding(in_debt=True, required_level="verified")
    with pytest.raises(VerificationRequired):
        withdrawal.decide(replace(IN_DEBT, standing=standing), withdrawal.initial)
