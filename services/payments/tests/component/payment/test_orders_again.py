"""Orders to pay that are sent again: what a refusal of them proves, and when nobody asks any more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from payments.application.ports import NotSent, NotThere
from payments.application.processes.payout_process import PayoutProcess
from payments.domain.withdrawal.words import Declined, PayoutWord, Taken, Unanswered

from .test_notifications import set_aside
from .test_outcomes import agreed, status_of, wished
from .world import World

REFUSALS = [
    "ERROR_HOST_ACCESS_DENIED",
    "ERROR_INVALID_CREDENTIALS",
    "ERROR_INSUFFICIENT_BALANCE",
    "ERROR_INVALID_PARAMETERS",
]
TOLD = [("trustly", "order_not_repeatable")]
A_WHILE = timedelta(minutes=20)


class Asked:
    """A provider that can be asked what became of an order, and says these words, one after the other."""

    def __init__(self, provider: Any, *words: PayoutWord | NotThere) -> None:
        self._provider, self._words, self.payouts = provider, list(words), self

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name, None)
        return getattr(self._provider.payouts, name) if found is None else found

    def build_question(self, account: Any, order: Any, reference: str | None) -> Any:
        return self._provider.payouts.build_call(account, order)

    def parse_question(self, account: Any, order: Any, answer: Any) -> PayoutWord | NotThere:
        return self._words.pop(0)


class AsksFirst:
    """A provider that asks us before it pays: where it says no, none of the orders is paid."""

    def __init__(self, provider: Any) -> None:
        self._provider, self.payouts = provider, self

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name, None)
        return getattr(self._provider.payouts, name) if found is None else found

    def parse_answer(self, account: Any, order: Any, answer: Any) -> PayoutWord:
        word: PayoutWord = self._provider.payouts.parse_answer(account, order, answer)
        return replace(word, for_all=True) if isinstance(word, Declined) else word


async def unanswered(world: World) -> UUID:
    """A payout that was taken, and the answer to it was lost."""
    withdrawal_id = await wished(world)
    world.trustly.lost = 1
    await world.approve(withdrawal_id)
    await world.run_tasks()
    assert await status_of(world, withdrawal_id) == "unknown"
    return withdrawal_id


def asking(world: World, provider: Any) -> PayoutProcess:
    """Payouts by this one in Trustly's place."""
    return PayoutProcess(replace(world.desk, providers={**world.desk.providers, "trustly": provider}))


@pytest.mark.parametrize("error", REFUSALS)
async def test_the_refusal_of_an_order_sent_again_says_nothing_of_the_first(world: World, error: str) -> None:
    withdrawal_id = await unanswered(world)
    world.trustly.turn_away = error
    for _ in range(3):
        await world.pass_time(minutes=5)
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("unknown", (400_00, 100_00))
    assert await set_aside(world) == TOLD
    await world.notify("payoutconfirmation", withdrawal_id)
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("paid", (400_00, 0))


async def test_what_was_refused_again_goes_on_when_it_is_answered_as_it_was_first(world: World) -> None:
    withdrawal_id = await unanswered(world)
    world.trustly.turn_away = REFUSALS[0]
    await world.pass_time(minutes=5)
    world.trustly.turn_away = None
    await world.pass_time(minutes=5)
    assert (await status_of(world, withdrawal_id), len(world.trustly.orders)) == ("sent", 1)
    assert await set_aside(world) == TOLD


async def test_the_refusal_of_the_only_order_is_believed(world: World) -> None:
    withdrawal_id = await wished(world)
    world.trustly.turn_away = REFUSALS[0]
    await world.approve(withdrawal_id)
    await world.run_tasks()
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("failed", (500_00, 0))


async def test_the_refusal_of_the_first_order_that_left_is_believed(world: World) -> None:
    withdrawal_id = await wished(world)
    world.trustly.unsent = NotSent(by_us=False)
    await world.approve(withdrawal_id)
    await world.run_tasks()
    assert await status_of(world, withdrawal_id) == "unknown"
    world.trustly.unsent, world.trustly.turn_away = None, REFUSALS[0]
    await world.pass_time(minutes=5)
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("failed", (500_00, 0))
    assert await set_aside(world) == []


async def test_people_say_what_became_of_what_was_refused_again(world: World) -> None:
    withdrawal_id = await unanswered(world)
    world.trustly.turn_away = REFUSALS[0]
    await world.pass_time(minutes=5)
    await agreed(world, f"/withdrawals/{withdrawal_id}", world.trustly.orders[str(withdrawal_id)]["orderid"])
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("paid", (400_00, 0))


@pytest.mark.parametrize(
    ("found", "status"),
    [(NotThere(), "failed"), (Taken(reference="4000"), "sent"), (Unanswered(), "unknown")],
    ids=["not-there", "taken", "unanswered"],
)
async def test_who_can_be_asked_is_asked_what_the_refusal_means(
    world: World, found: PayoutWord | NotThere, status: str
) -> None:
    """It was not there before the order was sent again; whether it is now, decides."""
    withdrawal_id = await unanswered(world)
    world.trustly.turn_away = REFUSALS[0]
    provider = Asked(world.desk.providers["trustly"], NotThere(), found)
    await asking(world, provider).send(withdrawal_id, world.casino, A_WHILE)
    assert (await status_of(world, withdrawal_id), await set_aside(world)) == (status, [])


async def test_who_asks_us_before_he_pays_refuses_all_orders_with_one(world: World) -> None:
    withdrawal_id = await unanswered(world)
    world.trustly.turn_away = REFUSALS[0]
    provider = AsksFirst(world.desk.providers["trustly"])
    await asking(world, provider).send(withdrawal_id, world.casino, A_WHILE)
    assert (await status_of(world, withdrawal_id), await set_aside(world)) == ("failed", [])


async def test_an_order_nobody_answers_is_laid_before_people_once_and_not_sent_for_ever(world: World) -> None:
    withdrawal_id = await unanswered(world)
    world.trustly.lost = 1_000
    await world.pass_time(hours=22)
    assert await set_aside(world) == []
    await world.pass_time(hours=1)
    sent = len(world.trustly.calls)
    assert await set_aside(world) == TOLD
    for _ in range(32):
        await world.pass_time(days=1)
    assert (len(world.trustly.calls), await set_aside(world)) == (sent, TOLD)
    assert await world.rows("SELECT 1 FROM task WHERE kind = 'payments.payout_send'") == []
    assert (await status_of(world, withdrawal_id), await world.balance()) == ("unknown", (400_00, 100_00))
    await world.notify("payoutconfirmation", withdrawal_id)
    assert await status_of(world, withdrawal_id) == "paid"


async def test_who_can_be_asked_and_does_not_answer_for_a_day_is_laid_before_people_and_asked_on(world: World) -> None:
    withdrawal_id = await unanswered(world)
    process = asking(world, Asked(world.desk.providers["trustly"], *[Unanswered()] * 3))
    for hours, told in ((22, []), (23, TOLD), (47, TOLD)):
        assert await process.send(withdrawal_id, world.casino, timedelta(hours=hours)) is not None
        assert await set_aside(world) == told
    assert await status_of(world, withdrawal_id) == "unknown"
