"""Where it takes two calls at a provider: the second is counted, and looked at before it is made, as the first is."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from chassis.store import UnitOfWork
from payments.application.attempts import ask
from payments.application.ports import HttpAnswer, HttpCall, PayoutOrder, ProviderAccount
from payments.domain.withdrawal.words import Taken, Unanswered
from payments.strategies.providers.skrill.payouts import SkrillPayouts

from .fake_paysafe import PAYSAFE, WALLET
from .world import World

PREPARED = HttpAnswer(200, b"<response><sid>5e281d1376d92ba789ca7f0583e045d4</sid></response>")
TRANSFERRED = HttpAnswer(200, b"<response><transaction><status>1</status></transaction></response>")


async def by_wallet(world: World) -> Any:
    return await world.deposit(provider=None, method="wallet", details=WALLET)


@pytest.fixture
async def paysafe(world: World) -> World:
    """Nobody but Paysafe takes wallets; it makes handles, whose players agree at once."""
    body = {"enabled": True, "currencies": ["EUR"], "methods": {"wallet": {}}, **PAYSAFE}
    assert (await world.settle("/providers/paysafe", body)).status_code == 200
    world.paysafe.there = True
    return world


async def test_a_provider_that_agrees_and_then_takes_no_payment_is_left_out(paysafe: World) -> None:
    for _ in range(5):
        asked = await by_wallet(paysafe)
        assert (asked.status_code, asked.json()["status"]) == (201, "requires_action")
    await paysafe.pass_time(minutes=3)
    assert paysafe.paysafe.payments_asked_for == 5
    left = await by_wallet(paysafe)
    assert (left.status_code, left.json()["code"]) == (409, "no_provider_available")


async def test_players_who_leave_before_they_pay_keep_no_way_open_that_takes_no_payment(paysafe: World) -> None:
    for leaves in (True, False) * 5:
        paysafe.paysafe.agrees = not leaves
        assert (await by_wallet(paysafe)).status_code == 201
    paysafe.paysafe.agrees = True
    await paysafe.pass_time(minutes=3)
    left = await by_wallet(paysafe)
    assert (left.status_code, left.json()["code"]) == (409, "no_provider_available")


async def test_a_question_that_is_not_answered_is_no_failed_payment(paysafe: World) -> None:
    asked = [(await by_wallet(paysafe)).json() for _ in range(5)]
    paysafe.paysafe.there = False
    for _ in range(3):
        await paysafe.pass_time(minutes=3)
    await paysafe.beat()
    paysafe.paysafe.there = True
    assert (await by_wallet(paysafe)).status_code == 201, asked


class Wire:
    """Skrill, which prepares a transfer and carries it out."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def send(self, call: HttpCall) -> HttpAnswer | None:
        self.said.append("prepare" if b"action=prepare" in call.body else "transfer")
        return PREPARED if self.said[-1] == "prepare" else TRANSFERRED


@pytest.mark.parametrize("decided_meanwhile", [False, True], ids=["nobody_decides", "decided_between_the_two"])
async def test_a_transfer_that_was_prepared_is_carried_out_only_while_nobody_decided_it(
    world: World, decided_meanwhile: bool
) -> None:
    wire, flow, looks = Wire(), SkrillPayouts(), iter([True, not decided_meanwhile])
    account = ProviderAccount(
        casino_id=world.casino,
        provider="skrill",
        enabled=True,
        currencies=frozenset({"EUR"}),
        settings={"base_url": "https://www.skrill.com", "pay_to_email": "casino@example.com"},
        secrets={"api_password": "hunter22hunter22"},
    )
    order = PayoutOrder(
        withdrawal_id=uuid4(),
        request_id=uuid4(),
        player_id=world.player,
        amount_minor=10_00,
        currency="EUR",
        destination={"email": "ann@example.com"},
        notification_url="https://casino.example/told",
    )

    async def still(_: UnitOfWork) -> bool:
        return next(looks)

    read = partial(flow.parse_answer, account, order)
    call = flow.build_call(account, order)
    word = await ask(
        replace(world.desk, wire=wire), account, "payout.order", order.withdrawal_id, call, read, still=still
    )
    kept = await world.rows("SELECT 1 FROM provider_attempt WHERE payment_id = $1", order.withdrawal_id)
    if decided_meanwhile:
        assert (word, wire.said, len(kept)) == (Unanswered(), ["prepare"], 1)
    else:
        assert (word, wire.said, len(kept)) == (Taken(reference=str(order.withdrawal_id)), ["prepare", "transfer"], 2)
