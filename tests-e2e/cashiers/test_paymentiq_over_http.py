"""Money in and out through PaymentIQ's cashier: paid, refused, cancelled, asked twice, and told against each other."""

from typing import Any

import pytest

from contracts.backoffice.events import DepositLimitSet, SelfExclusionStarted
from crypto.counter import Counter


@pytest.fixture
async def cashier(desk: Counter) -> Counter:
    """The casino has an account with PaymentIQ, and lets small withdrawals out by itself."""
    await desk.configure("paymentiq", "EUR")
    policy = {"currency": "EUR", "second_person_above_minor": 500_00, "automatic_up_to_minor": 100_00}
    answer = await desk.world.settle("/withdrawal-policy", policy)
    assert answer.status_code == 200, answer.text
    return desk


async def session(cashier: Counter) -> dict[str, Any]:
    """What the player brings with him into the cashier."""
    body = {"provider": "paymentiq", "locale": "en_GB"}
    answer = await cashier.world.post("/cashier-sessions", body)
    assert answer.status_code == 200, answer.text
    return {name: answer.json()[name] for name in ("user_id", "session_id")}


async def pay(cashier: Counter, amount: float, **more: Any) -> dict[str, Any]:
    """What the player does there: how each step was answered."""
    wanted = {**await session(cashier), "amount": amount, **more}
    return dict(await cashier.outside(f"/paymentiq/{cashier.world.casino}/pay", wanted))


async def step(cashier: Counter, name: str, amount: float, tx_id: str, **more: Any) -> dict[str, Any]:
    """One step, whatever came before it."""
    wanted = {"user_id": str(cashier.world.player), "amount": amount, "tx_id": tx_id, **more}
    return dict(await cashier.outside(f"/paymentiq/{cashier.world.casino}/{name}", wanted))


def no(answer: dict[str, Any]) -> str:
    """Why it was refused: with status 200, as the protocol wants it."""
    assert (answer["status"], answer["success"]) == (200, False), answer
    return str(answer["errMsg"])


async def test_it_learns_who_the_player_is_from_his_own_session(cashier: Counter) -> None:
    await cashier.world.give(12_34)
    told = (await pay(cashier, 50))["verifyuser"]
    assert (told["success"], told["userId"], told["locale"]) == (True, str(cashier.world.player), "en_GB")
    assert (told["balance"], told["balanceCy"], told["kycStatus"]) == (12.34, "EUR", "Pending")


async def test_a_session_of_nobody_or_of_long_ago_opens_nothing(cashier: Counter) -> None:
    mine = await session(cashier)
    path = f"/paymentiq/{cashier.world.casino}/pay"
    made_up = await cashier.outside(path, {**mine, "session_id": "abc", "amount": 50})
    assert no(made_up["verifyuser"]) == "session_unknown"
    stranger = await cashier.outside(path, {**mine, "user_id": str(cashier.world.casino), "amount": 50})
    assert no(stranger["verifyuser"]) == "session_unknown"


async def test_a_deposit_is_credited_once_however_often_each_step_is_asked(cashier: Counter) -> None:
    await cashier.outside("/control/chaos", {"duplicates": 0.5, "lost_answers": 0.3, "seed": 5}, put=True)
    done = await pay(cashier, 50)
    await cashier.outside("/control/chaos", put=True)
    assert done["authorize"]["authCode"] == done["transfer"]["merchantTxId"]
    shown = (await cashier.world.get(f"/deposits/{done['authorize']['authCode']}")).json()
    assert (shown["status"], shown["provider"], shown["reference"]) == ("succeeded", "paymentiq", done["txId"])
    assert await cashier.world.transfers() == [("deposit", 50_00)]
    assert await cashier.world.balance() == (50_00, 0)


