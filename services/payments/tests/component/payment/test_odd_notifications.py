"""Genuine notifications with what no client of ours may send: they are read all the same, or kept for a person."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from chassis.telemetry.metrics import REGISTRY

from .fakes import WEBHOOK_SECRET
from .test_notifications import set_aside
from .world import World

PLACE = b'"odd": 0'
"""What the odd thing is put in the place of."""
ODD = {
    "a NUL": rb'"odd": "a\u0000b"',
    "a raw NUL": b'"odd": "a\x00b"',
    "half a character": rb'"odd": "\ud800"',
    "a name with both": rb'"\u0000\ud800": 0',
    "bytes that are no UTF-8": b'"odd": "\xff\xfe"',
    "a number of more than 64 bits": b'"odd": ' + b"9" * 30,
    "a number of 5000 digits": b'"odd": ' + b"9" * 5000,
    "not a number": b'"odd": NaN',
    "a key named twice": b'"odd": 1, "odd": 2',
    "a hundred levels": b'"odd": ' + b"[" * 100 + b"]" * 100,
    "more than 256 KiB": b'"odd": "' + b"x" * 300_000 + b'"',
}
NOT_READABLE = {"no JSON": b"{", "a list": b"[]", "no event": b"{}", "deeper than any stack": b"[" * 100_000}
odd = pytest.mark.parametrize("written", ODD.values(), ids=ODD)


def counted(provider: str, outcome: str) -> float:
    labels = {"provider": provider, "outcome": outcome}
    return REGISTRY.get_sample_value("provider_notifications_total", labels) or 0


async def by_stripe(world: World, raw: bytes, secret: str = WEBHOOK_SECRET) -> Any:
    at = int(world.clock.now().timestamp())
    digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={at},v1={digest}", "Content-Type": "application/json"}
    return await world.client.post(world.calls_at("stripe"), content=raw, headers=headers)


async def settled_event(world: World) -> bytes:
    """The event that a deposit was paid, and a place in it for what is odd."""
    intent = world.stripe.settle((await world.deposit()).json()["deposit_id"])
    raw, _ = world.stripe.webhook("payment_intent.succeeded", {**intent, "odd": 0}, 0)
    assert raw.count(PLACE) == 1
    return raw


@odd
async def test_stripe_is_believed_whatever_a_payer_wrote(world: World, written: bytes) -> None:
    raw = (await settled_event(world)).replace(PLACE, written)
    before = counted("stripe", "applied")
    answer = await by_stripe(world, raw)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert await world.balance() == (50_00, 0)
    assert counted("stripe", "applied") == before + 1


@odd
async def test_adyen_is_believed_whatever_a_payer_wrote(world: World, written: bytes) -> None:
    await world.offer_cards()
    deposit_id = (await world.deposit(provider="adyen")).json()["deposit_id"]
    raw = world.adyen.authorised(deposit_id).replace(b'"reason": ""', written)
    for _ in range(2):
        answer = await world.client.post(world.calls_at("adyen"), content=raw, headers={"Content-Type": "text/json"})
        assert (answer.status_code, answer.content) == (200, b"[accepted]")
    assert await world.balance() == (50_00, 0)


@odd
async def test_a_bad_signature_is_refused_and_counted_whatever_is_in_the_body(world: World, written: bytes) -> None:
    raw, before = (await settled_event(world)).replace(PLACE, written), counted("stripe", "not_genuine")
    answer = await by_stripe(world, raw, secret="somebody-else's")
    assert (answer.status_code, answer.json()["code"]) == (401, "notification_not_genuine")
    assert counted("stripe", "not_genuine") == before + 1
    assert await world.rows("SELECT 1 FROM provider_notification") == []


@pytest.mark.parametrize("raw", NOT_READABLE.values(), ids=NOT_READABLE)
async def test_what_is_signed_and_cannot_be_read_is_taken_and_kept_for_a_person(world: World, raw: bytes) -> None:
    before = counted("stripe", "set_aside")
    for _ in range(2):
        assert (await by_stripe(world, raw)).status_code == 200
    assert await set_aside(world) == [("stripe", "body_unreadable")]
    assert (counted("stripe", "set_aside"), counted("stripe", "repeated")) == (
        before + 1,
        counted("stripe", "repeated"),
    )
    (row,) = await world.rows("SELECT outcome, accepted, sealed FROM provider_notification")
    assert (row["outcome"], row["accepted"]) == ("set_aside", True)
    assert world.desk.box.open_bytes(row["sealed"], label="notification") == raw
    assert (await by_stripe(world, raw, secret="somebody-else's")).status_code == 401


async def test_what_no_table_takes_is_replaced_where_it_is_kept(world: World) -> None:
    """A dispute is never asked about: what cannot be read of one is for people."""
    thing = {"id": "dp_\x00\ud800", "amount": 10**30, "currency": "e\x00r", "payment_intent": "\x00"}
    event = {"id": "evt_1", "type": "charge.dispute.created", "created": 10**40, "data": {"object": thing}}
    assert (await by_stripe(world, json.dumps(event).encode())).status_code == 200
    assert await set_aside(world) == [("stripe", "reference_unreadable")]


async def test_a_body_larger_than_any_of_theirs_is_refused_and_counted(world: World) -> None:
    raw, before = b'{"a": "' + b"x" * 1024 * 1024 + b'"}', counted("stripe", "too_large")
    answer = await by_stripe(world, raw)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert counted("stripe", "too_large") == before + 1


@pytest.mark.parametrize(
    "path", ["", "stripe", "stripe/x/notifications", "stripe/{casino}/x", "stripe/{casino}/transfer"]
)
async def test_only_the_protocols_addresses_are_there(world: World, path: str) -> None:
    answer = await world.client.post(f"/partner/payments/{path.format(casino=world.casino)}", content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = await world.client.get(world.calls_at("stripe"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
