"""Deposits: the request, the call, the webhook, and everything that can happen in between."""

from asyncio import gather
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from chassis.testing.problems import problem
from chassis.testing.tokens import ALL_CLEAR, bearer, make_token
from contracts.backoffice.events import DepositLimitSet, PlayerBlocked, PlayerUnblocked, SelfExclusionStarted
from contracts.event import ContractEvent
from contracts.verification.events import HitDecided

from .world import EVERYTHING, V1, World


async def test_only_players_deposit(world: World) -> None:
    assert (await world.post("/deposits", {}, as_=world.staff())).status_code == 403
    assert (await world.client.post(f"{V1}/deposits", json={})).status_code == 401


async def test_a_player_sees_his_own_deposits_only(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    stranger = world.himself(uuid4())
    assert (await world.get(f"/deposits/{deposit_id}", as_=stranger)).status_code == 404
    assert (await world.get("/deposits", as_=stranger)).json() == []
    assert [one["deposit_id"] for one in (await world.get("/deposits")).json()] == [deposit_id]


async def test_a_deposit_answers_with_what_the_player_has_to_do(world: World) -> None:
    answer = await world.deposit()
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["status"] == "requires_action"
    assert body["next_action"]["type"] == "client_secret"
    assert body["next_action"]["client_secret"].startswith("pi_1")
    assert await world.balance() == (0, 0)
    assert world.stripe.calls[0].headers["Idempotency-Key"] == UUID(body["deposit_id"]).hex
    assert world.stripe.calls[0].headers["Authorization"] == "Bearer sk_test_secret"


async def test_staff_do_not_see_the_players_next_step(world: World) -> None:
    body = (await world.deposit()).json()
    path = f"/deposits/{body['deposit_id']}"
    assert (await world.get(path)).json()["next_action"] == body["next_action"]
    assert (await world.get(path, as_=world.staff())).json()["next_action"] is None


async def test_the_clients_secret_is_nowhere_in_clear(world: World) -> None:
    secret = (await world.deposit()).json()["next_action"]["client_secret"]
    events = await world.rows("SELECT data::text AS data FROM event")
    stored = await world.rows("SELECT response::text AS data FROM idempotency")
    sent = await world.rows("SELECT envelope AS data FROM outbox")
    assert not [row for row in [*events, *stored, *sent] if secret in row["data"]]


async def test_the_same_request_again_has_one_effect_and_tells_where_it_stands(world: World) -> None:
    first = await world.deposit(key="the-same-key")
    world.stripe.settle(first.json()["deposit_id"])
    await world.webhook("payment_intent.succeeded", world.stripe.intent_of(first.json()["deposit_id"]))
    again = await world.deposit(key="the-same-key")
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.json()["deposit_id"], again.json()["status"]) == (first.json()["deposit_id"], "succeeded")
    assert len(world.stripe.intents) == 1
    assert (await world.deposit(51_00, key="the-same-key")).json()["code"] == "idempotency_key_reused"


async def test_a_lost_answer_is_an_unknown_outcome_that_is_asked_about_within_seconds(world: World) -> None:
    world.stripe.lost = 1
    body = (await world.deposit()).json()
    assert (body["status"], body["next_action"]) == ("unknown", None)
    assert await world.published() == ["deposit_requested", "deposit_outcome_unknown"]
    await world.pass_time(seconds=3)
    found = (await world.get(f"/deposits/{body['deposit_id']}")).json()
    assert found["status"] == "requires_action"
    assert found["next_action"]["client_secret"].startswith("pi_1")
    assert len(world.stripe.intents) == 1


async def test_a_call_that_never_arrived_is_made_again_with_the_same_key(world: World) -> None:
    world.stripe.down = 1
    body = (await world.deposit()).json()
    assert body["status"] == "unknown"
    await world.pass_time(seconds=3)
    keys = {call.headers["Idempotency-Key"] for call in world.stripe.calls if call.method == "POST"}
    assert keys == {UUID(body["deposit_id"]).hex}
    assert (await world.get(f"/deposits/{body['deposit_id']}")).json()["status"] == "requires_action"


