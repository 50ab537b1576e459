"""What payments tells of withdrawals beside their usual course."""

from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import CasinoId, PlayerId
from contracts.payments.events import WITHDRAWALS


class WithdrawalStopped(
    ContractEvent,
    type="payments.withdrawal_stopped",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """Something became known that nobody knew who approved it: it waits for people again. Nothing of it was sent."""

    withdrawal_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    approvals_needed: int
    """By so many people. Who approved it before does not count."""
