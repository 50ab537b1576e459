"""Withdrawals: hold, approval, payout, and whatever the provider says afterwards."""

from asyncio import gather
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing.tokens import ALL_CLEAR, bearer, make_token
from contracts.backoffice.events import PlayerBlocked, SelfExclusionStarted
from contracts.envelope import Envelope
from contracts.verification.events import HitDecided, VerificationLevelReached

from .world import EVERYTHING, V1, World

BANK = {
    "clearing_house": "SPAIN",
    "account_number": "ES9121000418450200051332",
    "first_name": "Ana",
    "last_name": "García",
}


@pytest.fixture
async def rich(world: World) -> World:
    """The player has 500.00; one person approves up to 200.00, two above."""
    await world.give(500_00)
    await policy(world, second_person_above_minor=200_00)
    return world


async def policy(world: World, **fields: int) -> None:
    body = {"currency": "EUR", **fields}
    answer = await world.settle("/withdrawal-policy", body)
    assert answer.status_code == 200, answer.text


async def approve(world: World, withdrawal_id: str, **staff: Any) -> Any:
    return await world.approve(withdrawal_id, world.staff(**staff))


async def sent(world: World, amount_minor: int = 100_00) -> str:
    """The id of a withdrawal the provider has taken."""
    withdrawal_id = (await world.withdraw(amount_minor)).json()["withdrawal_id"]
    assert (await approve(world, withdrawal_id)).status_code == 200
    await world.run_tasks()
    assert await status(world, withdrawal_id) == "sent"
    return str(withdrawal_id)


