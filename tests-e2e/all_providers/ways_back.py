"""How money of a deposit goes back at each provider: how it is paid in, how often a refund was ordered there, and what
ends one that is not done at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from all_providers.ways import BY_NAME
from crypto.counter import Counter

AMOUNT_MINOR = 30_00


@dataclass(frozen=True)
class WayBack:
    """One provider. `book` is where its simulator keeps refunds, by `path`; `ends` is told when one is done."""

    provider: str
    book: str
    path: tuple[str, ...] = ()
    ends: str | None = None

    async def pay_in(self, desk: Counter) -> str:
        """A deposit of 50.00 that was paid."""
        way = BY_NAME[self.provider]
        deposit_id = await way.open(desk)
        await way.pay(desk, await way.page(desk, deposit_id))
        for _ in range(3):
            await desk.told()
        assert await desk.world.balance() == (50_00, 0)
        return deposit_id

    async def order(self, desk: Counter, deposit_id: str) -> UUID:
        """Two people agree to a refund of 30.00; nothing was sent so far."""
        body = {"amount_minor": AMOUNT_MINOR, "reason": "he paid it twice"}
        proposed = await desk.world.post(f"/deposits/{deposit_id}/refunds", body, as_=desk.world.staff())
        await desk.world.approved(proposed)
        return UUID(proposed.json()["subject_id"])

    async def finish(self, desk: Counter) -> None:
        """What the provider does with a refund that it has taken, where it is not done at once."""
        if self.ends is None:
            return
        for one in await self.booked(desk):
            await desk.outside(self.ends.format(**one))

    async def booked(self, desk: Counter) -> list[dict[str, Any]]:
        """The refunds that were made there."""
        async with desk.browser.get(f"/control/money/{desk.world.casino}") as answer:
            book = (await answer.json())[self.book]
        for step in self.path:
            book = [inner for one in (book if isinstance(book, list) else [book]) for inner in _within(one, step)]
        return list(book)


def _within(one: Mapping[str, Any], step: str) -> list[Any]:
    """What is there, as a list: Adyen's are numbers by their references."""
    found = one.get(step, {})
    return [value if isinstance(value, dict) else {"id": name} for name, value in found.items()]


WAYS_BACK = (
    WayBack("adyen", "links", ("refunds",)),
    WayBack("paysafe", "wallets", ("refunds",)),
    WayBack("stripe", "refunds_made"),
    WayBack("truelayer", "transfers_back", ends="/truelayer/refunds/{id}/executed"),
    WayBack("trustly", "bank_refunds"),
)
"""Every provider that takes refunds from us."""
