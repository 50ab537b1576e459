"""What a provider's word about a payout, or its question, must fit."""

from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.events import WithdrawalFact
from payments.domain.withdrawal.states import Failed, Sending, Sent, Unknown, Withdrawal
from payments.domain.withdrawal.words import Confirmed, ProviderWord, SentBack


def check_failed(word: ProviderWord, state: Failed) -> None:
    """The player has the whole back in his wallet: nothing may have left, and no other amount can have come back."""
    if isinstance(word, Confirmed):
        raise UnlawfulPayoutWord("paid_after_failed")
    if isinstance(word, SentBack):
        check_whole(word, state.order.fact)


def check_whole(word: Confirmed | SentBack, fact: WithdrawalFact) -> None:
    """Raise when it is not all of it."""
    if (word.amount_minor, word.currency) != (fact.amount_minor, fact.currency):
        raise UnlawfulPayoutWord("amount_differs")


def check_returnable(word: SentBack, fact: WithdrawalFact) -> None:
    """Raise when more comes back than left, other money, or nobody knows how much."""
    if word.currency != fact.currency or not 0 < word.amount_minor <= fact.amount_minor:
        raise UnlawfulPayoutWord("amount_differs")


def more_back(word: SentBack, before_minor: int) -> int:
    """What came back beside what had come back before, where a word says how much did so far. Raise when it is less."""
    if word.amount_minor < before_minor:
        raise UnlawfulPayoutWord("amount_differs")
    return word.amount_minor - before_minor


def may_be_debited(state: Withdrawal, amount_minor: int, currency: str) -> bool:
    """The answer to a provider that asks before it pays: is this money on hold for a payout we ordered?"""
    match state:
        case Sending() | Unknown() | Sent():
            fact = state.order.fact
            return (fact.amount_minor, fact.currency) == (amount_minor, currency)
        case _:
            return False
