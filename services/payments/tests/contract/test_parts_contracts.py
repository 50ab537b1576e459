"""What a withdrawal in parts tells others: of the whole alone, once nothing of it is on its way any more."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest

from chassis.testing.golden import assert_as_promised, recorded
from contracts.event import ContractEvent
from contracts.payments import events as told
from payments.application.publishing import publish
from payments.domain.withdrawal import events as withdrawal
from payments.domain.withdrawal.going import Held, PartFact, Way, Why

ONE, PLAYER, CASINO, PART = (UUID(int=n) for n in range(1, 5))
NOW = datetime(2026, 9, 1, tzinfo=UTC)
WHOLE: dict[str, Any] = {
    "player_id": PLAYER,
    "casino_id": CASINO,
    "provider": "acme",
    "amount_minor": 80_00,
    "currency": "EUR",
}
SAID: dict[str, Any] = {"withdrawal_id": ONE, "player_id": PLAYER, "casino_id": CASINO}
RELEASED: dict[str, Any] = {**WHOLE, "rest_minor": 30_00, "released_by": str(ONE), "reason": "closed"}
OF_PART: dict[str, Any] = {"part_id": PART, "part_minor": 30_00}
FACT = PartFact(
    part_id=PART,
    way=Way.PAYOUT,
    why=Why.WINNINGS,
    provider="acme",
    amount_minor=30_00,
    shown_as="ES••32",
)
PARTS: list[tuple[Any, ContractEvent | None]] = [
    (withdrawal.PayoutReleased(**WHOLE, batch_id=PART), None),
    (withdrawal.PayoutHeld(**WHOLE, why=Held.DISPUTE_OPEN), None),
    (
        withdrawal.WithdrawalPartOrdered(
            **WHOLE, parent_id=ONE, destination="sealed", shown_as="ES••32", ordered_at=NOW
        ),
        None,
    ),
    (withdrawal.WithdrawalSplit(**WHOLE, parts=(FACT,)), None),
    (withdrawal.WithdrawalPartPaid(**WHOLE, **OF_PART, paid_minor=30_00, refunded_minor=0), None),
    (
        withdrawal.WithdrawalPartPaid(**WHOLE, **OF_PART, paid_minor=80_00, refunded_minor=50_00),
        told.WithdrawalPaid(**SAID, provider="acme", amount_minor=80_00, currency="EUR", refunded_minor=50_00),
    ),
    (withdrawal.WithdrawalPartFailed(**WHOLE, **OF_PART, code="card_declined"), None),
    (
        withdrawal.WithdrawalPartReturned(**WHOLE, part_id=PART, returned_minor=30_00, back_minor=30_00),
        told.WithdrawalReturned(**SAID, provider="acme", amount_minor=30_00, currency="EUR"),
    ),
    (withdrawal.WithdrawalHalted(**WHOLE, rest_minor=30_00), None),
    (
        withdrawal.WithdrawalElsewhereWanted(
            **WHOLE, rest_minor=30_00, wanted_by="ann", wanted_at=NOW, reason="gone for good"
        ),
        None,
    ),
    (withdrawal.WithdrawalRetried(**WHOLE, rest_minor=30_00, retried_by="ann", reason="up again"), None),
    (
        withdrawal.WithdrawalRestReleased(**RELEASED, paid_minor=50_00, refunded_minor=50_00),
        told.WithdrawalPaid(**SAID, provider="acme", amount_minor=50_00, currency="EUR", refunded_minor=50_00),
    ),
    (
        withdrawal.WithdrawalRestReleased(**RELEASED, paid_minor=0, refunded_minor=0),
        told.WithdrawalRejected(**SAID, reject_reason="closed"),
    ),
]
PART_EVENTS = {
    withdrawal.PayoutReleased,
    withdrawal.PayoutHeld,
    withdrawal.WithdrawalPartOrdered,
    *get_args(withdrawal.PartEvent),
}


@pytest.mark.parametrize(("happened", "fact"), PARTS)
def test_each_event_of_parts_is_told_as_promised(happened: Any, fact: ContractEvent | None) -> None:
    assert list(publish(recorded(happened, f"stream-{ONE}", CASINO))) == ([fact] if fact else [])
    if fact:
        assert_as_promised(fact)


def test_no_event_of_parts_is_forgotten() -> None:
    assert {type(happened) for happened, _ in PARTS} == PART_EVENTS
