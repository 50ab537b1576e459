"""The lines of the books: how a movement is written down, known again, and answered."""

from uuid import UUID

from payments.domain.ledger.accounts import AccountType
from payments.domain.ledger.transfers import Answer, Code, Entry, GameMove, Transfer, TransferKind
from payments.domain.ledger.wallets import Account, Wallet

SIDES = {
    TransferKind.BET: (AccountType.CASH, AccountType.GAME_HOUSE),
    TransferKind.WIN: (AccountType.GAME_HOUSE, AccountType.CASH),
    TransferKind.ROLLBACK_BET: (AccountType.GAME_HOUSE, AccountType.CASH),
    TransferKind.ROLLBACK_WIN: (AccountType.CASH, AccountType.GAME_HOUSE),
    TransferKind.TOMBSTONE: (AccountType.CASH, AccountType.GAME_HOUSE),
    TransferKind.OWED: (AccountType.OWED, AccountType.CASH),
}
"""From what to what money goes in games."""

REVERSALS = frozenset({TransferKind.ROLLBACK_BET, TransferKind.ROLLBACK_WIN, TransferKind.TOMBSTONE})

Side = Account | int
"""A player's account, or the number of an account of the house or a provider.

The latter have no balance here: what happens to them is summed up, so that no transfer ever waits for another only
because both are with the house.
"""

Balances = tuple[int | None, int | None]
"""Of the debited and the credited account after a movement; None for one of the house or a provider."""


def owed_id(rollback_id: UUID) -> UUID:
    """The id of the transfer by which a player comes to owe what a rollback found missing."""
    return UUID(int=rollback_id.int ^ 1)


def bonus_id(move_id: UUID) -> UUID:
    """The id of the entry for what of a game movement goes over the player's bonus."""
    return UUID(int=move_id.int ^ 2)


def carried_id(transfer_id: UUID) -> UUID:
    """The id of the entry by which a debt for a win comes to where a transfer pays it."""
    return UUID(int=transfer_id.int ^ 4)


def game_entry(
    move: GameMove,
    kind: TransferKind,
    wallet: Wallet,
    debit: Side,
    credit: Side,
    amount: int,
    balances: Balances,
) -> Entry:
    """The line of a game movement over the player's cash; the balances are those after it."""
    return Entry(
        move.id,
        kind,
        number_of(debit),
        number_of(credit),
        amount,
        balances[0],
        balances[1],
        wallet.cash.number,
        wallet.cash.balance_minor,
        move.fingerprint,
        move.reference_id,
        move.reference_id if kind in REVERSALS else None,
        None,
        None,
        move.supplier,
        move.supplier_tx,
        move.game_code,
        move.round_ref,
        move.round_closed,
        move.session_id,
        *move.wallet,
        *SIDES[kind],
        None,
        wallet.bonus_minor,
    )


def whole(entry: Entry) -> int:
    """The amount of a game movement, what went over the bonus included."""
    return entry.amount_minor + (entry.bonus_minor or 0)


def number_of(side: Side) -> int:
    """Of an account."""
    return side.number if isinstance(side, Account) else side


def facts(transfer: Transfer, debit: Side, credit: Side) -> tuple[object, ...]:
    """By which a transfer that comes again is known to be the same."""
    sides = (number_of(debit), number_of(credit))
    return (transfer.kind, *sides, transfer.amount_minor, transfer.reference_id, transfer.provider)


def facts_of(entry: Entry) -> tuple[object, ...]:
    """Likewise, of what was posted."""
    sides = (entry.debit_account, entry.credit_account)
    return (entry.kind, *sides, entry.amount_minor, entry.reference_id, entry.provider)


def first_answer(entry: Entry) -> Answer:
    """What was answered when it was posted."""
    return Answer(Code.REPEATED, entry.cash_after, entry.debit_balance, entry.credit_balance, entry.bonus_after or 0)


def answer_of(code: Code, wallet: Wallet | None, balances: Balances = (None, None)) -> Answer:
    """A code, with what the player has now."""
    if wallet is None:
        return Answer(code, None, *balances)
    return Answer(code, wallet.cash.balance_minor, *balances, wallet.bonus_minor or 0)


def transfer_entry(transfer: Transfer, wallet: Wallet | None, debit: Side, credit: Side, balances: Balances) -> Entry:
    """The line of a transfer; the balances are those after it."""
    return Entry(
        id=transfer.id,
        kind=transfer.kind,
        debit_account=number_of(debit),
        credit_account=number_of(credit),
        amount_minor=transfer.amount_minor,
        debit_balance=balances[0],
        credit_balance=balances[1],
        wallet_id=wallet.cash.number if wallet else None,
        cash_after=wallet.cash.balance_minor if wallet else None,
        fingerprint=0,
        reference_id=transfer.reference_id,
        reversal_of=None,
        group_id=transfer.group,
        provider=transfer.provider,
        supplier=None,
        supplier_tx=None,
        game_code=None,
        round_ref=None,
        round_closed=False,
        session_id=None,
        casino_id=transfer.debit.casino_id,
        player_id=transfer.wallet.player_id if transfer.wallet is not None else None,
        currency=transfer.debit.currency,
        debit_type=transfer.debit.type,
        credit_type=transfer.credit.type,
        bonus_after=wallet.bonus_minor if wallet else None,
    )
