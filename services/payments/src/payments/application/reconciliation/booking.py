"""What people decide about lines and movements, and what of it is a transfer of the ledger: said by these alone.

Whoever decides posts it, and whoever verifies the books holds what was posted against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from payments.application.ledger import (
    AccountRef,
    AccountType,
    Transfer,
    TransferKind,
    house,
    psp_clearing,
    psp_fees,
    transfer_id,
)
from payments.application.reconciliation.ports import OpenItem, OpenMovement
from payments.domain.reconciliation.words import BookedTo

BOOK: Final = "payments.book_settlement_item"
MATCH: Final = "payments.match_settlement_items"
WRITE_OFF: Final = "payments.write_off_expectation"
RECEIVE: Final = "payments.receive_expectation"
"""As proposals name them."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Lines and movements that shall explain each other, of one casino and provider.

    The lines are of one currency, and the movements of one, which may be another: then the lines are what it was
    converted to.
    """

    items: Sequence[OpenItem]
    movements: Sequence[OpenMovement]

    @property
    def converts(self) -> bool:
        """Whether it was settled in another currency than it was paid in."""
        return self.items[0].currency != self.movements[0].currency

    @property
    def settled_minor(self) -> int:
        """What the lines add up to."""
        return sum(one.amount_minor for one in self.items)

    @property
    def told_minor(self) -> int:
        """What was paid by the lines, in the currency of the movements; where they do not say it, what these say."""
        if not self.converts:
            return self.settled_minor
        told = [one.paid_minor for one in self.items if one.paid_currency == self.movements[0].currency]
        known = [minor for minor in told if minor is not None]
        return sum(known) if len(known) == len(self.items) else self._expected_minor

    @property
    def difference_minor(self) -> int:
        """By how much more the lines say, in the currency of the movements."""
        return self.told_minor - self._expected_minor

    @property
    def _expected_minor(self) -> int:
        return sum(one.amount_minor for one in self.movements)


def of_item(item: OpenItem, booked_to: BookedTo) -> list[Transfer]:
    """A line that is booked as it is."""
    return _booking(item, booked_to, item.amount_minor, "item", item.id)


def of_match(whole: Whole, booked_to: BookedTo | None) -> list[Transfer]:
    """What is between lines and movements that explain each other."""
    if not whole.difference_minor:
        return []
    assert booked_to is not None
    facts = [*sorted(str(one.id) for one in whole.movements), *sorted(one.id for one in whole.items)]
    return _booking(whole.movements[0], booked_to, whole.difference_minor, "match", *facts)


def of_write_off(movement: OpenMovement, booked_to: BookedTo) -> list[Transfer]:
    """A movement that is booked away."""
    return _booking(movement, booked_to, -movement.amount_minor, "write_off", movement.id)


def of_receipt(movement: OpenMovement) -> list[Transfer]:
    """A movement whose money came to our bank, or left it."""
    bank = house(movement.casino_id, AccountType.BANK, movement.currency)
    provider = movement.provider or ""
    clearing = psp_clearing(movement.casino_id, provider, movement.currency)
    return _moved(bank, clearing, movement.amount_minor, provider, "received", movement.id)


def _booking(about: OpenItem | OpenMovement, booked_to: BookedTo, more_minor: int, *facts: object) -> list[Transfer]:
    """So much more is with the provider (of a bank's line: at the bank) than the ledger said."""
    casino, currency, provider = about.casino_id, about.currency, about.provider
    suspense = house(casino, AccountType.SUSPENSE, currency)
    if provider is None:
        return _moved(house(casino, AccountType.BANK, currency), suspense, more_minor, None, *facts)
    other = psp_fees(casino, provider, currency) if booked_to is BookedTo.FEES else suspense
    return _moved(psp_clearing(casino, provider, currency), other, more_minor, provider, *facts)


def _moved(
    debit: AccountRef, credit: AccountRef, amount_minor: int, provider: str | None, *facts: object
) -> list[Transfer]:
    """Nothing is no entry."""
    if amount_minor == 0:
        return []
    if amount_minor < 0:
        debit, credit = credit, debit
    return [
        Transfer(
            id=transfer_id(TransferKind.RECONCILIATION, *facts),
            kind=TransferKind.RECONCILIATION,
            debit=debit,
            credit=credit,
            amount_minor=abs(amount_minor),
            provider=provider,
        )
    ]
