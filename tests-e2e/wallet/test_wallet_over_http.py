"""Payments as a process of its own, asked by games' own client over HTTP, keeps what games relies on in a wallet.

Backoffice runs beside it: without its beat on the event bus payments would rightly take no bet.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from pitlocal.services import PROGRAMS
from pitlocal.stack import Stack
from pydantic import SecretStr
from services.games.tests.support.wallet_contract import OpenWallet, WalletContract, movement

from chassis.auth import ServiceTokens
from chassis.db import Database
from chassis.domain import uuid7
from contracts.payments.wallet import WalletCode, transfer_id
from games.adapters.wallet_hop import HttpWalletHop
from journey.client import eventually
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import player_cash, psp_clearing
from payments.domain.ledger.transfers import Transfer, TransferKind

DEADLINE_S = 10.0


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    """Payments and what it needs, with databases and a bus of their own."""
    programs = [program for program in PROGRAMS if program.name in ("security", "backoffice", "payments")]
    async with Stack("wallet-contract", programs=programs) as stack:
        yield stack


@pytest.fixture(scope="module")
async def purse(stack: Stack) -> AsyncIterator[OpenWallet]:
    """Gives players their money, as another writer of the same books."""
    database = Database(stack.database_url("payments"), application_name="wallet-contract")
    ledger = PostgresLedger(
        database, restriction_feed_age=lambda: timedelta(0), restriction_feed_bound=timedelta(minutes=1)
    )
    await ledger.start()

    async def open_wallet(cash: int) -> tuple[UUID, UUID]:
        player, casino = uuid7(), uuid7()
        async with database.write() as connection:
            await ledger.open_wallet(connection, casino, player, "EUR")
        deposit = Transfer(
            id=transfer_id("deposit", player),
            kind=TransferKind.DEPOSIT,
            debit=psp_clearing(casino, "stripe", "EUR"),
            credit=player_cash(casino, player, "EUR"),
            amount_minor=cash,
            provider="stripe",
        )
        [posting] = await ledger.post([deposit])
        assert posting.posted
        return player, casino

    yield open_wallet
    await ledger.close()
    await database.close()


@pytest.fixture(scope="module")
async def client(stack: Stack, purse: OpenWallet) -> AsyncIterator[HttpWalletHop]:
    """The client that games uses, once payments takes bets because it has heard backoffice's beat."""
    tokens = ServiceTokens("games", SecretStr(stack.secrets.internal_key))
    made = HttpWalletHop([stack.url("payments")], token=lambda: tokens.mint("payments"), deadline_s=DEADLINE_S)
    await made.start()
    player, casino = await purse(100)

    async def takes_bets() -> bool | None:
        code, _ = await made.move(movement("bet", player, casino, amount_minor=1))
        assert code in (WalletCode.CREATED, WalletCode.FEED_STALE), code
        return code == WalletCode.CREATED or None

    await eventually("payments hears of restrictions", takes_bets)
    yield made
    await made.close()


@pytest.mark.journey
class TestPaymentsOverHttp(WalletContract):
    @pytest.fixture
    def hop(self, client: HttpWalletHop) -> HttpWalletHop:
        return client

    @pytest.fixture
    def open_wallet(self, purse: OpenWallet) -> OpenWallet:
        return purse
