"""Our references at providers. Deposits share a provider's room for names with payouts and refunds, and callers make
ids: so a deposit's reference is its id without hyphens, a payout's and a refund's is its id with them, and no answer
about the one is read as an answer about the other.
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


def deposit_told(reference: object) -> UUID | None:
    """The deposit that a reference names, where a provider says by something else that it speaks of a deposit.

    There it may have hyphens: so deposits were named that are kept at such providers from before.

    >>> deposit_told("018f3a5e7c1d70008000000000000001") == deposit_told("018f3a5e-7c1d-7000-8000-000000000001")
    True
    """
    return deposit_named(reference) or our_id(reference)


def payout_named(reference: object) -> UUID | None:
    """The withdrawal that a reference names; None when it names none."""
    return our_id(reference)
