"""The service alone with a player who has money, asked over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.auth import ServiceTokens
from chassis.domain import uuid7
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.golden import said
from chassis.testing.postgres import Databases
from chassis.testing.tokens import bearer, make_token, test_verifier
from contracts.payments.wallet import transfer_id
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import (
    AccountRef,
    AccountType,
    WalletKey,
    player_bonus,
    player_cash,
    player_hold,
    psp_clearing,
)
from payments.domain.ledger.transfers import Transfer, TransferKind
from payments.entrypoints.wallet import WalletHop
from payments.main import build
from payments.settings import Settings

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")


@dataclass
class House:
    """A running service and what tests ask of it."""

    service: Service
    client: httpx.AsyncClient
    ledger: PostgresLedger

    async def player(self, cash: int = 0, *, currency: str = "EUR", casino_id: UUID = CASINO) -> WalletKey:
        """A player with a wallet and so much in it."""
        key = WalletKey(casino_id, uuid7(), currency)
        await self.open(key)
        if cash:
            await self.ledger.post(
                [
                    Transfer(
                        id=transfer_id("deposit", key.player_id),
                        kind=TransferKind.DEPOSIT,
                        debit=psp_clearing(casino_id, "stripe", currency),
                        credit=player_cash(*key),
                        amount_minor=cash,
                        provider="stripe",
                    )
                ]
            )
        return key

    async def bonus(self, key: WalletKey, amount: int) -> None:
        """Money from the house to bet with."""
        expense = AccountRef(key.casino_id, AccountType.BONUS_EXPENSE, key.currency)
        given = Transfer(
            id=uuid7(), kind=TransferKind.BONUS_GRANT, debit=expense, credit=player_bonus(*key), amount_minor=amount
        )
        (posting,) = await self.ledger.post([given])
        assert posting.posted

    async def converted(self, key: WalletKey, amount: int) -> None:
        """Cash from the house, which no event of a payment has to say."""
        expense = AccountRef(key.casino_id, AccountType.BONUS_EXPENSE, key.currency)
        given = Transfer(
            id=uuid7(), kind=TransferKind.BONUS_CONVERSION, debit=expense, credit=player_cash(*key), amount_minor=amount
        )
        (posting,) = await self.ledger.post([given])
        assert posting.posted

    async def played(self) -> WalletKey:
        """A player with a deposit, a bet, a win and a withdrawal on hold."""
        key = await self.player(1_000)
        bet = transfer_id("hub88", key.player_id, "t1", "bet")
        await self.hop([self.item(key, "bet", "t1", 300)])
        await self.hop([self.item(key, "win", "t2", 50, of=bet)])
        hold = Transfer(
            id=uuid7(),
            kind=TransferKind.WITHDRAWAL_HOLD,
            debit=player_cash(*key),
            credit=player_hold(*key),
            amount_minor=200,
            reference_id=uuid7(),
            provider="trustly",
        )
        await self.ledger.post([hold])
        return key

    async def open(self, key: WalletKey) -> None:
        """Open a wallet."""
        async with self.service.db.write() as connection:
            await self.ledger.open_wallet(connection, *key)

    def item(self, key: WalletKey, kind: str, transaction: str, amount: int, *, of: UUID | None = None) -> list[Any]:
        """One movement as games sends it."""
        identity = transfer_id("hub88", key.player_id, transaction, kind)
        facts = [str(key.casino_id), str(key.player_id), key.currency, amount, 7, "round-1", "dragon", "hub88", None]
        return [str(identity), kind, *facts, str(of) if of else None, transaction, False, False]

    async def hop(self, items: Any, *, path: str = "transfers", token: str | None = None) -> httpx.Response:
        """A request of games; `items` as JSON, or bytes as they are."""
        tokens = ServiceTokens("games", self.service.settings.internal_key)
        content = {"content": items} if isinstance(items, bytes) else {"json": items}
        return await self.client.post(
            f"/internal/v1/wallet/{path}", headers=bearer(token or tokens.mint("payments")), **content
        )

    async def get(self, path: str, token: str) -> httpx.Response:
        """A request through the gateway."""
        return await self.client.get(f"/api/payments/v1{path}", headers=bearer(token))


def own_token(key: WalletKey) -> str:
    """The player's own."""
    return make_token(kind="player", subject=key.player_id, casino=key.casino_id)


@asynccontextmanager
async def running(databases: Databases) -> AsyncIterator[House]:
    """A service on a database of its own. Its restrictions are always fresh: this is about the ledger.

    Whatever it told others is as promised to them.
    """
    settings = make_settings(Settings, database_url=await databases.create("payments"))
    built = build(settings)
    ledger = PostgresLedger(
        built.db, restriction_feed_age=lambda: timedelta(0), restriction_feed_bound=timedelta(seconds=60)
    )
    service = replace(
        built,
        verifier=test_verifier(),
        mounts={**built.mounts, "/internal/v1/wallet": WalletHop(ledger)},
        on_start=[ledger.start],
        on_stop=[ledger.close],
    )
    async with talking(http_application(service)) as client:
        yield House(service, client, ledger)
        await said(service)


@pytest.fixture(scope="module")
async def house(databases: Databases) -> AsyncIterator[House]:
    """A running service that the tests of a module share; each makes players of its own."""
    async with running(databases) as one:
        yield one


@pytest.fixture
async def own_house(databases: Databases) -> AsyncIterator[House]:
    """A running service that no other test sees."""
    async with running(databases) as one:
        yield one
