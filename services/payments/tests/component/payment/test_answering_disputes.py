"""What staff do about disputes: see them by their deadline, accept or contest them, keep what proves our side."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.payments.permissions import PaymentsPermission as P

from .test_disputes import charged_back, dispute_of, disputes, told
from .test_taken_back import paid_in
from .world import World

WHY = {"reason": "he sent the receipt"}
PDF = b"%PDF-1.7 the receipt of Jane Doe"
FILE = {"kind": "receipt", "content": base64.b64encode(PDF).decode()}


async def opened(world: World) -> str:
    await charged_back(world, await paid_in(world))
    (row,) = await disputes(world)
    return str(row["id"])


async def act(world: World, dispute_id: str, what: str, body: Any = WHY, **other: Any) -> Any:
    return await world.post(
        f"/disputes/{dispute_id}/{what}", body, as_=other.pop("as_", None) or world.staff(), **other
    )


async def test_disputes_are_listed_by_what_is_due_next(world: World) -> None:
    intent = await paid_in(world)
    for number, days in ((1, 9), (2, 3), (3, 6)):
        due = int((world.clock.now() + timedelta(days=days)).timestamp())
        word = dispute_of(world, intent, "warning_needs_response", id=f"dp_{number}", amount=1_00)
        await told(world, "created", {**word, "evidence_details": {"due_by": due}})
    answer = await world.get("/disputes?opened_at=gte.now-7d&status=eq.opened&order=due_at.asc", as_=world.staff())
    assert [one["reference"] for one in answer.json()] == ["dp_2", "dp_3", "dp_1"], answer.text


async def test_a_dispute_is_shown_with_all_that_happened_to_it(world: World) -> None:
    dispute_id = await opened(world)
    await act(world, dispute_id, "challenge")
    shown = (await world.get(f"/disputes/{dispute_id}", as_=world.staff())).json()
    assert [(one["what"], one["by"]) for one in shown["timeline"]][:2] == [
        ("opened", "stripe"),
        ("fee_charged", "stripe"),
    ]
    assert (shown["timeline"][-1]["what"], shown["timeline"][-1]["status"]) == ("answered", "challenged")
    assert (shown["status"], shown["told"], shown["by_hand"], shown["fee_minor"]) == (
        "challenged", "opened", True, 15_00
    )  # fmt: skip


async def test_what_was_contested_by_hand_is_not_answered_again_and_does_not_expire(world: World) -> None:
    dispute_id = await opened(world)
    kept = (await act(world, dispute_id, "evidence", FILE)).json()["evidence_id"]
    answered = await act(world, dispute_id, "challenge")
    assert (answered.status_code, answered.json()["status"]) == (200, "challenged"), answered.text
    for what, body in (("submit", {**WHY, "files": [{"evidence_id": kept}]}), ("accept", WHY)):
        refused = await act(world, dispute_id, what, body)
        assert refused.status_code == 409, refused.text
    await world.pass_time(days=30)
    assert [row["status"] for row in await disputes(world)] == ["challenged"]


async def test_a_dispute_of_another_casino_is_not_there(world: World) -> None:
    dispute_id = await opened(world)
    others = world.staff(casino=uuid4())
    for what, body in (("accept", WHY), ("challenge", WHY), ("evidence", FILE)):
        assert (await act(world, dispute_id, what, body, as_=others)).status_code == 404
    assert (await world.get(f"/disputes/{dispute_id}", as_=others)).status_code == 404


async def test_evidence_is_kept_sealed_and_each_opening_is_recorded(world: World) -> None:
    dispute_id = await opened(world)
    kept = await act(world, dispute_id, "evidence", FILE)
    assert (kept.status_code, kept.json()["media_type"], kept.json()["size"]) == (201, "application/pdf", len(PDF))
    stored = await world.rows("SELECT sealed FROM dispute_evidence")
    assert FILE["content"] not in stored[0]["sealed"]
    path = f"/disputes/{dispute_id}/evidence/{kept.json()['evidence_id']}"
    opened_file = await world.get(path, as_=world.staff())
    assert (opened_file.content, opened_file.headers["content-type"]) == (PDF, "application/pdf")
    assert opened_file.headers["content-disposition"] == "attachment"
    told_of = [json.loads(row["envelope"]) for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    acts = [one["data"] for one in told_of if one["type"] == "platform.access_recorded"]
    assert acts[-1]["action"] == "payments.dispute.evidence"
    assert acts[-1]["subject_id"] == str(world.player)
    shown = (await world.get(f"/disputes/{dispute_id}", as_=world.staff())).json()
    assert [one["kind"] for one in shown["files"]] == ["receipt"]
    assert "Jane" not in json.dumps(shown)


async def test_evidence_is_opened_by_whoever_may_alone(world: World) -> None:
    dispute_id = await opened(world)
    kept = await act(world, dispute_id, "evidence", FILE)
    path = f"/disputes/{dispute_id}/evidence/{kept.json()['evidence_id']}"
    assert (await world.get(path, as_=world.staff(None, P.DISPUTE_LIST))).status_code == 403
    assert (await world.get(f"/disputes/{uuid4()}/evidence/{uuid4()}", as_=world.staff())).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**FILE, "content": "no base64!"}, 422),
        ({**FILE, "content": base64.b64encode(b"MZ a program").decode()}, 415),
        ({**FILE, "content": base64.b64encode(PDF + b"x" * 2_000_000).decode()}, 422),
        ({**FILE, "content": base64.b64encode(PDF.ljust(2_000_000)).decode()}, 201),
        ({**FILE, "kind": "rumour"}, 422),
        ({**FILE, "name": "../../etc/passwd"}, 422),
        ({"kind": "statement", "content": FILE["content"]}, 201),
        ({"kind": "statement", "content": base64.b64encode(b"\xff\xfe\x00").decode()}, 415),
        ({"kind": "statement", "content": base64.b64encode(b"x" * 20_001).decode()}, 415),
    ],
    ids=["not_base64", "a_program", "too_large", "largest", "kind", "extra", "statement", "no_text", "too_long_a_text"],
)
async def test_what_is_no_evidence_is_refused(world: World, body: dict[str, Any], status: int) -> None:
    answer = await act(world, await opened(world), "evidence", body)
    assert answer.status_code == status, answer.text
