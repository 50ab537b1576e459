"""What is asked of the books, what is written in them, and what they answer.

Most of these are tuples rather than dataclasses because thousands of them pass per second, and entries go to the
database as the rows they are.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple
from uuid import UUID

from payments.domain.ledger.accounts import AccountRef, WalletKey


class TransferKind(StrEnum):
    """Why money moved. Those that touch a player's accounts are published as `payments.transfer_posted`."""

    BET = "bet"
    WIN = "win"
    ROLLBACK_BET = "rollback_bet"
    ROLLBACK_WIN = "rollback_win"
    DEPOSIT = "deposit"
    DEPOSIT_FEE = "deposit_fee"
    DEPOSIT_FEE_RETURNED = "deposit_fee_returned"
    DEPOSIT_REVERSAL = "deposit_reversal"
    DEPOSIT_REINSTATED = "deposit_reinstated"
    REFUND_HOLD = "refund_hold"
    REFUND_OWED = "refund_owed"
    REFUND_RELEASE = "refund_release"
    REFUND_PAID = "refund_paid"
    WITHDRAWAL_HOLD = "withdrawal_hold"
    WITHDRAWAL_RELEASE = "withdrawal_release"
    WITHDRAWAL_PAID = "withdrawal_paid"
    WITHDRAWAL_FEE = "withdrawal_fee"
    WITHDRAWAL_RETURNED = "withdrawal_returned"
    ADJUSTMENT = "adjustment"
    OWED = "owed"
    CHARGEBACK = "chargeback"
    RECEIVABLE_RECOVERY = "receivable_recovery"
    DEBT_WRITE_OFF = "debt_write_off"
    DEBT_CARRIED = "debt_carried"
    BONUS_GRANT = "bonus_grant"
    BONUS_FORFEIT = "bonus_forfeit"
    BONUS_CONVERSION = "bonus_conversion"
    EXCHANGE = "exchange"
    PSP_FEE = "psp_fee"
    SETTLEMENT = "settlement"
    SETTLEMENT_EXCHANGE = "settlement_exchange"
    RECONCILIATION = "reconciliation"
    TOMBSTONE = "tombstone"


class GameMoveKind(StrEnum):
    """What a supplier reports. Whether a rollback takes back a bet or a win, only the books know."""

    BET = "bet"
    WIN = "win"
    ROLLBACK = "rollback"


class Code(IntEnum):
    """What became of one request. The numbers travel to games and never change meaning."""

    CREATED = 0
    REPEATED = 1
    INSUFFICIENT_FUNDS = 2
    DIFFERENT_FACTS = 3
    UNKNOWN_ACCOUNT = 4
    ROLLED_BACK = 5
    UNKNOWN_REFERENCE = 6
    BLOCKED = 7
    FEED_STALE = 8
    GROUP_REFUSED = 9


class GameMove(NamedTuple):
    """A bet, a win or a rollback, as a supplier reports it.

    Attributes:
        amount_minor: 0 or more; not used by a rollback, whose amount is that of what it takes back.
        fingerprint: of the facts as the supplier sent them; a repeat has the same one.
        reference_id: the bet a win belongs to, or what a rollback takes back.
        requires_reference: refuse a win whose bet is unknown.
        repeat_only: games takes no such bet any more: answer as at first when it was taken before, else `BLOCKED`.
    """

    id: UUID
    kind: GameMoveKind
    wallet: WalletKey
    amount_minor: int
    fingerprint: int
    reference_id: UUID | None
    requires_reference: bool
    supplier: str
    supplier_tx: str
    game_code: str
    round_ref: str
    round_closed: bool
    session_id: UUID | None
    repeat_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement of money between any two accounts, as its caller wants it.

    Attributes:
        id: made by the caller, best with `transfer_id`; the same id again is the same movement, posted once.
        amount_minor: in minor units, greater than zero.
        group: transfers of one call with the same group are posted all or not at all.
        reference_id: what caused it: the deposit, the withdrawal.
        provider: the payment provider concerned, for the statement and for reconciliation.
    """

    id: UUID
    kind: TransferKind
    debit: AccountRef
    credit: AccountRef
    amount_minor: int
    group: UUID | None = None
    reference_id: UUID | None = None
    provider: str | None = None

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise ValueError("a transfer moves more than nothing")
        if self.debit == self.credit or self.debit.currency != self.credit.currency:
            raise ValueError("a transfer moves money of one currency between two accounts")
        if self.debit.wallet and self.credit.wallet and self.debit.wallet != self.credit.wallet:
            raise ValueError("money goes from one player to another by way of the house, in two transfers")

    @property
    def wallet(self) -> WalletKey | None:
        """The player's wallet it concerns, if it concerns one."""
        return self.debit.wallet or self.credit.wallet


class Entry(NamedTuple):
    """One line of the books, as it is stored. Field order is that of the database's type `ledger_entry`.

    Attributes:
        debit_balance, credit_balance: after it; None for an account of the house or a provider.
        wallet_id: the cash account of the player it concerns.
        cash_after: the balance of that account after it.
        reversal_of: what a rollback takes back, or will never let happen (a tombstone).
        casino_id, currency: of both accounts; with `player_id` and the types what lists of entries are filtered by.
        player_id: whose accounts are concerned, if anybody's.
        debit_type, credit_type: what the accounts are for.
        bonus_minor: what of a game movement goes over the player's bonus, in an entry of its own beside this one.
        bonus_after: the balance of that account after it; None where the player has none.
        actor_kind, actor_id, authorised_by, correlation_id: who asked, who agreed, and what else came of it; None for
            what a supplier did.
    """

    id: UUID
    kind: str
    debit_account: int
    credit_account: int
    amount_minor: int
    debit_balance: int | None
    credit_balance: int | None
    wallet_id: int | None
    cash_after: int | None
    fingerprint: int
    reference_id: UUID | None
    reversal_of: UUID | None
    group_id: UUID | None
    provider: str | None
    supplier: str | None
    supplier_tx: str | None
    game_code: str | None
    round_ref: str | None
    round_closed: bool
    session_id: UUID | None
    casino_id: UUID
    player_id: UUID | None
    currency: str
    debit_type: str
    credit_type: str
    bonus_minor: int | None = None
    bonus_after: int | None = None
    actor_kind: str | None = None
    actor_id: str | None = None
    authorised_by: str | None = None
    correlation_id: UUID | None = None


class Answer(NamedTuple):
    """What became of one request, and the balances after it (for a repeat: after it was first posted).

    Attributes:
        cash_minor: of the player it concerns; None where there is none.
        bonus_minor: likewise; 0 where he has none.
    """

    code: Code
    cash_minor: int | None
    debit_balance: int | None = None
    credit_balance: int | None = None
    bonus_minor: int = 0
