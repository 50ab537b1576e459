"""Limits, a withdrawal that two people approve, and self-exclusion."""

import time
from typing import Any

from journey.client import eventually, refusal
from journey.newcomer import parcels_taken
from journey.opening import SECOND_PERSON_ABOVE_MINOR
from journey.tale import Step, Tale, major, money
from journey.watching import watched
from simulators.purse import maltese_iban

LIMIT_MINOR = 400_00
LARGE_MINOR = 150_00
SMALL_MINOR = 20_00
EXCLUSION_BOUND_S = 60.0
"""How old payments' copy of the restrictions may be while it still takes bets and deposits."""
LIMIT_BOUND_S = 60.0
"""How long a new limit may take to be heard of."""

NO_MORE_BETS = ("RS_ERROR_USER_DISABLED", "RS_ERROR_TOKEN_EXPIRED")

V1 = "/api/payments/v1"


async def limit(tale: Tale) -> str:
    """A deposit limit he set himself, below what he deposited today."""
    body = {"period": "day", "amount_minor": LIMIT_MINOR, "currency": tale.currency}
    await tale.who.put(f"/api/backoffice/v1/players/{tale.player_id}/deposit-limits", body)
    seconds = await _refused_deposit(tale, "deposit_limit_reached", time.monotonic(), LIMIT_BOUND_S)
    return f"{money(LIMIT_MINOR, tale.currency)} a day; the next deposit was refused {seconds:.1f} s later"


async def _refused_deposit(tale: Tale, code: str, since: float, bound_s: float) -> float:
    """Seconds until a deposit is refused with this code; before that it is begun, and never paid."""
    wish = {
        "provider": "stripe",
        "amount_minor": 10_00,
        "currency": tale.currency,
        "return_url": "https://casino.example/cashier",
    }

    async def refused() -> bool | None:
        begun = time.monotonic() - since
        answer = await tale.who.try_post(f"{V1}/deposits", wish)
        assert answer is not None or begun < bound_s, f"a deposit was begun {begun:.0f} s later"
        return answer == code or None

    # A player has twenty deposits open at most: asked for more often, they would be refused for that.
    await eventually(f"deposits are refused with {code}", refused, every_s=2.5)
    return time.monotonic() - since


async def withdraw(tale: Tale) -> str:
    """Above the threshold: one person is not enough, and nobody is his own second."""
    first, second = tale.staff["officer"], tale.staff["second_officer"]
    wish = {
        "method": "bank",
        "amount_minor": LARGE_MINOR,
        "currency": tale.currency,
        "destination": {
            "kind": "iban",
            "iban": maltese_iban("7653385737"),
            "first_name": "Erasmus",
            "last_name": "Nightshade",
        },
    }
    asked = await tale.who.post(f"{V1}/withdrawals", wish)
    path = f"{V1}/withdrawals/{asked['withdrawal_id']}"
    assert (asked["status"], asked["destination"]) == ("awaiting_approval", "****5737"), asked
    assert (asked["provider"], asked["method"]) == ("trustly", "bank"), asked
    tale.cash_minor -= LARGE_MINOR
    wallet = await tale.balance()
    assert (wallet["cash_minor"], wallet["on_hold_minor"]) == (tale.cash_minor, LARGE_MINOR), wallet
    listed = await first.pages(f"{V1}/withdrawals", status="eq.awaiting_approval")
    (waiting,) = [one for one in listed if one["withdrawal_id"] == asked["withdrawal_id"]]
    assert waiting["approvals_needed"] == 2, waiting
    seen = {"payload_sha256": waiting["payload_sha256"]}
    await first.step_up()
    once = await first.post(f"{path}/approve", {"reason": "documents seen", **seen})
    assert once["status"] == "awaiting_approval", once
    twice = await refusal(first.post(f"{path}/approve", {"reason": "seen again"}))
    assert twice.code == "second_person_required", twice
    await second.step_up()
    await second.post(f"{path}/approve", {"reason": "agreed", **seen})
    paid = await _paid(tale, path)
    assert sorted(paid["approved_by"]) == sorted([first.id, second.id]), paid
    return (
        f"{money(LARGE_MINOR, tale.currency)}, above {money(SECOND_PERSON_ABOVE_MINOR, tale.currency)}: "
        f"the first approver as his own second: {twice.code}; a second person approved; order {paid['reference']} paid"
    )


async def _paid(tale: Tale, path: str) -> Any:
    """The withdrawal once the provider confirmed it."""

    async def look() -> Any:
        now = await tale.staff["officer"].get(path)
        assert now["status"] not in ("failed", "rejected", "cancelled", "returned"), now
        return now if now["status"] == "paid" else None

    paid = await eventually("the payout is notified", look)
    tale.paid_out_minor += paid["amount_minor"]
    tale.movements += 2
    await parcels_taken(tale)
    wallet = await tale.balance()
    assert (wallet["cash_minor"], wallet["on_hold_minor"]) == (tale.cash_minor, 0), wallet
    return paid


