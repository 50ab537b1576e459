"""What payments tells of the ledger itself."""

from contracts.event import ContractEvent
from contracts.fields import Count, Sha256, Slug


class LedgerSealed(
    ContractEvent, type="payments.ledger_sealed", version=1, topic="payments.ledger.events", key="ledger"
):
    """What the ledger's hash chain was at a moment, said where the database's owner cannot take it back.

    `python -m security told-seals | python -m payments verify-ledger --expect-from -` holds the books against all that
    were told; `--expect NUMBER:CHAIN` against one.
    """

    ledger: Slug
    """Which one: `wallets`."""
    number: Count
    """How many blocks were sealed by then."""
    chain: Sha256
    """The newest value of the chain: HMAC-SHA256 in hexadecimal."""
