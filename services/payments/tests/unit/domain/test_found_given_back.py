"""What two people found out to have come back of a deposit, told as given/when/then; and what contradicts them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import DomainError, Invalid, NotFound
from payments.domain.deposit import events as d
from payments.domain.deposit import words as said_of_deposit
from payments.domain.deposit.errors import DepositNotCredited, DepositOutcomeKnown, UnlawfulDepositWord

from .test_found_out import (
    ASKED,
    CREDITED,
    CREDITED_AT_B,
    EXPIRED,
    GONE_ON,
    NOW,
    PAID_IN,
    DepositSpec,
    deposits,
    of_deposit,
    taken_back,
)

__all__ = ["deposits"]

CAME_AGAIN = said_of_deposit.FoundGivenBack(reference="case 7", amount_minor=30_00)


def gone(movement: str, amount_minor: int, total_minor: int, **fields: Any) -> d.DepositReversed:
    return replace(taken_back(amount_minor), movement=movement, all_reversed_minor=total_minor, code="cb", **fields)


def came(
    movement: str, amount_minor: int, left_minor: int, *, found_as: str = "case 7", **fields: Any
) -> d.DepositEvent:
    told: dict[str, Any] = {"recovered_minor": 0, "owed_minor": 0, "code": "found_given_back", **fields}
    return d.DepositReinstated(
        **PAID_IN,
        reference="a1",
        movement=movement,
        reinstated_minor=amount_minor,
        all_reversed_minor=left_minor,
        found_as=found_as,
        **told,
    )


def test_what_was_found_given_back_pays_the_debt_and_is_his(deposits: DepositSpec) -> None:
    found = replace(of_deposit(CAME_AGAIN), owed_minor=12_00)
    back = came("cb_1", 30_00, 20_00, recovered_minor=12_00)
    deposits.given(ASKED, CREDITED, gone("cb_1", 50_00, 50_00)).when(found).then(back)


@pytest.mark.parametrize(
    ("found", "parts"),
    [
        (said_of_deposit.FoundGivenBack(reference="cb_2", amount_minor=10_00), [("cb_2", 10_00, 40_00)]),
        (said_of_deposit.FoundGivenBack(reference="case 7", amount_minor=30_00), [("cb_2", 30_00, 20_00)]),
        (
            said_of_deposit.FoundGivenBack(reference="case 7", amount_minor=40_00),
            [("cb_1", 20_00, 30_00), ("cb_2", 20_00, 10_00)],
        ),
    ],
    ids=["named", "just as much", "the oldest first"],
)
def test_of_several_takings_each_gets_its_part(
    deposits: DepositSpec, found: said_of_deposit.FoundGivenBack, parts: list[tuple[str, int, int]]
) -> None:
    history = (ASKED, CREDITED, gone("cb_1", 20_00, 20_00), gone("cb_2", 30_00, 50_00))
    deposits.given(*history).when(of_deposit(found)).then(*(came(*part, found_as=found.reference) for part in parts))


def test_what_the_provider_says_after_people_counts_once(deposits: DepositSpec) -> None:
    history = (ASKED, CREDITED, gone("cb_1", 50_00, 50_00), came("cb_1", 20_00, 30_00))
    rest = said_of_deposit.FoundGivenBack(reference="case 8", amount_minor=30_00)
    deposits.given(*history).when(of_deposit(rest)).then(came("cb_1", 30_00, 0, found_as="case 8"))
    won = said_of_deposit.GivenBack(reference="a1", movement="cb_1", amount_minor=50_00, currency="EUR", code="won")
    assert deposits.given(*history).when(of_deposit(won)).then_raises(UnlawfulDepositWord).why == "contradicts_people"
    deposits.given(*history, came("cb_1", 30_00, 0, found_as="case 8")).when(of_deposit(won)).then_nothing()
    again = said_of_deposit.TakenBack(
        reference="a1", movement="cb_9", amount_minor=50_00, currency="EUR", code="cb", after="cb_1"
    )
    taken = gone("cb_9", 50_00, 80_00, after="cb_1", from_cash_minor=0, owed_minor=50_00)
    deposits.given(*history[:-1], came("cb_1", 50_00, 0)).when(of_deposit(again)).then(
        replace(taken, all_reversed_minor=50_00)
    )


def test_a_wrong_finding_that_nothing_came_is_undone(deposits: DepositSpec) -> None:
    history = (ASKED, CREDITED, taken_back(50_00))
    undone = replace(CAME_AGAIN, amount_minor=50_00)
    back = came("never_collected:1", 50_00, 0)
    deposits.given(*history).when(of_deposit(undone)).then(back)
    settled = said_of_deposit.Settled(reference="a1", amount_minor=50_00, currency="EUR")
    later = replace(of_deposit(settled), said_at=NOW + timedelta(hours=1))
    assert deposits.given(*history).when(later).then_raises(UnlawfulDepositWord).why == "contradicts_people"
    deposits.given(*history, back).when(later).then_nothing()


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ((), NotFound),
        ((d.DepositRefused(**PAID_IN, code="self_excluded"),), DepositOutcomeKnown),
        ((ASKED, EXPIRED), DepositNotCredited),
        ((ASKED, CREDITED), DepositOutcomeKnown),
        ((ASKED, CREDITED, gone("re_1", 50_00, 50_00, refund_id=UUID(int=8))), DepositOutcomeKnown),
        ((ASKED, CREDITED, gone("cb_1", 50_00, 50_00), came("cb_1", 10_00, 40_00)), DepositOutcomeKnown),
        ((ASKED, CREDITED, gone("cb_1", 29_99, 29_99)), Invalid),
        ((ASKED, GONE_ON, CREDITED_AT_B), DepositNotCredited),
    ],
)
def test_no_more_comes_again_than_others_had_taken_and_each_proof_counts_once(
    deposits: DepositSpec, history: Any, refusal: type[DomainError]
) -> None:
    deposits.given(*history).when(of_deposit(CAME_AGAIN)).then_raises(refusal)
