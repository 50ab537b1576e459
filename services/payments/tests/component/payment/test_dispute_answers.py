"""Answers that go to the provider: evidence once, acceptance by two people, and nothing unknown taken for refused."""

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.dispute_evidence import dispute_evidence

from .test_answering_disputes import FILE, PDF, WHY, act, opened
from .test_disputes import dispute_of, disputes, told
from .test_notifications import set_aside
from .test_taken_back import paid_in
from .world import STRIPE, World


async def keep(world: World, dispute_id: str, file: dict[str, str] = FILE) -> str:
    kept = await act(world, dispute_id, "evidence", file)
    assert kept.status_code == 201, kept.text
    return str(kept.json()["evidence_id"])


def sending(*evidence: str, **other: Any) -> dict[str, Any]:
    return {**WHY, "files": [{"evidence_id": one} for one in evidence], **other}


async def submit(world: World, dispute_id: str, *evidence: str, **other: Any) -> Any:
    return await act(world, dispute_id, "submit", sending(*evidence), **other)


async def standing(world: World) -> tuple[str, str | None]:
    (row,) = await disputes(world)
    return row["status"], row["answer"]


async def accepted(world: World, dispute_id: str, **body: Any) -> None:
    await world.approved(await act(world, dispute_id, "accept", {**WHY, **body}))


async def test_evidence_is_given_to_the_provider_and_the_dispute_is_contested(world: World) -> None:
    dispute_id = await opened(world)
    played = base64.b64encode("He played on every day of March, señor.".encode()).decode()
    files = [await keep(world, dispute_id), await keep(world, dispute_id, {"kind": "statement", "content": played})]
    ordered = await submit(world, dispute_id, *files)
    assert (ordered.status_code, ordered.json()["status"], ordered.json()["answer"]) == (200, "opened", "ordered")
    await world.run_tasks()
    assert await standing(world) == ("challenged", "taken")
    there = world.stripe.disputes
    assert PDF in there.files["file_1"]
    assert there.evidence["dp_1"] == {
        "evidence[receipt]": "file_1",
        "evidence[uncategorized_text]": "He played on every day of March, señor.",
    }
    assert "dispute_answered" in await world.published()
    assert "Jane" not in json.dumps(await world.rows("SELECT data::text FROM event"))


async def test_evidence_is_taken_once(world: World) -> None:
    dispute_id = await opened(world)
    file = await keep(world, dispute_id)
    first = await submit(world, dispute_id, file)
    assert first.status_code == 200
    second = await submit(world, dispute_id, file)
    assert (second.status_code, second.json()["code"]) == (409, "dispute_answer_underway")
    await world.run_tasks()
    third = await submit(world, dispute_id, file)
    assert (third.status_code, third.json()["code"]) == (409, "dispute_not_open")
    assert world.stripe.disputes.submitted == 1


