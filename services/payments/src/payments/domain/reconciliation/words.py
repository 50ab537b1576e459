"""The words reconciliation is described in.

Amounts are signed as they change what a provider holds for us: a deposit is positive, a payout negative.
"""

from enum import StrEnum


class Movement(StrEnum):
    """What happened to our money at a provider, whatever the provider calls it."""

    DEPOSIT = "deposit"
    REVERSAL = "reversal"
    """Of a deposit: refunded, charged back, never arrived."""
    REVERSAL_UNDONE = "reversal_undone"
    """A chargeback was won, a refund failed."""
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"
    FEE = "fee"
    SETTLEMENT = "settlement"
    """The provider pays what it holds to our bank, or we pay what we owe it."""
    OTHER = "other"
    """A line no deposit or payout explains, such as a reserve; a person looks at it."""


MATCHED_BY_PAYMENT = (
    Movement.DEPOSIT,
    Movement.REVERSAL,
    Movement.REVERSAL_UNDONE,
    Movement.PAYOUT,
    Movement.PAYOUT_RETURNED,
)
"""Movements that the ledger expects because it has posted them."""


class ExpectationState(StrEnum):
    """Where a movement stands that the ledger has posted."""

    OPEN = "open"
    """Nobody has confirmed it yet; it is not due."""
    MISSING_AT_PROVIDER = "missing_at_provider"
    """It is due, and no file tells of it."""
    MATCHED = "matched"
    MISMATCHED = "mismatched"
    """A file tells of it otherwise."""
    RECEIVED = "received"
    """A person saw the money arrive on another way."""
    WRITTEN_OFF = "written_off"
    """A person booked it away."""


class ItemState(StrEnum):
    """Where a line of a file stands."""

    STAGED = "staged"
    MATCHED = "matched"
    MISMATCHED = "mismatched"
    MISSING_IN_LEDGER = "missing_in_ledger"
    COUNTED = "counted"
    """A fee or a settlement: it counts in its batch and has no movement of its own."""
    IGNORED = "ignored"
    """A person says that it means nothing."""
    BOOKED = "booked"
    """A person booked it."""
    REPLACED = "replaced"
    """Its file was replaced by another."""


class Difference(StrEnum):
    """Why a line does not agree with the ledger."""

    AMOUNT = "amount"
    FEE = "fee"
    CURRENCY = "currency"
    RATE = "rate"
    """It was settled in another currency, further from published rates than agreed, or there are none."""
    STATUS = "status"
    """The provider says that it did not happen, or not finally."""
    REPEATED = "repeated"
    """What it is about was matched by another line before."""
    UNKNOWN_REFERENCE = "unknown_reference"
    NOT_A_PAYMENT = "not_a_payment"
    """A line of its own kind, such as a reserve."""


class FileState(StrEnum):
    """How far a file is."""

    WAITING = "waiting"
    HELD = "held"
    """It shall replace another one, once a second person agrees."""
    READING = "reading"
    MATCHING = "matching"
    DONE = "done"
    FAILED = "failed"
    REPLACING = "replacing"
    """Two people have agreed that another takes its place: it settles nothing any more, and what it did stands until
    that one was read whole."""
    REPLACED = "replaced"
    """What it did is undone. Its bytes are those of no file that counts, and may be brought again."""


class FileWarning(StrEnum):
    """What is to be looked at although a file is done."""

    NOTHING_FOUND = "nothing_found"
    """None of its lines is about a movement or batch of the casino."""


class BatchState(StrEnum):
    """Where a settlement batch stands."""

    COMPARING = "comparing"
    """Its file is compared; another that tells of it, even at the same moment, repeats it."""
    OPEN = "open"
    """The bank has not told of it."""
    SETTLED = "settled"
    """The money is at the bank, as much as was said."""
    MISMATCHED = "mismatched"
    """The provider's own sum is not that of its lines, the bank names it with another amount, or its fees wait for two
    people."""
    REPEATED = "repeated"
    """Another file told of it before, line for line: its fees are posted with that one, and nothing of it arrives."""
    REPLACED = "replaced"
    """Its file was replaced by another."""


class StatementState(StrEnum):
    """Where a bank's statement stands among those of its account."""

    READ = "read"
    """Its file is compared; it is not in line yet."""
    FOLLOWS = "follows"
    """It opens with what the one before closed with, or is the first."""
    GAP = "gap"
    """It opens with something else: one between is missing."""
    ACCEPTED = "accepted"
    """It opens with something else, and two people say that nothing is missing."""
    REPEATED = "repeated"
    """Another file told the same before."""
    REPLACED = "replaced"
    """Its file was replaced by another."""


class BookedTo(StrEnum):
    """Where people book what does not agree."""

    SUSPENSE = "suspense"
    FEES = "fees"


class BreakKind(StrEnum):
    """What kind of disagreement it is."""

    MISMATCHED = "mismatched"
    MISSING_IN_LEDGER = "missing_in_ledger"
    MISSING_AT_PROVIDER = "missing_at_provider"
    BATCH_MISMATCHED = "batch_mismatched"
    STATEMENT_MISSING = "statement_missing"
