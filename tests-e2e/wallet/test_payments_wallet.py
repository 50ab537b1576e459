"""The real ledger, asked as games asks it, keeps what games relies on in a wallet."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest
from services.games.tests.support.wallet_contract import OpenWallet, WalletContract
from services.payments.tests.component.ledger.conftest import House, running

from chassis.testing.postgres import Databases
from games.application.wallet_calls import Movement


class PaymentsHop:
    """See WalletHop: one movement per request, to payments in this process."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def move(self, movement: Movement) -> tuple[int, int | None]:
        answer = await self._house.hop(msgspec.json.encode([movement]))
        assert answer.status_code == 200, answer.text
        [(code, balance)] = answer.json()
        return code, balance

    async def balance(self, player_id: UUID, currency: str) -> int | None:
        answer = await self._house.hop([[str(player_id), currency]], path="balances")
        [balance] = answer.json()
        assert balance is None or isinstance(balance, int)
        return balance


@pytest.fixture(scope="module")
async def house(databases: Databases) -> AsyncIterator[House]:
    """A running service with a real database."""
    async with running(databases) as house:
        yield house


class TestPaymentsWallet(WalletContract):
    @pytest.fixture
    def hop(self, house: House) -> PaymentsHop:
        return PaymentsHop(house)

    @pytest.fixture
    def open_wallet(self, house: House) -> OpenWallet:
        async def open_wallet(cash: int) -> tuple[UUID, UUID]:
            wallet = await house.player(cash)
            return wallet.player_id, wallet.casino_id

        return open_wallet
