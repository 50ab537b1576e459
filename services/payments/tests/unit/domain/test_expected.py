"""What a provider must tell of because of what the ledger posted."""

from uuid import UUID, uuid4

import pytest

from payments.domain.ledger.transfers import Entry, TransferKind
from payments.domain.reconciliation.expected import expected_of
from payments.domain.reconciliation.words import Movement

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
DEPOSIT = UUID("0190f5fe-7c00-7a00-8000-00000000aaaa")


def entry(kind: str, debit: str, credit: str, amount: int = 100, reference: UUID | None = DEPOSIT, **other) -> Entry:
    fields = dict.fromkeys(Entry._fields)
    fields |= {"id": uuid4(), "kind": kind, "amount_minor": amount, "reference_id": reference, "casino_id": CASINO}
    fields |= {
        "provider": "adyen",
        "currency": "EUR",
        "debit_type": debit,
        "credit_type": credit,
        "round_closed": False,
    }
    return Entry(**{**fields, **other})


@pytest.mark.parametrize(
    ("kind", "debit", "credit", "movement", "amount"),
    [
        ("deposit", "psp_clearing", "cash", Movement.DEPOSIT, 100),
        ("deposit_reversal", "cash", "psp_clearing", Movement.REVERSAL, -100),
        ("chargeback", "chargeback_receivable", "psp_clearing", Movement.REVERSAL, -100),
        ("withdrawal_paid", "withdrawal_hold", "psp_clearing", Movement.PAYOUT, -100),
        ("withdrawal_returned", "psp_clearing", "cash", Movement.PAYOUT_RETURNED, 100),
        ("anything_new", "psp_clearing", "chargeback_receivable", Movement.REVERSAL_UNDONE, 100),
    ],
)
def test_a_movement_at_a_provider_is_expected_as_it_changes_what_it_holds(kind, debit, credit, movement, amount):
    (expected,) = expected_of([entry(kind, debit, credit)])
    assert (expected.movement, expected.amount_minor, expected.reference_id) == (movement, amount, DEPOSIT)
    assert (expected.casino_id, expected.provider, expected.currency) == (CASINO, "adyen", "EUR")


@pytest.mark.parametrize(
    ("kind", "debit", "credit"),
    [
        ("bet", "cash", "game_house"),
        ("withdrawal_hold", "cash", "withdrawal_hold"),
        (TransferKind.PSP_FEE, "psp_fees", "psp_clearing"),
        (TransferKind.SETTLEMENT, "bank", "psp_clearing"),
        (TransferKind.RECONCILIATION, "suspense", "psp_clearing"),
    ],
)
def test_what_concerns_no_provider_or_comes_from_a_file_is_not_expected(kind, debit, credit):
    assert not expected_of([entry(kind, debit, credit)])


def test_one_sum_the_provider_took_back_is_one_movement_however_it_was_posted():
    taken = [
        entry("deposit_reversal", "cash", "psp_clearing", 30),
        entry("chargeback", "chargeback_receivable", "psp_clearing", 70),
    ]
    (expected,) = expected_of(taken)
    assert (expected.id, expected.amount_minor) == (taken[0].id, -100)


def test_a_deposit_and_its_reversal_are_two_and_so_are_two_deposits():
    posted = [
        entry("deposit", "psp_clearing", "cash"),
        entry("deposit_reversal", "cash", "psp_clearing"),
        entry("deposit", "psp_clearing", "cash", reference=uuid4()),
    ]
    assert [one.amount_minor for one in expected_of(posted)] == [100, -100, 100]
