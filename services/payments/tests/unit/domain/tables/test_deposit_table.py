"""The transition table of deposits and their decider say the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final
from uuid import UUID

import pytest

from payments.application.postings import deposit_transfers
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import (
    CreditSecondPayment,
    DepositCommand,
    ExpireDeposit,
    HearProvider,
    NextProvider,
    RequestDeposit,
    StopDeposit,
)
from payments.domain.deposit.events import DEPOSIT_EVENTS
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.table import TABLE
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    Found,
    FoundGivenBack,
    FoundPaid,
    FoundUncollected,
    FoundUnpaid,
    GivenBack,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)
from payments.domain.table import Row, Table

from .walk import differences, walk

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REQUEST: Final = RequestDeposit(
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="stripe",
    amount_minor=50_00,
    currency="EUR",
    return_url=None,
    sent_as="us",
    standing=DepositStanding(),
    now=NOW,
    method="card",
    route=("adyen",),
    attempts_max=2,
    fee_minor=1_00,
)
SECOND: Final = CreditSecondPayment(
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="adyen",
    amount_minor=50_00,
    currency="EUR",
    reference="two",
    requested_minor=50_00,
    sent_as="us",
    method="card",
    said_at=NOW,
    now=NOW,
    cash_minor=0,
    owed_minor=0,
)
WORDS: Final[tuple[DepositWord, ...]] = (
    *(ActionNeeded(reference=name) for name in ("one", "two")),
    *(Underway(reference=name) for name in ("one", "two")),
    *(Settled(reference=name, amount_minor=50_00, currency="EUR") for name in ("one", "two")),
    Settled(reference="one", amount_minor=50_00, currency="USD"),
    Settled(reference="one", amount_minor=50_00, currency="EUR", stands=True),
    *(Declined(reference=name, code="no", final=final) for name, final in product(("one", "two", None), (True, False))),
    Declined(reference="one", code="refunded", final=True, undoes=True),
    *(
        TakenBack(reference=name, movement=movement, amount_minor=amount, currency="EUR", code="refund", after=after)
        for name, movement, amount, after in (
            ("one", "a", 20_00, None),
            ("one", "a", 10_00, None),
            ("two", "a", 20_00, None),
            ("one", "b", 60_00, None),
            ("one", "c", 10_00, "a"),
        )
    ),
    TakenBack(reference="one", movement="d", amount_minor=1, currency="USD", code="refund"),
    *(
        GivenBack(reference=name, movement="a", amount_minor=amount, currency=currency, code="won")
        for name, amount, currency in (
            ("one", 20_00, "EUR"),
            ("one", 15_00, "EUR"),
            ("two", 20_00, "EUR"),
            ("one", 20_00, "USD"),
        )
    ),
    GivenBack(reference="one", movement="a", amount_minor=90_00, currency="EUR", code="won"),
    Unanswered(),
)
FOUND: Final[tuple[Found, ...]] = (
    FoundPaid(reference="one", amount_minor=50_00),
    FoundUnpaid(),
    *(FoundUncollected(amount_minor=amount) for amount in (None, 10_00, 60_00)),
    *(FoundGivenBack(reference=name, amount_minor=amount) for name, amount in (("a", 10_00), ("x", 20_00))),
)
COMMANDS: Final[list[DepositCommand]] = [
    *[REQUEST] * 20,
    replace(REQUEST, amount_minor=1),
    *[replace(REQUEST, standing=DepositStanding(blocked=True))] * 5,
    *[SECOND] * 10,
    replace(
        SECOND,
        announced=(TakenBack(reference="two", movement="e", amount_minor=5_00, currency="EUR", code="refund"),),
        given_early=(GivenBack(reference="two", movement="e", amount_minor=5_00, currency="EUR", code="won"),),
    ),
    *[ExpireDeposit()] * 3,
    *[StopDeposit(code="self_excluded")] * 5,
    *(
        HearProvider(
            word=word,
            said_at=NOW + timedelta(seconds=1),
            cash_minor=15_00,
            owed_minor=5_00,
            provider=provider,
            next=NextProvider(provider="adyen", sent_as="us"),
            second_id=UUID(int=9),
            step_up=turned,
        )
        for word, provider, turned in product(
            (*WORDS, *FOUND), (None, None, None, "stripe", "adyen", "trustly"), (False, False, True)
        )
    ),
]


def said(command: DepositCommand) -> type:
    return type(command.word) if isinstance(command, HearProvider) else type(command)


def test_whatever_happens_is_listed_and_whatever_is_listed_happens() -> None:
    assert differences(TABLE, walk(deposit, COMMANDS, said, deposit_transfers, lives=4_000)) == []


def test_every_event_says_what_it_changes() -> None:
    assert set(TABLE.after) == set(DEPOSIT_EVENTS)


def test_a_pair_is_listed_once() -> None:
    row = Row(RequestDeposit, (str, int))
    with pytest.raises(ValueError, match="listed twice"):
        Table("twice", [row, Row(RequestDeposit, (int,))], {})


def test_what_no_row_has_is_not_allowed() -> None:
    table = Table("small", [Row(RequestDeposit, (str,), (bytes,))], {})
    assert table.allows(RequestDeposit, str, [b""])
    assert not table.allows(RequestDeposit, str, ["an event"])
    assert not table.allows(RequestDeposit, int, [])