async def test_a_request_whose_process_died_before_the_call_is_called_for_by_the_task(world: World) -> None:
    await world.request_deposit()
    assert world.stripe.calls == []
    await world.pass_time(seconds=16)
    assert [one["status"] for one in (await world.get("/deposits")).json()] == ["requires_action"]


async def test_a_success_whose_webhook_never_comes_is_found_by_asking(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    world.stripe.settle(deposit_id)
    await world.pass_time(minutes=3)
    assert await world.balance() == (50_00, 0)


async def test_a_late_success_after_a_failure_is_credited(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.intent_of(deposit_id)
    failed = {**intent, "status": "requires_payment_method", "last_payment_error": {"decline_code": "lost_card"}}
    await world.webhook("payment_intent.payment_failed", failed)
    row = (await world.get(f"/deposits/{deposit_id}")).json()
    assert (row["status"], row["code"]) == ("failed", "lost_card")
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    row = (await world.get(f"/deposits/{deposit_id}")).json()
    assert (row["status"], row["late"]) == ("succeeded", True)
    assert await world.balance() == (50_00, 0)


async def test_a_declined_card_fails_the_deposit(world: World) -> None:
    world.stripe.next_status = "canceled"
    assert (await world.deposit()).json()["status"] == "failed"


@pytest.mark.parametrize(
    ("events", "code"),
    [
        (lambda w: [PlayerBlocked(player_id=w.player, casino_id=w.casino)], "account_blocked"),
        (
            lambda w: [SelfExclusionStarted(player_id=w.player, casino_id=w.casino, started_at=w.clock.now())],
            "self_excluded",
        ),
        (
            lambda w: [HitDecided(hit_id=uuid4(), player_id=w.player, casino_id=w.casino, decision="confirm")],
            "account_under_review",
        ),
    ],
)
async def test_whoever_may_not_play_may_not_deposit(world: World, events: Any, code: str) -> None:
    await world.tell(*events(world))
    answer = await world.deposit()
    answered = "deposit_not_possible" if code == "account_under_review" else code
    assert (answer.status_code, answer.json()["code"]) == (409, answered), "nobody is told that he is looked into"
    assert world.stripe.calls == []
    assert await world.published() == ["deposit_refused"]
    (listed,) = (await world.get("/deposits")).json()
    own = code if code == "self_excluded" else None
    assert (listed["code"], listed["restriction"], "review" in listed) == ("not_allowed", own, False)


@pytest.mark.parametrize("code", ["self_excluded", "account_under_review", "account_blocked"])
async def test_why_a_player_may_not_pay_in_is_for_whoever_sees_exclusions_and_suspicions(
    world: World, code: str
) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    facts: dict[str, ContractEvent] = {
        "self_excluded": SelfExclusionStarted(**whose, started_at=world.clock.now()),
        "account_under_review": HitDecided(**whose, hit_id=uuid4(), decision="confirm"),
        "account_blocked": PlayerBlocked(**whose),
    }
    await world.tell(facts[code])
    await world.deposit()
    deposit_id, own = (await world.get("/deposits")).json()[0]["deposit_id"], f"/deposits?player_id=eq.{world.player}"

    async def told(modes: dict[Any, Any], path: str) -> Any:
        staff = bearer(make_token(permissions=EVERYTHING, casinos=[world.casino], modes=modes))
        return (await world.get(path, as_=staff)).json()

    for modes in ({}, {"rg": "hash", "aml": "hash"}, {"rg": "mask", "aml": "mask"}):
        shown = [(await told(modes, own))[0], await told(modes, f"/deposits/{deposit_id}")]
        assert {**shown[0], "next_action": None} == shown[1]
        assert (shown[0]["code"], shown[0].get("restriction"), shown[0].get("review")) == ("not_allowed", None, None)
        for asked in (f"restriction=eq.{code}", f"review=eq.{code}", "order=restriction.asc", "order=review.asc"):
            assert (await told(modes, f"{own}&{asked}"))["status"] == 400
        assert await told(modes, f"{own}&code=eq.{code}") == []
        assert len(await told(modes, f"{own}&code=eq.not_allowed")) == 1
    whole = await told(dict(ALL_CLEAR), f"/deposits/{deposit_id}")
    exact = {"self_excluded": (code, None), "account_under_review": (None, code), "account_blocked": (None, None)}
    assert (whole["code"], (whole["restriction"], whole["review"])) == ("not_allowed", exact[code])


async def test_who_was_unblocked_deposits_again(world: World) -> None:
    await world.tell(PlayerBlocked(player_id=world.player, casino_id=world.casino))
    await world.tell(PlayerUnblocked(player_id=world.player, casino_id=world.casino))
    assert (await world.deposit()).status_code == 201


async def test_a_refusal_is_repeated_for_the_same_key(world: World) -> None:
    await world.tell(PlayerBlocked(player_id=world.player, casino_id=world.casino))
    assert (await world.deposit(key="refused-once")).json()["code"] == "account_blocked"
    assert (await world.deposit(key="refused-once")).json()["code"] == "account_blocked"
    assert await world.published() == ["deposit_refused"]


def limit(world: World, amount_minor: int, **fields: Any) -> DepositLimitSet:
    facts: dict[str, Any] = {"period": "day", "currency": "EUR", "effective_from": world.clock.now(), **fields}
    return DepositLimitSet(player_id=world.player, casino_id=world.casino, amount_minor=amount_minor, **facts)


async def test_a_deposit_limit_counts_what_is_accepted_or_pending(world: World) -> None:
    await world.tell(limit(world, 100_00))
    first = (await world.deposit(60_00)).json()["deposit_id"]
    refused = await world.deposit(40_01)
    assert refused.json()["code"] == "deposit_limit_reached"
    assert (await world.deposit(40_00)).status_code == 201
    failed = {**world.stripe.intent_of(first), "last_payment_error": {"code": "card_declined"}}
    await world.webhook("payment_intent.payment_failed", failed)
    assert (await world.deposit(60_00)).json()["code"] == "deposit_limit_reached", "it could still be paid"
    await world.run_tasks()
    assert (await world.deposit(60_00)).status_code == 201


async def test_a_loosened_limit_waits_for_its_day(world: World) -> None:
    await world.tell(limit(world, 50_00))
    tomorrow = world.clock.now() + timedelta(hours=24)
    await world.tell(limit(world, 500_00, effective_from=tomorrow, previous_amount_minor=50_00))
    assert (await world.deposit(60_00)).json()["code"] == "deposit_limit_reached"
    world.clock.advance(timedelta(hours=24))
    await world.beat()
    assert (await world.deposit(60_00)).status_code == 201


async def test_two_deposits_at_once_cannot_both_slip_under_the_limit(world: World) -> None:
    await world.tell(limit(world, 100_00))
    answers = await gather(*(world.deposit(60_00) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_deposits_are_refused_while_restrictions_may_be_too_old(world: World) -> None:
    world.clock.advance(timedelta(minutes=10))
    answer = await world.deposit()
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_possible")


async def test_who_is_looked_into_is_answered_as_anybody_is_while_our_copy_is_too_old(world: World) -> None:
    hit = HitDecided(hit_id=uuid4(), player_id=world.player, casino_id=world.casino, decision="confirm")

    async def seen() -> tuple[Any, ...]:
        answer = await world.deposit()
        (latest, *_) = (await world.get("/deposits")).json()
        ids = {"request_id": None, "trace_id": None, "instance": None}
        mine = {name: one for name, one in latest.items() if name != "deposit_id" and not name.endswith("_at")}
        return answer.status_code, sorted(answer.headers), {**answer.json(), **ids}, mine

    world.clock.advance(timedelta(minutes=10))
    stale = await seen()
    await world.beat()
    await world.tell(hit)
    assert await seen() == stale
    refused = [one["code"] for one in await world.rows("SELECT code FROM rm_deposit_list ORDER BY id")]
    assert refused == ["restriction_feed_stale", "account_under_review"]


async def test_deposits_are_refused_while_a_partition_was_never_heard_of(bare_world: World) -> None:
    await bare_world.open_casino()
    await bare_world.register()
    await bare_world.configure()
    assert (await bare_world.deposit()).json()["code"] == "deposit_not_possible"


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"provider": "paypal"}, 422, "invalid", "provider"),
        ({"provider": "trustly"}, 422, "invalid", "details.first_name"),
        ({"currency": "SEK"}, 404, "wallet_unknown", "currency"),
        ({"currency": "XXXXXXX"}, 422, "wrong_format", "currency"),
        ({"amount_minor": 0}, 422, None, "amount_minor"),
        ({"amount_minor": 10**16}, 422, None, "amount_minor"),
        ({"amount_minor": 1.5}, 422, None, "amount_minor"),
        ({"return_url": "javascript:alert(1)"}, 422, None, "return_url"),
        ({"deposit_id": "7"}, 422, None, "deposit_id"),
        ({"deposit_id": str(uuid5(uuid4(), "paymentiq:in:7"))}, 422, "not_a_uuid", "deposit_id"),
        ({"surprise": 1}, 422, None, "surprise"),
    ],
)
async def test_a_request_that_makes_no_sense_names_the_field(
    world: World, fields: dict[str, Any], status: int, code: str | None, field: str
) -> None:
    answer = await world.deposit(**fields)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert code is None or code in (answer.json()["code"], answer.json()["errors"][0]["code"])
    assert await world.rows("SELECT 1 FROM event WHERE stream_id NOT LIKE 'approval-%'") == []


