"""How a player pays at each provider: what it must know, where he pays, and what he does there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crypto.counter import Counter


@dataclass(frozen=True)
class Way:
    """One provider. `path` is put behind its page; `pays` is what the player does to pay 50.00."""

    provider: str
    pays: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    path: str = ""

    async def open(self, desk: Counter) -> str:
        """A deposit of 50.00 that the provider may not have answered."""
        fields: dict[str, Any] = {"details": dict(self.details)} if self.details else {}
        answer = await desk.world.deposit(provider=self.provider, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["deposit_id"])

    async def page(self, desk: Counter, deposit_id: str) -> str:
        """Where it is paid."""
        shown = (await desk.world.get(f"/deposits/{deposit_id}")).json()
        action = shown["next_action"]
        if action is not None and action["type"] == "client_secret":
            return f"/{self.provider}/pay/{action['client_secret']}"
        assert action is not None, shown
        return "/" + str(action["url"]).split("/", 3)[3]

    async def pay(self, desk: Counter, page: str, **more: Any) -> None:
        """What the player does on its page, and nothing of what follows."""
        await desk.outside(page + self.path, {**self.pays, **more})


_PERSON = {"first_name": "Steve", "last_name": "Smith", "email": "s@player.example", "country": "SE", "locale": "sv_SE"}

WAYS = (
    Way("adyen", {"holder_name": "S. Hopper"}),
    Way("btcpay", {"value": "0.001"}, path="/pay"),
    Way("coingate", {"part": "1"}, path="/pay"),
    Way("paysafe", details={"method": "skrill", "consumer_id": "rich@player.example"}),
    Way("praxis", {"outcome": "approved"}),
    Way("skrill"),
    Way("stripe", {"card": "4242424242424242"}),
    Way("truelayer", {"outcome": "settled"}, {"name": "Sue Hopper", "email": "s@player.example", "country": "DE"}),
    Way("trustly", {"outcome": "credit"}, _PERSON),
)
"""Every provider that is asked for a deposit. PaymentIQ asks us instead."""

BY_NAME = {way.provider: way for way in WAYS}


async def quiet(desk: Counter, *, rounds: int = 3) -> None:
    """Everything that was told was taken, and what follows from it was done."""
    for _ in range(rounds):
        await desk.told()
