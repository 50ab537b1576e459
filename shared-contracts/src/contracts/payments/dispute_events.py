"""What payments tells of disputes: payers, or their banks, want payments back."""

from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import CasinoId, ExternalRef, PlayerId, Slug, UtcTime
from contracts.money import AmountMinor, CurrencyCode

DISPUTES = "payments.dispute.events"

Stage = Literal["fraud_warning", "inquiry", "chargeback", "pre_arbitration", "arbitration"]
Status = Literal["opened", "challenged", "expired", "accepted", "lost", "won"]


class DisputeStageReached(
    ContractEvent,
    type="payments.dispute_stage_reached",
    version=1,
    topic=DISPUTES,
    key="player_id",
    consumers=("backoffice",),
):
    """A dispute was opened, came to another stage or to the end of one, or has another deadline.

    From `chargeback` on, until it is decided, nothing is paid out to the player. What money moves is told of the
    deposit: `payments.deposit_reversed`, `payments.deposit_reinstated`.
    """

    dispute_id: UUID
    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    stage: Stage
    status: Status
    decided: bool
    """Whether the stage has come to its end."""
    amount_minor: AmountMinor
    """What is wanted back."""
    currency: CurrencyCode
    code: ExternalRef
    """Why, in the words of the provider or of the card scheme."""
    due_at: UtcTime | None = None
    """Until when an answer is awaited."""


class DisputeAnswered(
    ContractEvent,
    type="payments.dispute_answered",
    version=1,
    topic=DISPUTES,
    key="player_id",
    consumers=("backoffice",),
):
    """We accepted a dispute, submitted evidence, or let its deadline pass."""

    dispute_id: UUID
    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    stage: Stage
    status: Status
    """`accepted`, `challenged` or `expired`."""


class DisputeDueSoon(
    ContractEvent,
    type="payments.dispute_due_soon",
    version=1,
    topic=DISPUTES,
    key="player_id",
    consumers=("backoffice",),
):
    """The deadline of a dispute is near, and nobody has answered it."""

    dispute_id: UUID
    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    stage: Stage
    due_at: UtcTime