async def exclude(tale: Tale) -> str:
    """Bets and deposits stop within the bound; what is owed is still paid, and a withdrawal goes through.

    Two people see it happen on their screens, each as much as their role shows.
    """
    async with watched(tale) as compare:
        happened, withdrawal_id = await _excluded(tale)
        return f"{happened}; {await compare(withdrawal_id)}"


async def _excluded(tale: Tale) -> tuple[str, str]:
    bet = await tale.play("bet", amount="1.00")
    assert bet["status"] == "RS_OK", bet
    tale.cash_minor, tale.bets_minor, tale.movements = tale.cash_minor - 100, tale.bets_minor + 100, tale.movements + 1
    path = f"/api/backoffice/v1/players/{tale.player_id}/self-exclusion"
    excluded = await tale.who.post(path, {"months": 6, "cause": "time"})
    since = time.monotonic()
    bets_s = await _refused_bet(tale, since)
    deposits_s = await _refused_deposit(tale, "self_excluded", since, EXCLUSION_BOUND_S)
    win = await tale.play("win", amount="7.00", reference=bet["transaction"], round=bet["round"])
    assert win["status"] == "RS_OK", win
    tale.cash_minor, tale.wins_minor, tale.movements = tale.cash_minor + 700, tale.wins_minor + 700, tale.movements + 1
    order = await _excluded_withdraws(tale)
    await _still_excluded(tale)
    happened = (
        f"until {excluded['until']}; bets refused after {bets_s:.1f} s, deposits after {deposits_s:.1f} s; the open "
        f"bet's win was paid, and {money(SMALL_MINOR, tale.currency)} withdrawn: order {order['order_id']} paid"
    )
    return happened, order["message_id"]


async def _excluded_withdraws(tale: Tale) -> dict[str, Any]:
    """His money is his: the withdrawal is granted, approved and paid, by the provider's own record."""
    wish = {
        "provider": "trustly",
        "amount_minor": SMALL_MINOR,
        "currency": tale.currency,
        "destination": {"account_id": "7653385737"},
    }
    asked = await tale.who.post(f"{V1}/withdrawals", wish)
    tale.cash_minor -= SMALL_MINOR
    path = f"{V1}/withdrawals/{asked['withdrawal_id']}"
    first, second = tale.staff["officer"], tale.staff["second_officer"]
    shown = await first.get(path)
    seen = {"payload_sha256": shown["payload_sha256"]}
    for one in (first, second)[: shown["approvals_needed"]]:
        await one.step_up()
        await one.post(f"{path}/approve", {"reason": "his own money", **seen})
    paid = await _paid(tale, path)
    records = await tale.direct("GET", f"/control/money/{tale.casino_id}")
    orders = [one for one in records["payouts"] if one["message_id"] == asked["withdrawal_id"]]
    assert len(orders) == 1, orders
    order: dict[str, Any] = orders[0]
    assert (order["paid"], order["amount"], order["order_id"]) == (True, major(SMALL_MINOR), paid["reference"]), order
    return order


async def _still_excluded(tale: Tale) -> None:
    """After all that, a bet and a deposit are refused as before."""
    late = await tale.play("bet", amount="0.10")
    assert late["status"] in NO_MORE_BETS, late
    wallet = await tale.balance()
    assert wallet["cash_minor"] == tale.cash_minor, wallet
    await _refused_deposit(tale, "self_excluded", time.monotonic(), 0)


async def _refused_bet(tale: Tale, since: float) -> float:
    """Seconds until bets are refused; those taken before count like any other, and none is taken after the bound."""

    async def refused() -> bool | None:
        begun = time.monotonic() - since
        told = await tale.play("bet", amount=major(10))
        if told["status"] == "RS_OK":
            assert begun < EXCLUSION_BOUND_S, f"a bet was taken {begun:.0f} s after the exclusion"
            tale.cash_minor, tale.bets_minor = tale.cash_minor - 10, tale.bets_minor + 10
            tale.movements += 1
            return None
        assert told["status"] in NO_MORE_BETS, told
        return True

    await eventually("bets are refused", refused)
    return time.monotonic() - since


LIMIT_AND_WITHDRAWAL = (
    Step("He sets himself a deposit limit", limit),
    Step("He withdraws more than one person may approve", withdraw),
)
EXCLUSION = (Step("He excludes himself: no bet, no deposit, but his money out", exclude),)
