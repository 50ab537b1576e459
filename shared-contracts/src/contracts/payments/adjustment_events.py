"""What payments tells of money that people moved by hand."""

from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, ExternalRef, PlayerId, UtcTime
from contracts.money import AmountMinor, CurrencyCode


class WalletAdjusted(
    ContractEvent,
    type="payments.wallet_adjusted",
    version=1,
    topic="payments.adjustment.events",
    key="player_id",
    consumers=("backoffice",),
):
    """Two people agreed to move money between the house and a player's cash, or to write off what he owes.
    `payments.transfer_posted` tells of the movement itself, with the balance after it.
    """

    adjustment_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    direction: Literal["credit", "debit"]
    """`credit`: to the player; `debit`: from him."""
    amount_minor: AmountMinor
    currency: CurrencyCode
    adjustment_class: Code
    """What for: `goodwill`, `game_error`, `payment_error`, `legal_order`, `misconduct`, `correction`;
    `debt_payment`: as much of what he owes is paid; `bad_debt`: not his cash but what he owes is less."""
    transfer_id: UUID
    """The entry of the ledger."""
    adjusted_at: UtcTime
    reference: ExternalRef | None = None
    """What it is about, as an outsider calls it."""
