"""What payments tells the others: every movement of money, and the lives of deposits and withdrawals."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from contracts.event import ContractEvent
from contracts.fields import ActorRef, CasinoId, Code, ExternalRef, FreeText, PlayerId, Slug, UtcTime
from contracts.money import AmountMinor, BalanceMinor, CurrencyCode, DeltaMinor, StakeMinor
from contracts.payments.wallet import TransferKind

WALLET = "payments.wallet.events"
DEPOSITS = "payments.deposit.events"
WITHDRAWALS = "payments.withdrawal.events"


class TransferPosted(
    ContractEvent,
    type="payments.transfer_posted",
    version=1,
    topic=WALLET,
    key="player_id",
    consumers=("backoffice", "games", "reports"),
    audited=False,
):
    """Money moved in a player's wallet. `delta_minor` and `balance_minor` are those of the player's cash account.

    A transfer between hold and provider leaves cash as it is: delta 0. Game movements name supplier, game and round;
    their amount is 0 for a free bet and for the win of nothing with which a supplier closes a lost round.
    """

    transfer_id: UUID
    """Made from the outside party's own transaction id, so that a repeat has the same one."""
    player_id: PlayerId
    casino_id: CasinoId
    kind: TransferKind
    currency: CurrencyCode
    amount_minor: StakeMinor
    """The size of the movement; 0 for a round that closed without a win."""
    delta_minor: DeltaMinor
    """What the movement did to the player's cash."""
    balance_minor: BalanceMinor
    """The player's cash after the movement."""
    posted_at: UtcTime
    supplier: Slug | None = None
    """For game movements, as are the next fields."""
    game_code: ExternalRef | None = None
    round_ref: ExternalRef | None = None
    """The supplier's id of the round; unique together with supplier and game only."""
    session_id: UUID | None = None
    supplier_tx: ExternalRef | None = None
    """The supplier's id of the transaction."""
    reference_id: UUID | None = None
    """The transfer a win or a rollback refers to."""
    round_closed: bool = False
    """The supplier said that the round is over."""
    provider: Slug | None = None
    """For deposits and withdrawals."""
    sequence: Annotated[int, Field(ge=0)] = 0
    """The ledger's order, with gaps: greater for a wallet's later movement, whatever `posted_at` says. 0: none yet."""
    bonus_delta_minor: DeltaMinor = 0
    """What it did to the player's bonus, which is never paid out; of game movements a part of `amount_minor`."""
    bonus_balance_minor: BalanceMinor = 0


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
    player_id: PlayerId
    casino_id: CasinoId
    supplier: Slug
    round_ref: ExternalRef
    posted_at: UtcTime
    game_code: ExternalRef | None = None


class DebtRecorded(
    ContractEvent,
    type="payments.debt_recorded",
    version=1,
    topic=WALLET,
    key="player_id",
    consumers=("backoffice",),
):
    """A win was rolled back after the player had spent it: he owes the missing part, and a person should look.

    The money itself is told by two transfers of the same moment: `owed` puts the missing part into his cash, then
    `rollback_win` takes the whole win out of it.
    """

    transfer_id: UUID
    """The rollback."""
    player_id: PlayerId
    casino_id: CasinoId
    currency: CurrencyCode
    amount_minor: AmountMinor
    """The missing part."""
    owed_minor: AmountMinor
    """All that the player owes now for wins."""
    supplier: Slug
    round_ref: ExternalRef
    recorded_at: UtcTime


class DepositRequested(
    ContractEvent,
    type="payments.deposit_requested",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """A player wants to pay in."""

    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    amount_minor: AmountMinor
    currency: CurrencyCode


class DepositRefused(
    ContractEvent,
    type="payments.deposit_refused",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """We refused a deposit: a limit, an exclusion, a block. `code` is the reason's stable code."""

    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    code: Code
    """Why, as a stable error code of payments."""
    amount_minor: AmountMinor
    currency: CurrencyCode


class DepositSucceeded(
    ContractEvent,
    type="payments.deposit_succeeded",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """The provider's word is in and the money is in the wallet: the amount the provider settled."""

    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    amount_minor: AmountMinor
    """What the provider settled."""
    currency: CurrencyCode
    requested_minor: AmountMinor
    """What the player asked for."""
    late: bool = False
    """The provider's word came after the deposit was given up."""
    provider_reference: ExternalRef | None = None
    """The provider's id of the payment."""
    recovered_minor: StakeMinor = 0
    """What of it went to a debt of the player's: for deposits and wins that were taken back after he had spent them."""
    fee_minor: StakeMinor = 0
    """What of it the player paid the casino for the deposit."""


class DepositFailed(
    ContractEvent,
    type="payments.deposit_failed",
    version=1,
    topic=DEPOSITS,
    key="player_id",
    consumers=("backoffice",),
):
    """The provider said no, nobody decided in time, or the player must not pay in any more."""

    deposit_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    code: ExternalRef
    """The provider's own word for why; `expired`, or the stable code of what keeps the player from paying in."""
    provider_reference: ExternalRef | None = None


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
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug


class WithdrawalRequested(
    ContractEvent,
    type="payments.withdrawal_requested",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """A player wants money out; it is on hold."""

    withdrawal_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    amount_minor: AmountMinor
    currency: CurrencyCode
    needs_second_person: bool
    """The amount is above the casino's threshold: two different people approve."""
    fee_minor: StakeMinor = 0
    """What the player pays the casino for it: on hold beside the amount."""


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
    player_id: PlayerId
    casino_id: CasinoId
    approved_by: ActorRef
    final: bool
    """No further person is needed; the payout goes out."""
    lapsed: tuple[ActorRef, ...] = ()
    """Whose earlier yes counts no longer: its time was over, or they may not approve as much any more."""
    counts_until: UtcTime | None = None
    """Until when a first yes counts, where a second person is needed."""


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
    player_id: PlayerId
    casino_id: CasinoId
    reject_reason: FreeText
    """What the person wrote, for those who decide; the player is not told."""


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
    player_id: PlayerId
    casino_id: CasinoId


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
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    provider_reference: ExternalRef
    """The provider's id of the payout."""


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
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug


class WithdrawalPaid(
    ContractEvent,
    type="payments.withdrawal_paid",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """The provider confirmed the payout, or all its parts; `refunded_minor` of it reversed deposits tell as well."""

    withdrawal_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    amount_minor: AmountMinor
    currency: CurrencyCode
    refunded_minor: StakeMinor = 0
    fee_minor: StakeMinor = 0
    """What the player paid the casino for it, beside the amount."""


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
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
    code: ExternalRef
    """The provider's own word for why."""


class WithdrawalReturned(
    ContractEvent,
    type="payments.withdrawal_returned",
    version=1,
    topic=WITHDRAWALS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """Paid money (the whole, or a part that others may follow) came back and is in the wallet as a new credit."""

    withdrawal_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    provider: Slug
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

    casino_id: CasinoId
    provider: Slug
    notification_id: ExternalRef
    """The provider's id of the notification."""
    code: Code
    """Why it was set aside, as a stable error code of payments."""
    facts: dict[str, Any]
    """What the notification said, without secrets and personal data."""
