"""Which no to a deposit says something of who pays."""

from collections.abc import Mapping
from typing import Final

from payments.application.errors import DEPOSIT_REFUSALS
from payments.application.ports import Category, PaymentProvider
from payments.domain.deposit.found import NEVER_PAID

_OF_OTHERS: Final = frozenset({Category.CANCELLED, Category.PROVIDER, Category.REQUEST, Category.CONFIGURATION})
"""Whoever tries again while a provider does not work, or leaves its page, tries no cards."""

_OURS: Final = frozenset({*DEPOSIT_REFUSALS, NEVER_PAID})
"""Codes that no provider said: we gave the deposit up, or people found that it was not paid."""


def is_of_payer(providers: Mapping[str, PaymentProvider], provider: str, code: str) -> bool:
    """Whether the no is for a reason of the payer's: his money, his card or account, who he is, or none that is told.

    A code that nobody here has seen counts: most of what is not documented is a bank's no, and the circuit breaker does
    not take it for the provider's fault either.
    """
    meaning = providers[provider].codes.get(code) if provider in providers else None
    if meaning is None:
        return code not in _OURS
    return meaning.category not in _OF_OTHERS
