"""What staff write: who reads it, and that no card's number is in it."""

import base64
from uuid import uuid4

import pytest

from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token
from contracts.errors import CommonError
from contracts.payments.permissions import PaymentsPermission as P

from .test_adjustments import propose
from .test_answering_disputes import act, opened
from .test_fraud_work import RULE, alarming, put_draft
from .world import World

NUMBER = "4242 4242 4242 4242"
CARD = f"He sent a picture of {NUMBER}, exp 12/31"
UNWANTED = CommonError.CARD_NUMBER_UNWANTED


async def test_the_words_of_a_rejection_are_for_whoever_may_read_them(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "name differs"}, as_=world.staff())
    address = f"/withdrawals/{withdrawal_id}"
    for permissions, read in (([P.WITHDRAWAL_LIST], False), ([P.WITHDRAWAL_LIST, P.WITHDRAWAL_VIEW_REASON], True)):
        staff = bearer(make_token(permissions=permissions, casinos=[world.casino]))
        told = (await world.get(address, as_=staff)).json()
        assert (told.get("reject_reason"), told["approved_by"]) == ("name differs" if read else None, [])
        listed = await world.get(f"/withdrawals?player_id=eq.{world.player}", as_=staff)
        assert listed.json() == [told]


async def test_a_player_neither_reads_nor_asks_who_decided_and_in_which_words(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "name differs"}, as_=world.staff())
    (listed,) = (await world.get("/withdrawals")).json()
    assert listed == (await world.get(f"/withdrawals/{withdrawal_id}")).json()
    assert not {"reject_reason", "approved_by"} & set(listed)
    for asked in (f"approved_by=cs.{{{uuid4()}}}", "reject_reason=is.null", "select=approved_by"):
        assert (await world.get(f"/withdrawals?{asked}")).status_code == 400


async def nothing_kept(world: World) -> None:
    stored = await world.rows("SELECT data::text AS text FROM event UNION ALL SELECT envelope FROM outbox")
    assert not [row for row in stored if NUMBER in row["text"]]


async def test_a_card_number_is_no_reason_and_no_reference(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    refused = await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": CARD}, as_=world.staff())
    assert fields(problem(refused, 422, "invalid_request")) == {"reason": UNWANTED}
    assert NUMBER not in refused.text
    refused = await propose(world, reference="4242-4242-4242-4242", reason=CARD)
    assert fields(problem(refused, 422, "invalid_request")) == {"reference": UNWANTED, "reason": UNWANTED}
    found = {"outcome": "paid", "reference": NUMBER.replace(" ", ""), "reason": "they wrote it"}
    refused = await world.post(f"/withdrawals/{withdrawal_id}/outcome", found, as_=world.staff())
    assert fields(problem(refused, 422, "invalid_request")) == {"reference": UNWANTED}
    await nothing_kept(world)


async def test_a_card_number_is_in_no_word_about_a_proposal(world: World) -> None:
    await world.give()
    approval_id = (await propose(world)).json()["approval_id"]
    detail = f"/approvals/{approval_id}"
    payload = (await world.get(detail, as_=world.staff())).json()["payload_sha256"]
    for decision, body in (("approve", {"payload_sha256": payload}), ("reject", {})):
        refused = await world.post(f"{detail}/{decision}", {**body, "reason": CARD}, as_=world.staff())
        assert fields(problem(refused, 422, "invalid_request")) == {"reason": UNWANTED}
    await nothing_kept(world)


async def test_a_card_number_is_in_no_statement_to_a_bank(world: World) -> None:
    dispute_id = await opened(world)
    written = {"kind": "statement", "content": base64.b64encode(CARD.encode()).decode()}
    refused = await act(world, dispute_id, "evidence", written)
    assert fields(problem(refused, 422, "invalid")) == {"content": UNWANTED}


async def test_a_card_number_is_in_no_note_and_no_rule(world: World) -> None:
    ids = await alarming(world)
    refused = await world.post(f"/fraud/cases/{ids['case_id']}/notes", {"text": CARD}, as_=world.staff())
    assert fields(problem(refused, 422, "invalid_request")) == {"text": UNWANTED}
    refused = await put_draft(world, {"rules": [RULE, {**RULE, "id": "OTHER", "text": CARD}]})
    assert fields(problem(refused, 422, "invalid")) == {"rules[1].text": UNWANTED}


@pytest.mark.parametrize(
    "reference",
    [
        "74242424242424242424242",
        "8515131751004933",
        "DE89 3704 0044 0532 0130 00",
        "018f3c2a-4242-7242-8242-424242424242",
    ],
    ids=["acquirer", "provider", "account", "id"],
)
async def test_what_outsiders_call_a_payment_is_a_reference(world: World, reference: str) -> None:
    assert (await propose(world, reference=reference)).status_code == 202
