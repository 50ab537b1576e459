"""Cards that are tried on a provider's page: each is known to the rules, and counts once."""

from typing import Any
from uuid import uuid4

import pytest

from .fake_hints import HintingPraxis
from .test_fraud import decisions, failed
from .test_hosted_cashier import ACCOUNT, step
from .test_looks import Told
from .world import World


class Page(Told):
    """A page of Praxis's, on which a player tries one card after another."""

    house: HintingPraxis

    def __init__(self, world: World) -> None:
        super().__init__(world, "praxis")
        self.last: dict[str, Any] | None = None
        self.house.transaction = self.transaction  # type: ignore[method-assign]

    def transaction(self, status: str) -> dict[str, Any] | None:
        return self.last

    async def tries(self, card: str, state: str = "declined", bin_: str = "411111") -> None:
        """And Praxis tells us to look."""
        shown = {"card_token": card, "card_number": f"{bin_}******1111"}
        money = {"currency": "EUR", "amount": 50_00, "processed_currency": "EUR", "processed_amount": 50_00}
        self.last = {"transaction_type": "sale", "transaction_status": state, "tid": 7, **money, "card": shown}
        await self.tell(state)
        await self.world.run_tasks()

    async def is_over(self) -> None:
        self.house.status = "expired"
        await self.world.pass_time(minutes=30)
        assert await self.status() == "failed"


@pytest.fixture
async def page(world: World) -> Page:
    made = Page(world)
    await made.begin()
    made.house.status = "open"
    return made


async def failures(world: World, kind: str = "player") -> list[int]:
    counted = """
        SELECT failures FROM fraud_counter
        WHERE casino_id = $1 AND kind = $2 AND grain = 0 AND failures > 0 ORDER BY failures"""
    return [row["failures"] for row in await world.rows(counted, world.casino, kind)]


async def tried(world: World) -> int:
    """How many instruments the player is seen with."""
    linked = "SELECT FROM fraud_link WHERE kind = 'player' AND key = $1 AND other = 'instrument'"
    return len(await world.rows(linked, str(world.player)))


@pytest.mark.parametrize("times", [1, 3], ids=["told once", "told three times"])
async def test_one_card_that_is_refused_on_a_page_is_one_failure(world: World, page: Page, times: int) -> None:
    for _ in range(times):
        await page.tries("mine")
    assert (await page.status(), await tried(world), await failures(world)) == ("requires_action", 1, [])
    await page.is_over()
    assert (await tried(world), await failures(world), await failures(world, "instrument")) == (1, [1], [1])


async def test_cards_tried_on_one_page_are_as_many_failures(world: World, page: Page) -> None:
    for card in ("one", "two", "three"):
        await page.tries(card)
    await page.is_over()
    assert (await tried(world), await failures(world)) == (3, [3])


async def test_what_the_provider_could_not_do_is_no_failure_whatever_card_it_was(world: World, page: Page) -> None:
    await page.tries("one", "error")
    await page.tries("two", "cancelled")
    await page.is_over()
    assert (await tried(world), await failures(world)) == (2, [])


async def test_who_tried_cards_of_four_issuers_on_one_page_gets_no_other(world: World, page: Page) -> None:
    for number in range(4):
        await page.tries(f"card-{number}", bin_=f"41111{number}")
    answer = await world.deposit(provider="praxis", details=page.house.details)
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_possible")
    assert (await decisions(world))[-1]["rules"] == ["CARD-TEST-CARDS", "CARD-TEST-BINS"]


async def test_cards_declined_one_after_another_for_one_deposit_are_as_many_failures(world: World) -> None:
    deposit_id = await failed(world)
    for card in ("one", "two", "two"):
        declined = {"code": "card_declined", "decline_code": "do_not_honor", "type": "card_error"}
        method = {"id": f"pm_{card}", "type": "card", "card": {"fingerprint": card, "last4": "4242", "iin": "424242"}}
        error = {"last_payment_error": {**declined, "payment_method": {"object": "payment_method", **method}}}
        intent = world.stripe.intent_of(deposit_id) | {"status": "requires_payment_method", **error}
        await world.webhook("payment_intent.payment_failed", intent, event_id=f"evt_{uuid4()}")
    assert (await tried(world), await failures(world)) == (2, [2])


async def test_a_card_that_another_cashier_could_not_charge_is_known(world: World) -> None:
    assert (await world.settle("/providers/paymentiq", ACCOUNT)).status_code == 200
    card: dict[str, Any] = {"accountId": "acc-1", "maskedAccount": "411111******1111"}
    assert (await step(world, "authorize", 50, "in", **card))["success"]
    assert (await step(world, "cancel", 50, "in", **card))["success"]
    assert await tried(world) == 1
