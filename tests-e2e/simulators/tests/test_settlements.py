"""Settlement files: their own sums add up, and what is wrong in them is what was wished for."""

import csv
import io
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import fromstring

import aiohttp
import pytest
from aiohttp import web

from simulators.app import World, build_app
from simulators.settlements import CAMT

NOBODY = "http://127.0.0.1:1"


class Office:
    """A casino that has taken money through both providers."""

    def __init__(self, session: aiohttp.ClientSession, contracts: dict[str, Any]) -> None:
        self._session, self._secrets = session, {name: one["secrets"] for name, one in contracts.items()}

    async def post(self, path: str, **more: Any) -> Any:
        async with self._session.post(path, **more) as answer:
            return await answer.json() if answer.status < 300 else answer.status

    async def by_adyen(self, reference: str, minor: int) -> None:
        body = {"merchantAccount": "tests", "reference": reference, "amount": {"value": minor, "currency": "EUR"}}
        link = await self.post(
            "/adyen/v71/paymentLinks", json=body, headers={"X-API-Key": self._secrets["adyen"]["api_key"]}
        )
        await self.post(f"/adyen/pay/{link['id']}", json={"holder_name": "S. Hopper"})

    async def by_stripe(self, reference: str, minor: int) -> str:
        form = {"amount": str(minor), "currency": "eur", "metadata[order_id]": reference}
        key = {"Authorization": f"Bearer {self._secrets['stripe']['api_key']}"}
        intent = await self.post("/stripe/v1/payment_intents", data=form, headers=key)
        await self.post(f"/stripe/pay/{intent['client_secret']}", json={"card": "4242424242424242"})
        return str(intent["client_secret"])

    async def settled(self, provider: str, *faults: str) -> Any:
        return await self.post(f"/settlements/{provider}/tests", json={"faults": faults})

    async def account(self) -> str:
        return str((await self.again("bank"))["account"])

    async def again(self, provider: str) -> Any:
        async with self._session.get(f"/settlements/{provider}/tests") as answer:
            return await answer.json()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    runner = web.AppRunner(await build_app(World(NOBODY, NOBODY, NOBODY)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        async with session.post("/control/casinos", json={"casino_id": "tests"}) as answer:
            contracts = await answer.json()
        yield Office(session, contracts)
    await runner.cleanup()


def lines(told: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told["report"])))


def minor(text: str) -> int:
    return int(Decimal(text or 0) * 100)


async def test_adyen_pays_out_what_its_lines_add_up_to(office: Office) -> None:
    await office.by_adyen("one", 100_00)
    await office.by_adyen("two", 50_00)
    told = await office.settled("adyen")
    net = [minor(one["Net Credit (NC)"]) - minor(one["Net Debit (NC)"]) for one in lines(told)]
    assert net == [99_10, 49_55, -1_20, -told["arrives_minor"]]
    assert sum(net) == 0
    assert await office.settled("adyen") == 422, "nothing is settled twice"


async def test_stripe_keeps_its_fees_and_what_a_dispute_costs(office: Office) -> None:
    secret = await office.by_stripe("one", 100_00)
    kinds = ["created", "funds_withdrawn", "funds_reinstated"]
    await office.post(f"/stripe/dispute/{secret}", json={"kinds": kinds, "status": "won"})
    told = await office.settled("stripe")
    shown = [(one["reporting_category"], one["gross"], one["fee"], one["net"]) for one in lines(told)]
    assert shown == [
        ("charge", "100.00", "1.65", "98.35"),
        ("dispute", "-100.00", "15.00", "-115.00"),
        ("dispute_reversal", "100.00", "0.00", "100.00"),
    ]
    assert told["arrives_minor"] == 83_35


async def test_faults_are_in_the_lines_and_in_the_payout(office: Office) -> None:
    for reference in ("first", "second", "last"):
        await office.by_stripe(reference, 10_00)
    told = await office.settled("stripe", "wrong_amount", "missing_there", "missing_here")
    shown = {one["payment_metadata[order_id]"]: one["gross"] for one in lines(told)}
    assert (shown.pop("second"), shown.pop("last")) == ("10.00", "9.00")
    assert list(shown.values()) == ["7.77"], "the first is missing, and there is one of nobody"
    assert told["arrives_minor"] == sum(minor(one["net"]) for one in lines(told))


async def test_the_last_settlement_is_told_again_in_other_bytes(office: Office) -> None:
    await office.by_adyen("one", 100_00)
    first, again = await office.settled("adyen"), await office.again("adyen")
    assert first["report"] != again["report"]
    assert lines(first) == lines(again)[::-1]


async def test_the_bank_tells_of_each_payout_once(office: Office) -> None:
    await office.by_adyen("one", 100_00)
    await office.by_stripe("two", 100_00)
    said = [(await office.settled(provider))["said"] for provider in ("adyen", "stripe")]
    stated = fromstring((await office.post("/settlements/bank/tests"))["statement"])
    names = {"c": CAMT}
    texts = [one.text or "" for one in stated.findall(".//c:Ustrd", names)]
    assert [text.split()[0] for text in texts] == said
    assert [one.text for one in stated.findall(".//c:Ntry/c:Amt", names)] == ["97.90", "98.35"]
    later = fromstring((await office.post("/settlements/bank/tests"))["statement"])
    assert not later.findall(".//c:Ntry", names)


async def test_the_bank_keeps_something_for_itself(office: Office) -> None:
    await office.by_adyen("one", 100_00)
    await office.settled("adyen")
    wish = {"charges_minor": 12_00, "currency": "EUR"}
    stated = fromstring((await office.post("/settlements/bank/tests", json=wish))["statement"])
    names = {"c": CAMT}
    assert [one.text for one in stated.findall(".//c:Ntry/c:Amt", names)] == ["97.90", "12.00"]
    assert [one.text for one in stated.findall(".//c:Ntry/c:CdtDbtInd", names)] == ["CRDT", "DBIT"]


async def test_statements_of_the_bank_add_up_and_follow_on_each_other(office: Office) -> None:
    names, balances = {"c": CAMT}, []
    for charges in (12_00, 30_000_00, 5_00):
        wish = {"charges_minor": charges, "currency": "EUR"}
        stated = fromstring((await office.post("/settlements/bank/tests", json=wish))["statement"])
        sides = [one.text for one in stated.findall(".//c:Bal/c:CdtDbtInd", names)]
        amounts = [minor(one.text or "") for one in stated.findall(".//c:Bal/c:Amt", names)]
        balances += [amount if side == "CRDT" else -amount for side, amount in zip(sides, amounts, strict=True)]
        assert [one.text for one in stated.findall(".//c:Acct/c:Id/c:IBAN", names)] == [await office.account()]
    assert balances == [25_000_00, 24_988_00, 24_988_00, -5_012_00, -5_012_00, -5_017_00]
