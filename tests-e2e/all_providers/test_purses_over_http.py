"""What the demo's players pay with: routed to a provider, paid on its page, and known among their instruments."""

import random
from typing import Any
from uuid import uuid4

import pytest

from crypto.counter import Counter
from journey.opening import PARTNERS
from simulators.purse import METHODS, Purse, pay, purse

ANN = Purse(
    first_name="Ann", last_name="Borg", email="ann@player.example", country="MT", method="card",
    card="5555551234567890", holder="Ann Borg", account="7653385737", refused=False,
)  # fmt: skip


@pytest.fixture
async def till(desk: Counter) -> Counter:
    """The casino has accounts at the demo's providers."""
    contracts = await desk.outside("/control/casinos", {"casino_id": str(desk.world.casino)})
    for provider, methods in PARTNERS.items():
        body = {"enabled": True, "currencies": ["EUR"], "methods": methods, **contracts[provider]}
        answer = await desk.world.settle(f"/providers/{provider}", body)
        assert answer.status_code == 200, answer.text
    return desk


def with_method(method: str, **other: Any) -> Purse:
    told = {name: getattr(ANN, name) for name in Purse.__slots__}
    return Purse(**{**told, "method": method, **other})


async def paid(till: Counter, with_: Purse) -> Any:
    """A deposit that was routed and paid."""
    begun = await till.world.deposit(provider=None, method=with_.method, details=with_.details)
    assert begun.status_code == 201, begun.text
    path = f"/deposits/{begun.json()['deposit_id']}"
    asked = (await till.world.get(path)).json()
    await pay(till.browser, "", asked, with_)
    await till.told()
    return (await till.world.get(path)).json()


@pytest.mark.parametrize(
    ("method", "provider", "known"),
    [
        (
            "card",
            "adyen",
            {"kind": "card", "bin": "555555", "last_four": "7890", "holder": "Ann Borg", "country": "GB"},
        ),
        ("bank", "trustly", {"kind": "bank", "bin": None, "last_four": "5737", "holder": "Ann Borg", "country": "MT"}),
        ("wallet", "skrill", {"kind": "wallet", "bin": None, "last_four": None, "holder": None, "country": None}),
    ],
)
async def test_a_method_finds_its_provider_and_the_payer_is_known_by_it(
    till: Counter, method: str, provider: str, known: dict[str, Any]
) -> None:
    deposit = await paid(till, with_method(method))
    assert (deposit["status"], deposit["provider"], deposit["attempts"]) == ("succeeded", provider, 1)
    (instrument,) = await till.world.instruments()
    assert {name: instrument[name] for name in known} == known


async def test_coins_are_paid_in_and_tell_of_no_account(till: Counter) -> None:
    deposit = await paid(till, with_method("crypto"))
    assert (deposit["status"], deposit["provider"], deposit["attempts"]) == ("succeeded", "coingate", 1)
    assert await till.world.instruments() == []


async def test_a_deposit_goes_on_where_a_provider_takes_nothing_and_its_charge_tells_of_the_card(till: Counter) -> None:
    await till.outside(f"/adyen/suspended/{till.world.casino}", {"suspended": True}, put=True)
    deposit = await paid(till, ANN)
    assert (deposit["status"], deposit["provider"], deposit["attempts"]) == ("succeeded", "stripe", 2)
    (instrument,) = await till.world.instruments()
    assert (instrument["provider"], instrument["bin"], instrument["last_four"]) == ("stripe", "555555", "7890")


@pytest.mark.parametrize("suspended", [False, True], ids=["adyen", "stripe"])
async def test_a_player_whose_bank_refuses_at_first_pays_in_the_end(till: Counter, suspended: bool) -> None:
    await till.outside(f"/adyen/suspended/{till.world.casino}", {"suspended": suspended}, put=True)
    assert (await paid(till, with_method("card", refused=True)))["status"] == "succeeded"


@pytest.mark.parametrize("method", ["card", "bank"])
async def test_two_who_share_what_they_pay_with_are_a_cluster(till: Counter, method: str) -> None:
    first = till.world.player
    await paid(till, with_method(method))
    till.world.player = second = uuid4()
    await till.world.register()
    await paid(till, with_method(method, first_name="Ben"))
    shown = (await till.world.get(f"/fraud/players/{second}/cluster", as_=till.world.staff())).json()
    assert set(shown["players"]) == {str(first), str(second)}


def test_of_a_household_two_use_the_same_and_nobody_else_does() -> None:
    before: list[Purse] = []
    for number in range(200):
        purse(random.Random(number), before, ("Ann", "Borg"), f"{number}@player.example", "MT")
    assert {one.method for one in before} == set(METHODS)
    cards = [one.card for one in before if one.method == "card"]
    assert len(cards) - len(set(cards)) == sum(number % 6 == 1 for number in range(len(cards)))


@pytest.mark.parametrize(
    ("method", "country", "pays", "first", "then"),
    [
        ("card", "MT", "trustly", "iban", "instrument"),
        ("card", "GB", "trustly", "bank_account", "instrument"),
        ("bank", "MT", "trustly", "instrument", "instrument"),
        ("wallet", "MT", "skrill", "instrument", "instrument"),
        ("crypto", "MT", "trustly", "iban", "instrument"),
    ],
)
async def test_whoever_paid_is_paid_by_method_where_the_cashier_offers_it(
    till: Counter, method: str, country: str, pays: str, first: str, then: str
) -> None:
    """At first to an account or wallet he names, where it is not known by what he paid; then to what is known."""
    policy = {"currency": "EUR", "second_person_above_minor": 100_00, "automatic_up_to_minor": 100_00}
    assert (await till.world.settle("/withdrawal-policy", policy)).status_code == 200
    player = with_method(method, country=country)
    await paid(till, player)
    for kind in (first, then):
        shown = (await till.world.get("/cashier?currency=EUR&direction=withdrawal&amount_minor=1000")).json()
        [offered] = [one for one in shown if one["method"] == player.paid_by]
        assert (offered["offered"], offered["providers"]) == (True, [pays])
        to = player.destination(offered["destinations"])
        assert to["kind"] == kind
        asked = await till.world.withdraw(10_00, provider=None, method=player.paid_by, destination=to)
        assert (asked.status_code, asked.json()["provider"]) == (201, pays), asked.text
        await till.world.run_tasks()
        await till.told()
        path = f"/withdrawals/{asked.json()['withdrawal_id']}"
        assert (await till.world.get(path)).json()["status"] == "paid"
