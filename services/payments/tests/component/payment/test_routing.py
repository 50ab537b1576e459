"""A deposit is asked for by method: who is chosen, what is kept of it, and who is not asked for a while."""

from asyncio import gather
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.backoffice.events import PlayerTagged, PlayerUntagged, SelfExclusionStarted
from payments.application.routing.unrouted import KEPT_IN, MOST_KEPT

from .fake_adyen import ADYEN
from .fakes import THEIR_PUBLIC
from .world import STRIPE, World

CARDS = ("stripe", "adyen")


@pytest.fixture
async def two(world: World) -> World:
    """Two providers that take cards; Stripe is cheaper."""
    await world.offer_cards()
    return world


async def by_card(world: World, **fields: Any) -> dict[str, Any]:
    answer = await world.deposit(**{"provider": None, "method": "card", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def settings(world: World, provider: str, **changes: Any) -> None:
    body = {"enabled": True, "currencies": ["EUR"], **(STRIPE if provider == "stripe" else ADYEN), **changes}
    answer = await world.settle(f"/providers/{provider}", body)
    assert answer.status_code == 200, answer.text


async def offer_bank(world: World, **changes: Any) -> None:
    """Trustly, which must know who pays."""
    account = {"base_url": "https://test.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC}
    terms = {"enabled": True, "currencies": ["EUR"], "settings": account, "methods": {"bank": {}}}
    assert (await world.settle("/providers/trustly", {**terms, **changes})).status_code == 200


async def decisions(world: World, deposit_id: str) -> list[dict[str, Any]]:
    statement = """
        SELECT attempt, provider, way, outcome, code, strategy_version, new_player, country,
        candidates::text AS candidates FROM routing_decision WHERE deposit_id = $1::uuid ORDER BY attempt"""
    return await world.rows(statement, deposit_id)


# --- the request


async def test_a_method_is_enough_and_the_cheaper_provider_is_asked(two: World) -> None:
    deposit = await by_card(two)
    assert (deposit["provider"], deposit["method"], deposit["status"]) == ("stripe", "card", "requires_action")
    (row,) = await decisions(two, deposit["deposit_id"])
    assert (row["attempt"], row["provider"], row["way"], row["outcome"]) == (1, "stripe", "economic_value", "pending")
    assert (row["strategy_version"], row["new_player"], row["country"]) == (0, True, "MT")
    assert '"left_out": "method_not_offered"' in row["candidates"]  # Trustly offers no cards.


async def test_a_provider_or_a_method_but_not_both(two: World) -> None:
    for fields in ({"provider": None}, {"provider": "stripe", "method": "card"}):
        answer = await two.deposit(**fields)
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid"


PAYER = {"first_name": "Sue", "last_name": "Smith", "email": "sue@casino.example", "country": "MT", "locale": "en"}


async def refused(world: World, **fields: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, code, and what is to blame for what; nothing else came of the request."""
    answer = await world.deposit(**{"provider": None, "method": "card", **fields})
    assert await world.published() == []
    assert (await world.get("/deposits")).json() == []
    problem = answer.json()
    return answer.status_code, problem["code"], [(one["field"], one["code"]) for one in problem["errors"]]


async def nobody(world: World) -> list[dict[str, Any]]:
    """The decisions for which nobody was found, as staff see them."""
    path = f"/routing/decisions?outcome=eq.none&player_id=eq.{world.player}&decided_at=gte.2026-01-01"
    found: list[dict[str, Any]] = (await world.get(path, as_=world.staff())).json()
    return found


async def test_a_method_that_nobody_offers_is_what_is_wrong(two: World) -> None:
    assert await refused(two, method="pigeon") == (422, "method_not_offered", [("method", "method_not_offered")])
    await settings(two, "adyen", enabled=False, methods={"voucher": {}})
    assert (await refused(two, method="voucher"))[:2] == (409, "no_provider_available")  # It will be offered again.


async def test_of_requests_nobody_takes_a_player_makes_no_more_than_a_few_rows(two: World) -> None:
    """He is answered the same, and another player's are kept."""
    told = {str(await refused(two, method="pigeon")) for _ in range(MOST_KEPT + 2)}
    assert len(told) == 1
    assert len(await kept_of_nobody(two)) == MOST_KEPT
    await two.withdraw(1_00, provider=None, method="pigeon")
    assert len(await kept_of_nobody(two)) == MOST_KEPT
    two.clock.advance(KEPT_IN + timedelta(seconds=1))
    await two.beat()
    await refused(two, method="pigeon")
    assert len(await kept_of_nobody(two)) == MOST_KEPT + 1
    two.player = uuid4()
    await two.register(two.player)
    await refused(two, method="pigeon")
    assert len(await kept_of_nobody(two)) == 1


async def kept_of_nobody(world: World) -> list[dict[str, Any]]:
    query = "SELECT id FROM routing_decision WHERE player_id = $1 AND outcome = 'none'"
    return await world.rows(query, world.player)


async def test_a_refused_request_says_why_as_the_cashier_does(two: World) -> None:
    for provider in CARDS:
        await settings(two, provider, methods={"card": {}}, deposit_bounds={"EUR": {"max_minor": 10_00}})
    why = (409, "no_provider_available", [("amount_minor", "amount_too_large")])
    assert await refused(two) == why
    for provider in CARDS:
        await settings(two, provider, methods={"card": {"countries": ["SE"]}})
    assert await refused(two) == (409, "no_provider_available", [("method", "country_not_served")])
    for provider in CARDS:
        await settings(two, provider, methods={"card": {}}, enabled=False)
    assert await refused(two) == (409, "no_provider_available", [("method", "switched_off")])


async def test_what_was_asked_for_before_is_asked_for_again_where_nobody_is_left(two: World) -> None:
    """Under another key, as after an answer that got lost; another player's id is none of his."""
    asked = await by_card(two)
    for provider in CARDS:
        await settings(two, provider, methods={"card": {}}, enabled=False)
    assert (await by_card(two, deposit_id=asked["deposit_id"]))["deposit_id"] == asked["deposit_id"]
    two.player = uuid4()
    await two.register(two.player)
    stolen = await two.deposit(provider=None, method="card", deposit_id=asked["deposit_id"])
    assert (stolen.status_code, stolen.json()["code"]) == (409, "deposit_already_requested")
    assert [one["outcome"] for one in await decisions(two, asked["deposit_id"])] == ["pending"]


async def test_details_that_lack_are_named_each_and_with_them_it_is_taken(two: World) -> None:
    await offer_bank(two)
    lacks = [(f"details.{name}", "invalid") for name in PAYER]
    assert await refused(two, method="bank") == (422, "invalid", lacks)
    without = {name: value for name, value in PAYER.items() if name != "locale"}
    assert await refused(two, method="bank", details=without) == (422, "invalid", [("details.locale", "invalid")])
    ill = {**PAYER, "email": "sue"}
    assert await refused(two, method="bank", details=ill) == (422, "invalid", [("details.email", "invalid")])
    assert [(one["code"], one["provider"]) for one in await nobody(two)] == [("details_missing", None)] * 3
    assert (await by_card(two, method="bank", details=PAYER))["provider"] == "trustly"


async def test_details_are_not_asked_for_where_they_would_not_help(two: World) -> None:
    await offer_bank(two, deposit_bounds={"EUR": {"max_minor": 10_00}})
    why = (409, "no_provider_available", [("amount_minor", "amount_too_large")])
    assert await refused(two, method="bank") == why


async def test_a_decision_for_nobody_is_kept_with_every_candidate(two: World) -> None:
    await offer_bank(two)
    key, deposit_id = str(uuid4()), str(uuid4())
    for _ in range(2):
        await refused(two, method="bank", key=key, deposit_id=deposit_id)
    (row,) = await nobody(two)
    assert (row["attempt"], row["provider"], row["outcome"], row["code"]) == (None, None, "none", "details_missing")
    assert (row["deposit_id"], row["method"], row["amount_minor"]) == (deposit_id, "bank", 50_00)
    shown = (await two.get(f"/routing/decisions/{row['decision_id']}", as_=two.staff())).json()
    left_out = {one["provider"]: one["left_out"] for one in shown["candidates"]}
    assert left_out["trustly"] == "details_missing"
    assert left_out["stripe"] == "method_not_offered"
    await refused(two, method="bank", deposit_id=deposit_id)  # Another request by the same id is another decision.
    assert len(await nobody(two)) == 2
    made = await by_card(two, method="bank", deposit_id=deposit_id, details=PAYER)
    assert [one["attempt"] for one in await decisions(two, made["deposit_id"])] == [1, None, None]


async def test_the_repeat_of_a_refused_request_is_answered_the_same(two: World) -> None:
    await offer_bank(two)
    key = str(uuid4())
    first = await two.deposit(provider=None, method="bank", key=key)
    await offer_bank(two, enabled=False)
    again = await two.deposit(provider=None, method="bank", key=key)
    assert first.status_code == again.status_code == 422
    known = ("code", "detail", "errors")
    assert [first.json()[name] for name in known] == [again.json()[name] for name in known]


async def test_a_provider_named_is_asked_as_ever_and_not_routed(two: World) -> None:
    two.stripe.refuse = "do_not_honor"
    deposit = (await two.deposit()).json()
    assert (deposit["provider"], deposit["status"], deposit["method"]) == ("stripe", "failed", None)
    assert await decisions(two, deposit["deposit_id"]) == []
    assert two.adyen.calls == []


async def test_a_provider_named_is_bound_by_what_the_casino_agreed_with_it(two: World) -> None:
    await settings(two, "stripe", methods={"card": {"countries": ["SE"]}, "wallet": {"countries": ["FI"]}})
    deposit_id = str(uuid4())
    refused = await two.deposit(deposit_id=deposit_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_provider_available"), refused.text
    assert refused.json()["errors"][0] == {
        "field": "provider",
        "code": "country_not_served",
        "message": "This method is not offered in the player's country.",
    }
    await settings(two, "stripe", methods={"card": {"countries": ["SE"]}, "wallet": {"countries": ["FI", "MT"]}})
    made = await two.deposit(deposit_id=deposit_id)
    assert made.status_code == 201, made.text
    await settings(two, "stripe", methods={"card": {"countries": ["SE"]}})
    again = await two.deposit(deposit_id=deposit_id)
    assert (again.status_code, again.json()["deposit_id"]) == (201, deposit_id), "what is asked again was taken before"


async def test_each_provider_is_told_only_the_details_it_asks_for(two: World) -> None:
    two.stripe.refuse = "do_not_honor"
    deposit = await by_card(two, details={"email": "ann@example.com", "favourite_colour": "blue"})
    assert deposit["provider"] == "adyen"
    assert "favourite" not in two.adyen.calls[0].body.decode()
    assert "ann@example.com" in two.adyen.calls[0].body.decode()


async def test_the_same_request_again_is_the_same_deposit(two: World) -> None:
    first, deposit_id = str(uuid4()), str(uuid4())
    made = await by_card(two, key=first, deposit_id=deposit_id)
    two.stripe.refuse = "do_not_honor"
    assert (await by_card(two, key=first, deposit_id=deposit_id))["deposit_id"] == made["deposit_id"]
    await settings(two, "stripe", enabled=False, methods={"card": {}})
    assert (await by_card(two, deposit_id=deposit_id))["provider"] == "stripe"
    other = await two.deposit(provider="adyen", deposit_id=deposit_id)
    assert other.json()["code"] == "deposit_already_requested"


async def test_countries_and_bounds_leave_a_provider_out(two: World) -> None:
    await settings(two, "stripe", methods={"card": {"countries": ["SE"]}})
    assert (await by_card(two))["provider"] == "adyen"
    await settings(two, "stripe", methods={"card": {"countries": ["SE", "MT"]}})
    assert (await by_card(two))["provider"] == "stripe"
    await settings(two, "stripe", methods={"card": {}}, deposit_bounds={"EUR": {"max_minor": 10_00}})
    assert (await by_card(two))["provider"] == "adyen"


# --- the log


async def test_each_attempt_is_kept_with_every_candidate_and_what_became_of_it(two: World) -> None:
    two.stripe.refuse = "do_not_honor"
    deposit = await by_card(two)
    first, second = await decisions(two, deposit["deposit_id"])
    assert (first["provider"], first["outcome"], first["code"]) == ("stripe", "declined", "do_not_honor")
    assert (second["provider"], second["outcome"], second["way"]) == ("adyen", "pending", "order")
    assert '"left_out": "tried_before"' in second["candidates"]
    raw = two.adyen.authorised(deposit["deposit_id"])
    headers = {"Content-Type": "application/json"}
    assert (await two.client.post(two.calls_at("adyen"), content=raw, headers=headers)).status_code == 200
    assert [one["outcome"] for one in await decisions(two, deposit["deposit_id"])] == ["declined", "settled"]


async def test_what_nobody_decided_says_nothing_of_the_provider(two: World) -> None:
    deposit = await by_card(two)
    await two.pass_time(hours=25)
    assert [one["outcome"] for one in await decisions(two, deposit["deposit_id"])] == ["expired"]


async def test_tags_of_players_are_known_to_rules(two: World) -> None:
    whose = {"player_id": two.player, "casino_id": two.casino}
    await two.tell(
        PlayerTagged(**whose, tag="vip"), PlayerTagged(**whose, tag="old"), PlayerUntagged(**whose, tag="old")
    )
    deposit = await by_card(two)
    rows = await two.rows(
        "SELECT tags::text AS tags FROM routing_decision WHERE deposit_id = $1::uuid", deposit["deposit_id"]
    )
    assert rows == [{"tags": '["vip"]'}]


# --- the breaker


async def fail(world: World, times: int) -> None:
    for _ in range(times):
        world.stripe.down = 1
        await by_card(world)


async def later(world: World, seconds: int) -> None:
    world.clock.advance(timedelta(seconds=seconds))
    await world.beat()


async def test_one_alone_tries_a_provider_at_a_time(two: World) -> None:
    await fail(two, 5)
    await later(two, 31)
    await two.request_deposit(provider=None, method="card")  # Its process died before it called anybody.
    assert (await by_card(two))["provider"] == "adyen"
    await later(two, 31)
    assert (await by_card(two))["provider"] == "stripe"


async def test_of_many_at_once_one_alone_tries_it(two: World) -> None:
    await fail(two, 5)
    players = [uuid4() for _ in range(4)]
    for player in players:
        await two.register(player)
    await later(two, 31)
    await gather(*(two.request_deposit(provider=None, method="card", player=one) for one in players))
    asked = await two.rows(
        "SELECT provider, count(*)::int AS often FROM routing_decision WHERE player_id = ANY($1) GROUP BY 1", players
    )
    assert {row["provider"]: row["often"] for row in asked} == {"stripe": 1, "adyen": 3}


async def test_whoever_is_refused_tries_nobody_and_is_in_nobodys_way(two: World) -> None:
    await fail(two, 5)
    await later(two, 31)
    honest, two.player = two.player, uuid4()
    await two.register()
    started = two.clock.now()
    await two.tell(SelfExclusionStarted(player_id=two.player, casino_id=two.casino, started_at=started, until=None))
    assert (await two.deposit(provider=None, method="card")).json()["code"] == "self_excluded"
    two.player = honest
    assert (await by_card(two))["provider"] == "stripe"


async def test_a_banks_no_opens_no_breaker(two: World) -> None:
    two.stripe.refuse = "do_not_honor"
    for _ in range(8):
        await by_card(two)
    two.stripe.refuse = None
    assert (await by_card(two))["provider"] == "stripe"


async def test_a_breaker_is_of_one_method_and_currency(two: World) -> None:
    await fail(two, 5)
    await settings(two, "stripe", methods={"card": {}, "wallet": {}})
    assert (await by_card(two))["provider"] == "adyen"
    assert (await by_card(two, method="wallet"))["provider"] == "stripe"
