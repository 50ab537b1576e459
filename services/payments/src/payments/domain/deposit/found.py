"""What two people found out about a deposit of which its provider said nothing."""

from dataclasses import replace

from chassis.domain import NotFound
from payments.domain.deposit.cascade import earlier_of, marked
from payments.domain.deposit.commands import HearProvider
from payments.domain.deposit.errors import DepositOutcomeKnown
from payments.domain.deposit.events import DepositClosed
from payments.domain.deposit.states import Absent, Deposit, Expired, Failed, Refused, Requested, Succeeded, asked
from payments.domain.deposit.words import Declined, DepositWord, FoundPaid, FoundUnpaid, Settled

NEVER_PAID = "never_paid"
"""Why a deposit failed of which two people found out that nobody paid it."""


def said(command: HearProvider, state: Deposit) -> tuple[DepositWord, HearProvider]:
    """The word and how it was heard: what people found out as if the provider had said it.

    Raises:
        NotFound, DepositOutcomeKnown: there is nothing to find out.
    """
    word = command.word
    if not isinstance(word, FoundPaid | FoundUnpaid):
        return word, command
    if isinstance(state, Absent | Refused):
        raise NotFound if isinstance(state, Absent) else DepositOutcomeKnown
    behind = earlier_of(state, command.provider)
    if behind is None:
        known, closed = isinstance(state, Succeeded), isinstance(state, Failed | Expired) and state.closed
    else:
        known, closed = behind.paid_as is not None, behind.closed
    if known or (closed and isinstance(word, FoundUnpaid)):
        raise DepositOutcomeKnown
    if isinstance(word, FoundUnpaid):
        return Declined(reference=None, code=NEVER_PAID, final=True), replace(
            command, next=None, step_up=False, by_hand=True
        )
    paid = Settled(
        reference=word.reference,
        amount_minor=word.amount_minor,
        currency=asked(state).fact.currency,
        names_payment=True,
    )
    return paid, replace(command, by_hand=True)


def closed_at(intent: Requested, event: DepositClosed) -> Requested:
    """With the provider behind closed where it is one; remembered where two people found it out."""
    intent = marked(intent, event.provider, closed=True)
    return replace(intent, found_unpaid=(*intent.found_unpaid, event.provider)) if event.by_hand else intent
