"""One line of a settlement file or a bank statement, whoever wrote it."""

from datetime import datetime
from typing import ClassVar, NamedTuple

from chassis.domain import Invalid
from payments.domain.reconciliation.words import Movement


class SettlementRow(NamedTuple):
    """A typed line.

    Attributes:
        line: in the file, from 1; of one line the same whenever the file is read.
        movement: what it means to us; `code` is the provider's own word for it.
        our_reference: how we named the payment to the provider, as the provider repeats it.
        provider_reference: how the provider names the payment; of a bank's line the bank's own reference.
        batch: what is settled together; None where the file knows no batches.
        text: what a bank line says, or how a settlement will be named on the bank's statement.
        amount_minor: signed, before fees: what it adds to our money at the provider (at the bank).
        fee_minor: what the provider keeps for it; negative when it gives a fee back.
        final: whether the provider says that it happened.
        paid_currency: in which it was paid, where the file says so and it is another than it was settled in.
        paid_minor: what was paid, signed as `amount_minor`; None where the file does not say it.
    """

    line: int
    movement: Movement
    our_reference: str | None
    provider_reference: str | None
    batch: str | None
    text: str | None
    amount_minor: int
    fee_minor: int
    currency: str
    booked_at: datetime
    final: bool
    code: str
    paid_minor: int | None = None
    paid_currency: str | None = None

    @property
    def net_minor(self) -> int:
        """What it adds to what will be settled."""
        return self.amount_minor - self.fee_minor


class Place(NamedTuple):
    """Where in a file something is wrong: the line from 1, or the entry where lines say nothing, and its field."""

    number: int
    field: str = ""
    unit: str = "line"

    def __str__(self) -> str:
        return " ".join(one for one in (self.unit, str(self.number), self.field) if one)


class FileUnreadable(Invalid):
    """A file is not what it was said to be. The detail names the place and what is wrong there, never what stands
    there: it may be about a person. Nothing of the file counts.
    """

    code: ClassVar[str] = "file_unreadable"

    def __init__(self, why: str, at: Place | int = 0) -> None:
        place = Place(at) if isinstance(at, int) else at
        super().__init__(f"{place}: {why}" if place.number else why, field="file")
        self.why, self.line = why, place.number


class FileOfAnotherCasino(FileUnreadable):
    """It tells of payments of another casino, and of none of this one: its fees would be posted here, and its payouts
    would never arrive.
    """

    code: ClassVar[str] = "file_of_another_casino"
