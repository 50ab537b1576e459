"""How a player is paid by each provider: where to, what happens there after the order, and how often it was given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crypto.counter import Counter

AMOUNT_MINOR = 100_00


@dataclass(frozen=True)
class WayOut:
    """One provider. `book` is where its simulator keeps orders; `page`: the player asks for it there."""

    provider: str
    book: str
    destination: Mapping[str, str] = field(default_factory=dict)
    moves: str | None = None
    page: bool = False

    async def approved(self, desk: Counter) -> str:
        """A withdrawal that people approved and nothing was sent of so far."""
        withdrawal_id = await (self._asked_there(desk) if self.page else self._asked_here(desk))
        answer = await desk.world.approve(withdrawal_id)
        assert answer.status_code == 200, answer.text
        return withdrawal_id

    async def _asked_here(self, desk: Counter) -> str:
        answer = await desk.world.withdraw(AMOUNT_MINOR, provider=self.provider, destination=dict(self.destination))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["withdrawal_id"])

    async def _asked_there(self, desk: Counter) -> str:
        body = {
            "provider": self.provider,
            "amount_minor": AMOUNT_MINOR,
            "currency": "EUR",
            "return_url": "https://casino.example/back",
        }
        answer = await desk.world.post("/withdrawal-sessions", body)
        assert answer.status_code == 200, answer.text
        await desk.outside("/" + answer.json()["url"].split("/", 3)[3])
        await desk.told()
        return str(answer.json()["withdrawal_id"])

    async def finish(self, desk: Counter) -> None:
        """What the provider does with an order that it has taken, where it does not pay at once."""
        if self.moves is None:
            return
        for order in await self._booked(desk):
            await desk.outside(self.moves.format(**order))

    async def orders(self, desk: Counter) -> int:
        """How many orders were given there."""
        return len(await self._booked(desk))

    async def _booked(self, desk: Counter) -> list[dict[str, Any]]:
        async with desk.browser.get(f"/control/money/{desk.world.casino}") as answer:
            book = (await answer.json())[self.book]
        if self.book == "wallets":
            book = book["standalonecredits"]
        found = list(book.values()) if isinstance(book, dict) else list(book)
        return [{"token": one["session"]["auth_token"]} for one in found] if self.page else found


WAYS_OUT = (
    WayOut(
        "adyen_transfers",
        "bank_transfers",
        {"iban": "DE89370400440532013000", "account_holder_name": "Sue Hopper"},
        moves="/adyen_transfers/transfers/{id}/booked",
    ),
    WayOut("paymentiq", "cashier_orders", {"service": "neteller", "account_id": "8d2f-77aa"}),
    WayOut("paysafe", "wallets", {"method": "neteller", "consumer_id": "rich@player.example"}),
    WayOut("praxis", "sessions", moves="/praxis/pay/{token}/payout", page=True),
    WayOut("skrill", "transfers", {"email": "s@player.example"}),
    WayOut(
        "truelayer",
        "transfers_out",
        {"iban": "DE89370400440532013000", "account_holder_name": "Sue Hopper"},
        moves="/truelayer/payouts/{id}/executed",
    ),
    WayOut("trustly", "payouts", {"account_id": "1520389582"}),
)
"""Every provider that pays out euros."""
