"""What payments tells the others: every movement of money, and the lives of deposits and withdrawals."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.money import AmountMinor, BalanceMinor, CurrencyCode, StakeMinor

WALLET = "payments.wallet.events"
DEPOSITS = "payments.deposit.events"
WITHDRAWALS = "payments.withdrawal.events"

TransferKind = Literal[
    "bet",
    "win",
    "rollback_bet",
    "rollback_win",
    "deposit",
    "deposit_reversal",
    "withdrawal_hold",
    "withdrawal_release",
    "withdrawal_paid",
    "withdrawal_returned",
    "adjustment",
]


class TransferPosted(
    ContractEvent,
    type="payments.transfer_posted",
    version=1,
    topic=WALLET,
    key="player_id",
    consumers=("backoffice", "verification", "games", "reports"),
    audited=False,
):
    """Money moved in a player's wallet. `delta_minor` and `balance_minor` are those of the player's cash account.

    A transfer between hold and provider leaves cash as it is: delta 0. Game movements name supplier, game and round;
    their amount is 0 for a free bet and for the win of nothing with which a supplier closes a lost round.
    """

    transfer_id: UUID
    player_id: UUID
    casino_id: UUID
    kind: TransferKind
    currency: CurrencyCode
    amount_minor: StakeMinor
    delta_minor: int
    balance_minor: BalanceMinor
    posted_at: datetime
    supplier: str | None = None
    game_code: str | None = None
    round_ref: str | None = None
    session_id: UUID | None = None
    supplier_tx: str | None = None
    reference_id: UUID | None = None
    round_closed: bool = False
    provider: str | None = None


class RollbackRemembered(
    ContractEvent,
    type="payments.rollback_remembered",
    version=1,
    topic=WALLET,
    key="player_id",
    consumers=("games",),
    audited=False,
):
    """A rollback came before its bet: no money moved, and the bet will never be taken."""

    transfer_id: UUID
    player_id: UUID
    casino_id: UUID
    supplier: str
    round_ref: str
    posted_at: datetime
    game_code: str | None = None


class DepositRequested(
    ContractEvent,
    type="payments.deposit_requested",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """A player wants to pay in."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: AmountMinor
    currency: CurrencyCode


class DepositRefused(
    ContractEvent,
    type="payments.deposit_refused",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """We refused a deposit: a limit, an exclusion, a block. `code` is the reason's stable code."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    code: str
    amount_minor: AmountMinor
    currency: CurrencyCode


class DepositSucceeded(
    ContractEvent,
    type="payments.deposit_succeeded",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice", "verification", "reports"),
):
    """The provider's word is in and the money is in the wallet: the amount the provider settled."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: AmountMinor
    currency: CurrencyCode
    requested_minor: AmountMinor
    late: bool = False


class DepositFailed(
    ContractEvent,
    type="payments.deposit_failed",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """The provider said no."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    code: str


class DepositOutcomeUnknown(
    ContractEvent,
    type="payments.deposit_outcome_unknown",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """The provider did not answer; it will be asked until it does."""

    deposit_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str


class WithdrawalRequested(
    ContractEvent,
    type="payments.withdrawal_requested",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "verification", "reports"),
):
    """A player wants money out; it is on hold."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: AmountMinor
    currency: CurrencyCode
    needs_second_person: bool


class WithdrawalApproved(
    ContractEvent,
    type="payments.withdrawal_approved",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """A person approved; `final` when no further person is needed."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    approved_by: str
    final: bool


class WithdrawalRejected(
    ContractEvent,
    type="payments.withdrawal_rejected",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """A person refused; the money is back in the wallet."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    reject_reason: str


class WithdrawalCancelled(
    ContractEvent,
    type="payments.withdrawal_cancelled",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """The player took it back, where the jurisdiction lets him."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID


class PayoutSent(
    ContractEvent,
    type="payments.payout_sent",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """The provider took the order to pay."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    provider_reference: str


class PayoutOutcomeUnknown(
    ContractEvent,
    type="payments.payout_outcome_unknown",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """The provider did not answer the order to pay; it is asked, never sent elsewhere."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str


class WithdrawalPaid(
    ContractEvent,
    type="payments.withdrawal_paid",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "verification", "reports"),
):
    """The provider confirmed the payout."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: AmountMinor
    currency: CurrencyCode


class WithdrawalFailed(
    ContractEvent,
    type="payments.withdrawal_failed",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """The provider will not pay; the money is back in the wallet."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    code: str


class WithdrawalReturned(
    ContractEvent,
    type="payments.withdrawal_returned",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """Paid money came back (a closed account, say) and is in the wallet as a new credit."""

    withdrawal_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: AmountMinor
    currency: CurrencyCode


class NotificationSetAside(
    ContractEvent,
    type="payments.notification_set_aside",
    version=1,
    topic="payments.provider.events",
    key="casino_id",
    consumers=("backoffice",),
):
    """A genuine notification of a provider fits nothing we know or no legal transition; a person should look."""

    casino_id: UUID
    provider: str
    notification_id: str
    code: str
    facts: dict[str, Any]
