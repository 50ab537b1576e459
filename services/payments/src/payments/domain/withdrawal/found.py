"""What two people found out about a payout of which the provider said nothing, and what contradicts them later."""

from collections.abc import Sequence

from chassis.domain import NotFound
from payments.domain.withdrawal.errors import PayoutOutcomeKnown, UnlawfulPayoutWord
from payments.domain.withdrawal.events import PayoutSent, WithdrawalEvent, WithdrawalFailed, WithdrawalPaid
from payments.domain.withdrawal.states import Absent, Failed, Paid, Sending, Sent, Unknown, Withdrawal
from payments.domain.withdrawal.words import Confirmed, Found, FoundPaid, ProviderWord, Taken

NEVER_PAID = "never_paid"
"""Why a payout failed of which two people found out that the provider did not make it."""


def found_out(word: Found, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """It is paid, or its money is the player's again; only where nobody knows yet.

    Raises:
        NotFound, PayoutOutcomeKnown: there is nothing to find out.
        UnlawfulPayoutWord: the provider calls it by another name.
    """
    if not isinstance(state, Sending | Unknown | Sent):
        raise NotFound if isinstance(state, Absent) else PayoutOutcomeKnown
    fact = state.order.fact.fields()
    if not isinstance(word, FoundPaid):
        return [WithdrawalFailed(**fact, code=NEVER_PAID, by_hand=True)]
    paid = WithdrawalPaid(**fact, by_hand=True)
    if not isinstance(state, Sent):
        return [PayoutSent(**fact, reference=word.reference), paid]
    if word.reference != state.reference:
        raise UnlawfulPayoutWord("reference_differs")
    return [paid]


def check_people(word: ProviderWord, state: Paid | Failed) -> None:
    """Raise when the provider says otherwise than people did: that it took what was never paid, or paid another."""
    if not state.by_hand or not isinstance(word, Taken | Confirmed):
        return
    known = state.order.errand.reference if state.order.errand else None
    if isinstance(state, Failed) or word.reference not in (None, known):
        raise UnlawfulPayoutWord("contradicts_people")
