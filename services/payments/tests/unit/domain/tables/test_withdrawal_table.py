"""The transition table of withdrawals and their decider say the same."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from payments.application.postings import withdrawal_transfers
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import (
    ApproveWithdrawal,
    CancelWithdrawal,
    HaltWithdrawal,
    HearPart,
    HearProvider,
    HoldPayout,
    OrderPart,
    RejectWithdrawal,
    ReleasePayout,
    RequestWithdrawal,
    RetryWithdrawal,
    SplitWithdrawal,
    StartPayout,
    StopWithdrawal,
    WithdrawalCommand,
)
from payments.domain.withdrawal.going import Held, PartFact, Way, Why
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding
from payments.domain.withdrawal.table import TABLE
from payments.domain.withdrawal.words import (
    Confirmed,
    Declined,
    Found,
    FoundPaid,
    FoundUnpaid,
    PartCameBack,
    PartFellThrough,
    PartWasPaid,
    PayoutWord,
    SentBack,
    Taken,
    Unanswered,
)

from .walk import differences, walk

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REQUEST: Final = RequestWithdrawal(
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="trustly",
    amount_minor=100_00,
    currency="EUR",
    destination="sealed",
    shown_as="****1234",
    policy=WithdrawalPolicy(second_person_above_minor=50_00),
    standing=WithdrawalStanding(),
    now=NOW,
    fee_minor=1_00,
)
BY_POLICY = WithdrawalPolicy(second_person_above_minor=200_00, automatic_up_to_minor=200_00)
WORDS: Final[tuple[PayoutWord, ...]] = (
    *(Taken(reference=name) for name in ("one", "two")),
    Declined(code="no"),
    Unanswered(),
    *(
        Confirmed(amount_minor=amount, currency="EUR", reference=name)
        for amount in (100_00, 1)
        for name in ("one", "two", None)
    ),
    *(
        SentBack(amount_minor=amount, currency="EUR", code=code, reference=name)
        for amount, code in ((100_00, "closed"), (40_00, "fee"), (40_00, "closed"), (70_00, "fee"), (200_00, "fee"))
        for name in ("one", "two", None)
    ),
)
PARTS: Final = tuple(
    PartFact(part_id=UUID(int=number), way=way, why=Why.DEPOSITED, provider="stripe", amount_minor=minor)
    for number, way, minor in ((1, Way.REFUND, 60_00), (2, Way.PAYOUT, 40_00), (3, Way.PAYOUT, 60_00))
)
FOUND: Final[tuple[Found, ...]] = (*(FoundPaid(reference=name) for name in ("one", "two")), FoundUnpaid())
COMMANDS: Final[list[WithdrawalCommand]] = [
    *[REQUEST] * 5,
    replace(REQUEST, policy=BY_POLICY),
    replace(REQUEST, policy=replace(BY_POLICY, maximum_minor=1)),
    replace(REQUEST, standing=WithdrawalStanding(required_level="verified")),
    replace(REQUEST, standing=WithdrawalStanding(in_debt=True)),
    replace(REQUEST, standing=WithdrawalStanding(disputed=True)),
    replace(REQUEST, standing=WithdrawalStanding(destination_disabled=True)),
    replace(REQUEST, destination="elsewhere"),
    *(ApproveWithdrawal(approver=name, now=NOW) for name in ("ann", "bob", "cyd") * 3),
    RejectWithdrawal(rejecter="ann", reason="name differs", owed_minor=10_00),
    *(CancelWithdrawal(allowed=allowed, owed_minor=10_00) for allowed in (True, False)),
    *(StopWithdrawal(reasons=frozenset((why,)), people=2) for why in ("under_review", "CB-WARNING")),
    StopWithdrawal(reasons=frozenset(("dispute_open",)), people=0, never_left=True),
    *[StartPayout(request_id=UUID(int=9), sent_as="us")] * 10,
    *(HearProvider(word=word, owed_minor=10_00) for word in (*WORDS, *FOUND)),
]


IN_PARTS: Final[list[WithdrawalCommand]] = [
    *[replace(REQUEST, policy=BY_POLICY)] * 8,
    *[ReleasePayout(batch_id=UUID(int=9))] * 2,
    OrderPart(
        parent_id=UUID(int=8),
        player_id=UUID(int=1),
        casino_id=UUID(int=2),
        provider="trustly",
        amount_minor=100_00,
        currency="EUR",
        destination="sealed",
        shown_as="****1234",
        instrument_id=None,
        now=NOW,
    ),
    *(SplitWithdrawal(parts=parts) for parts in (PARTS[:2], PARTS[2:], PARTS, PARTS[:1], ()) * 2),
    *[HaltWithdrawal()] * 4,
    StopWithdrawal(reasons=frozenset(("under_review",)), people=2),
    *(
        HearPart(part_id=UUID(int=number), word=word)
        for number in (1, 2, 3, 4)
        for word in (
            PartWasPaid(),
            PartFellThrough(code="closed"),
            PartFellThrough(code="never_paid", by_hand=True),
            PartCameBack(amount_minor=10_00),
        )
    ),
    *[RetryWithdrawal(retrier="ann", reason="their bank is up again", now=NOW)] * 2,
    RetryWithdrawal(retrier="bob", reason="gone", now=NOW, elsewhere=True),
    HoldPayout(why=Held.DISPUTE_OPEN),
    ApproveWithdrawal(approver="ann", now=NOW),
    *[RejectWithdrawal(rejecter="ann", reason="name differs", owed_minor=10_00)] * 2,
    *(CancelWithdrawal(allowed=allowed) for allowed in (True, False)),
    StartPayout(request_id=UUID(int=9), sent_as="us"),
    *(HearProvider(word=word) for word in WORDS[2:5]),
    HearProvider(word=WORDS[-1]),
    HearProvider(word=WORDS[0]),
    *(HearProvider(word=word) for word in FOUND),
]
EVERYTHING: Final = [*COMMANDS, *IN_PARTS]
OF_TWO: Final[list[WithdrawalCommand]] = [
    *[REQUEST] * 4,
    *(ApproveWithdrawal(approver=name, now=NOW) for name in ("ann", "bob") * 4),
    *[SplitWithdrawal(parts=PARTS[:1])] * 4,
    *(HearPart(part_id=UUID(int=1), word=PartFellThrough(code="no", by_hand=by_hand)) for by_hand in (True, False)),
    *[HaltWithdrawal()] * 4,
    *[RetryWithdrawal(retrier="bob", reason="gone", now=NOW, elsewhere=True)] * 4,
]
"""It takes two to approve it, and so it does to send elsewhere what its source should have."""


def said(command: WithdrawalCommand) -> type:
    return type(command.word) if isinstance(command, HearProvider | HearPart) else type(command)


def test_whatever_happens_is_listed_and_whatever_is_listed_happens() -> None:
    seen = walk(withdrawal, COMMANDS, said, withdrawal_transfers, lives=6_000, steps=40)
    seen = walk(withdrawal, EVERYTHING, said, withdrawal_transfers, lives=3_000, steps=40, before=seen)
    seen = walk(withdrawal, IN_PARTS, said, withdrawal_transfers, lives=6_000, steps=40, before=seen)
    seen = walk(withdrawal, OF_TWO, said, withdrawal_transfers, lives=2_000, steps=30, before=seen)
    assert differences(TABLE, seen) == []
