"""A deposit that one provider said no to goes on to the next, whatever dies or is late in between."""

import json
from asyncio import gather
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from contracts.backoffice.events import SelfExclusionStarted
from payments.application.cascade import second_payment_id
from payments.application.processes.deposit_process import DepositProcess
from payments.application.second_payments import refund_second_payment
from payments.domain.deposit.states import Deposit

from .fake_adyen import ADYEN
from .test_partner_addresses import point_elsewhere
from .test_taken_back import spend
from .world import STRIPE, World


@pytest.fixture
async def two(world: World) -> World:
    """The world with a second, dearer provider of cards; the first says no to everything it is asked."""
    await world.offer_cards()
    world.stripe.refuse = "do_not_honor"
    return world


async def asked_for(world: World) -> UUID:
    """A deposit with a way on, before anybody is called."""
    return await world.request_deposit(provider=None, method="card")


async def begun(world: World) -> UUID:
    """The same once its providers were called."""
    deposit_id = await asked_for(world)
    await call(world, deposit_id)
    return deposit_id


async def call(world: World, deposit_id: UUID) -> Deposit:
    return await DepositProcess(world.desk).begin(deposit_id, world.casino)


async def shown(world: World, deposit_id: UUID) -> tuple[str, str, int]:
    row = (await world.get(f"/deposits/{deposit_id}")).json()
    return row["provider"], row["status"], row["attempts"]


async def adyen_says(world: World, raw: bytes) -> int:
    path = world.calls_at("adyen")
    answer = await world.client.post(path, content=raw, headers={"Content-Type": "application/json"})
    return answer.status_code


def intent(world: World, deposit_id: UUID, **fields: Any) -> dict[str, Any]:
    """A payment that the first provider has after all, although it had said no."""
    made = {
        "id": "pi_late", "object": "payment_intent", "amount": 50_00, "amount_received": 50_00, "currency": "eur",
        "status": "succeeded", "client_secret": "s", "metadata": {"order_id": str(deposit_id)}, **fields,
    }  # fmt: skip
    world.stripe.intents["pi_late"] = made
    return made


async def set_aside(world: World) -> list[str]:
    return [row["code"] for row in await world.rows("SELECT code FROM provider_notification WHERE code IS NOT NULL")]


async def test_a_no_goes_on_to_the_next_provider_while_the_player_waits(two: World) -> None:
    deposit_id = await begun(two)
    assert await shown(two, deposit_id) == ("adyen", "requires_action", 2)
    assert await two.published() == ["deposit_requested"]
    assert await adyen_says(two, two.adyen.authorised(deposit_id)) == 200
    assert await shown(two, deposit_id) == ("adyen", "succeeded", 2)
    assert await two.balance() == (50_00, 0)
    assert await two.published() == ["deposit_requested", "deposit_succeeded"]
    assert await two.ledger_sum() == 0


async def test_a_no_that_others_share_ends_it(two: World) -> None:
    two.stripe.refuse = "insufficient_funds"
    deposit_id = await begun(two)
    assert await shown(two, deposit_id) == ("stripe", "failed", 1)
    assert two.adyen.calls == []


async def test_no_answer_goes_nowhere_until_it_is_a_sure_no(two: World) -> None:
    two.stripe.down = 1
    deposit_id = await begun(two)
    assert await shown(two, deposit_id) == ("stripe", "unknown", 1)
    assert two.adyen.calls == []
    await two.pass_time(seconds=3)
    await two.pass_time(seconds=3)
    assert await shown(two, deposit_id) == ("adyen", "requires_action", 2)


async def test_a_process_that_died_before_the_second_call_is_followed_by_the_task(two: World) -> None:
    deposit_id = await asked_for(two)
    two.adyen.killed = 1
    with pytest.raises(RuntimeError):
        await call(two, deposit_id)
    assert await shown(two, deposit_id) == ("adyen", "requested", 2)
    await two.pass_time(seconds=16)
    assert await shown(two, deposit_id) == ("adyen", "requires_action", 2)
    assert len(two.adyen.links) == 1


async def test_a_process_that_died_before_the_first_call_is_followed_through_both(two: World) -> None:
    deposit_id = await asked_for(two)
    await two.pass_time(seconds=16)
    await two.pass_time(seconds=3)
    assert await shown(two, deposit_id) == ("adyen", "requires_action", 2)


