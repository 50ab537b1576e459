"""What a notification has us ask of money that went out is asked until it is answered, whatever we knew before."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from truelayer_signing import HttpMethod, sign_with_pem

from payments.application.ports import HttpCall
from payments.application.processes.looking import ANSWERED_WITHIN

from .fake_hints import TRUELAYER_PEM, HintingPaysafe, HintingPraxis, HintingTrueLayer, Wire
from .test_looks import TROUBLES, Told
from .test_refunds import refund, statuses
from .world import World

MONEY = {"amount": 50_00, "currencyCode": "EUR"}


@dataclass
class PaysafeOut(HintingPaysafe):
    """With money that goes out, which is `paid` at once, and may be `undone` later."""

    destination: ClassVar[dict[str, str]] = {"kind": "wallet", "service": "skrill", "owner": "sue@example.com"}
    out: str = "COMPLETED"
    reference: str = ""

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        reference = json.loads(call.body)["merchantRefNum"]
        if path.endswith(("/standalonecredits", "/refunds")):
            self.reference = reference
            return 201, self.gone()
        if "-" not in reference:
            return super().made(call, path)
        return 201, {**self.handle("PAYABLE"), "merchantRefNum": reference}

    def gone(self) -> dict[str, Any]:
        return {"id": "out-1", "merchantRefNum": self.reference, **MONEY, "status": self.out}

    def found(self, path: str) -> Any:
        if path.endswith("/standalonecredits"):
            return {"standaloneCredits": [self.gone()]}
        if "/refunds" in path:
            return self.gone()
        return super().found(path)

    def told_of(self, what: str, number: int, now: datetime, path: str) -> Wire:
        kind = {"payout": "SA_CREDIT_FAILED", "refund": "REFUND_FAILED"}[what]
        payload = {"id": "out-1", "merchantRefNum": self.reference, "status": "FAILED"}
        raw = json.dumps({"payload": payload, "eventType": kind}).encode()
        return raw, {"Signature": base64.b64encode(hmac.new(b"k" * 32, raw, hashlib.sha256).digest()).decode()}

    def undo(self) -> None:
        self.out = "FAILED"


@dataclass
class TrueLayerOut(HintingTrueLayer):
    """The same at TrueLayer."""

    destination: ClassVar[dict[str, str]] = {"account_holder_name": "Sue Hopper", "iban": "DE89370400440532013000"}
    out: str = "executed"
    metadata: dict[str, str] = field(default_factory=dict)

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        if path.endswith(("/payouts", "/refunds")):
            self.metadata = json.loads(call.body)["metadata"]
            return 202, {"id": "out-1"}
        return super().made(call, path)

    def found(self, path: str) -> Any:
        if "/payouts" not in path and "/refunds" not in path:
            return super().found(path)
        money = {"amount_in_minor": 50_00, "currency": "EUR"}
        return {"id": "out-1", **money, "status": self.out, "metadata": self.metadata}

    def told_of(self, what: str, number: int, now: datetime, path: str) -> Wire:
        told = {"type": f"{what}_failed", "event_id": f"e-out-{number}", f"{what}_id": "out-1"}
        raw = json.dumps({**told, "failure_reason": "scheme_error", "metadata": self.metadata}).encode()
        headers = {"X-Tl-Webhook-Timestamp": now.isoformat()}
        signer = sign_with_pem("theirs", TRUELAYER_PEM).set_method(HttpMethod.POST).set_path(path).add_headers(headers)
        return raw, {**headers, "Tl-Signature": signer.set_body(raw.decode()).sign()}

    def undo(self) -> None:
        self.out = "failed"


OUT: dict[str, type[PaysafeOut] | type[TrueLayerOut]] = {"paysafe": PaysafeOut, "truelayer": TrueLayerOut}


class Gone(Told):
    """A payout or a refund that is gone, as far as its provider has said."""

    house: Any

    def __init__(self, world: World, name: str, what: str) -> None:
        super().__init__(world, name)
        self.house, self.what = OUT[name](), what

    async def send(self) -> None:
        if self.what == "refund":
            await self.begin_and_pay()
            await refund(self.world, {"metadata": {"order_id": self.deposit_id}}, 50_00)
        else:
            await self.open_account()
            await self.world.give(50_00)
            asked = await self.world.withdraw(50_00, provider=self.name, destination=self.house.destination)
            assert asked.status_code == 201, asked.text
            self.id = asked.json()["withdrawal_id"]
            for _ in range(2):
                await self.world.approve(self.id)
        await self.world.run_tasks()
        await self.world.pass_time(hours=3)
        assert await self.status_out() in ("paid", "succeeded")
        assert await self.world.balance() == (0, 0)
        self.house.asked = 0

    async def status_out(self) -> str:
        if self.what == "payout":
            return str((await self.world.get(f"/withdrawals/{self.id}")).json()["status"])
        (status,) = await statuses(self.world)
        return status

    async def hear(self) -> None:
        self.number += 1
        path = self.world.calls_at(self.name)
        raw, headers = self.house.told_of(self.what, self.number, self.world.clock.now(), path)
        answer = await self.world.client.post(path, content=raw, headers=headers)
        assert answer.status_code == 200, answer.text


@pytest.fixture(params=sorted(OUT))
async def payout(world: World, request: pytest.FixtureRequest) -> Gone:
    gone = Gone(world, request.param, "payout")
    await gone.send()
    return gone


@pytest.fixture(params=sorted(OUT))
async def gone_refund(world: World, request: pytest.FixtureRequest) -> Gone:
    gone = Gone(world, request.param, "refund")
    await gone.send()
    return gone


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_one_lost_answer_loses_no_returned_payout(payout: Gone, trouble: str) -> None:
    payout.house.undo()
    payout.house.trouble = [trouble]
    await payout.hear()
    await payout.world.run_tasks()
    assert (await payout.outcomes())[-1] == ("asking", None)
    await payout.world.pass_time(seconds=30)
    assert (await payout.status_out(), await payout.world.balance()) == ("returned", (50_00, 0))
    assert (await payout.outcomes())[-1] == ("applied", None)


async def test_a_paid_payout_that_is_said_to_have_failed_is_asked_about_again(payout: Gone) -> None:
    await payout.hear()
    await payout.world.run_tasks()
    assert (await payout.outcomes())[-1] == ("asking", None)
    payout.house.undo()
    await payout.world.pass_time(minutes=1)
    assert (await payout.status_out(), await payout.world.balance()) == ("returned", (50_00, 0))


async def test_people_hear_once_of_a_payout_nobody_answers_about(payout: Gone) -> None:
    payout.house.undo()
    payout.house.trouble, payout.house.lasts = ["502"], True
    await payout.hear()
    for _ in range(ANSWERED_WITHIN.days + 2):
        await payout.world.pass_time(days=1)
    assert (await payout.outcomes())[-1] == ("set_aside", "look_unanswered")
    assert await payout.alarms("look_unanswered") == 1
    assert await payout.status_out() == "paid"


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_one_lost_answer_loses_no_refund_that_failed_after_all(gone_refund: Gone, trouble: str) -> None:
    gone_refund.house.undo()
    gone_refund.house.trouble = [trouble]
    await gone_refund.hear()
    await gone_refund.world.run_tasks()
    assert (await gone_refund.outcomes())[-1] == ("asking", None)
    await gone_refund.world.pass_time(seconds=30)
    assert await gone_refund.status_out() == "returned"
    assert (await gone_refund.outcomes())[-1] == ("applied", None)


@dataclass
class PraxisPage(HintingPraxis):
    """A player asked for his money on Praxis's page."""

    def found(self, path: str) -> Any:
        wanted = {"transaction_type": "payout", "transaction_status": "requested", "tid": 9}
        session = {**self.session(), "intent": "withdrawal"}
        return {"status": 0, "session": session, "transaction": {**wanted, "currency": "EUR", "amount": 50_00}}

    def told(self, now: datetime) -> Wire:
        at = int(now.timestamp())
        told: dict[str, Any] = {"merchant_id": "us", "application_key": "here", "version": "1.3", "timestamp": at}
        told |= {"customer": {"customer_token": "c"}, **self.found("")}
        signed = ["us", "here", at, "c", self.ours, 9, "EUR", 50_00, self.account["secrets"]["merchant_secret"]]
        return json.dumps(told).encode(), {
            "GT-Authentication": hashlib.sha384("".join(map(str, signed)).encode()).hexdigest()
        }


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_one_lost_answer_loses_nothing_asked_for_on_a_page(world: World, trouble: str) -> None:
    told, house = Told(world, "praxis"), PraxisPage()
    told.house = house
    await told.open_account()
    await world.give(80_00)
    house.ours, house.player = str(uuid4()), str(world.player)
    house.trouble = [trouble]
    raw, headers = house.told(world.clock.now())
    answer = await world.client.post(world.calls_at("praxis"), content=raw, headers=headers)
    assert answer.status_code == 200
    await world.run_tasks()
    assert (await told.outcomes(), await world.balance()) == ([("asking", None)], (80_00, 0))
    await world.pass_time(seconds=30)
    assert (await told.outcomes(), await world.balance()) == ([("applied", None)], (30_00, 50_00))
    assert await told.waiting() == []
