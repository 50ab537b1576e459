"""A cashier that is not ours: whose address counts, what comes before its time, and what a person hears of."""

import json
from typing import Any
from uuid import uuid4

import pytest

from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.strategies.providers.paymentiq.signature import sign

from .world import World

SERVER = "81.2.69.142"
"""Whence its calls come, whoever the player is."""
SECRET = "shared-with-the-proxy"
ACCOUNT = {
    "enabled": True,
    "currencies": ["EUR"],
    "settings": {
        "base_url": "https://test-api.paymentiq.io",
        "merchant_id": "100204999",
        "allowed_networks": f"{SERVER}/32",
    },
    "secrets": {"signing_secret": SECRET},
}


@pytest.fixture
async def cashier(world: World) -> World:
    """The casino has an account with PaymentIQ, lets small withdrawals out by itself, and the player has money."""
    assert (await world.settle("/providers/paymentiq", ACCOUNT)).status_code == 200
    policy = WithdrawalPolicy(second_person_above_minor=500_00, automatic_up_to_minor=100_00)
    async with world.service.db.write() as connection:
        await world.desk.policies.save(connection, world.casino, "EUR", policy, world.clock.now())
    await world.give(500_00)
    return world


async def step(world: World, name: str, amount: float, tx_id: str, status: int = 200, **fields: Any) -> dict[str, Any]:
    """One call of PaymentIQ's, and how it was answered."""
    body = {"userId": str(world.player), "txAmount": amount, "txAmountCy": "EUR", "txId": tx_id, **fields}
    raw = json.dumps(body).encode()
    signature = sign(SECRET, int(world.clock.now().timestamp()), world.casino, name, raw)
    world.come_from(SERVER)
    path = f"/partner/payments/paymentiq/{world.casino}/{name}"
    answer = await world.client.post(path, content=raw, headers={"X-Signature": signature})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_failures_of_some_players_block_nobody_else_by_the_address_of_the_cashier(cashier: World) -> None:
    for _ in range(5):
        cashier.player = uuid4()
        await cashier.register()
        for tx in (str(uuid4()), str(uuid4())):
            assert (await step(cashier, "authorize", 50, tx))["success"]
            assert (await step(cashier, "cancel", 50, tx))["success"]
    cashier.player = uuid4()
    await cashier.register()
    assert (await step(cashier, "authorize", 50, "of-another"))["success"]


async def test_no_address_is_kept_of_what_is_asked_for_there(cashier: World) -> None:
    assert (await step(cashier, "authorize", 50, "in"))["success"]
    assert (await step(cashier, "authorize", -50, "out"))["success"]
    rows = await cashier.rows("SELECT DISTINCT kind FROM fraud_counter WHERE casino_id = $1", cashier.casino)
    assert not {row["kind"] for row in rows} & {"ip", "network"}
