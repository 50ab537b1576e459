"""The wallet of our tests answers as payments does."""

from uuid import UUID, uuid4

import pytest
from services.games.tests.support.wallet import MemoryWallet
from services.games.tests.support.wallet_contract import OpenWallet, WalletContract


class TestMemoryWallet(WalletContract):
    @pytest.fixture
    def hop(self) -> MemoryWallet:
        return MemoryWallet()

    @pytest.fixture
    def open_wallet(self, hop: MemoryWallet) -> OpenWallet:
        async def open_wallet(cash: int) -> tuple[UUID, UUID]:
            player = uuid4()
            hop.cash[(player, "EUR")] = cash
            return player, uuid4()

        return open_wallet
