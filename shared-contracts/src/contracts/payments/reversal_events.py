"""What payments tells the others of money of deposits that providers take back."""

from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import CasinoId, ExternalRef, PlayerId, Slug
from contracts.money import AmountMinor, CurrencyCode, StakeMinor
from contracts.payments.events import DEPOSITS


class DepositReversed(
    ContractEvent,
    type="payments.deposit_reversed",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """The provider took money of a credited deposit back: the whole, or a part that others may follow.

    It comes out of the player's cash as far as that goes; what he had spent he owes, and later deposits pay it.
    """

    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    amount_minor: AmountMinor
    """What was taken back this time."""
    currency: CurrencyCode
    credited_minor: AmountMinor
    """What the deposit had brought."""
    all_reversed_minor: AmountMinor
    """What was taken back of it so far, this time included."""
    from_cash_minor: StakeMinor
    """What of this time came out of the player's cash."""
    refund_id: UUID | None = None
    """The refund of ours that it is: its money was put aside when staff ordered it."""
    owed_minor: StakeMinor
    """All that the player owes now."""
    code: ExternalRef
    """The provider's own word for why."""
    provider_reference: ExternalRef
    """The provider's id of the payment."""
    movement: ExternalRef
    """The provider's id of this taking back."""


class DepositReinstated(
    ContractEvent,
    type="payments.deposit_reinstated",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """The provider gave back what it had taken of a deposit: a dispute was won, a refund failed after all.

    It pays what the player owes; the rest is his.
    """

    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    amount_minor: AmountMinor
    """What came back this time."""
    currency: CurrencyCode
    credited_minor: AmountMinor
    """What the deposit had brought."""
    all_reversed_minor: StakeMinor
    """What is still taken back of it."""
    recovered_minor: StakeMinor
    """What of it paid a debt of the player's."""
    owed_minor: StakeMinor
    """All that the player owes now."""
    code: ExternalRef
    """The provider's own word for why."""
    provider_reference: ExternalRef
    """The provider's id of the payment."""
    movement: ExternalRef
    """The provider's id of the taking back that it undoes."""
    found_as: ExternalRef | None = None
    """The provider did not say so: two people found it there under this name."""
