"""Providers settle and the bank says what arrived: what does not agree is found, and two people decide about it."""

from typing import Any

from journey.client import eventually, refusal
from journey.tale import Step, Tale, money

V1 = "/api/payments/v1/reconciliation"
FORMATS = {"stripe": "stripe_balance", "trustly": "trustly_settlement"}
FAULTS = ["wrong_amount", "missing_here"]
"""What is wrong in the first provider's file: an amount, and a payment that nobody made."""


async def settle(tale: Tale) -> str:
    """Each provider's file is brought; it is compared in the background, and brought again it is the same file."""
    settled = {
        "stripe": await tale.direct("POST", f"/settlements/stripe/{tale.casino_id}", {"faults": FAULTS}),
        "trustly": await tale.direct("POST", f"/settlements/trustly/{tale.casino_id}", {}),
    }
    for provider, told in settled.items():
        first = await _bring(tale, FORMATS[provider], told["report"])
        again = await _bring(tale, FORMATS[provider], told["report"])
        assert first["file_id"] == again["file_id"], (first, again)
    breaks = await _breaks(tale)
    found = {(one["kind"], one["difference"]): one["difference_minor"] for one in breaks}
    assert found == {("mismatched", "amount"): -1_00, ("missing_in_ledger", "unknown_reference"): 7_77}, breaks
    arrive = ", ".join(f"{name} {_signed(told)}" for name, told in settled.items())
    return f"{arrive}; brought twice, read once; found: an amount off by 1.00 and a payment of nobody"


async def decide(tale: Tale) -> str:
    """One proposes and another approves: the payment is matched and the difference booked, the stranger's booked."""
    clerk, head = tale.staff["clerk"], tale.staff["head"]
    by_kind = {one["kind"]: one for one in await _breaks(tale)}
    wrong, unknown = by_kind["mismatched"], by_kind["missing_in_ledger"]
    match = {
        "item_ids": [wrong["item_id"]],
        "expectation_ids": [await _expected(tale, wrong["reference_id"])],
        "booked_to": "suspense",
        "reason": "claimed from the provider",
    }
    first = await clerk.post(f"{V1}/matches", match)
    alone = await refusal(clerk.approve(first))
    assert alone.status == 403, alone
    await head.approve(first)
    book = {"booked_to": "suspense", "reason": "whose it is will be asked"}
    await head.approve(await clerk.post(f"{V1}/items/{unknown['item_id']}/book", book))
    assert not await _breaks(tale)
    return f"matched with 1.00 in suspense, 7.77 booked to suspense; the clerk alone: {alone.code}; nothing is open"


async def arrive(tale: Tale) -> str:
    """The bank's statement tells of the payouts, and no provider holds anything of ours any more."""
    stated = await tale.direct("POST", f"/settlements/bank/{tale.casino_id}")
    await _bring(tale, "camt053", stated["statement"])
    assert not await _breaks(tale)
    accounts = await tale.staff["clerk"].pages(f"{V1}/clearing-accounts", casino_id=f"eq.{tale.casino_id}")
    assert {one["provider"] for one in accounts} >= set(FORMATS), accounts
    assert not any(one["balance_minor"] or one["open_movements"] for one in accounts), accounts
    return f"the statement explains every payout; clearing accounts at zero: {', '.join(sorted(FORMATS))}"


async def _bring(tale: Tale, name: str, content: str) -> Any:
    """A file, when it is compared."""
    clerk = tale.staff["clerk"]
    where = {"casino_id": tale.casino_id, "format": name}
    brought = (await clerk.send("POST", f"{V1}/files", params=where, content=content.encode())).json()

    async def compared() -> Any:
        file = await clerk.get(f"{V1}/files/{brought['file_id']}")
        assert file["state"] != "failed", file
        return file if file["state"] == "done" else None

    return await eventually(f"a file of {name} is compared", compared)


async def _breaks(tale: Tale) -> list[dict[str, Any]]:
    return await tale.staff["clerk"].pages(f"{V1}/breaks", casino_id=f"eq.{tale.casino_id}")


async def _expected(tale: Tale, deposit_id: str) -> str:
    """The movement that the ledger expects because of a deposit."""
    narrowed = {"reference_id": f"eq.{deposit_id}", "movement": "eq.deposit", "booked_at": "gte.now-1d"}
    [found] = await tale.staff["clerk"].pages(f"{V1}/expectations", **narrowed)
    return str(found["expectation_id"])


def _signed(told: dict[str, Any]) -> str:
    return ("-" if told["arrives_minor"] < 0 else "") + money(abs(told["arrives_minor"]), told["currency"])


STEPS = (
    Step("Providers settle, with faults that are found", settle),
    Step("Two people decide about what does not agree", decide),
    Step("The money is at the bank", arrive),
)
