"""What people ask of the ledger: a balance, how it came to be, and whether everything adds up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Database
from chassis.db.engine import driver
from chassis.store import CasinoScope
from payments.domain.ledger.accounts import DEBTS, HOLDS, AccountType

_ACCOUNTS = """
    SELECT id, casino_id, currency, type, balance_minor, bets_blocked, deposits_blocked FROM account
    WHERE player_id = $1 ORDER BY currency, id"""

_STATEMENT = """
    WITH page AS (
        SELECT seq, id, kind, debit_account, credit_account, currency, amount_minor, cash_after, bonus_after,
               reference_id, provider, supplier,
               supplier_tx, game_code, round_ref, round_closed, session_id, posted_at, group_id, actor_kind
        FROM transfer WHERE player_id = $1 AND wallet_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4
    )
    SELECT page.*, made.rate, made.spread_bp, made.source, made.as_of,
           CASE page.currency WHEN sold_currency THEN bought_currency ELSE sold_currency END AS other_currency,
           CASE page.currency WHEN sold_currency THEN bought_minor ELSE sold_minor END AS other_minor
    FROM page LEFT JOIN ledger_exchange AS made ON kind = 'exchange' AND made.id = group_id ORDER BY seq DESC"""

_SUMMARY = """
    WITH waiting AS (
        SELECT account_id, sum(delta_minor)::bigint AS delta_minor FROM account_delta GROUP BY account_id
    )
    SELECT casino_id, currency, type, provider,
           count(*) AS accounts, sum(balance_minor + coalesce(delta_minor, 0))::bigint AS balance_minor
    FROM account LEFT JOIN waiting ON waiting.account_id = account.id
    WHERE $1::uuid[] IS NULL OR casino_id = ANY($1::uuid[])
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""

_LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class WalletView:
    """A player's wallet in one currency, and the numbers of its accounts."""

    casino_id: UUID
    player_id: UUID
    currency: str
    cash_minor: int
    on_hold_minor: int
    owed_minor: int
    bonus_minor: int
    bets_blocked: bool
    deposits_blocked: bool
    accounts: dict[AccountType, int]


@dataclass(frozen=True, slots=True)
class ExchangeSide:
    """What an entry was exchanged for, and at what: units bought for one sold, and what the house kept of it."""

    rate: str
    spread_bp: int
    source: str
    as_of: date
    other_currency: str
    other_minor: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of a wallet: what it did to cash, bonus, hold and debt, cash and bonus after it, its cause."""

    seq: int
    transfer_id: UUID
    kind: str
    amount_minor: int
    cash_delta_minor: int
    bonus_delta_minor: int
    hold_delta_minor: int
    owed_delta_minor: int
    cash_balance_minor: int
    bonus_balance_minor: int
    posted_at: datetime
    reference_id: UUID | None
    provider: str | None
    supplier: str | None
    supplier_tx: str | None
    game_code: str | None
    round_ref: str | None
    round_closed: bool
    session_id: UUID | None
    group_id: UUID | None
    actor_kind: str | None
    exchange: ExchangeSide | None


@dataclass(frozen=True, slots=True)
class AccountSum:
    """All accounts of one type at one casino in one currency."""

    casino_id: UUID
    currency: str
    type: str
    provider: str | None
    accounts: int
    balance_minor: int


async def wallets_of(db: Database, player_id: UUID) -> list[WalletView]:
    """Every wallet of the player, by currency; empty when he is not known."""
    async with db.read() as connection:
        rows = await (await driver(connection)).fetch(_ACCOUNTS, player_id)
    grouped: dict[tuple[UUID, str], dict[AccountType, Any]] = {}
    for row in rows:
        grouped.setdefault((row["casino_id"], row["currency"]), {})[AccountType(row["type"])] = row
    return [
        _wallet(casino_id, player_id, currency, parts)
        for (casino_id, currency), parts in grouped.items()
        if AccountType.CASH in parts
    ]


async def statement_of(
    db: Database, wallet: WalletView, *, before: int | None = None, limit: int = 100
) -> list[StatementLine]:
    """The wallet's movements, newest first; `before` is the `seq` of the last one that was shown."""
    async with db.read() as connection:
        raw = await driver(connection)
        rows = await raw.fetch(_STATEMENT, wallet.player_id, wallet.accounts[AccountType.CASH], before or _LAST, limit)
    return [_line(row, wallet.accounts) for row in rows]


async def summary(db: Database, scope: CasinoScope, casino_id: UUID | None = None) -> list[AccountSum]:
    """The sums of all accounts in scope, exact at the moment of asking."""
    wanted: Sequence[UUID] | None = None if scope.unlimited else list(scope.ids or ())
    if casino_id is not None:
        wanted = [casino_id] if scope.allows(casino_id) else []
    async with db.read() as connection:
        rows = await (await driver(connection)).fetch(_SUMMARY, wanted)
    return [AccountSum(**dict(row)) for row in rows]


def _wallet(casino_id: UUID, player_id: UUID, currency: str, parts: dict[AccountType, Any]) -> WalletView:
    cash = parts[AccountType.CASH]
    return WalletView(
        casino_id=casino_id,
        player_id=player_id,
        currency=currency,
        cash_minor=cash["balance_minor"],
        on_hold_minor=sum(parts[kind]["balance_minor"] for kind in HOLDS if kind in parts),
        owed_minor=-sum(parts[kind]["balance_minor"] for kind in DEBTS if kind in parts),
        bonus_minor=parts[AccountType.BONUS]["balance_minor"] if AccountType.BONUS in parts else 0,
        bets_blocked=cash["bets_blocked"],
        deposits_blocked=cash["deposits_blocked"],
        accounts={kind: row["id"] for kind, row in parts.items()},
    )


def _line(row: Any, accounts: dict[AccountType, int]) -> StatementLine:
    def delta(*kinds: AccountType) -> int:
        numbers = {accounts.get(kind) for kind in kinds} - {None}
        amount: int = row["amount_minor"]
        return amount * ((row["credit_account"] in numbers) - (row["debit_account"] in numbers))

    return StatementLine(
        seq=row["seq"],
        transfer_id=row["id"],
        kind=row["kind"],
        amount_minor=row["amount_minor"],
        cash_delta_minor=delta(AccountType.CASH),
        bonus_delta_minor=delta(AccountType.BONUS),
        hold_delta_minor=delta(*HOLDS),
        owed_delta_minor=-delta(*DEBTS),
        cash_balance_minor=row["cash_after"],
        bonus_balance_minor=row["bonus_after"] or 0,
        posted_at=row["posted_at"],
        exchange=None if row["rate"] is None else _side(row),
        **{name: row[name] for name in _CAUSE},
    )


def _side(row: Any) -> ExchangeSide:
    names = ("spread_bp", "source", "as_of", "other_currency", "other_minor")
    return ExchangeSide(rate=str(row["rate"]), **{name: row[name] for name in names})


_CAUSE = (
    "reference_id",
    "provider",
    "supplier",
    "supplier_tx",
    "game_code",
    "round_ref",
    "round_closed",
    "session_id",
    "group_id",
    "actor_kind",
)
