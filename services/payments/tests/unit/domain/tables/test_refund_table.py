"""The transition table of refunds and their decider say the same."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from payments.application.postings import refund_transfers
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import (
    HearRefund,
    HoldRefund,
    OrderRefund,
    RefundCommand,
    RejectRefund,
    StartRefund,
    StopRefund,
)
from payments.domain.refund.events import RefundFact
from payments.domain.refund.table import TABLE
from payments.domain.refund.words import Accepted, FoundPaid, FoundUnpaid, Refunded, RefundWord, Refused, Unanswered

from .walk import differences, walk

FACT: Final = RefundFact(
    deposit_id=UUID(int=7),
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="stripe",
    payment="pi_1",
    amount_minor=30_00,
    currency="EUR",
    may_owe=True,
    fee_minor=1_00,
)
ORDER: Final = OrderRefund(fact=FACT, left_minor=50_00, cash_minor=20_00, now=datetime(2026, 3, 1, tzinfo=UTC))
WORDS: Final[tuple[RefundWord, ...]] = (
    *(Accepted(reference=name) for name in ("one", "two")),
    *(Refunded(reference=name, amount_minor=30_00, currency="EUR") for name in ("one", "two")),
    Refunded(reference="one", amount_minor=1, currency="EUR"),
    *(Refused(code="no", reference=name) for name in ("one", "two", None)),
    Unanswered(),
    *(FoundPaid(reference=name) for name in ("one", "two")),
    FoundUnpaid(),
)
COMMANDS: Final[list[RefundCommand]] = [
    *[ORDER] * 3,
    replace(ORDER, left_minor=1),
    replace(ORDER, fact=replace(FACT, may_owe=False)),
    replace(ORDER, fact=replace(FACT, withdrawal_id=UUID(int=7), fee_minor=0), cash_minor=30_00),
    *[StartRefund(sent_as="us")] * 3,
    *(HoldRefund(why=why) for why in ("provider_off", "under_review")),
    StopRefund(code="deposit_taken_back", owed_minor=5_00),
    RejectRefund(owed_minor=5_00),
    *(HearRefund(word=word, owed_minor=5_00) for word in WORDS),
]


def said(command: RefundCommand) -> type:
    return type(command.word) if isinstance(command, HearRefund) else type(command)


def test_whatever_happens_is_listed_and_whatever_is_listed_happens() -> None:
    assert differences(TABLE, walk(refund, COMMANDS, said, refund_transfers, lives=2_000, steps=15)) == []