async def test_a_deposit_that_was_cancelled_moves_nothing(cashier: Counter) -> None:
    done = await pay(cashier, 50, outcome="refused")
    assert done["cancel"]["success"]
    shown = (await cashier.world.get(f"/deposits/{done['authorize']['authCode']}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "declined_by_psp")
    assert await cashier.world.balance() == (0, 0)


async def test_limits_and_exclusions_hold_in_it_as_well(cashier: Counter) -> None:
    world = cashier.world
    limit = DepositLimitSet(
        player_id=world.player, casino_id=world.casino, period="day", amount_minor=60_00, currency="EUR",
        effective_from=world.clock.now(),
    )  # fmt: skip
    await world.tell(limit)
    assert (await pay(cashier, 50))["transfer"]["success"]
    assert no((await pay(cashier, 50))["authorize"]) == "deposit_limit_reached"
    await world.tell(SelfExclusionStarted(player_id=world.player, casino_id=world.casino, started_at=world.clock.now()))
    assert no((await pay(cashier, 5))["authorize"]) == "self_excluded"
    assert await world.balance() == (50_00, 0)


async def test_a_no_stays_a_no_when_it_is_asked_again(cashier: Counter) -> None:
    assert no(await step(cashier, "authorize", -60, "t1")) == "insufficient_funds"
    await cashier.world.give()
    assert no(await step(cashier, "authorize", -60, "t1")) == "insufficient_funds"
    assert (await step(cashier, "authorize", -60, "t2"))["success"]


async def test_a_withdrawal_is_on_hold_until_it_was_paid(cashier: Counter) -> None:
    await cashier.world.give()
    waiting = await pay(cashier, -60, outcome="silence")
    assert await cashier.world.balance() == (440_00, 60_00)
    assert (await step(cashier, "transfer", -60, waiting["txId"]))["success"]
    assert await cashier.world.balance() == (440_00, 0)
    shown = (await cashier.world.get(f"/withdrawals/{waiting['authorize']['authCode']}")).json()
    assert (shown["status"], shown["provider"]) == ("paid", "paymentiq")
    assert await cashier.world.ledger_sum() == 0


async def test_a_withdrawal_that_was_cancelled_is_released_once(cashier: Counter) -> None:
    await cashier.world.give()
    await cashier.outside("/control/chaos", {"duplicates": 0.6, "seed": 2}, put=True)
    done = await pay(cashier, -60, outcome="refused")
    await cashier.outside("/control/chaos", put=True)
    assert done["cancel"]["success"]
    assert await cashier.world.balance() == (500_00, 0)
    assert await cashier.world.transfers() == [("withdrawal_hold", 60_00), ("withdrawal_release", 60_00)]


async def test_what_people_would_have_to_approve_is_not_let_out_by_somebody_else(cashier: Counter) -> None:
    await cashier.world.give()
    assert no((await pay(cashier, -100.01))["authorize"]) == "needs_people"
    assert await cashier.world.balance() == (500_00, 0)
    assert await cashier.world.rows("SELECT 1 FROM rm_withdrawal_list") == []


async def test_what_contradicts_what_we_know_is_refused_and_told_to_a_person(cashier: Counter) -> None:
    await cashier.world.give()
    paid_out = await pay(cashier, -60)
    paid_in = await pay(cashier, 50)
    assert no(await step(cashier, "cancel", -60, paid_out["txId"])) == "cancelled_after_transfer"
    assert no(await step(cashier, "cancel", 50, paid_in["txId"])) == "declined_after_success"
    assert no(await step(cashier, "transfer", 51, paid_in["txId"])) == "settled_twice"
    assert no(await step(cashier, "transfer", 50, "never-seen")) == "unknown_reference"
    assert no(await step(cashier, "authorize", 51, paid_in["txId"])) == "deposit_already_requested"
    assert await cashier.world.balance() == (490_00, 0)
    assert (await cashier.world.published()).count("notification_set_aside") == 4


async def test_a_deposit_of_which_nothing_is_heard_is_given_up_and_credited_when_it_comes_all_the_same(
    cashier: Counter,
) -> None:
    waiting = await pay(cashier, 50, outcome="silence")
    await cashier.world.pass_time(days=8)
    await cashier.world.run_tasks()
    deposit_id = waiting["authorize"]["authCode"]
    assert await cashier.status(deposit_id) == "expired"
    assert await cashier.world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []
