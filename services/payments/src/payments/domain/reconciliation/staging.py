"""Where a line stands before it is compared with anything."""

from payments.domain.reconciliation.rows import SettlementRow
from payments.domain.reconciliation.words import MATCHED_BY_PAYMENT, Difference, ItemState, Movement


def staged(row: SettlementRow, *, bank: bool) -> tuple[ItemState, Difference | None]:
    """Its state, and why it does not agree where that is plain at once."""
    if bank or row.movement in MATCHED_BY_PAYMENT:
        return ItemState.STAGED, None
    if row.movement is Movement.OTHER:
        return ItemState.MISSING_IN_LEDGER, Difference.NOT_A_PAYMENT
    return ItemState.COUNTED, None
