"""Our references at providers that say the same of deposits and of payouts, and by nothing but our reference which of
them they mean: so a deposit's is its id without hyphens, a payout's its id with them.
"""

from uuid import UUID

from payments.strategies.providers.reading import our_id, word

_WITHOUT_HYPHENS = 32


def of_deposit(deposit_id: UUID) -> str:
    """The reference of a deposit.

    >>> of_deposit(UUID("018f3a5e-7c1d-7000-8000-000000000001"))
    '018f3a5e7c1d70008000000000000001'
    """
    return deposit_id.hex


def of_payout(withdrawal_id: UUID) -> str:
    """The reference of a payout."""
    return str(withdrawal_id)


def deposit_named(reference: object) -> UUID | None:
    """The deposit that a reference names; None when it names none.

    >>> deposit_named("018f3a5e7c1d70008000000000000001"), deposit_named("018f3a5e-7c1d-7000-8000-000000000001")
    (UUID('018f3a5e-7c1d-7000-8000-000000000001'), None)
    """
    text = word(reference)
    try:
        return UUID(text) if text and len(text) == _WITHOUT_HYPHENS else None
    except ValueError:
        return None


def payout_named(reference: object) -> UUID | None:
    """The withdrawal that a reference names; None when it names none."""
    return our_id(reference)
