"""Where a withdrawal shall go is said the same way whoever pays it, or as its provider needs it."""

from typing import Any
from uuid import uuid4

import pytest

from .world import World

SUE = {"first_name": "Sue", "last_name": "Hopper"}
IBAN = {"kind": "iban", "iban": "ES91 2100 0418 4502 0005 1332", **SUE}


@pytest.fixture
async def rich(world: World) -> World:
    await world.give(500_00)
    body = {"currency": "EUR", "second_person_above_minor": 200_00}
    assert (await world.settle("/withdrawal-policy", body)).status_code == 200
    return world


async def refused(world: World, destination: dict[str, str]) -> tuple[int, str, list[str]]:
    answer = await world.withdraw(destination=destination)
    body: dict[str, Any] = answer.json()
    return answer.status_code, body["code"], [one["field"] for one in body.get("errors", [])]


async def test_an_iban_goes_out_in_the_words_of_the_provider_that_is_named(rich: World) -> None:
    asked = await rich.withdraw(100_00, destination=IBAN)
    assert (asked.status_code, asked.json()["destination"]) == (201, "****1332")
    withdrawal_id = asked.json()["withdrawal_id"]
    assert (await rich.approve(withdrawal_id)).status_code == 200
    await rich.run_tasks()
    order = rich.trustly.orders[withdrawal_id]
    assert (order["ClearingHouse"], order["AccountNumber"]) == ("SPAIN", "ES9121000418450200051332")
    assert (order["Firstname"], order["Lastname"]) == ("Sue", "Hopper")


async def test_it_is_the_same_place_however_it_was_said(rich: World) -> None:
    """An instrument was made of the first; naming that, or the account in the provider's words, is the same one."""
    first = (await rich.withdraw(50_00, destination=IBAN)).json()
    own = {"clearing_house": "SPAIN", "account_number": "ES9121000418450200051332", **SUE}
    second = (await rich.withdraw(50_00, destination=own)).json()
    known = {"kind": "instrument", "instrument_id": first["instrument_id"]}
    third = (await rich.withdraw(50_00, destination=known)).json()
    assert first["instrument_id"] == second["instrument_id"] == third["instrument_id"]
    assert third["destination"] == "****1332"


async def test_the_same_id_to_the_same_place_said_otherwise_is_the_same_withdrawal(rich: World) -> None:
    withdrawal_id = str(uuid4())
    for iban in ("ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332"):
        answer = await rich.withdraw(withdrawal_id=withdrawal_id, destination={**IBAN, "iban": iban})
        assert answer.status_code == 201, answer.text
    elsewhere = await rich.withdraw(withdrawal_id=withdrawal_id, destination={**IBAN, "last_name": "Hoper"})
    assert elsewhere.json()["code"] == "withdrawal_already_requested"
    assert await rich.balance() == (400_00, 100_00)


async def test_what_makes_no_sense_or_cannot_be_paid_is_refused_by_its_field(rich: World) -> None:
    assert await refused(rich, {"kind": "pigeon"}) == (422, "invalid", ["destination.kind"])
    assert await refused(rich, {**IBAN, "iban": "ES92"}) == (422, "invalid", ["destination.iban"])
    wallet = {"kind": "wallet", "service": "skrill", "owner": "sue@player.example"}
    assert await refused(rich, wallet) == (422, "invalid", ["destination.kind"])
    card = {"kind": "wallet", "service": "skrill", "owner": "4111 1111 1111 1111"}
    assert (await refused(rich, card))[0] == 422
    assert await rich.balance() == (500_00, 0)


async def test_nobody_names_what_is_not_his(rich: World) -> None:
    mine = (await rich.withdraw(50_00, destination=IBAN)).json()["instrument_id"]
    stranger = uuid4()
    await rich.register(stranger)
    body = {
        "provider": "trustly",
        "amount_minor": 10_00,
        "currency": "EUR",
        "destination": {"kind": "instrument", "instrument_id": mine},
    }
    theirs = await rich.post("/withdrawals", body, as_=rich.himself(stranger))
    unknown = await refused(rich, {"kind": "instrument", "instrument_id": str(uuid4())})
    assert (theirs.status_code, theirs.json()["errors"][0]["field"]) == (422, "destination.instrument_id")
    assert unknown == (422, "invalid", ["destination.instrument_id"])


async def test_nothing_of_it_is_kept_in_clear(rich: World) -> None:
    await rich.withdraw(destination=IBAN)
    stored = [
        *await rich.rows("SELECT data::text AS data FROM event"),
        *await rich.rows("SELECT response::text AS data FROM idempotency WHERE response IS NOT NULL"),
        *await rich.rows("SELECT envelope AS data FROM outbox"),
        *await rich.rows("SELECT rm::text AS data FROM rm_withdrawal_list rm"),
    ]
    assert not [row for row in stored if "ES91" in row["data"] or "Hopper" in row["data"]]


async def test_the_catalogue_says_what_each_provider_can_pay_to(world: World) -> None:
    answer = await world.client.get("/api/payments/v1/providers", headers=world.staff())
    kinds = {one["provider"]: one["destinations"] for one in answer.json()}
    assert kinds["trustly"] == ["bank_account", "iban", "instrument"]
    assert kinds["btcpay"] == ["crypto_address", "instrument"]
    assert kinds["stripe"] == kinds["praxis"] == []
