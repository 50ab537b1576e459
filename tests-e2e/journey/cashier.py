"""Money coming in, and what may be wrong with it: providers that refuse, banks that want it back, rules that hit."""

from typing import Any

from journey.client import eventually, refusal
from journey.newcomer import CARD, deposit_ends, parcels_taken
from journey.tale import Step, Tale, money

AMOUNT_MINOR = 25_00
V1 = "/api/payments/v1"
ON_THE_CARD = "Erasmus Moonfall"
"""What he was called before he married."""


async def cascade(tale: Tale) -> str:
    """The player asked for a method; that its first provider takes nothing today is not his concern."""
    player, officer = tale.who, tale.staff["officer"]
    await tale.direct("PUT", f"/adyen/suspended/{tale.casino_id}", {"suspended": True})
    wish = {
        "method": "card",
        "amount_minor": AMOUNT_MINOR,
        "currency": tale.currency,
        "return_url": "https://casino.example/cashier",
    }
    path = f"{V1}/deposits/{(await player.post(f'{V1}/deposits', wish))['deposit_id']}"

    async def with_another() -> dict[str, str] | None:
        now = await player.get(path)
        return now["next_action"] if now["provider"] == "stripe" else None

    action = await eventually("the deposit goes on to the next provider", with_another)
    tale.findings["paid with"] = action["client_secret"]
    await tale.direct("POST", f"/stripe/pay/{action['client_secret']}", {"card": CARD, "holder": ON_THE_CARD})
    ended = await deposit_ends(player, path.rpartition("/")[2])
    assert (ended["status"], ended["provider"]) == ("succeeded", "stripe"), ended
    tale.cash_minor += AMOUNT_MINOR
    tale.deposits_minor += AMOUNT_MINOR
    tale.movements += 1
    await tale.direct("PUT", f"/adyen/suspended/{tale.casino_id}", {"suspended": False})
    await parcels_taken(tale)
    wallet = await tale.balance()
    assert wallet["cash_minor"] == tale.cash_minor, wallet

    async def told() -> Any:
        found = await player.pages(f"{V1}/instruments", first_seen_at="gte.now-7d")
        return found[0] if found else None

    used = await eventually("the card is among his instruments", told)
    assert (used["provider"], used["kind"], used["holder"]) == ("stripe", "card", ON_THE_CARD), used
    calls = await officer.pages(f"{V1}/provider-attempts", payment_id=f"eq.{ended['deposit_id']}")
    refused = next(one for one in calls if one["provider"] == "adyen" and one["outcome"] == "declined")
    return (
        f"{money(AMOUNT_MINOR, tale.currency)} by card: adyen, the cheapest, said {refused['code']}; "
        f"stripe was asked next and paid, from {used['bin']}******{used['last_four']}; credited once"
    )


async def charge_back(tale: Tale) -> str:
    """The card's bank takes the deposit back; nothing is paid out meanwhile, until the casino proves its right."""
    officer, player, secret = tale.staff["officer"], tale.who, tale.findings["paid with"]
    taken = {"kinds": ["created", "funds_withdrawn"], "status": "needs_response"}
    await tale.direct("POST", f"/stripe/dispute/{secret}", taken)
    before_minor = tale.cash_minor
    await _holds(tale, before_minor - AMOUNT_MINOR)

    async def opened() -> Any:
        found = await officer.pages(f"{V1}/disputes", status="eq.opened", player_id=f"eq.{tale.player_id}")
        return found[0] if found else None

    dispute = await eventually("the chargeback is on the list of disputes", opened)
    wish = {
        "provider": "trustly",
        "amount_minor": 10_00,
        "currency": tale.currency,
        "destination": {"account_id": "7653385737"},
    }
    stopped = await refusal(player.post(f"{V1}/withdrawals", wish))
    assert stopped.code == "dispute_open", stopped
    path = f"{V1}/disputes/{dispute['dispute_id']}"
    await officer.post(f"{path}/challenge", {"reason": "delivery and identity proven"})
    won = {"kinds": ["funds_reinstated", "closed"], "status": "won", "copies": 2}
    await tale.direct("POST", f"/stripe/dispute/{secret}", won)
    await _holds(tale, before_minor)

    async def closed() -> Any:
        now = await officer.get(path)
        return now if now["status"] == "won" else None

    told = await eventually("the dispute is won", closed)
    await parcels_taken(tale)
    return (
        f"{money(AMOUNT_MINOR, tale.currency)} taken back as {told['code']}, to be answered by {told['due_at'][:10]}; "
        f"a withdrawal meanwhile: {stopped.code}; challenged, won, told twice and given back once"
    )


async def _holds(tale: Tale, cash_minor: int) -> None:
    async def so() -> bool | None:
        return (await tale.balance())["cash_minor"] == cash_minor or None

    await eventually(f"he holds {money(cash_minor, tale.currency)}", so)


async def look_into_case(tale: Tale) -> str:
    """He paid with a card on which another name is, and took money out before he had played: rules asked for two people
    and opened a case. Whose the card is, says who does not pay him.
    """
    officer = tale.staff["officer"]
    paid_with = {"player_id": f"eq.{tale.player_id}", "likeness": "eq.mismatch", "first_seen_at": "gte.now-7d"}

    async def compared() -> Any:
        found = await officer.pages(f"{V1}/instruments", **paid_with)
        return found[0] if found else None

    card = await eventually("the name on the card is found to be another than his", compared)

    async def opened() -> Any:
        found = await officer.pages(f"{V1}/fraud/cases", status="eq.open", player_id=f"eq.{tale.player_id}")
        return found[0] if found else None

    case = await eventually("a case is open", opened)
    assert {"NAME-MISMATCH-DEPOSIT", "NAME-MISMATCH"} <= set(case["rules"]), case
    path = f"{V1}/fraud/cases/{case['case_id']}"
    await officer.post(f"{path}/assign", {"assignee": officer.id})
    await officer.post(f"{path}/notes", {"text": "The certificate has both names; plays every week."})
    his = {"reason": "his name before he married"}
    claimed = await tale.staff["agent"].post(f"{V1}/instruments/{card['instrument_id']}/claim", his)
    await tale.staff["head_agent"].approve(claimed)
    closed = await officer.post(f"{path}/decide", {"outcome": "not_fraud", "reason": "an honest player"})
    assert (closed["status"], closed["outcome"], closed["assignee"]) == ("closed", "not_fraud", officer.id), closed
    did = await officer.get(f"{V1}/fraud/casinos/{tale.casino_id}/performance")
    marked = {one["rule"]: one for one in did}
    assert all(marked[rule]["not_fraud"] == 1 for rule in case["rules"]), (case, did)
    return (
        f"{', '.join(case['rules'])} opened a case; looked into and closed as not_fraud, which each rule's figures show"
    )


STEPS = (Step("One provider refuses and the next takes over", cascade),)
CASE = (Step("A case of suspected fraud is looked into", look_into_case),)
CHARGEBACK = (Step("A bank takes a deposit back, and loses", charge_back),)