async def status(world: World, withdrawal_id: str) -> str:
    return str((await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def test_only_the_player_asks_and_takes_back(rich: World) -> None:
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    assert (await rich.post("/withdrawals", {}, as_=rich.staff())).status_code == 403
    cancelling = await rich.post(f"/withdrawals/{withdrawal_id}/cancel", as_=rich.staff())
    assert cancelling.status_code == 403
    stranger = await rich.post(f"/withdrawals/{withdrawal_id}/cancel", as_=rich.himself(uuid4()))
    assert stranger.status_code == 404


async def test_the_money_is_on_hold_from_the_request_on(rich: World) -> None:
    answer = await rich.withdraw(100_00)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["status"], body["destination"]) == ("awaiting_approval", "****582")
    assert await rich.balance() == (400_00, 100_00)
    assert await rich.transfers() == [("withdrawal_hold", 100_00)]


async def test_nobody_withdraws_more_than_he_has(rich: World) -> None:
    answer = await rich.withdraw(500_01)
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_funds")
    assert await rich.rows("SELECT 1 FROM event WHERE stream_id NOT LIKE 'approval-%'") == []
    assert await rich.balance() == (500_00, 0)


async def test_several_withdrawals_at_once_hold_no_more_than_there_is(rich: World) -> None:
    answers = await gather(*(rich.withdraw(200_00) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert await rich.balance() == (100_00, 400_00)


async def test_the_same_request_again_holds_once(rich: World) -> None:
    first = await rich.withdraw(key="the-same-key")
    again = await rich.withdraw(key="the-same-key")
    assert again.json() == first.json()
    assert await rich.balance() == (400_00, 100_00)


async def test_the_same_id_to_elsewhere_is_refused(rich: World) -> None:
    withdrawal_id = str(uuid4())
    for _ in range(2):
        answer = await rich.withdraw(withdrawal_id=withdrawal_id, destination=BANK)
        assert answer.status_code == 201
    elsewhere = await rich.withdraw(withdrawal_id=withdrawal_id, destination={**BANK, "last_name": "Garcia"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "withdrawal_already_requested")
    assert await rich.balance() == (400_00, 100_00)


async def test_the_bank_account_and_its_holder_are_nowhere_in_clear(rich: World) -> None:
    answer = await rich.withdraw(destination=BANK)
    assert answer.json()["destination"] == "****1332"
    stored = [
        *await rich.rows("SELECT data::text AS data FROM event"),
        *await rich.rows("SELECT response::text AS data FROM idempotency WHERE response IS NOT NULL"),
        *await rich.rows("SELECT envelope AS data FROM outbox"),
        *await rich.rows("SELECT payload::text AS data FROM task"),
        *await rich.rows("SELECT rm::text AS data FROM rm_withdrawal_list rm"),
    ]
    assert not [row for row in stored if "ES91210" in row["data"] or "García" in row["data"]]


async def test_one_person_approves_and_the_payout_goes_out_under_our_ids(rich: World) -> None:
    withdrawal_id = (await rich.withdraw(100_00, destination=BANK)).json()["withdrawal_id"]
    approved = await approve(rich, withdrawal_id)
    assert approved.json()["status"] == "approved"
    await rich.run_tasks()
    assert await status(rich, withdrawal_id) == "sent"
    order = rich.trustly.orders[withdrawal_id]
    assert (order["Amount"], order["Currency"], order["Lastname"]) == ("100.00", "EUR", "García")
    assert order["NotificationURL"].endswith(f"/partner/payments/trustly/{rich.casino}/notifications")
    assert await rich.balance() == (400_00, 100_00)


async def test_above_the_threshold_nobody_is_his_own_second(rich: World) -> None:
    withdrawal_id = (await rich.withdraw(300_00)).json()["withdrawal_id"]
    ann, bob = uuid4(), uuid4()
    assert (await approve(rich, withdrawal_id, subject=ann)).json()["status"] == "awaiting_approval"
    refused = await approve(rich, withdrawal_id, subject=ann)
    assert (refused.status_code, refused.json()["code"]) == (409, "second_person_required")
    await rich.run_tasks()
    assert rich.trustly.calls == []
    final = (await approve(rich, withdrawal_id, subject=bob)).json()
    assert (final["status"], final["approved_by"]) == ("approved", [str(ann), str(bob)])


async def test_the_final_approval_names_who_had_approved_before(rich: World) -> None:
    ann, bob = uuid4(), uuid4()
    alone = (await rich.withdraw(100_00)).json()["withdrawal_id"]
    await approve(rich, alone, subject=bob)
    together = (await rich.withdraw(300_00)).json()["withdrawal_id"]
    for person in (ann, bob):
        await approve(rich, together, subject=person)
    rows = await rich.rows("SELECT envelope FROM outbox ORDER BY id")
    told = [Envelope.model_validate_json(row["envelope"]) for row in rows]
    approvals = [
        (one.subject, one.actorid, one.authorisedby) for one in told if one.type == "payments.withdrawal_approved"
    ]
    assert approvals == [
        (f"withdrawal-{alone}", str(bob), None),
        (f"withdrawal-{together}", str(ann), None),
        (f"withdrawal-{together}", str(bob), str(ann)),
    ]


@pytest.mark.parametrize("ceilings", [{"EUR": 99_99}, {"SEK": 1_000_000_00}])
async def test_nobody_decides_about_more_than_a_role_of_his_allows(rich: World, ceilings: dict[str, int]) -> None:
    withdrawal_id = (await rich.withdraw(100_00)).json()["withdrawal_id"]
    limited = bearer(make_token(permissions=EVERYTHING, casinos=[rich.casino], ceilings=ceilings))
    for decision in ("approve", "reject"):
        refused = await rich.post(f"/withdrawals/{withdrawal_id}/{decision}", {"reason": "because"}, as_=limited)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert await status(rich, withdrawal_id) == "awaiting_approval"


async def test_just_as_much_as_a_role_allows_is_approved(rich: World) -> None:
    withdrawal_id = (await rich.withdraw(100_00)).json()["withdrawal_id"]
    limited = bearer(make_token(permissions=EVERYTHING, casinos=[rich.casino], ceilings={"EUR": 100_00}))
    approved = await rich.post(f"/withdrawals/{withdrawal_id}/approve", {}, as_=limited)
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")


async def test_two_people_at_once_are_two_people(rich: World) -> None:
    withdrawal_id = (await rich.withdraw(300_00)).json()["withdrawal_id"]
    answers = await gather(*(approve(rich, withdrawal_id, subject=uuid4()) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409]
    await rich.run_tasks()
    assert len(rich.trustly.orders) == 1


async def test_a_casino_without_a_policy_has_two_people_look(world: World) -> None:
    await world.give()
    assert await world.people(1_00) == 2


async def test_a_small_withdrawal_is_paid_without_anybody_where_the_policy_says_so(rich: World) -> None:
    await policy(rich, second_person_above_minor=200_00, automatic_up_to_minor=50_00)
    withdrawal_id = (await rich.withdraw(50_00)).json()["withdrawal_id"]
    await rich.run_tasks()
    assert await status(rich, withdrawal_id) == "sent"


async def test_a_rejection_gives_the_money_back_and_the_player_reads_no_names(rich: World) -> None:
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    staff = rich.staff()
    rejected = await rich.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "name differs"}, as_=staff)
    assert (rejected.json()["status"], rejected.json()["reject_reason"]) == ("rejected", "name differs")
    assert await rich.balance() == (500_00, 0)
    assert (await approve(rich, withdrawal_id)).json()["code"] == "withdrawal_already_decided"
    seen = (await rich.get(f"/withdrawals/{withdrawal_id}")).json()
    assert not {"reject_reason", "approved_by"} & set(seen)
    meta = await rich.rows("SELECT meta ->> 'reason' AS reason FROM event ORDER BY global_position DESC LIMIT 1")
    assert meta[0]["reason"] == "name differs"


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_who_decides_reads_in_the_answer_what_the_list_shows_him(rich: World, verb: str) -> None:
    blind = {**ALL_CLEAR, "financial": "none"}
    staff = bearer(make_token(permissions=EVERYTHING, casinos=[rich.casino], modes=blind))
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    said = {"reason": "looked at"}
    answer = await rich.post(f"/withdrawals/{withdrawal_id}/{verb}", said, as_=staff, key="once-and-again")
    again = await rich.post(f"/withdrawals/{withdrawal_id}/{verb}", said, as_=staff, key="once-and-again")
    assert answer.status_code == again.status_code == 200, answer.text
    assert answer.json() == again.json() == (await rich.get(f"/withdrawals/{withdrawal_id}", as_=staff)).json()
    assert not {"amount_minor", "destination"} & set(answer.json())
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_player_takes_it_back_where_the_rules_allow_it(bare_world: World) -> None:
    await bare_world.set_up(withdrawal_cancellation_allowed=True)
    await bare_world.give()
    withdrawal_id = (await bare_world.withdraw()).json()["withdrawal_id"]
    assert (await bare_world.post(f"/withdrawals/{withdrawal_id}/cancel")).json()["status"] == "cancelled"
    assert await bare_world.balance() == (500_00, 0)


@pytest.mark.parametrize("profile", [{}, {"jurisdiction": "GB", "withdrawal_cancellation_allowed": True}])
async def test_no_player_takes_it_back_elsewhere_and_never_in_britain(bare_world: World, profile: Any) -> None:
    await bare_world.set_up(**profile)
    await bare_world.give()
    withdrawal_id = (await bare_world.withdraw()).json()["withdrawal_id"]
    refused = await bare_world.post(f"/withdrawals/{withdrawal_id}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "cancellation_not_allowed")
    assert await bare_world.balance() == (400_00, 100_00)


async def test_what_was_sent_is_neither_rejected_nor_taken_back(bare_world: World) -> None:
    await bare_world.set_up(withdrawal_cancellation_allowed=True)
    await bare_world.give()
    await policy(bare_world, second_person_above_minor=200_00)
    withdrawal_id = await sent(bare_world)
    reject = await bare_world.post(
        f"/withdrawals/{withdrawal_id}/reject", {"reason": "too late"}, as_=bare_world.staff()
    )
    cancel = await bare_world.post(f"/withdrawals/{withdrawal_id}/cancel")
    assert {reject.json()["code"], cancel.json()["code"]} == {"withdrawal_already_sent"}


async def test_a_blocked_and_excluded_player_gets_his_money(rich: World) -> None:
    started = rich.clock.now()
    await rich.tell(
        PlayerBlocked(player_id=rich.player, casino_id=rich.casino),
        SelfExclusionStarted(player_id=rich.player, casino_id=rich.casino, started_at=started),
    )
    await sent(rich)


async def test_a_confirmed_hit_asks_for_two_people(rich: World) -> None:
    await rich.tell(HitDecided(hit_id=uuid4(), player_id=rich.player, casino_id=rich.casino, decision="confirm"))
    assert await rich.people(1_00) == 2


async def test_verification_comes_first_where_the_casinos_rules_say_so(bare_world: World) -> None:
    await bare_world.set_up(withdrawal_requires_level="verified")
    await bare_world.give()
    refused = await bare_world.withdraw()
    assert (refused.status_code, refused.json()["code"]) == (409, "verification_required")
    reached = VerificationLevelReached(
        case_id=uuid4(), player_id=bare_world.player, casino_id=bare_world.casino, level="verified", previous="none"
    )
    await bare_world.tell(reached)
    assert (await bare_world.withdraw()).status_code == 201


async def test_a_lost_answer_is_asked_about_with_the_identical_order(rich: World) -> None:
    rich.trustly.lost = 2
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    await approve(rich, withdrawal_id)
    await rich.run_tasks()
    assert await status(rich, withdrawal_id) == "unknown"
    await rich.pass_time(seconds=3)
    await rich.pass_time(seconds=3)
    assert await status(rich, withdrawal_id) == "sent"
    assert len({call.body for call in rich.trustly.calls}) == 1
    assert (len(rich.trustly.calls), len(rich.trustly.orders)) == (3, 1)
    assert await rich.published() == [
        "instrument_seen", "withdrawal_requested", "withdrawal_approved", "payout_outcome_unknown", "payout_sent",
    ]  # fmt: skip


async def test_a_process_that_dies_while_it_waits_is_followed_by_one_that_sends_the_same(rich: World) -> None:
    rich.trustly.killed = 1
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    await approve(rich, withdrawal_id)
    await rich.run_tasks()
    assert await status(rich, withdrawal_id) == "sending"
    await rich.pass_time(seconds=31)
    assert await status(rich, withdrawal_id) == "sent"
    assert (len(rich.trustly.calls), len({call.body for call in rich.trustly.calls})) == (2, 1)


async def test_a_refused_payout_gives_the_money_back(rich: World) -> None:
    rich.trustly.refuse = "ERROR_INVALID_PARAMETERS"
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    await approve(rich, withdrawal_id)
    await rich.run_tasks()
    assert await status(rich, withdrawal_id) == "failed"
    assert await rich.balance() == (500_00, 0)


async def test_an_error_that_leaves_it_open_keeps_the_money_on_hold(rich: World) -> None:
    rich.trustly.refuse = "ERROR_DUPLICATE_MESSAGE_ID"
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    await approve(rich, withdrawal_id)
    await rich.run_tasks()
    assert await status(rich, withdrawal_id) == "unknown"
    assert await rich.balance() == (400_00, 100_00)
    answer = await rich.notify("payoutconfirmation", withdrawal_id)
    assert answer.status_code == 200
    assert await status(rich, withdrawal_id) == "paid"


async def test_a_provider_that_is_switched_off_is_waited_for(rich: World) -> None:
    withdrawal_id = (await rich.withdraw()).json()["withdrawal_id"]
    shown = (await rich.client.get(f"{V1}/casinos/{rich.casino}/providers", headers=rich.staff())).json()
    settings = next(one["settings"] for one in shown if one["provider"] == "trustly")
    body = {"enabled": False, "currencies": ["EUR"], "settings": settings}
    await rich.settle("/providers/trustly", body)
    await approve(rich, withdrawal_id)
    await rich.run_tasks()
    assert rich.trustly.calls == []
    await rich.settle("/providers/trustly", {**body, "enabled": True})
    await rich.pass_time(minutes=2)
    assert await status(rich, withdrawal_id) == "sent"


async def test_a_confirmed_payout_is_paid_once_and_answered_with_a_signature(rich: World) -> None:
    withdrawal_id = await sent(rich)
    for _ in range(2):
        answer = await rich.notify("payoutconfirmation", withdrawal_id, notificationid="n1")
        assert rich.trustly.read_answer(answer.content) == "OK"
    await rich.notify("payoutconfirmation", withdrawal_id, notificationid="n2")
    assert await status(rich, withdrawal_id) == "paid"
    assert await rich.balance() == (400_00, 0)
    assert await rich.transfers() == [("withdrawal_hold", 100_00), ("withdrawal_paid", 100_00)]
    assert await rich.ledger_sum() == 0


@pytest.mark.parametrize("method", ["payoutfailed", "credit"])
async def test_a_payout_that_fails_gives_the_money_back(rich: World, method: str) -> None:
    withdrawal_id = await sent(rich)
    await rich.notify(method, withdrawal_id)
    assert await status(rich, withdrawal_id) == "failed"
    assert await rich.balance() == (500_00, 0)


async def test_paid_money_that_comes_back_is_a_new_credit(rich: World) -> None:
    withdrawal_id = await sent(rich)
    await rich.notify("payoutconfirmation", withdrawal_id)
    await rich.notify("payoutfailed", withdrawal_id, errorcode="account_closed")
    await rich.notify("credit", withdrawal_id)
    row = (await rich.get(f"/withdrawals/{withdrawal_id}")).json()
    assert (row["status"], row["code"], row["returned_minor"]) == ("returned", "account_closed", 100_00)
    assert await rich.balance() == (500_00, 0)
    assert [kind for kind, _ in await rich.transfers()] == [
        "withdrawal_hold", "withdrawal_paid", "withdrawal_returned",
    ]  # fmt: skip


async def test_a_provider_that_asks_may_take_what_is_on_hold_and_nothing_else(rich: World) -> None:
    withdrawal_id = await sent(rich)
    may = await rich.notify("debit", withdrawal_id)
    may_not = await rich.notify("debit", withdrawal_id, amount="101.00")
    nobody = await rich.notify("debit", uuid4())
    answers = [rich.trustly.read_answer(answer.content) for answer in (may, may_not, nobody)]
    assert answers == ["OK", "FAILED", "FAILED"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider": "stripe"}, "provider"),
        ({"currency": "JPY"}, None),
        ({"destination": {}}, "destination"),
        ({"destination": {"iban": "x"}}, "destination"),
        ({"destination": {"account_id": "x" * 65}}, "destination.account_id"),
        ({"amount_minor": -1}, "amount_minor"),
    ],
)
async def test_a_request_that_makes_no_sense_names_the_field(rich: World, fields: Any, field: str | None) -> None:
    answer = await rich.withdraw(**fields)
    assert answer.status_code in (409, 422), answer.text
    assert field is None or answer.json()["errors"][0]["field"] == field
    assert await rich.rows("SELECT 1 FROM event WHERE stream_id NOT LIKE 'approval-%'") == []
