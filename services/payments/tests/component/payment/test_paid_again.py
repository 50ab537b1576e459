"""Money that was taken back, of which its provider says later that it is there: nothing moves, and people look."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from payments.strategies.providers.skrill.signature import FIELDS, sign

from .test_notifications import set_aside
from .test_passed_on import adyen_says
from .world import World

PAID = "PSP000000000000A"
WORD = "secretword"


@pytest.fixture
async def cards(world: World) -> World:
    await world.offer_cards()
    return world


async def at_adyen(world: World) -> UUID:
    """A deposit that was credited."""
    deposit_id = await world.request_deposit(provider="adyen")
    await adyen_says(world, world.adyen.authorised(deposit_id, psp=PAID))
    assert await world.balance() == (50_00, 0)
    return deposit_id


async def test_a_capture_that_is_made_again_after_one_failed_is_laid_before_people(cards: World) -> None:
    deposit_id = await at_adyen(cards)
    assert await adyen_says(cards, cards.adyen.says("CAPTURE_FAILED", deposit_id, psp="CAPTURE1", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((0, 0), [])
    assert await adyen_says(cards, cards.adyen.says("CAPTURE", deposit_id, psp="CAPTURE2", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((0, 0), [("adyen", "paid_after_taken_back")])


@pytest.mark.parametrize("first", ["CAPTURE", "CAPTURE_FAILED"])
async def test_a_capture_that_failed_is_not_there_in_whichever_order_it_is_told(cards: World, first: str) -> None:
    deposit_id = await at_adyen(cards)
    for kind in (first, *({"CAPTURE", "CAPTURE_FAILED"} - {first})):
        assert await adyen_says(cards, cards.adyen.says(kind, deposit_id, psp="CAPTURE1", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((0, 0), [])


async def test_an_ordinary_capture_is_no_news(cards: World) -> None:
    deposit_id = await at_adyen(cards)
    assert await adyen_says(cards, cards.adyen.says("CAPTURE", deposit_id, psp="CAPTURE1", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((50_00, 0), [])


@pytest.fixture
async def wallets(world: World) -> World:
    settings = {"base_url": "https://www.skrill.com", "pay_to_email": "casino@example.com", "merchant_id": "4637827"}
    secrets = {"secret_word": WORD, "api_password": "password1"}
    body = {"enabled": True, "currencies": ["EUR"], "settings": settings, "secrets": secrets}
    assert (await world.settle("/providers/skrill", body)).status_code == 200
    return world


async def skrill_says(world: World, deposit_id: UUID, status: str) -> int:
    report: dict[str, Any] = {
        "merchant_id": "4637827", "transaction_id": deposit_id.hex, "mb_transaction_id": "7", "status": status,
        "mb_amount": "50.00", "mb_currency": "EUR", "amount": "50.00", "currency": "EUR",
    }  # fmt: skip
    report[FIELDS["sha2"]] = sign("sha2", WORD, report)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await world.client.post(world.calls_at("skrill"), content=urlencode(report).encode(), headers=headers)
    return answer.status_code


async def test_a_payment_that_is_processed_again_after_a_chargeback_is_laid_before_people_once(wallets: World) -> None:
    """Skrill has one name for `processed`, so that it is a repeat of the first by that alone."""
    deposit_id = await wallets.request_deposit(provider="skrill")
    for status in ("2", "2", "-3"):
        assert await skrill_says(wallets, deposit_id, status) == 200
    assert (await wallets.balance(), await set_aside(wallets)) == ((0, 0), [])
    for _ in range(2):
        assert await skrill_says(wallets, deposit_id, "2") == 200
    assert (await wallets.balance(), await set_aside(wallets)) == ((0, 0), [("skrill", "paid_after_taken_back")])
