"""Partners' raw endpoints and the wallet hop: whatever comes over the wire, nothing fails and nothing is posted."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from services.games.tests.support import hub88
from services.payments.tests.component.payment.fakes import FakeStripe, FakeTrustly

from bad_input.asking import problem
from bad_input.calm import CalmHouses
from bad_input.houses import House
from bad_input.mutations import mutations
from bad_input.test_bad_bodies import BROKEN, TWO_MEGABYTES
from chassis.auth import ServiceTokens
from chassis.testing.tokens import bearer

CALLS = ("user/info", "user/balance", "transaction/bet", "transaction/win", "transaction/rollback")
PROVIDERS = tuple(
    f"payments/{name}/{{casino_id}}/notifications"
    for name in (
        "adyen",
        "adyen_transfers",
        "btcpay",
        "coingate",
        "paysafe",
        "praxis",
        "skrill",
        "stripe",
        "truelayer",
        "trustly",
    )
) + tuple(f"payments/paymentiq/{{casino_id}}/{step}" for step in ("verifyuser", "authorize", "transfer", "cancel"))
NOW = 1_780_000_000


def _wrong_bodies(right: Any) -> Iterator[bytes]:
    yield from BROKEN.values()
    yield TWO_MEGABYTES
    for mutation in mutations(right):
        yield json.dumps(mutation.body).encode()


@pytest.mark.parametrize("call", CALLS)
async def test_hub88_hears_its_own_words_whatever_it_says(call: str, calm_houses: CalmHouses) -> None:
    """Signed properly, so that the body is looked at. The token opens no session, so nothing may move."""
    house = await calm_houses.of("games")
    before, path = await house.rows(), f"/partner/hub88/{house.facts['casino_id']}/{call}"
    for body in _wrong_bodies(hub88.document(call)):
        answer = await house.client.post(path, content=body, headers=hub88.signed(body))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), body[:80]
        status = answer.json()["status"]
        assert status.startswith("RS_ERROR_") or call == "user/info", (body[:80], answer.text)
        assert status != "RS_ERROR_UNKNOWN", f"ours to blame: {body[:80]!r}"
    assert await house.rows() == before


async def test_hub88_without_a_good_signature_or_address_gets_nothing(calm_houses: CalmHouses) -> None:
    house = await calm_houses.of("games")
    before, casino = await house.rows(), house.facts["casino_id"]
    body = json.dumps(hub88.document("transaction/bet")).encode()
    for value in ("", "x", "====", "A" * 9_000, hub88.sign(b"other"), hub88.sign(body, "somebody")):
        path = f"/partner/hub88/{casino}/transaction/bet"
        answer = await house.client.post(path, content=body, headers={hub88.HEADER: value})
        assert answer.json()["status"] == "RS_ERROR_INVALID_SIGNATURE", value[:20]
    places = (
        "hub88",
        "hub88/x/transaction/bet",
        f"hub88/{casino}/transaction/steal",
        f"nobody/{casino}/transaction/bet",
    )
    for place in (*places, f"hub88/{casino}/%00", f"hub88/%ED%A0%80/{'x' * 3000}", "", "/"):
        answer = await house.client.post(f"/partner/{place}", content=body, headers=hub88.signed(body))
        assert 400 <= answer.status_code < 500, place
    elsewhere = await house.client.post(
        f"/partner/hub88/{uuid4()}/transaction/bet", content=body, headers=hub88.signed(body)
    )
    assert elsewhere.json()["status"].startswith("RS_ERROR_"), elsewhere.text
    assert await house.rows() == before


@pytest.mark.parametrize("place", PROVIDERS)
async def test_providers_words_that_are_not_signed_change_nothing(place: str, calm_houses: CalmHouses) -> None:
    house = await calm_houses.of("payments")
    before = await house.rows()
    right = {"id": "evt_1", "type": "payment_intent.succeeded", "created": NOW, "data": {"object": {"id": "pi_1"}}}
    for body in _wrong_bodies(right):
        for headers in ({}, {"Stripe-Signature": "t=1,v1=00"}, {"Stripe-Signature": "t=x,,=,v1"}):
            answer = await house.client.post(_at(house, place), content=body, headers=headers)
            problem(answer, why=f"{place} {body[:80]!r}")
    for address in (str(uuid4()), "x", "%00"):
        problem(await house.client.post(f"/partner/{place.format(casino_id=address)}", content=b"{}"), why=address)
    assert await house.rows() == before


async def test_stripe_may_sign_nonsense(calm_houses: CalmHouses) -> None:
    """Signed with the right secret, so it is believed; and still a deposit succeeds once at most."""
    house = await calm_houses.of("payments")
    before = await house.rows()
    at = int(house.service.application.clock.now().timestamp())
    intent = {"id": "pi_1", "amount": 100, "amount_received": 100, "currency": "eur", "status": "succeeded",
              "metadata": {"order_id": house.facts["deposit_id"]}}  # fmt: skip
    for mutation in mutations(intent):
        raw, headers = FakeStripe.webhook("payment_intent.succeeded", mutation.body, at)
        await _never_fails(house, "payments/stripe/{casino_id}/notifications", raw, headers, mutation.name)
    assert (await house.rows())["transfer"] <= before["transfer"] + 1


async def test_trustly_may_sign_nonsense(calm_houses: CalmHouses) -> None:
    house = await calm_houses.of("payments")
    before = await house.rows()
    fake = FakeTrustly()
    data = {"notificationid": "n1", "messageid": str(uuid4()), "orderid": "1", "amount": "100.00", "currency": "EUR",
            "timestamp": "2026-03-01 12:00:00.1+00"}  # fmt: skip
    for mutation in [one for one in mutations(data) if "\\ud" not in ascii(one.body)]:
        part = fake.signed("payoutconfirmation", f"u-{uuid4()}", mutation.body)
        params = {"signature": part["signature"], "uuid": part["uuid"], "data": part["data"]}
        raw = json.dumps({"method": "payoutconfirmation", "params": params, "version": "1.1"}).encode()
        await _never_fails(house, "payments/trustly/{casino_id}/notifications", raw, {}, mutation.name)
    assert (await house.rows())["transfer"] == before["transfer"]


async def _never_fails(house: House, place: str, raw: bytes, headers: dict[str, str], why: str) -> None:
    answer = await house.client.post(_at(house, place), content=raw, headers=headers)
    assert answer.status_code == 200 or problem(answer, why=why)


def _at(house: House, place: str) -> str:
    return f"/partner/{place.format(casino_id=house.facts['casino_id'])}"


async def test_the_wallet_hop_refuses_a_batch_as_a_whole(calm_houses: CalmHouses) -> None:
    house = await calm_houses.of("payments")
    before, facts = await house.rows(), house.facts
    item = [str(uuid4()), "bet", facts["casino_id"], facts["player_id"], "EUR", 100, 7, "round-1", "dragon", "hub88",
            None, None, "tx-1", False, False]  # fmt: skip
    wrong = [-1, 10**15 + 1, 2**63, 10**30, 1.5, "x", None, True, [], {}, "\x00", "\ud800", "x" * 300, "eur"]
    batches: list[Any] = [item, [[]], [[*item, 1]], [item[:-1]], {"items": [item]}, [item] * 5_000]
    batches += [[item, [*item[:place], value, *item[place + 1 :]]] for place in range(len(item)) for value in wrong]
    for batch in batches:
        answer = await _hop(house, "transfers", json.dumps(batch).encode())
        assert answer.status_code in (200, 413, 422), (answer.text, str(batch)[:300])
    for path in ("transfers", "balances"):
        for name, raw in BROKEN.items():
            answer = await _hop(house, path, raw)
            assert answer.status_code == 422 or (name == "a list" and answer.status_code == 200), (name, answer.text)
        assert (await _hop(house, path, TWO_MEGABYTES)).status_code == 413
        assert (await house.client.post(f"/internal/v1/wallet/{path}", content=b"[]")).status_code == 401
        staff = bearer(house.token("operator") or "")
        answer = await house.client.post(f"/internal/v1/wallet/{path}", content=b"[]", headers=staff)
        assert answer.status_code == 401
    for pairs in (
        [[1, "EUR"]],
        [[str(uuid4()), "eur"]],
        [[str(uuid4())]],
        [["\x00", "EUR"]],
        [[str(uuid4()), "EUR", 1]],
    ):
        assert (await _hop(house, "balances", json.dumps(pairs).encode())).status_code == 422, pairs
    assert (await house.rows())["event"] == before["event"]


async def _hop(house: House, path: str, content: bytes) -> httpx.Response:
    token = ServiceTokens("games", house.service.settings.internal_key).mint("payments")
    return await house.client.post(f"/internal/v1/wallet/{path}", content=content, headers=bearer(token))
