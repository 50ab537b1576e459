"""How many withdrawals a player may have that have not ended, how small they are, and that an id is one player's."""

from asyncio import gather
from typing import Any
from uuid import uuid4

import pytest

from payments.application.deposit_room import MOST_OPEN as MOST_OPEN_DEPOSITS
from payments.application.withdrawal_standing import MOST_OPEN

from .test_destinations import IBAN
from .test_routing_strategy import cashier
from .world import World

BY_BANK: dict[str, Any] = {"provider": None, "method": "bank", "destination": IBAN}


@pytest.fixture
async def waiting(world: World) -> World:
    """The player has asked for as many as he may."""
    await world.give(100_00)
    for _ in range(MOST_OPEN):
        assert (await world.withdraw(1_00)).status_code == 201
    return world


@pytest.fixture
async def banking(world: World) -> World:
    """A casino that takes money from cards, and pays to banks."""
    listed = (await world.get(f"/casinos/{world.casino}/providers", as_=world.staff())).json()
    settings = {one["provider"]: one["settings"] for one in listed}
    for provider, method in (("stripe", "card"), ("trustly", "bank")):
        body = {"enabled": True, "currencies": ["EUR"], "settings": settings[provider], "methods": {method: {}}}
        assert (await world.settle(f"/providers/{provider}", body)).status_code == 200
    return world


def answered(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def open_ids(world: World) -> list[str]:
    rows = await world.rows("SELECT id::text FROM rm_withdrawal_list WHERE player_id = $1", world.player)
    return [row["id"] for row in rows]


# --- how many


async def test_who_has_many_open_asks_for_no_other_and_nothing_is_kept_of_it(waiting: World) -> None:
    before = await waiting.rows("SELECT count(*) AS n FROM event")
    assert answered(await waiting.withdraw(1_00)) == (409, "too_many_open_withdrawals")
    assert await waiting.rows("SELECT count(*) AS n FROM event") == before
    assert await waiting.balance() == (80_00, 20_00)


async def test_what_he_asked_for_before_may_be_asked_for_again(waiting: World) -> None:
    known, *_ = await open_ids(waiting)
    assert (await waiting.withdraw(1_00, withdrawal_id=known)).status_code == 201
    assert len(await open_ids(waiting)) == MOST_OPEN


async def test_what_has_ended_makes_room(waiting: World) -> None:
    first, *_ = await open_ids(waiting)
    rejected = await waiting.post(f"/withdrawals/{first}/reject", {"reason": "a test"}, as_=waiting.staff())
    assert rejected.status_code == 200
    assert [(await waiting.withdraw(1_00)).status_code for _ in range(2)] == [201, 409]


async def test_it_is_about_him_alone(waiting: World) -> None:
    waiting.player = uuid4()
    await waiting.register()
    await waiting.give(100_00)
    assert (await waiting.withdraw(1_00)).status_code == 201


async def test_of_many_at_once_no_more_are_taken(waiting: World) -> None:
    for one in (await open_ids(waiting))[:2]:
        await waiting.post(f"/withdrawals/{one}/reject", {"reason": "a test"}, as_=waiting.staff())
    answers = await gather(*(waiting.withdraw(1_00) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]


async def test_the_cashier_says_that_too_many_withdrawals_are_open(banking: World) -> None:
    await banking.give(100_00)
    for _ in range(MOST_OPEN):
        assert (await banking.withdraw(1_00, **BY_BANK)).status_code == 201
    shown = (await cashier(banking, direction="withdrawal"))["bank"]
    assert (shown["offered"], shown["why_missing"]) == (False, "too_many_open_withdrawals")


async def test_the_cashier_says_that_too_many_deposits_are_open(banking: World) -> None:
    assert (await cashier(banking))["card"]["offered"] is True
    for _ in range(MOST_OPEN_DEPOSITS):
        await banking.request_deposit()
    shown = (await cashier(banking))["card"]
    assert (shown["offered"], shown["why_missing"]) == (False, "too_many_open_deposits")


# --- how small


async def test_where_the_casino_says_no_least_it_is_about_a_euro(banking: World) -> None:
    await banking.give(100_00)
    assert (await cashier(banking, direction="withdrawal"))["bank"]["min_minor"] == 1_00
    assert (await cashier(banking, direction="withdrawal", amount_minor=99))["bank"]["why_missing"] == (
        "amount_too_small"
    )
    refused = await banking.withdraw(99, **BY_BANK)
    assert (*answered(refused), refused.json()["errors"][0]["field"]) == (
        409, "amount_outside_policy", "amount_minor",
    )  # fmt: skip
    assert (await banking.withdraw(1_00, **BY_BANK)).status_code == 201


async def test_whoever_has_little_takes_out_all_of_it(world: World) -> None:
    await world.give(70)
    assert (await world.withdraw(70)).status_code == 201


async def test_a_casino_may_take_less(world: World) -> None:
    await world.give(100_00)
    body = {"currency": "EUR", "second_person_above_minor": 0, "minimum_minor": 1}
    assert (await world.settle("/withdrawal-policy", body)).status_code == 200
    assert (await world.withdraw(1)).status_code == 201


# --- whose id it is


async def test_the_id_of_another_players_withdrawal_is_refused_and_nobody_waits_in_a_circle(world: World) -> None:
    """Each of two names the other's, again and again: whoever held his wallet and waited for the other's would stop
    both."""
    players, theirs = [world.player, uuid4()], []
    for player in players:
        world.player = player
        if player is not players[0]:
            await world.register()
        await world.give(100_00)
        theirs.append((await world.withdraw(10_00)).json()["withdrawal_id"])

    def ask(who: int) -> Any:
        body = {
            "withdrawal_id": theirs[1 - who],
            "provider": "trustly",
            "amount_minor": 10_00,
            "currency": "EUR",
            "destination": {"account_id": "1520389582"},
        }
        return world.post("/withdrawals", body, as_=world.himself(players[who]))

    for _ in range(4):
        answers = await gather(*(ask(number % 2) for number in range(8)))
        assert {answered(answer) for answer in answers} == {(409, "withdrawal_already_requested")}


async def test_of_two_players_who_send_the_same_new_id_one_has_it(world: World) -> None:
    players = [world.player, uuid4()]
    await world.register(players[1])
    for world.player in players:
        await world.give(100_00)
    for _ in range(3):
        body = {
            "withdrawal_id": str(uuid4()),
            "provider": "trustly",
            "amount_minor": 10_00,
            "currency": "EUR",
            "destination": {"account_id": "1520389582"},
        }
        asked = [players[number % 2] for number in range(6)]
        answers = await gather(*(world.post("/withdrawals", body, as_=world.himself(one)) for one in asked))
        winners = {player for player, answer in zip(asked, answers, strict=True) if answer.status_code == 201}
        assert len(winners) == 1
        assert {answered(one) for one in answers} <= {(201, None), (409, "withdrawal_already_requested")}
