"""What players pay with and are paid to: kept under their keys, recognised at others, looked after by people."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.testing.tokens import bearer, make_token
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.instruments.seeing import Whose, see_instrument
from payments.domain.instrument.events import Direction
from payments.strategies.providers.skrill.wallets import wallet_of

from .test_withdrawals import BANK
from .world import V1, World

NUMBER = "4242424242424242"
CARD: dict[str, Any] = {
    "brand": "visa",
    "country": "MT",
    "exp_month": 3,
    "exp_year": 2030,
    "fingerprint": "Xt5EWLLDS7FJjR1c",
    "last4": "4242",
    "iin": "424242",
}


async def pay(world: World, card: dict[str, Any] | None = None, holder: str = "Ana García", **fields: Any) -> str:
    """A deposit that was paid with a card."""
    deposit_id = (await world.deposit(**fields)).json()["deposit_id"]
    paid = world.stripe.settle(deposit_id)
    await world.webhook("payment_intent.succeeded", paid)
    await tell_charge(world, deposit_id, {**CARD, **(card or {})}, holder)
    return str(deposit_id)


async def tell_charge(world: World, deposit_id: str, card: dict[str, Any], holder: str = "Ana García") -> Any:
    charge = {
        "id": f"ch_{uuid4().hex[:8]}",
        "object": "charge",
        "amount": 50_00,
        "currency": "eur",
        "metadata": {"order_id": deposit_id},
        "payment_method_details": {"type": "card", "card": card},
        "billing_details": {"name": holder},
    }
    return await world.webhook("charge.succeeded", charge)


async def another_player(world: World) -> UUID:
    """From now on the world's player is this one."""
    world.player = uuid4()
    await world.register()
    return world.player


async def test_the_card_of_a_deposit_is_known_by_what_may_be_known_of_it(world: World) -> None:
    deposit_id = await pay(world)
    (item,) = await world.instruments(world.staff())
    assert (item["kind"], item["bin"], item["last_four"], item["expires_on"]) == (
        "card",
        "424242",
        "4242",
        "2030-03-31",
    )
    assert (item["country"], item["holder"], item["deposits"]) == ("MT", "Ana García", 1)
    assert (item["ownership"], item["verification"], item["shared"]) == ("unknown", "unverified", False)
    known = await world.rows("SELECT instrument_id FROM rm_instrument_use WHERE payment_id = $1", UUID(deposit_id))
    assert str(known[0]["instrument_id"]) == item["instrument_id"]


async def test_the_same_card_again_is_the_same_instrument(world: World) -> None:
    await pay(world)
    await pay(world)
    (item,) = await world.instruments()
    assert item["deposits"] == 2
    assert (await world.published()).count("instrument_seen") == 1


