"""What stands on the block list is stopped, whichever way it was named, and nobody can name what no payment brings."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.backoffice.events import PlayerContactsMarked, PlayerProfileChanged
from payments.domain.fraud.features import FEATURES, WINDOWS, look_up, value_name

from .test_bonuses import give_bonus
from .test_fraud import DEVICE, HOME, LOCAL, asks, automatic, cases, decisions
from .test_fraud_signals import bets
from .test_fraud_told import SAME, another_password, whose, wrong_password
from .test_fraud_work import ALLOWED, ENTRY, at
from .test_instruments import CARD, another_player, pay, tell_charge
from .test_withdrawals import BANK
from .world import World

SPANISH = {"kind": "iban", "iban": "ES9121000418450200051332"}
INSTRUMENT_ID = "destination.instrument_id"
CARD_NUMBER = "4242 4242 4242 4242"


async def listed(world: World, kind: str, **named: Any) -> None:
    body = {"list": "block", "kind": kind, "reason": "it was stolen", **named}
    answer = await world.post(at(world, "/entries"), body, as_=world.staff())
    assert answer.status_code == 201, answer.text


async def instrument_of(world: World) -> str:
    return str((await world.instruments())[0]["instrument_id"])


async def set_aside(world: World) -> list[str]:
    rows = await world.rows("SELECT code FROM provider_notification WHERE outcome = 'set_aside' ORDER BY received_at")
    return [row["code"] for row in rows]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("device", DEVICE), ("ip", HOME), ("network", HOME), ("network", "81.2.69.0/24"), ("player", None)],
)
async def test_what_a_deposit_is_asked_for_with_is_refused(world: World, kind: str, value: str | None) -> None:
    await listed(world, kind, value=value or str(world.player))
    answer = await asks(world, device_id=DEVICE)
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_possible")
    assert (await decisions(world))[-1]["features"][f"blocked:{kind}"] is True


@pytest.mark.parametrize("digits", [None, "424242", "42424242"])
async def test_a_listed_card_that_another_player_pays_with_is_found_when_it_is_known(
    world: World, digits: str | None
) -> None:
    card = {**CARD, "iin": "42424242" if digits == "42424242" else "424242"}
    await pay(world, card)
    named = {"value": await instrument_of(world)} if digits is None else {"value": digits}
    await listed(world, "instrument" if digits is None else "bin", **named)
    assert (await asks(world)).status_code == 409, "he paid with it before"
    await another_player(world)
    await pay(world, card)
    assert (await world.balance())[0] == 50_00, "what is paid is credited"
    assert await set_aside(world) == ["paid_although_forbidden"]
    one = (await decisions(world))[-1]
    (look,) = one["looks"]
    assert (one["action"], one["rules"]) == ("allow", [])
    assert (look["action"], look["rules"], look["refusal"]) == ("decline", ["BLOCK-LIST"], "fraud_declined")
    case = (await cases(world))[-1]
    assert (case["id"], case["player_id"]) == (one["case_id"], world.player)
    shown = await world.get(f"/fraud/decisions/{one['id']}", as_=world.staff())
    assert [found["rules"] for found in shown.json()["looks"]] == [["BLOCK-LIST"]]
    await automatic(world)
    assert await world.people(50_00) == 2
    assert "BLOCK-LIST-PAYOUT" in (await decisions(world))[-1]["rules"]
    assert (await asks(world)).status_code == 409


async def test_a_deposit_by_a_listed_card_is_given_up_while_it_is_not_paid(world: World) -> None:
    await pay(world)
    await listed(world, "instrument", value=await instrument_of(world))
    await another_player(world)
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await tell_charge(world, deposit_id, CARD)
    shown = (await world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"], shown.get("review")) == ("failed", "not_allowed", None)
    (waiting,) = await world.rows("SELECT id FROM task WHERE kind = 'payments.deposit_close'")
    assert str(waiting["id"]) == deposit_id
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert ((await world.balance())[0], await set_aside(world)) == (50_00, ["paid_although_forbidden"])


async def test_a_listed_card_that_is_declined_is_looked_at_once(world: World) -> None:
    await pay(world)
    await listed(world, "instrument", value=await instrument_of(world))
    await another_player(world)
    deposit_id = (await world.deposit()).json()["deposit_id"]
    error = {"type": "card_error", "decline_code": "stolen_card", "payment_method": {"type": "card", "card": CARD}}
    intent = {**world.stripe.intent_of(deposit_id), "last_payment_error": error}
    for _ in range(2):
        await world.webhook("payment_intent.payment_failed", intent, event_id=f"evt_{uuid4()}")
    assert len((await decisions(world))[-1]["looks"]) == 1
    assert [one["alerts"] for one in await cases(world)] == [1]


@pytest.mark.parametrize("kind", ["payout", "instrument"])
@pytest.mark.parametrize("by", ["value", "decision_id", "destination"])
async def test_a_withdrawal_to_a_listed_place_takes_two_people_whoever_asks(world: World, kind: str, by: str) -> None:
    await automatic(world)
    await world.give(100_00)
    await world.withdraw(10_00, destination=LOCAL)
    ways: dict[str, dict[str, Any]] = {
        "value": {"value": await instrument_of(world)},
        "decision_id": {"decision_id": str((await decisions(world))[-1]["id"])},
        "destination": {"provider": "trustly", "destination": {**LOCAL, "first_name": "Nobody"}},
    }
    if (kind, by) == ("instrument", "decision_id"):
        return  # A withdrawal comes with a payout.
    await listed(world, kind, **ways[by])
    await another_player(world)
    await world.give(100_00)
    other = {**LOCAL, "account_number": "0069706212", "last_name": "Mule"}
    assert await world.people(10_00, destination=other) == 2
    one = (await decisions(world))[-1]
    assert one["features"]["blocked:payout"] is True
    assert "BLOCK-LIST-PAYOUT" in one["rules"]


@pytest.mark.parametrize("kind", ["payout", "instrument"])
@pytest.mark.parametrize(
    ("listed_as", "paid_to"),
    [
        ({"kind": "iban", "iban": "es91 2100 0418 4502 0005 1332"}, BANK),
        ({"kind": "iban", "iban": "ES9121000418450200051332"}, {**SPANISH, "first_name": "Ana", "last_name": "Mule"}),
        ({"kind": "bank_account", "country": "SE", "bank_number": "6112", "account_number": "69706212"}, LOCAL),
    ],
    ids=["in the provider's words", "in everybody's words", "by the country's numbers"],
)
async def test_a_withdrawal_to_a_place_that_was_listed_in_peoples_words_takes_two_people(
    world: World, kind: str, listed_as: dict[str, str], paid_to: dict[str, str]
) -> None:
    await automatic(world)
    await world.give(100_00)
    await listed(world, kind, destination=listed_as)
    assert await world.people(10_00, destination=paid_to) == 2
    assert (await decisions(world))[-1]["features"]["blocked:payout"] is True
    stored = await world.rows("SELECT e::text AS text FROM fraud_entry AS e")
    assert not [row for row in stored if listed_as.get("iban", "69706212") in row["text"]]


async def test_an_instrument_is_listed_as_a_destination_too(world: World) -> None:
    await pay(world)
    await listed(world, "instrument", destination={"kind": "instrument", "instrument_id": await instrument_of(world)})
    assert (await asks(world)).status_code == 409, "he paid with it before"


@pytest.mark.parametrize(
    ("kind", "named", "field"),
    [
        ("payout", {"provider": "trustly", "destination": SPANISH}, "provider"),
        ("payout", {"destination": {**SPANISH, "iban": "ES9221000418450200051332"}}, "destination.iban"),
        (
            "payout",
            {"destination": {"kind": "wallet", "service": "nobody", "owner": "a@b.test"}},
            "destination.kind",
        ),
        ("payout", {"destination": {"kind": "instrument", "instrument_id": str(UUID(int=7))}}, INSTRUMENT_ID),
        ("payout", {"destination": {"kind": "wallet", "service": "skrill", "owner": CARD_NUMBER}}, "destination.owner"),
        ("bin", {"destination": SPANISH}, "destination"),
        ("payout", {"destination": SPANISH, "value": "x"}, "destination"),
        ("instrument", {"value": "stripe:Xt5EWLLDS7FJjR1c"}, "value"),
        ("instrument", {"value": str(UUID(int=7))}, "value"),
        ("payout", {"value": "7653385737"}, "value"),
        ("payout", {"destination": BANK}, "provider"),
        ("payout", {"provider": "trustly"}, "value"),
        ("payout", {"provider": "stripe", "destination": BANK}, "provider"),
        ("payout", {"provider": "trustly", "destination": {"clearing_house": "SPAIN"}}, "destination"),
        ("device", {"provider": "trustly", "destination": BANK}, "destination"),
        ("device", {"value": "\u202e"}, "value"),
        ("device", {"value": "a\u200bdevice-1"}, "value"),
        ("device", {"value": "short"}, "value"),
        ("bin", {"value": "4242"}, "value"),
        ("bin", {"value": "4242424"}, "value"),
        ("bin", {"value": "\uff14\uff12\uff14\uff12\uff14\uff12"}, "value"),
        ("network", {"value": "81.2.0.0/16"}, "value"),
        ("ip", {"value": "81.2.69.0/24"}, "value"),
        ("device", {}, "value"),
        ("payout", {"decision_id": str(UUID(int=7)), "value": "MT84"}, "decision_id"),
    ],
)
async def test_what_no_payment_brings_cannot_be_listed(
    world: World, kind: str, named: dict[str, Any], field: str
) -> None:
    body = {**ENTRY, "kind": kind, "value": None, **named}
    answer = await world.post(at(world, "/entries"), body, as_=world.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text


async def test_every_feature_is_known_of_some_payment(world: World) -> None:
    """Of one deposit, its card and one withdrawal everything that rules may ask for is known, of who was told of."""
    await asks(world)
    await give_bonus(world)
    marks = PlayerContactsMarked(**whose(world), phone=SAME, address=SAME, email_domain=SAME)
    moved = PlayerProfileChanged(**whose(world), fields=("phone",))
    await world.tell(marks, moved, another_password(world), wrong_password(world))
    await listed(world, "bin", value="424242")
    world.come_from(HOME)
    await pay(world, {"iin": "424242"}, device_id=DEVICE)
    await bets(world, 1_00)
    await world.withdraw(10_00, device_id=DEVICE)
    found = await decisions(world)
    known = [one["features"] for one in found] + [look["features"] for one in found for look in one["looks"]]
    unknown = [
        name
        for feature, spec in FEATURES.items()
        for of in spec.of or (None,)
        for window in (WINDOWS if spec.windowed else (None,))
        for name in [value_name(feature, of, window)]
        if all(look_up(values, name) is None for values in known)
    ]
    assert unknown == []


async def test_a_deposit_counts_for_its_card_once_that_is_known(world: World) -> None:
    await pay(world)
    await listed(world, "instrument", value=await instrument_of(world))
    await another_player(world)
    await pay(world)
    (look,) = (await decisions(world))[-1]["looks"]
    for of in ("instrument", "bin"):
        assert (look["features"][f"deposits:{of}:1h"], look["features"][f"asked_minor:{of}:ever"]) == (1, 50_00)
    assert look["features"]["players:instrument:ever"] == 2


async def test_nobody_is_allowed_without_an_end_nor_in_clear(world: World) -> None:
    for change, field in (({"until": None}, "until"), ({"until": "2020-01-01T00:00:00Z"}, "until")):
        answer = await world.post(at(world, "/allowed"), {**ALLOWED, **change}, as_=world.staff())
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    proposed = await world.post(at(world, "/allowed"), ALLOWED, as_=world.staff())
    shown = await world.client.get(proposed.json()["href"], headers=world.staff())
    assert DEVICE not in proposed.text + shown.text
    stored = await world.rows("SELECT p::text AS text FROM approval_payload AS p")
    assert not [row for row in stored if DEVICE in row["text"]]
    as_allow = await world.post(at(world, "/entries"), {**ENTRY, "list": "allow"}, as_=world.staff())
    assert (as_allow.status_code, as_allow.json()["errors"][0]["field"]) == (422, "list")
