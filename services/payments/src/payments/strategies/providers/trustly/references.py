"""How Trustly calls what is ours. It says `credit` and `debit` of deposits and of payouts alike, and by nothing but our
own reference which of them it means: so a deposit's is its id without hyphens, a payout's its id with them.
"""

from uuid import UUID

from payments.strategies.providers.reading import our_id, word

_WITHOUT_HYPHENS = 32


def of_deposit(deposit_id: UUID) -> str:
    """The `MessageID` of a deposit.

    >>> of_deposit(UUID("018f3a5e-7c1d-7000-8000-000000000001"))
    '018f3a5e7c1d70008000000000000001'
    """
    return deposit_id.hex


def of_payout(withdrawal_id: UUID) -> str:
    """The `MessageID` of a payout."""
    return str(withdrawal_id)


def deposit_named(message_id: object) -> UUID | None:
    """The deposit that a `messageid` names; None when it names none.

    >>> deposit_named("018f3a5e7c1d70008000000000000001"), deposit_named("018f3a5e-7c1d-7000-8000-000000000001")
    (UUID('018f3a5e-7c1d-7000-8000-000000000001'), None)
    """
    text = word(message_id)
    try:
        return UUID(text) if text and len(text) == _WITHOUT_HYPHENS else None
    except ValueError:
        return None


def payout_named(message_id: object) -> UUID | None:
    """The withdrawal that a `messageid` names; None when it names none."""
    return our_id(message_id)