async def test_the_first_provider_was_paid_after_all_and_the_second_is_closed(two: World) -> None:
    deposit_id = await begun(two)
    assert (await two.webhook("payment_intent.succeeded", intent(two, deposit_id))).status_code == 200
    row = (await two.get(f"/deposits/{deposit_id}")).json()
    assert (row["provider"], row["status"], row["late"], row["reference"]) == ("stripe", "succeeded", True, "pi_late")
    assert await two.balance() == (50_00, 0)
    await two.run_tasks()
    assert [link["status"] for link in two.adyen.links.values()] == ["expired"]


async def paid_by(world: World, deposit_id: UUID, provider: str, psp: str = "PSP000000000000A") -> None:
    """One of its providers settles it, and says so twice."""
    for _ in range(2):
        if provider == "stripe":
            answer = await world.webhook("payment_intent.succeeded", intent(world, deposit_id))
            assert answer.status_code == 200
        else:
            assert await adyen_says(world, world.adyen.authorised(deposit_id, psp=psp)) == 200


async def both_paid(world: World, first: str = "adyen") -> UUID:
    """A deposit that both providers were paid for; nothing was done about it yet."""
    deposit_id = await begun(world)
    for provider in (first, "stripe" if first == "adyen" else "adyen"):
        await paid_by(world, deposit_id, provider)
    assert await world.balance() == (100_00, 0)
    return deposit_id


async def refunds(world: World) -> list[dict[str, Any]]:
    answer = await world.get("/refunds?created_at=gte.now-7d", as_=world.staff())
    return list(answer.json())


async def test_the_second_payment_is_refunded_once_by_the_system_however_often_anything_repeats(two: World) -> None:
    deposit_id = await both_paid(two)
    await gather(two.run_tasks(), two.run_tasks(), paid_by(two, deposit_id, "stripe"))
    await two.run_tasks()
    second = second_payment_id(deposit_id, "stripe")
    ctx = two.desk.ours("test", two.casino)
    await two.desk.app.transact(lambda uow: refund_second_payment(two.desk, uow, second), ctx)
    await two.run_tasks()
    assert len(two.stripe.refunds) == 1
    (row,) = await refunds(two)
    assert (row["deposit_id"], row["status"], row["amount_minor"]) == (str(second), "succeeded", 50_00)
    (told,) = await two.rows(
        "SELECT meta #>> '{actor,kind}' AS kind, meta #>> '{actor,id}' AS id FROM event WHERE type = $1",
        "payments.refund_ordered",
    )
    assert told == {"kind": "system", "id": "second-payments"}
    assert await two.balance() == (50_00, 0)
    assert await two.ledger_sum() == 0


async def test_what_was_spent_of_it_meanwhile_is_not_refunded_and_a_person_hears_why(two: World) -> None:
    await both_paid(two)
    await spend(two, 50_01)
    await two.run_tasks()
    assert (await refunds(two), two.stripe.refunds) == ([], {})
    assert await two.balance() == (49_99, 0)
    assert await set_aside(two) == ["paid_twice", "second_payment_kept"]
    (why,) = await two.rows("SELECT facts::text AS facts FROM provider_notification WHERE code = 'second_payment_kept'")
    assert json.loads(why["facts"])["obstacle"] == "refund_not_covered"


async def test_it_is_refunded_as_well_where_its_provider_was_switched_off_since(two: World) -> None:
    await both_paid(two)
    answer = await two.settle("/providers/stripe", {"enabled": False, "currencies": ["EUR"], **STRIPE})
    assert answer.status_code == 200
    await two.run_tasks()
    assert (len(two.stripe.refunds), await two.balance()) == (1, (50_00, 0))


async def test_where_the_provider_may_not_be_called_nothing_is_refunded_and_a_person_hears_why(two: World) -> None:
    await both_paid(two)
    await point_elsewhere(two)
    await two.run_tasks()
    assert (await refunds(two), await two.balance()) == ([], (100_00, 0))
    assert await set_aside(two) == ["paid_twice", "second_payment_kept"]


class RefundsNothing:
    """A provider that takes no refunds from us."""

    refunds = None

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)


async def test_where_the_provider_refunds_nothing_a_person_hears_of_both_payments_alone(two: World) -> None:
    deposit_id = await begun(two)
    await paid_by(two, deposit_id, "adyen")
    intent(two, deposit_id)
    providers = {**two.desk.providers, "stripe": RefundsNothing(two.desk.providers["stripe"])}
    await DepositProcess(replace(two.desk, providers=providers)).look(deposit_id, two.casino, "stripe")
    await two.run_tasks()
    assert (await refunds(two), await two.balance()) == ([], (100_00, 0))
    assert await set_aside(two) == ["paid_twice"]


