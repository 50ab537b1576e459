"""The ledger as the rest of payments uses it: the port of application/ledger.py, and the wallet hop of games."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.db.engine import driver, plain_url
from chassis.domain import Clock, SystemClock
from chassis.messaging import Renderers
from chassis.store import Context, UnitOfWork
from payments.adapters.ledger import accounts, sql
from payments.adapters.ledger.accounts import GameHouses, Patience
from payments.adapters.ledger.batcher import Batcher, Outcome, WalletBusy
from payments.adapters.ledger.posting import Terms, post_free_units, post_units
from payments.adapters.ledger.tables import ledger_bonus
from payments.adapters.ledger.telling import RENDERERS
from payments.adapters.ledger.units import Unit
from payments.application.ledger import Posting, Transfer, Wallet
from payments.domain.bonus.words import BonusFact, OrderOfUse
from payments.domain.ledger.accounts import DEBTS, AccountType, WalletKey
from payments.domain.ledger.transfers import Answer, GameMove

_CONNECT_TIMEOUT_S = 3.0
_COMMAND_TIMEOUT_S = 15.0
_PAUSES_S = (0.01, 0.05, 0.2, 0.5, 1.0, 2.0)
"""Between attempts to post what concerns a player whose wallet others hold."""

_FIND_WALLET = """
    SELECT casino_id, currency, type, balance_minor, bets_blocked, deposits_blocked, debt_stops FROM account
    WHERE player_id = $1 ORDER BY id"""

_LOCK_WALLET = f"{_FIND_WALLET} FOR NO KEY UPDATE"
"""All his currencies at once, in the order that batches lock them in: so nobody waits for another in a circle."""

_RESTRICT = """
    UPDATE account SET bets_blocked = $2, deposits_blocked = $3 WHERE id IN (
        SELECT id FROM account WHERE player_id = $1 ORDER BY id FOR NO KEY UPDATE)"""

_MARK_DEBTS = """
    UPDATE account SET debt_stops = $2 AND balance_minor < 0 WHERE id IN (
        SELECT id FROM account WHERE player_id = $1 AND type = 'chargeback_receivable' ORDER BY id FOR NO KEY UPDATE)"""

_CASH = """
    SELECT player_id, currency, balance_minor FROM account
    WHERE player_id = ANY($1::uuid[]) AND type IN ('cash', 'bonus')"""


class PostgresLedger:
    """Implements `payments.application.ledger.Ledger`.

    Args:
        db: for look-ups, and for the address on which the writers open connections of their own.
        restriction_feed_age: how old our copy of the players' restrictions may be.
        restriction_feed_bound: beyond this age no bet is taken.
        writers: batches that may be under way at once.
        clock: the time entries and events carry.
        on_posted: called after each commit; wakes the relay.

    Attributes:
        renderers: of the outbox rows that it writes.
    """

    renderers: ClassVar[Renderers] = RENDERERS

    def __init__(
        self,
        db: Database,
        *,
        restriction_feed_age: Callable[[], timedelta],
        restriction_feed_bound: timedelta,
        writers: int = 2,
        clock: Clock | None = None,
        on_posted: Callable[[], None] = lambda: None,
    ) -> None:
        self._db = db
        self._age = restriction_feed_age
        self._bound = restriction_feed_bound
        self._clock: Clock = clock or SystemClock()
        self._houses = GameHouses(db)
        self._batcher = Batcher(self._connect, self._post_free, writers=writers, on_posted=on_posted)

    async def start(self) -> None:
        """Begin to post. Needs no database yet: the writers connect with their first batch."""
        self._batcher.start()

    async def close(self) -> None:
        """Answer everything that was taken, then stop."""
        await self._batcher.close()

    async def move(self, moves: Sequence[GameMove]) -> list[Answer | Exception]:
        """Post game movements, each on its own; answers in order, after the commit.

        An exception stands in the place of a movement the database could not take, WalletBusy in that of one whose
        player's wallet others hold at the moment; the others are not affected and do not wait for it.

        Raises:
            LedgerUnavailable: nobody knows which were posted; ask again with the same ids.
        """
        known = self._houses.known
        missing = {key for one in moves if (key := (one.wallet.casino_id, one.wallet.currency)) not in known}
        if missing:
            await self._houses.find(missing)
        outcomes = await self._batcher.submit([Unit((one,)) for one in moves])
        return [outcome if isinstance(outcome, Exception) else outcome[0] for outcome in outcomes]

    async def post(self, transfers: Sequence[Transfer], ctx: Context | None = None) -> list[Posting]:
        """See the port."""
        groups = _groups(transfers)
        ctx = ctx or Context.system("ledger", self._clock)
        units = [Unit(group, ctx) for group in groups]
        outcomes = await self._batcher.submit(units)
        for pause_s in _PAUSES_S:
            busy = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, WalletBusy)]
            if not busy:
                break
            await asyncio.sleep(pause_s)
            for place, outcome in zip(busy, await self._batcher.submit([units[one] for one in busy]), strict=True):
                outcomes[place] = outcome
        return _postings(transfers, groups, outcomes)

    async def post_in(self, uow: UnitOfWork, transfers: Sequence[Transfer]) -> list[Posting]:
        """See the port."""
        groups = _groups(transfers)
        outcomes = await self._post_units(await driver(uow.connection), [Unit(group, uow.ctx) for group in groups])
        uow.published = True
        return _postings(transfers, groups, outcomes)

    async def lock_wallet(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str
    ) -> Wallet | None:
        """See the port."""
        rows = await (await driver(connection)).fetch(_LOCK_WALLET, player_id)
        return _wallet(rows, casino_id, player_id, currency)

    async def find_wallet(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str
    ) -> Wallet | None:
        """See the port."""
        rows = await (await driver(connection)).fetch(_FIND_WALLET, player_id)
        return _wallet(rows, casino_id, player_id, currency)

    async def open_wallet(self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str) -> None:
        """See the port."""
        await accounts.open_wallet(await driver(connection), WalletKey(casino_id, player_id, currency))

    async def order_of_use(self, connection: AsyncConnection, casino_id: UUID) -> OrderOfUse:
        """See the port."""
        found = await (await driver(connection)).fetchval(sql.ORDER_OF_USE, casino_id)
        return OrderOfUse(found or OrderOfUse.CASH_FIRST)

    async def set_order_of_use(
        self, connection: AsyncConnection, casino_id: UUID, order: OrderOfUse, now: datetime
    ) -> None:
        """See the port."""
        await (await driver(connection)).execute(sql.SET_ORDER_OF_USE, casino_id, order, now)

    async def keep_bonus(self, uow: UnitOfWork, bonus_id: UUID, fact: BonusFact) -> None:
        """See the port."""
        values = {
            "id": bonus_id,
            **asdict(fact),
            "proposed_by": uow.ctx.actor.id,
            "approved_by": uow.ctx.authorised_by or "",
            "moved_at": uow.ctx.occurred_at,
        }
        await uow.connection.execute(insert(ledger_bonus).values(values))

    async def restrict(
        self, connection: AsyncConnection, player_id: UUID, *, bets_blocked: bool, deposits_blocked: bool
    ) -> None:
        """See the port."""
        await (await driver(connection)).execute(_RESTRICT, player_id, bets_blocked, deposits_blocked)

    async def mark_debts(self, connection: AsyncConnection, player_id: UUID, *, stop: bool) -> None:
        """See the port."""
        await (await driver(connection)).execute(_MARK_DEBTS, player_id, stop)

    async def balances(self, wanted: Sequence[tuple[UUID, str]]) -> list[int | None]:
        """What (player, currency) may bet, cash and bonus, in order; None where there is no such wallet."""
        players = list({player_id for player_id, _ in wanted})
        async with self._db.read() as connection:
            rows = await (await driver(connection)).fetch(_CASH, players)
        found: dict[tuple[UUID, str], int] = {}
        for row in rows:
            key = (row["player_id"], row["currency"])
            found[key] = found.get(key, 0) + row["balance_minor"]
        return [found.get(key) for key in wanted]

    async def _connect(self) -> Any:
        return await asyncpg.connect(
            plain_url(self._db.url),
            timeout=_CONNECT_TIMEOUT_S,
            command_timeout=_COMMAND_TIMEOUT_S,
            server_settings=sql.SETTINGS,
        )

    async def _post_units(self, raw: Any, units: Sequence[Unit]) -> list[list[Answer]]:
        return await post_units(raw, units, self._terms())

    async def _post_free(self, raw: Any, units: Sequence[Unit], patience: Patience) -> list[list[Answer] | None]:
        return await post_free_units(raw, units, self._terms(), patience)

    def _terms(self) -> Terms:
        return Terms(self._clock.now(), self._age() > self._bound, self._houses.known)


def _groups(transfers: Sequence[Transfer]) -> list[list[Transfer]]:
    """The transfers by group, in the order in which each group first appears; one without a group is its own."""
    groups: dict[UUID, list[Transfer]] = {}
    for transfer in transfers:
        groups.setdefault(transfer.group or transfer.id, []).append(transfer)
    return list(groups.values())


def _postings(
    transfers: Sequence[Transfer], groups: Sequence[Sequence[Transfer]], outcomes: Sequence[Outcome]
) -> list[Posting]:
    """The answers in the order of the call. Raises what the database raised for one of them."""
    found: dict[int, Posting] = {}
    for group, outcome in zip(groups, outcomes, strict=True):
        if isinstance(outcome, Exception):
            raise outcome
        for transfer, answer in zip(group, outcome, strict=True):
            found[id(transfer)] = Posting(transfer.id, answer.code, answer.debit_balance, answer.credit_balance)
    return [found[id(transfer)] for transfer in transfers]


def _wallet(found: Sequence[Any], casino_id: UUID, player_id: UUID, currency: str) -> Wallet | None:
    """One of a player's wallets, out of the rows of all of them."""
    all_his = [row for row in found if row["casino_id"] == casino_id]
    rows = {row["type"]: row for row in all_his if row["currency"] == currency}
    cash = rows.get(AccountType.CASH)
    if cash is None:
        return None
    debts = [row for row in all_his if row["type"] in DEBTS and row["balance_minor"] < 0]
    return Wallet(
        casino_id=casino_id,
        player_id=player_id,
        currency=currency,
        cash_minor=cash["balance_minor"],
        bonus_minor=rows[AccountType.BONUS]["balance_minor"] if AccountType.BONUS in rows else 0,
        hold_minor=rows[AccountType.WITHDRAWAL_HOLD]["balance_minor"],
        owed_minor=-sum(rows[kind]["balance_minor"] for kind in DEBTS if kind in rows),
        in_debt=bool(debts),
        debt_stops=any(row["debt_stops"] for row in debts),
        bets_blocked=cash["bets_blocked"],
        deposits_blocked=cash["deposits_blocked"],
    )