async def test_a_provider_that_is_switched_off_takes_no_new_deposits_but_hears_of_old_ones(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    body = {"enabled": False, "currencies": ["EUR"], "settings": {"base_url": "https://api.stripe.com"}}
    assert (await world.settle("/providers/stripe", body)).status_code == 200
    refused = problem(await world.deposit(), 409, "provider_not_offered")
    assert [one["field"] for one in refused["errors"]] == ["provider"]
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (50_00, 0)


async def test_the_id_of_somebody_elses_deposit_is_refused(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    answer = await world.deposit(99_00, deposit_id=deposit_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "deposit_already_requested")


async def test_whoever_is_not_known_here_yet_is_told_so(bare_world: World) -> None:
    assert (await bare_world.deposit()).json()["code"] == "casino_unknown"
    await bare_world.open_casino()
    await bare_world.beat()
    await bare_world.configure()
    assert (await bare_world.deposit()).json()["code"] == "player_unknown"
    assert (await bare_world.withdraw()).json()["code"] == "player_unknown"
    await bare_world.register()
    assert (await bare_world.deposit()).status_code == 201


async def test_what_the_provider_does_not_want_to_know_is_not_taken(world: World) -> None:
    refused = await world.deposit(details={"shoe_size": "43"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "details.shoe_size"), refused.text
    assert world.stripe.calls == []
    assert not await world.rows("SELECT 1 FROM rm_deposit_list")


MANY = {f"d{number}": "x" for number in range(11)}


@pytest.mark.parametrize("details", [{"Method": "x"}, {"method": ""}, {"method": "x" * 256}, {"method": 7}, [], MANY])
async def test_details_that_make_no_sense_are_refused(world: World, details: Any) -> None:
    refused = await world.deposit(details=details)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"].startswith("details")


@pytest.mark.parametrize(
    ("back", "status"),
    [
        ("https://casino.example/back?x=1", 201),
        ("http://localhost:3000/back", 201),
        ("http://127.0.0.1", 201),
        ("http://casino.example/back", 422),
        ("http://localhost.casino.example/", 422),
        ("http://localhost@casino.example/", 422),
        ("http://localhost:1@casino.example/", 422),
        ("javascript:alert(1)", 422),
    ],
    ids=["https", "localhost", "loopback", "http", "looks_local", "user", "password", "script"],
)
async def test_a_player_comes_back_over_what_nobody_reads(world: World, back: str, status: int) -> None:
    answer = await world.deposit(return_url=back)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "return_url"