async def test_the_same_request_is_one_answer(world: World) -> None:
    dispute_id = await opened(world)
    body, key, who = sending(await keep(world, dispute_id)), str(uuid4()), world.staff()
    answers = [await act(world, dispute_id, "submit", body, key=key, as_=who) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    await world.run_tasks()
    assert world.stripe.disputes.submitted == 1


async def test_an_answer_that_was_lost_is_found_there_and_not_sent_again(world: World) -> None:
    dispute_id = await opened(world)
    ordered = await submit(world, dispute_id, await keep(world, dispute_id))
    assert ordered.status_code == 200
    lose_from = len(world.stripe.calls) + 1
    world.stripe.lost_from = lose_from
    await world.run_tasks()
    world.stripe.lost_from = None
    assert await standing(world) == ("opened", "unknown")
    await world.pass_time(minutes=5)
    assert await standing(world) == ("challenged", "taken")
    assert world.stripe.disputes.submitted == 1


async def test_an_answer_that_never_arrived_is_sent_again_under_its_key(world: World) -> None:
    dispute_id = await opened(world)
    await submit(world, dispute_id, await keep(world, dispute_id))
    world.stripe.down = 1
    await world.run_tasks()
    assert await standing(world) == ("opened", "unknown")
    for _ in range(4):
        await world.pass_time(minutes=20)
    assert await standing(world) == ("challenged", "taken")
    keys = [call.key for call in world.stripe.calls if call.url.endswith("/v1/files")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_a_webhook_says_what_became_of_an_unknown_answer(world: World) -> None:
    dispute_id = await opened(world)
    await submit(world, dispute_id, await keep(world, dispute_id))
    world.stripe.down = 1
    await world.run_tasks()
    intent = next(iter(world.stripe.intents.values()))
    await told(world, "updated", dispute_of(world, intent, "under_review"))
    assert await standing(world) == ("challenged", "taken")
    calls = len(world.stripe.calls)
    await world.pass_time(minutes=20)
    assert len(world.stripe.calls) == calls


async def test_after_a_refusal_other_evidence_may_be_sent(world: World) -> None:
    dispute_id = await opened(world)
    file = await keep(world, dispute_id)
    world.stripe.disputes.refuse_files = "file_corrupt"
    await submit(world, dispute_id, file)
    await world.run_tasks()
    (row,) = await disputes(world)
    assert (row["status"], row["answer"], row["answer_code"]) == ("opened", "refused", "file_corrupt")
    world.stripe.disputes.refuse_files = None
    assert (await submit(world, dispute_id, file)).status_code == 200
    await world.run_tasks()
    assert await standing(world) == ("challenged", "taken")


async def test_two_people_accept_a_dispute(world: World) -> None:
    dispute_id = await opened(world)
    proposed = await act(world, dispute_id, "accept")
    assert proposed.status_code == 202, proposed.text
    await world.run_tasks()
    assert (world.stripe.disputes.closed, await standing(world)) == (0, ("opened", None))
    await world.approved(proposed)
    await world.run_tasks()
    assert (world.stripe.disputes.closed, await standing(world)) == (1, ("accepted", "taken"))


async def test_what_was_accepted_by_hand_is_noted_and_not_sent(world: World) -> None:
    dispute_id = await opened(world)
    await accepted(world, dispute_id, by_hand=True)
    await world.run_tasks()
    (row,) = await disputes(world)
    assert (row["status"], row["by_hand"], world.stripe.disputes.closed) == ("accepted", True, 0)


async def test_nobody_approves_what_he_may_not(world: World) -> None:
    dispute_id = await opened(world)
    proposed = await act(world, dispute_id, "accept")
    seen = {"payload_sha256": proposed.json()["payload_sha256"]}
    path = proposed.json()["href"].removeprefix("/api/payments/v1")
    for held, ceilings in (((P.DISPUTE_ACCEPT,), None), ((P.DISPUTE_APPROVE,), {"EUR": 49_99})):
        claims: dict[str, Any] = {} if ceilings is None else {"ceilings": ceilings}
        refused = await world.post(f"{path}/approve", seen, as_=world.staff(uuid4(), *held, **claims))
        assert refused.status_code in (403, 404), refused.text
    assert await standing(world) == ("opened", None)


async def test_an_unknown_answer_is_settled_by_people_who_looked_there(world: World) -> None:
    dispute_id = await opened(world)
    await submit(world, dispute_id, await keep(world, dispute_id))
    world.stripe.down = 1_000
    await world.run_tasks()
    for _ in range(8):
        await world.pass_time(hours=4)
    assert await set_aside(world) == [("stripe", "dispute_answer_left_unknown")]
    assert await standing(world) == ("opened", "unknown")
    by_hand = await act(world, dispute_id, "challenge")
    assert (by_hand.status_code, by_hand.json()["status"]) == (200, "challenged"), by_hand.text


async def test_an_answer_that_cannot_be_sent_is_told_before_its_deadline(world: World) -> None:
    dispute_id = await opened(world)
    await submit(world, dispute_id, await keep(world, dispute_id))
    assert (
        await world.settle("/providers/stripe", {**STRIPE, "enabled": False, "currencies": ["EUR"]})
    ).status_code == 200
    await world.run_tasks()
    assert await set_aside(world) == []
    (row,) = await disputes(world)
    await world.pass_time(seconds=(row["due_at"] - world.clock.now()).total_seconds() - 3600)
    assert await set_aside(world) == [("stripe", "dispute_answer_left_unknown")]


async def test_no_deadline_passes_while_an_answer_is_on_its_way(world: World) -> None:
    dispute_id = await opened(world)
    await submit(world, dispute_id, await keep(world, dispute_id))
    world.stripe.down = 1_000
    await world.pass_time(days=11)
    await world.pass_time(hours=2)
    assert await standing(world) == ("opened", "unknown")


async def test_evidence_of_an_erased_player_is_not_sent(world: World) -> None:
    dispute_id = await opened(world)
    await submit(world, dispute_id, await keep(world, dispute_id))

    async def erase(uow: Any) -> None:
        await world.desk.vault.erase(uow.connection, world.player)

    await world.desk.app.transact(erase, world.desk.ours("erasure", world.casino))
    await world.run_tasks()
    (row,) = await disputes(world)
    assert (row["answer"], row["answer_code"]) == ("refused", "evidence_gone")
    assert world.stripe.disputes.files == {}


async def test_another_file_than_was_brought_is_neither_sent_nor_shown(world: World) -> None:
    dispute_id = await opened(world)
    brought = await keep(world, dispute_id)
    other = await keep(world, dispute_id, {**FILE, "content": base64.b64encode(b"%PDF-1.7 of another one").decode()})
    async with world.service.db.write() as connection:
        table = dispute_evidence
        await connection.execute(text("ALTER TABLE dispute_evidence DISABLE TRIGGER USER"))
        sealed = select(table.c.sealed).where(table.c.id == UUID(other)).scalar_subquery()
        await connection.execute(update(table).where(table.c.id == UUID(brought)).values(sealed=sealed))
    assert (await submit(world, dispute_id, brought)).status_code == 200
    await world.run_tasks()
    (row,) = await disputes(world)
    assert (row["answer"], row["answer_code"]) == ("refused", "evidence_differs")
    assert world.stripe.disputes.files == {}
    shown = await world.get(f"/disputes/{dispute_id}/evidence/{brought}", as_=world.staff())
    assert (shown.status_code, shown.json()["code"]) == (409, "evidence_differs")


async def test_stripe_asks_for_no_reason(world: World) -> None:
    dispute_id = await opened(world)
    answer = await world.get(f"/disputes/{dispute_id}/defences", as_=world.staff())
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"files": []}, 422, "invalid"),
        ({"files": [{"evidence_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}]}, 422, "evidence_unknown"),
        ({"defence": "GoodsOrServicesProvided"}, 422, "invalid"),
        ({"reason": ""}, 422, "invalid"),
        ({"document": "shoe_size"}, 422, "invalid"),
        ({"twice": True}, 422, "invalid"),
    ],
    ids=["no_file", "unknown_file", "a_reason", "no_why", "no_such_document", "one_file_twice"],
)
async def test_what_cannot_be_sent_is_refused(world: World, change: dict[str, Any], status: int, code: str) -> None:
    dispute_id = await opened(world)
    body = sending(await keep(world, dispute_id), **change)
    if "document" in change:
        body["files"][0]["document"] = body.pop("document")
    if "twice" in change:
        body["files"] *= 2
        body.pop("twice")
    answer = await act(world, dispute_id, "submit", body)
    assert answer.status_code == status, answer.text
    assert answer.json()["code"].startswith(code), answer.text


async def test_sending_takes_its_own_permission_and_the_casino(world: World) -> None:
    dispute_id = await opened(world)
    body = sending(await keep(world, dispute_id))
    may_not = world.staff(None, P.DISPUTE_CHALLENGE, P.DISPUTE_LIST)
    assert (await act(world, dispute_id, "submit", body, as_=may_not)).status_code == 403
    assert (await world.get(f"/disputes/{dispute_id}/defences", as_=may_not)).status_code == 403
    others = world.staff(casino=uuid4())
    assert (await act(world, dispute_id, "submit", body, as_=others)).status_code == 404
    assert (await world.get(f"/disputes/{dispute_id}/defences", as_=others)).status_code == 404


async def test_a_dispute_is_not_answered_through_an_account_that_is_off(world: World) -> None:
    intent = await paid_in(world)
    await told(world, "created", dispute_of(world, intent))
    (row,) = await disputes(world)
    file = await keep(world, str(row["id"]))
    off = {**STRIPE, "enabled": False, "currencies": ["EUR"]}
    assert (await world.settle("/providers/stripe", off)).status_code == 200
    refused = await submit(world, str(row["id"]), file)
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_not_offered")
