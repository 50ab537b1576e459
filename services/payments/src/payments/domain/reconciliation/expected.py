"""What the ledger expects a provider to tell of, made from the entries that were just posted."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from payments.domain.ledger.accounts import AccountType
from payments.domain.ledger.transfers import Entry, TransferKind
from payments.domain.reconciliation.words import Movement

OURS = (
    TransferKind.PSP_FEE,
    TransferKind.SETTLEMENT,
    TransferKind.SETTLEMENT_EXCHANGE,
    TransferKind.RECONCILIATION,
)
"""Entries that reconciliation posts itself: nothing is expected because of them."""


class Expected(NamedTuple):
    """One movement at a provider. Field order is that of the statement that keeps it."""

    id: UUID
    casino_id: UUID
    provider: str
    movement: Movement
    reference_id: UUID | None
    amount_minor: int
    currency: str


def expected_of(entries: Iterable[Entry]) -> list[Expected]:
    """One for each movement at a provider among the entries, in order.

    Entries of one payment that go the same way are one movement: of a deposit that was taken back a part may come out
    of the player's cash and the rest become his debt, but the provider took one sum.
    """
    found: dict[tuple[UUID, str, str, Movement], Expected] = {}
    for entry in entries:
        sign = _sign(entry)
        if not sign or entry.kind in OURS or entry.provider is None:
            continue
        movement = _movement(entry.kind, sign)
        reference_id = _named(entry)
        key = (reference_id or entry.id, entry.provider, entry.currency, movement)
        before = found.get(key)
        one = before or Expected(entry.id, entry.casino_id, entry.provider, movement, reference_id, 0, entry.currency)
        found[key] = one._replace(amount_minor=one.amount_minor + sign * entry.amount_minor)
    return list(found.values())


def _named(entry: Entry) -> UUID | None:
    """By what a provider may know it: of a withdrawal in parts it knows the part, which is the entry's group."""
    of_part = entry.kind in (TransferKind.WITHDRAWAL_PAID, TransferKind.WITHDRAWAL_RETURNED) and entry.group_id
    return entry.group_id if of_part else entry.reference_id


def _sign(entry: Entry) -> int:
    """Whether the provider has more of our money after it, or less; 0: it does not concern a provider."""
    if entry.debit_type == AccountType.PSP_CLEARING:
        return 1
    return -1 if entry.credit_type == AccountType.PSP_CLEARING else 0


def _movement(kind: str, sign: int) -> Movement:
    match kind:
        case TransferKind.DEPOSIT:
            return Movement.DEPOSIT
        case TransferKind.WITHDRAWAL_PAID:
            return Movement.PAYOUT
        case TransferKind.WITHDRAWAL_RETURNED:
            return Movement.PAYOUT_RETURNED
        case _:
            return Movement.REVERSAL_UNDONE if sign > 0 else Movement.REVERSAL