async def test_what_is_taken_back_of_a_second_payment_is_taken_from_its_own_deposit(two: World) -> None:
    deposit_id = await begun(two)
    await adyen_says(two, two.adyen.authorised(deposit_id))
    paid = intent(two, deposit_id)
    await two.webhook("payment_intent.succeeded", paid)
    refund = {
        "id": "re_1", "object": "refund", "amount": 50_00, "currency": "eur", "status": "succeeded",
        "payment_intent": "pi_late", "reason": "requested_by_customer", "metadata": {},
    }  # fmt: skip
    assert (await two.webhook("refund.created", refund)).status_code == 200
    listed = (await two.get("/deposits")).json()
    assert sorted((one["provider"], one["status"]) for one in listed) == [
        ("adyen", "succeeded"),
        ("stripe", "reversed"),
    ]
    assert await two.balance() == (50_00, 0)


async def test_what_the_one_behind_took_before_it_was_known_as_paid_is_taken_of_the_second_payment(two: World) -> None:
    deposit_id = await begun(two)
    await adyen_says(two, two.adyen.authorised(deposit_id))
    refund = {
        "id": "re_1", "object": "refund", "amount": 20_00, "currency": "eur", "status": "succeeded",
        "payment_intent": "pi_late", "reason": "requested_by_customer", "metadata": {},
    }  # fmt: skip
    charge = {
        "id": "ch_1", "object": "charge", "payment_intent": "pi_late", "metadata": {"order_id": str(deposit_id)},
        "refunds": {"data": [refund]},
    }  # fmt: skip
    assert (await two.webhook("charge.refunded", charge)).status_code == 200
    assert await two.balance() == (50_00, 0)
    intent(two, deposit_id)
    await two.run_tasks()  # It is asked about, credited, and what is left of it is refunded.
    assert [one["amount_minor"] for one in await refunds(two)] == [30_00]
    assert await two.balance() == (50_00, 0)
    listed = (await two.get("/deposits")).json()
    assert sorted((one["provider"], one["status"], one["reversed_minor"]) for one in listed) == [
        ("adyen", "succeeded", 0),
        ("stripe", "reversed", 50_00),
    ]
    assert await two.ledger_sum() == 0


class Listening:
    """A provider that notes by which id of ours it is asked about deposits."""

    def __init__(self, provider: Any) -> None:
        self._provider, self.asked = provider, list[UUID]()
        self.deposits = self

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name, None)
        return getattr(self._provider.deposits, name) if found is None else found

    def build_question(self, account: Any, deposit_id: UUID, reference: str | None) -> Any:
        self.asked.append(deposit_id)
        return self._provider.deposits.build_question(account, deposit_id, reference)


async def test_a_second_payment_is_asked_about_by_the_id_that_its_provider_knows(two: World) -> None:
    deposit_id = await begun(two)
    await adyen_says(two, two.adyen.authorised(deposit_id))
    await two.webhook("payment_intent.succeeded", intent(two, deposit_id))
    (second,) = [one["deposit_id"] for one in (await two.get("/deposits")).json() if one["provider"] == "stripe"]
    listening = Listening(two.desk.providers["stripe"])
    desk = replace(two.desk, providers={**two.desk.providers, "stripe": listening})
    await DepositProcess(desk).look(UUID(second), two.casino)
    assert listening.asked == [deposit_id]


async def test_whoever_was_excluded_meanwhile_is_led_to_no_further_provider(two: World) -> None:
    two.stripe.down = 1
    deposit_id = await begun(two)
    await two.tell(
        SelfExclusionStarted(player_id=two.player, casino_id=two.casino, started_at=two.clock.now(), until=None)
    )
    await two.pass_time(seconds=3)
    assert (await shown(two, deposit_id))[:2] == ("stripe", "failed")
    assert two.adyen.calls == []


async def test_a_provider_that_was_switched_off_meanwhile_is_not_gone_on_to(two: World) -> None:
    off = {"enabled": False, "currencies": ["EUR"], **ADYEN}
    deposit_id = await asked_for(two)
    assert (await two.settle("/providers/adyen", off)).status_code == 200
    await call(two, deposit_id)
    assert await shown(two, deposit_id) == ("stripe", "failed", 1)
    assert two.adyen.calls == []