async def test_what_is_told_before_the_payment_itself_is_kept_until_then(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await tell_charge(world, deposit_id, CARD)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    await tell_charge(world, deposit_id, {**CARD, "fingerprint": "another"})
    used = await world.rows("SELECT instrument_id FROM rm_instrument_use WHERE payment_id = $1", UUID(deposit_id))
    first = next(one for one in await world.instruments() if one["deposits"])
    assert [str(row["instrument_id"]) for row in used] == [first["instrument_id"]]


async def test_a_card_that_was_declined_is_known_and_counts_as_no_deposit(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    error = {"type": "card_error", "decline_code": "stolen_card", "payment_method": {"type": "card", "card": CARD}}
    intent = {**world.stripe.intent_of(deposit_id), "last_payment_error": error}
    await world.webhook("payment_intent.payment_failed", intent)
    assert [one["deposits"] for one in await world.instruments()] == [0]


async def test_an_account_that_is_paid_to_is_one_too(world: World) -> None:
    await world.give()
    await world.withdraw(destination=BANK)
    (item,) = await world.instruments(world.staff())
    assert (item["kind"], item["last_four"], item["country"]) == ("bank", "1332", "ES")
    assert (item["holder"], item["withdrawals"]) == ("Ana García", 1)


async def test_nothing_personal_lies_open_and_no_number_anywhere(world: World) -> None:
    await world.give()
    await pay(world)
    await world.withdraw(destination=BANK)
    stored = [
        *await world.rows("SELECT data::text AS data FROM event"),
        *await world.rows("SELECT envelope AS data FROM outbox"),
        *await world.rows("SELECT rm::text AS data FROM rm_instrument_list rm"),
        *await world.rows("SELECT rm::text AS data FROM rm_instrument_use rm"),
        *await world.rows("SELECT n::text AS data FROM provider_notification n"),
    ]
    secrets = ("García", "ES91210", CARD["fingerprint"], NUMBER)
    assert not [row for row in stored if any(one in row["data"] for one in secrets)]


async def test_the_number_of_a_card_is_no_destination(world: World) -> None:
    await world.give()
    for number in (NUMBER, "4242 4242 4242 4242"):
        answer = await world.withdraw(destination={**BANK, "account_number": number})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "destination.account_number")
    for field in ("bank_number", "last_name"):
        answer = await world.withdraw(destination={**BANK, field: f"card {NUMBER}"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"destination.{field}")
    assert await world.balance() == (500_00, 0)


async def test_the_number_of_a_card_is_nothing_to_pay_in_with(world: World) -> None:
    deposit_id = str(uuid4())
    numbers = (NUMBER, "4242-4242 4242\u200b4242", "\u0664242424242424242", f"card {NUMBER[:4]} 4242 4242 4242, 12/31")
    for number in numbers:
        answer = await world.deposit(deposit_id=deposit_id, details={"card_number": number})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "details.card_number")
    assert await world.rows("SELECT 1 FROM event WHERE stream_id LIKE $1", f"%{deposit_id}") == []


async def test_the_number_of_an_account_at_a_bank_is_a_destination_whatever_its_digits_add_up_to(world: World) -> None:
    await world.give()
    account = {**BANK, "clearing_house": "SWEDEN", "bank_number": "6112", "account_number": NUMBER}
    answer = await world.withdraw(destination=account)
    assert (answer.status_code, answer.json()["destination"]) == (201, "****4242")
    (item,) = await world.instruments()
    assert (item["kind"], item["last_four"]) == ("bank", "4242")


async def test_a_number_told_as_something_else_leaves_the_deposit_paid_and_nothing_kept(world: World) -> None:
    await pay(world, holder=NUMBER)
    assert await world.instruments() == []
    assert (await world.balance())[0] == 50_00


async def test_the_same_card_at_two_players_is_marked_at_both(world: World) -> None:
    await pay(world)
    first = world.player
    await another_player(world)
    await pay(world)
    items = await world.instruments(world.staff())
    assert {one["player_id"]: one["shared"] for one in items} == {str(first): True, str(world.player): True}
    mine = next(one["instrument_id"] for one in items if one["player_id"] == str(world.player))
    detail = (await world.get(f"/instruments/{mine}", as_=world.staff())).json()
    assert (detail["shared_with"], detail["players_elsewhere"]) == ([str(first)], 0)
    assert (await world.published()).count("instrument_shared") == 2


async def test_of_other_casinos_only_a_number_is_told_and_only_of_those_one_sees(
    world: World,
) -> None:
    await pay(world)
    here, away, somebody = world.casino, uuid4(), world.player
    world.casino = away
    world.player = uuid4()
    await world.set_up()
    await pay(world)
    (item,) = await world.instruments(world.staff())
    assert item["shared"] is False
    both = bearer(make_token(permissions=list(P), casinos=[here, away]))
    detail = await world.get(f"/instruments/{item['instrument_id']}", as_=both)
    assert (detail.json()["shared_with"], detail.json()["players_elsewhere"]) == ([], 1)
    assert str(here) not in detail.text
    assert str(somebody) not in detail.text
    alone = await world.get(f"/instruments/{item['instrument_id']}", as_=world.staff())
    assert (alone.json()["shared_with"], alone.json()["players_elsewhere"]) == ([], 0)
    theirs = await world.rows("SELECT id FROM rm_instrument_list WHERE casino_id = $1", here)
    hidden = await world.get(f"/instruments/{theirs[0]['id']}", as_=world.staff())
    assert hidden.status_code == 404


async def test_cards_that_only_look_alike_are_not_taken_for_one(world: World) -> None:
    alike = {"fingerprint": None}
    await pay(world, alike)
    await another_player(world)
    await pay(world, alike)
    assert [one["shared"] for one in await world.instruments(world.staff())] == [False, False]


async def test_a_player_sees_his_own_and_not_what_is_thought_of_it(world: World) -> None:
    await pay(world)
    (item,) = await world.instruments()
    assert item["holder"] == "Ana García"
    assert not {"ownership", "shared"} & set(item)
    detail = (await world.get(f"/instruments/{item['instrument_id']}")).json()
    assert not {"ownership", "shared"} & set(detail)
    assert (detail.get("shared_with"), detail.get("players_elsewhere")) == (None, None)
    stranger = await world.get(f"/instruments/{item['instrument_id']}", as_=world.himself(uuid4()))
    assert stranger.status_code == 404


async def test_names_are_masked_for_whoever_may_not_read_them(world: World) -> None:
    await pay(world)
    masked = bearer(make_token(permissions=[P.INSTRUMENT_LIST], casinos=[world.casino], modes={"pii_basic": "mask"}))
    (item,) = await world.instruments(masked)
    assert item["holder"] == "A*** G***"


async def test_who_has_a_wallet_is_shown_as_names_are(world: World) -> None:
    whose = Whose(
        payment_id=uuid4(), player_id=world.player, casino_id=world.casino, provider="skrill", direction=Direction.IN
    )
    told = wallet_of("ana@player.example")
    assert told is not None
    await world.desk.app.transact(
        lambda uow: see_instrument(world.desk, uow, whose, told), world.desk.ours("test", world.casino)
    )
    modes = {"clear": "ana@player.example", "mask": "a***@p***"}
    for mode, shown in modes.items():
        staff = bearer(make_token(permissions=[P.INSTRUMENT_LIST], casinos=[world.casino], modes={"pii_basic": mode}))
        (item,) = await world.instruments(staff)
        assert (item["kind"], item["holder"], item["owner"]) == ("wallet", None, shown)


async def act(world: World, what: str, body: dict[str, Any], as_: dict[str, str] | None = None) -> Any:
    item = (await world.instruments())[0]
    return await world.post(f"/instruments/{item['instrument_id']}/{what}", body, as_=as_ or world.staff())


async def test_people_say_whose_it_is_with_a_reason(world: World) -> None:
    await pay(world)
    answer = await act(world, "ownership", {"ownership": "matches", "reason": "statement seen"})
    assert (answer.status_code, answer.json()["ownership"]) == (200, "matches")
    verified = await act(world, "verification", {"verification": "verified", "reason": "statement seen"})
    assert verified.json()["verification"] == "verified"
    mismatch = await act(world, "ownership", {"ownership": "mismatch", "reason": "it is his wife's"})
    assert (mismatch.json()["ownership"], mismatch.json()["verification"]) == ("mismatch", "refused")
    again = await act(world, "verification", {"verification": "verified", "reason": "never mind"})
    assert (again.status_code, again.json()["code"]) == (409, "ownership_mismatch")
    without = await act(world, "ownership", {"ownership": "matches"})
    assert without.status_code == 422


async def test_a_player_switches_his_own_off_and_only_staff_on_again(world: World) -> None:
    await pay(world)
    stranger = await act(world, "disable", {}, world.himself(uuid4()))
    assert stranger.status_code == 404
    off = await act(world, "disable", {}, world.himself())
    assert (off.status_code, off.json()["disabled"]) == (200, True)
    assert (await act(world, "enable", {"reason": "please"}, world.himself())).status_code == 403
    assert (await act(world, "disable", {})).status_code == 422
    on = await act(world, "enable", {"reason": "he called"})
    assert on.json()["disabled"] is False


async def test_money_from_what_is_switched_off_is_the_players_and_for_a_person_to_see(world: World) -> None:
    await pay(world)
    await act(world, "disable", {"reason": "reported stolen"})
    await pay(world)
    assert (await world.balance())[0] == 100_00
    rows = await world.rows("SELECT code FROM provider_notification WHERE outcome = 'set_aside'")
    assert [row["code"] for row in rows] == ["paid_by_disabled_instrument"]


async def test_an_account_told_for_a_payout_is_the_payouts(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    attributes = {"clearinghouse": "SWEDEN", "lastdigits": "9582", "name": "Ana García"}
    answer = await world.notify("account", withdrawal_id, accountid="1520389582", attributes=attributes)
    assert world.trustly.read_answer(answer.content) == "OK"
    (item,) = await world.instruments(world.staff())
    assert (item["last_four"], item["holder"], item["withdrawals"]) == ("9582", "Ana García", 1)


@pytest.mark.parametrize("reference", ["order 7", "018f3a5e-7c1d-7000-8000-00000000abcd"])
async def test_an_account_told_for_nothing_of_ours_has_no_consequence(world: World, reference: str) -> None:
    answer = await world.notify("account", reference, accountid="1520389582", attributes={})
    assert world.trustly.read_answer(answer.content) == "OK"
    assert json.dumps(await world.instruments(world.staff())) == "[]"


async def test_what_is_forgotten_is_unreadable_and_still_recognised(world: World) -> None:
    await pay(world)
    async with world.service.db.write() as connection:
        await world.desk.vault.erase(connection, world.player)
    (item,) = await world.instruments(world.staff())
    assert (item["holder"], item["last_four"]) == (None, "4242")
    await another_player(world)
    await pay(world)
    assert [one["shared"] for one in await world.instruments(world.staff())] == [True, True]


async def test_lists_are_where_the_api_says(world: World) -> None:
    answer = await world.client.get(f"{V1}/instruments/meta", headers=world.staff())
    assert {"kind", "shared", "verification"} <= {one["name"] for one in answer.json()["fields"]}
