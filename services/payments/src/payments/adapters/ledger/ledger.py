"""The ledger as the rest of payments uses it: the port of application/ledger.py, and the wallet hop of games."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.db.engine import driver, plain_url
from chassis.domain import Clock, SystemClock
from chassis.store import Context, UnitOfWork
from payments.adapters.ledger import directory, posting, sql
from payments.adapters.ledger.batcher import Batcher
from payments.adapters.ledger.directory import Directory
from payments.adapters.ledger.translation import accounts_of, groups_of, postings_of, unit_of
from payments.adapters.ledger.units import Unit
from payments.application.ledger import Posting, Transfer, Wallet
from payments.domain.ledger.accounts import WALLET_TYPES, AccountRef, AccountType, OwnerKind
from payments.domain.ledger.transfers import Answer, Code, GameMove, GameMoveKind

_CONNECT_TIMEOUT_S = 3.0
_COMMAND_TIMEOUT_S = 15.0

_LOCK_WALLET = """
    SELECT type, balance_minor, bets_blocked, deposits_blocked FROM account
    WHERE owner_kind = 'player' AND owner_id = $1 AND currency = $2 AND casino_id = $3 ORDER BY id FOR NO KEY UPDATE"""

_RESTRICT = """
    UPDATE account SET bets_blocked = $2, deposits_blocked = $3 WHERE id IN (
        SELECT id FROM account WHERE owner_kind = 'player' AND owner_id = $1 ORDER BY id FOR NO KEY UPDATE)"""

_CASH = """
    SELECT owner_id, currency, balance_minor FROM account
    WHERE owner_kind = 'player' AND type = 'cash' AND owner_id = ANY($1::text[])"""


class Movement(NamedTuple):
    """A bet, win or rollback as games reports it, before its accounts are looked up. See GameMove for the fields."""

    id: UUID
    kind: GameMoveKind
    casino_id: UUID
    player_id: UUID
    currency: str
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


class PostgresLedger:
    """Implements `payments.application.ledger.Ledger`.

    Args:
        db: for look-ups, and for the address on which the writers open connections of their own.
        restriction_feed_age: how old our copy of the players' restrictions may be.
        restriction_feed_bound: beyond this age no bet is taken.
        writers: batches that may be under way at once.
        clock: the time entries and events carry.
        on_posted: called after each commit; wakes the relay.
    """

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
        self._directory = Directory(db)
        self._batcher = Batcher(self._connect, self._post_units, writers=writers, on_posted=on_posted)

    async def start(self) -> None:
        """Begin to post. Needs no database yet: the writers connect with their first batch."""
        self._batcher.start()

    async def close(self) -> None:
        """Answer everything that was taken, then stop."""
        await self._batcher.close()

    async def move(self, movements: Sequence[Movement]) -> list[Answer | Exception]:
        """Post game movements, each on its own; answers in order, after the commit.

        An exception stands in the place of a movement the database could not take; the others are not affected.

        Raises:
            LedgerUnavailable: nobody knows which were posted; ask again with the same ids.
        """
        keys = [(one.casino_id, one.player_id, one.currency) for one in movements]
        unknown = {key for key in keys if self._directory.wallet(key) is None}
        if unknown:
            await self._directory.load_wallets(unknown)
        answers: list[Answer | Exception] = [Answer(Code.UNKNOWN_ACCOUNT, None)] * len(movements)
        units: list[Unit] = []
        places: list[int] = []
        for place, movement in enumerate(movements):
            unit = await self._game_unit(movement)
            if unit is not None:
                units.append(unit)
                places.append(place)
        for place, outcome in zip(places, await self._batcher.submit(units), strict=True):
            answers[place] = outcome if isinstance(outcome, Exception) else outcome[0]
        return answers

    async def post(self, transfers: Sequence[Transfer], ctx: Context | None = None) -> list[Posting]:
        """See the port. `ctx` says who asked; the system itself when nobody did."""
        ctx = ctx or Context.system("ledger", self._clock)
        async with self._db.write() as connection:
            known = await directory.numbers(await driver(connection), accounts_of(transfers))
        groups = groups_of(transfers)
        units = [unit_of(group, known, ctx) for group in groups]
        outcomes = await self._batcher.submit([unit for unit in units if unit is not None])
        return postings_of(transfers, groups, units, outcomes)

    async def post_in(self, uow: UnitOfWork, transfers: Sequence[Transfer]) -> list[Posting]:
        """See the port."""
        raw = await driver(uow.connection)
        known = await directory.numbers(raw, accounts_of(transfers))
        groups = groups_of(transfers)
        units = [unit_of(group, known, uow.ctx) for group in groups]
        outcomes = await self._post_units(raw, [unit for unit in units if unit is not None])
        uow.published = True
        return postings_of(transfers, groups, units, outcomes)

    async def lock_wallet(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str
    ) -> Wallet | None:
        """See the port."""
        raw = await driver(connection)
        rows = {row["type"]: row for row in await raw.fetch(_LOCK_WALLET, str(player_id), currency, casino_id)}
        cash = rows.get(AccountType.CASH)
        if cash is None:
            return None
        owing = (AccountType.OWED, AccountType.CHARGEBACK_RECEIVABLE)
        return Wallet(
            casino_id=casino_id,
            player_id=player_id,
            currency=currency,
            cash_minor=cash["balance_minor"],
            hold_minor=rows[AccountType.WITHDRAWAL_HOLD]["balance_minor"],
            owed_minor=-sum(rows[kind]["balance_minor"] for kind in owing if kind in rows),
            bets_blocked=cash["bets_blocked"],
            deposits_blocked=cash["deposits_blocked"],
        )

    async def open_wallet(self, connection: AsyncConnection, casino_id: UUID, player_id: UUID, currency: str) -> None:
        """See the port."""
        refs = [AccountRef(casino_id, OwnerKind.PLAYER, str(player_id), kind, currency) for kind in WALLET_TYPES]
        await directory.open_accounts(await driver(connection), refs)

    async def restrict(
        self, connection: AsyncConnection, player_id: UUID, *, bets_blocked: bool, deposits_blocked: bool
    ) -> None:
        """See the port."""
        await (await driver(connection)).execute(_RESTRICT, str(player_id), bets_blocked, deposits_blocked)

    async def cash_balances(self, wanted: Sequence[tuple[UUID, str]]) -> list[int | None]:
        """The cash of (player, currency), in order; None where there is no such wallet."""
        players = list({str(player_id) for player_id, _ in wanted})
        async with self._db.read() as connection:
            rows = await (await driver(connection)).fetch(_CASH, players)
        found = {(row["owner_id"], row["currency"]): row["balance_minor"] for row in rows}
        return [found.get((str(player_id), currency)) for player_id, currency in wanted]

    async def _game_unit(self, m: Movement) -> Unit | None:
        wallet = self._directory.wallet((m.casino_id, m.player_id, m.currency))
        if wallet is None:
            return None
        house = await self._directory.game_house(m.casino_id, m.currency)
        ids = wallet.ids
        move = GameMove(
            m.id,
            m.kind,
            ids,
            house,
            m.amount_minor,
            m.fingerprint,
            m.reference_id,
            m.requires_reference,
            m.supplier,
            m.supplier_tx,
            m.game_code,
            m.round_ref,
            m.round_closed,
            m.session_id,
        )
        locks = (ids.cash, ids.owed) if m.kind is GameMoveKind.ROLLBACK else (ids.cash,)
        return Unit((move,), locks, (house,), wallet.owners)

    async def _connect(self) -> Any:
        return await asyncpg.connect(
            plain_url(self._db.url),
            timeout=_CONNECT_TIMEOUT_S,
            command_timeout=_COMMAND_TIMEOUT_S,
            server_settings=sql.SETTINGS,
        )

    async def _post_units(self, raw: Any, units: Sequence[Unit]) -> list[list[Answer]]:
        stale = self._age() > self._bound
        return await posting.post_units(raw, units, now=self._clock.now(), feed_stale=stale)
