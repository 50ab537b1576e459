"""What providers may have to tell, as it happens. From `hold` on their notifications wait at the door."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from banks.test_truelayer_over_http import ELSEWHERE
from banks.test_truelayer_over_http import PAYER as TRUELAYER_PAYER
from banks.test_trustly_over_http import PAYER as TRUSTLY_PAYER
from crypto.counter import Counter
from wallets.test_paysafe_over_http import RICH, WALLET


def hold(casino: Counter) -> None:
    """From now on nothing is let in."""
    casino.door.held = []


async def stripe_paid(casino: Counter) -> tuple[str, str]:
    """A deposit whose success is told: its id, and the path where the player paid."""
    answer = (await casino.world.deposit(provider="stripe")).json()
    page = f"/stripe/pay/{answer['next_action']['client_secret']}"
    await casino.outside(page, {"card": "4242424242424242"})
    return answer["deposit_id"], page


async def stripe_disputed_and_won(casino: Counter) -> None:
    hold(casino)
    _, page = await stripe_paid(casino)
    at = page.replace("/pay/", "/dispute/")
    await casino.outside(at, {"kinds": ["created", "funds_withdrawn"], "status": "needs_response"})
    await casino.outside(at, {"kinds": ["updated"], "status": "under_review"})
    await casino.outside(at, {"kinds": ["funds_reinstated", "closed"], "status": "won"})


async def stripe_refunded(casino: Counter, *, fails: bool) -> None:
    deposit_id, _ = await stripe_paid(casino)
    await casino.told()
    hold(casino)
    refund_id = await refund(casino, deposit_id)
    (row,) = await casino.world.rows("SELECT reference FROM rm_refund_list WHERE id = $1", refund_id)
    if fails:
        await casino.outside(f"/stripe/fail_refund/{row['reference']}")


async def stripe_refund_that_fails_later(casino: Counter) -> None:
    await stripe_refunded(casino, fails=True)


async def stripe_refund(casino: Counter) -> None:
    await stripe_refunded(casino, fails=False)


async def refund(casino: Counter, deposit_id: str) -> UUID:
    """Two people agree on 30.00, and it is sent."""
    world = casino.world
    body = {"amount_minor": 30_00, "reason": "he paid it twice"}
    proposed = await world.post(f"/deposits/{deposit_id}/refunds", body, as_=world.staff())
    await world.approved(proposed)
    await world.run_tasks()
    return UUID(proposed.json()["subject_id"])


async def adyen_charged_back_twice(casino: Counter) -> None:
    _, page = await casino.deposit("adyen")
    hold(casino)
    await casino.outside(page, {"holder_name": "S. Hopper"})
    at = page.replace("/pay/", "/afterwards/")
    for kind in ("NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK"):
        await casino.outside(at, {"kind": kind, "reference": page.rsplit("/", 1)[1]})


async def adyen_never_collected(casino: Counter) -> None:
    _, page = await casino.deposit("adyen")
    hold(casino)
    await casino.outside(page, {"holder_name": "S. Hopper"})
    at = page.replace("/pay/", "/afterwards/")
    for kind in ("CAPTURE_FAILED", "TECHNICAL_CANCEL"):
        await casino.outside(at, {"kind": kind, "reference": f"{kind[:4]}{uuid4().hex[:12].upper()}"})


async def adyen_refund_that_fails_later(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("adyen")
    await casino.outside(page, {"holder_name": "S. Hopper"})
    await casino.told()
    hold(casino)
    refund_id = await refund(casino, deposit_id)
    (row,) = await casino.world.rows("SELECT reference FROM rm_refund_list WHERE id = $1", refund_id)
    told = {"our_refund": str(refund_id), "amount": {"value": 30_00, "currency": "EUR"}}
    at = page.replace("/pay/", "/afterwards/")
    await casino.outside(at, {"kind": "REFUND_FAILED", "reference": row["reference"], **told})


async def trustly_credited_and_debited(casino: Counter) -> None:
    _, page = await casino.deposit("trustly", details=TRUSTLY_PAYER)
    hold(casino)
    for outcome in ("pending", "credit", "debit"):
        await casino.outside(page, {"outcome": outcome})


async def trustly_payout(casino: Counter) -> None:
    hold(casino)
    await pay_out(casino, "trustly", {"account_id": str(uuid4().int)[:10]})


async def trustly_payout_to_a_closed_account(casino: Counter) -> None:
    hold(casino)
    await pay_out(casino, "trustly", {"account_id": f"closed-{uuid4().hex[:8]}"})


async def truelayer_settled(casino: Counter) -> None:
    _, page = await casino.deposit("truelayer", details=TRUELAYER_PAYER)
    hold(casino)
    for outcome in ("authorized", "executed", "settled"):
        await casino.outside(page, {"outcome": outcome})


async def truelayer_payout_that_comes_back(casino: Counter) -> None:
    hold(casino)
    withdrawal_id = await pay_out(casino, "truelayer", ELSEWHERE)
    (row,) = await casino.world.rows("SELECT reference FROM rm_withdrawal_list WHERE id = $1", UUID(withdrawal_id))
    for outcome in ("executed", "returned"):
        await casino.outside(f"/truelayer/payouts/{row['reference']}/{outcome}")


async def praxis_rejected_then_approved_and_charged_back(casino: Counter) -> None:
    _, page = await casino.deposit("praxis")
    hold(casino)
    for outcome in ("rejected", "approved", "chargeback"):
        await casino.outside(page, {"outcome": outcome})


async def skrill_pending_then_paid(casino: Counter) -> None:
    _, page = await casino.deposit("skrill")
    hold(casino)
    for status in ("0", "2"):
        await casino.outside(page, {"status": status})


async def paysafe_agreed_to(casino: Counter) -> None:
    _, page = await casino.deposit("paysafe", details={**RICH, "consumer_id": f"rich-{uuid4().hex[:8]}@player.example"})
    hold(casino)
    await casino.outside(page, {"webhook_copies": 2})


async def paysafe_payout_that_comes_back(casino: Counter) -> None:
    hold(casino)
    withdrawal_id = await pay_out(casino, "paysafe", WALLET)
    await casino.outside(f"/paysafe/pay/{casino.world.casino}/{withdrawal_id}", {"outcome": "SA_CREDIT_FAILED"})


async def btcpay_paid_in_two_parts(casino: Counter) -> None:
    _, page = await casino.deposit("btcpay")
    hold(casino)
    await casino.outside(f"{page}/pay", {"value": "0.0006", "confirmed": False})
    await casino.outside(f"{page}/pay", {"value": "0.0004"})
    await casino.outside(f"{page}/confirm")


async def coingate_paid(casino: Counter) -> None:
    _, page = await casino.deposit("coingate")
    hold(casino)
    await casino.outside(f"{page}/becomes/expired")
    await casino.outside(f"{page}/pay")


async def coingate_paid_and_refunded(casino: Counter) -> None:
    _, page = await casino.deposit("coingate")
    hold(casino)
    await casino.outside(f"{page}/pay")
    await casino.outside(f"{page}/becomes/refunded")


async def pay_out(casino: Counter, provider: str, destination: dict[str, Any]) -> str:
    """A withdrawal of 100.00 out of 500.00, approved and sent."""
    world = casino.world
    gift = {"direction": "credit", "amount_minor": 500_00, "currency": "EUR", "adjustment_class": "goodwill"}
    why = {"reference": "ticket 4711", "reason": "trouble with a round"}
    await world.approved(await world.post(f"/players/{world.player}/adjustments", gift | why, as_=world.staff()))
    answer = await world.withdraw(provider=provider, destination=destination)
    assert answer.status_code == 201, answer.text
    for _ in range(2):
        await world.approve(answer.json()["withdrawal_id"])
    await world.run_tasks()
    return str(answer.json()["withdrawal_id"])


@dataclass(frozen=True)
class Story:
    """What happens, and the player's cash at its end; nothing is on hold then, and he owes nothing."""

    happens: Callable[[Counter], Awaitable[None]]
    cash_minor: int


STORIES = (
    Story(stripe_disputed_and_won, 50_00),
    Story(stripe_refund, 20_00),
    Story(stripe_refund_that_fails_later, 50_00),
    Story(adyen_charged_back_twice, 0),
    Story(adyen_never_collected, 0),
    Story(adyen_refund_that_fails_later, 50_00),
    Story(trustly_credited_and_debited, 0),
    Story(trustly_payout, 400_00),
    Story(trustly_payout_to_a_closed_account, 500_00),
    Story(truelayer_settled, 50_00),
    Story(truelayer_payout_that_comes_back, 500_00),
    Story(praxis_rejected_then_approved_and_charged_back, 0),
    Story(skrill_pending_then_paid, 50_00),
    Story(paysafe_agreed_to, 50_00),
    Story(paysafe_payout_that_comes_back, 500_00),
    Story(btcpay_paid_in_two_parts, 50_00),
    Story(coingate_paid, 50_00),
    Story(coingate_paid_and_refunded, 0),
)
