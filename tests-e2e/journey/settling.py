"""Providers settle and the bank says what arrived: what does not agree is found, and two people decide about it."""

from typing import Any

from journey.client import eventually, refusal
from journey.tale import Step, Tale, money

V1 = "/api/payments/v1/reconciliation"
FORMATS = {"stripe": "stripe_balance", "trustly": "trustly_settlement"}
FAULTS = {"stripe": ["wrong_amount", "missing_here"], "trustly": ["wrong_amount"]}
"""What is wrong in a provider's file: an amount, of a deposit here and of a payout there, and a payment nobody made."""
FOUND = {
    ("stripe", "mismatched", "amount"): -1_00,
    ("stripe", "missing_in_ledger", "unknown_reference"): 7_77,
    ("trustly", "mismatched", "amount"): -1_00,
}
BOOKED_TO = {"stripe": "suspense", "trustly": "fees"}
"""Where two people book what an amount is off by."""
CHARGES_MINOR = 12_00
"""What the bank keeps for itself, between the payouts."""


async def settle(tale: Tale) -> str:
    """Each provider's file is brought; it is compared in the background, and brought again it is the same file."""
    settled = {
        provider: await tale.direct("POST", f"/settlements/{provider}/{tale.casino_id}", {"faults": faults})
        for provider, faults in FAULTS.items()
    }
    for provider, told in settled.items():
        first = await bring(tale, FORMATS[provider], told["report"])
        again = await bring(tale, FORMATS[provider], told["report"])
        assert first["file_id"] == again["file_id"], (first, again)
    breaks = await open_breaks(tale)
    found = {(one["provider"], one["kind"], one["difference"]): one["difference_minor"] for one in breaks}
    assert found == FOUND, breaks
    arrive = ", ".join(f"{name} {_signed(told)}" for name, told in settled.items())
    return f"{arrive}; brought twice, read once; found: amounts off by 1.00 in both, a payment of nobody"


async def decide(tale: Tale) -> str:
    """One proposes and another approves: payments are matched and the differences booked, the stranger's booked."""
    clerk, head = tale.staff["clerk"], tale.staff["head"]
    breaks = await open_breaks(tale)
    for wrong in (one for one in breaks if one["kind"] == "mismatched"):
        match = {
            "item_ids": [wrong["item_id"]],
            "expectation_ids": [await _expected(tale, wrong)],
            "booked_to": BOOKED_TO[wrong["provider"]],
            "reason": "claimed from the provider",
        }
        first = await clerk.post(f"{V1}/matches", match)
        alone = await refusal(clerk.approve(first))
        assert alone.status == 403, alone
        await head.approve(first)
    [unknown] = (one for one in breaks if one["kind"] == "missing_in_ledger")
    await _book(tale, unknown, "whose it is will be asked")
    assert not await open_breaks(tale)
    return (
        f"matched with 1.00 in suspense and in fees, 7.77 in suspense; the clerk alone: {alone.code}; nothing is open"
    )


async def arrive(tale: Tale) -> str:
    """The bank's statement, of an account two people have said is the casino's, tells of the payouts, and no provider
    holds anything of ours any more.
    """
    wish = {"charges_minor": CHARGES_MINOR, "currency": tale.currency}
    stated = await tale.direct("POST", f"/settlements/bank/{tale.casino_id}", wish)
    unset = await refusal(bring(tale, "camt053", stated["statement"]))
    assert (unset.status, unset.code) == (409, "bank_accounts_unset"), unset
    await own_account(tale)
    await bring(tale, "camt053", stated["statement"])
    [charges] = await open_breaks(tale)
    assert (charges["provider"], charges["difference_minor"]) == (None, -CHARGES_MINOR), charges
    await _book(tale, charges, "what the bank costs this month")
    assert not await open_breaks(tale)
    accounts = await tale.staff["clerk"].pages(f"{V1}/clearing-accounts", casino_id=f"eq.{tale.casino_id}")
    assert {one["provider"] for one in accounts} >= set(FORMATS), accounts
    assert not any(one["balance_minor"] or one["open_movements"] for one in accounts), accounts
    kept = money(CHARGES_MINOR, tale.currency)
    return f"it explains every payout, {kept} of charges were found; clearing accounts at zero: {', '.join(FORMATS)}"


async def own_account(tale: Tale) -> None:
    """Two people say which account at the bank is the casino's."""
    account = (await tale.direct("GET", f"/settlements/bank/{tale.casino_id}"))["account"]
    terms = {"currency": tale.currency, "accounts": [account]}
    proposed = await tale.staff["manager"].put(f"{V1}/casinos/{tale.casino_id}/terms/bank", terms)
    await tale.staff["second_manager"].approve(proposed)


async def bring(tale: Tale, name: str, content: str) -> Any:
    """A file, when it is compared."""
    clerk = tale.staff["clerk"]
    where = {"casino_id": tale.casino_id, "format": name}
    brought = (await clerk.send("POST", f"{V1}/files", params=where, content=content.encode())).json()

    async def compared() -> Any:
        file = await clerk.get(f"{V1}/files/{brought['file_id']}")
        assert file["state"] != "failed", file
        return file if file["state"] == "done" else None

    return await eventually(f"a file of {name} is compared", compared)


async def open_breaks(tale: Tale) -> list[dict[str, Any]]:
    """What does not agree at the casino, as long as nobody has decided about it."""
    return await tale.staff["clerk"].pages(f"{V1}/breaks", casino_id=f"eq.{tale.casino_id}")


async def _book(tale: Tale, what: dict[str, Any], reason: str) -> None:
    """A line nobody here knows of, to suspense, by two."""
    book = {"booked_to": "suspense", "reason": reason}
    proposed = await tale.staff["clerk"].post(f"{V1}/items/{what['item_id']}/book", book)
    await tale.staff["head"].approve(proposed)


async def _expected(tale: Tale, wrong: dict[str, Any]) -> str:
    """The movement that the ledger expects because of a payment."""
    narrowed = {
        "reference_id": f"eq.{wrong['reference_id']}",
        "movement": f"eq.{wrong['movement']}",
        "booked_at": "gte.now-1d",
    }
    [found] = await tale.staff["clerk"].pages(f"{V1}/expectations", **narrowed)
    return str(found["expectation_id"])


def _signed(told: dict[str, Any]) -> str:
    return ("-" if told["arrives_minor"] < 0 else "") + money(abs(told["arrives_minor"]), told["currency"])


STEPS = (
    Step("Providers settle, with faults that are found", settle),
    Step("Two people decide about what does not agree", decide),
    Step("The money is at the bank", arrive),
)
