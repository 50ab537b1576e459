"""A ledger on a database of its own, and a desk from which tests post to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import FixedClock, uuid7
from chassis.messaging import Message, messages_of
from chassis.testing.postgres import Databases
from contracts.payments.wallet import transfer_id
from payments.adapters.ledger.batcher import WalletBusy
from payments.adapters.ledger.ledger import PostgresLedger
from payments.adapters.ledger.months import make_months
from payments.adapters.ledger.verify import verify
from payments.application.ledger import Posting
from payments.domain.ledger.accounts import WalletKey, player_cash, player_hold, psp_clearing
from payments.domain.ledger.transfers import Answer, GameMove, GameMoveKind, Transfer, TransferKind

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
CLEARING = psp_clearing(CASINO, "stripe", "EUR")


class Desk:
    """What a test does with a ledger, in few words."""

    def __init__(self, url: str, *, writers: int = 2) -> None:
        self.url = url
        self.clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.db = Database(url, application_name="tests", pool_size=10)
        self.age = timedelta(0)
        self.posted = 0
        self.ledger = PostgresLedger(
            self.db,
            restriction_feed_age=lambda: self.age,
            restriction_feed_bound=timedelta(seconds=60),
            writers=writers,
            clock=self.clock,
            on_posted=self._count,
        )

    def _count(self) -> None:
        self.posted += 1

    async def __aenter__(self) -> Self:
        await self.ledger.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ledger.close()
        await self.db.close()

    async def player(self, cash: int = 0, currency: str = "EUR") -> WalletKey:
        """A player with a wallet and so much in it."""
        key = WalletKey(CASINO, uuid7(), currency)
        async with self.db.write() as connection:
            await self.ledger.open_wallet(connection, *key)
        if cash:
            await self.deposit(key, cash)
        return key

    async def deposit(self, key: WalletKey, amount: int, text: str | None = None) -> Posting:
        """Money from outside."""
        clearing = psp_clearing(key.casino_id, "stripe", key.currency)
        (posting,) = await self.ledger.post(
            [
                Transfer(
                    id=transfer_id("deposit", text or uuid7()),
                    kind=TransferKind.DEPOSIT,
                    debit=clearing,
                    credit=player_cash(*key),
                    amount_minor=amount,
                    provider="stripe",
                )
            ]
        )
        assert posting.posted
        return posting

    def move(
        self,
        kind: str,
        key: WalletKey,
        transaction: str,
        amount: int = 0,
        *,
        of: UUID | None = None,
        fingerprint: int = 7,
        must_know: bool = False,
        closed: bool = False,
        text: str = "round-1",
    ) -> GameMove:
        """A game movement that is not posted yet."""
        return GameMove(
            id=transfer_id("hub88", key.player_id, transaction, kind),
            kind=GameMoveKind(kind),
            wallet=key,
            amount_minor=amount,
            fingerprint=fingerprint,
            reference_id=of,
            requires_reference=must_know,
            supplier="hub88",
            supplier_tx=transaction,
            game_code="dragon",
            round_ref=text,
            round_closed=closed,
            session_id=None,
        )

    async def one(self, move: GameMove) -> Answer:
        """Post one movement alone; again while others hold its player's wallet, as games does."""
        (answer,) = await self.ledger.move([move])
        while isinstance(answer, WalletBusy):
            await asyncio.sleep(0.01)
            (answer,) = await self.ledger.move([move])
        assert not isinstance(answer, Exception), answer
        return answer

    async def cash(self, key: WalletKey) -> int | None:
        """What the player has."""
        (balance,) = await self.ledger.balances([(key.player_id, key.currency)])
        return balance

    async def bonus_first(self, *, first: bool) -> None:
        """The casino's order of use from now on."""
        await self.sql(
            """INSERT INTO bonus_policy (casino_id, order_of_use, updated_at) VALUES ($1, $2, now())
               ON CONFLICT (casino_id) DO UPDATE SET order_of_use = excluded.order_of_use""",
            CASINO,
            "bonus_first" if first else "cash_first",
        )

    async def sql(self, query: str, *values: Any) -> list[Any]:
        """Rows."""
        async with self.db.write() as connection:
            rows: list[Any] = await (await driver(connection)).fetch(query, *values)
            return rows

    async def messages(self) -> list[Message]:
        """What waits for the bus or is on it, in order."""
        async with self.db.read() as connection:
            raw = await driver(connection)
            rows = await raw.fetch("SELECT id, topic, key, partition, envelope FROM outbox ORDER BY id")
            return await messages_of(raw, rows, PostgresLedger.renderers)

    async def count(self, table: str = "transfer") -> int:
        """How many rows a table has."""
        (row,) = await self.sql(f"SELECT count(*) FROM {table}")
        return int(row[0])

    async def entries(self, *keys: WalletKey) -> int:
        """How many movements these players have."""
        players = [key.player_id for key in keys]
        query = "SELECT count(*) FROM transfer WHERE player_id = ANY($1::uuid[])"
        (row,) = await self.sql(query, players)
        return int(row[0])

    async def holds(self) -> None:
        """Every invariant of the books holds."""
        broken = [one for one in await verify(self.url) if not one.holds]
        assert not broken, broken


def hold(key: WalletKey, amount: int, withdrawal: UUID) -> Transfer:
    """A withdrawal is asked for."""
    return Transfer(
        id=transfer_id("withdrawal_hold", withdrawal),
        kind=TransferKind.WITHDRAWAL_HOLD,
        debit=player_cash(*key),
        credit=player_hold(*key),
        amount_minor=amount,
        reference_id=withdrawal,
    )


@pytest.fixture
async def ledger_url(databases: Databases) -> str:
    """A new, migrated, empty database of payments."""
    return await databases.create("payments")


@pytest.fixture(scope="module")
async def desk(databases: Databases) -> AsyncIterator[Desk]:
    """A running ledger that the tests of a module share; each makes players of its own."""
    async with Desk(await databases.create("payments")) as running:
        yield running


@pytest.fixture
async def in_march(ledger_url: str) -> AsyncIterator[Desk]:
    """A running ledger with the months from March 2026 on, in the middle of it."""
    async with Desk(ledger_url) as running:
        running.clock.advance(timedelta(days=14))
        await make_months(running.db, running.clock.now())
        yield running


@pytest.fixture
def make_desk() -> type[Desk]:
    """For tests that need several ledgers on one database."""
    return Desk


@pytest.fixture
def held() -> Callable[[WalletKey, int, UUID], Transfer]:
    """Makes the hold of a withdrawal."""
    return hold
