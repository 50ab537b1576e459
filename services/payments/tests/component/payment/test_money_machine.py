"""I1, I3, I5, I6, I7, I8, I11, I12: whatever players, staff and providers do, in whatever order it is told, and
whatever is lost, the books agree with a model that knows only what really happened at the providers.

MACHINE says how many lives are lived.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import permutations
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from services.payments.tests.lives import plan
from sqlalchemy import text

from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from chassis.testing.postgres import opened as opened_database
from chassis.testing.tokens import test_authority, test_verifier
from payments.adapters.ledger.verify import verify
from payments.entrypoints.commands import LISTS
from payments.main import build
from payments.settings import Settings

from .fakes import FakeWire
from .test_disputes import dispute_of, moved
from .test_outcomes import never_collected
from .test_refunds import propose
from .test_taken_back import owed
from .test_withdrawals import policy
from .world import World

PLAN = plan(8)
WHICH = st.integers(0, 1_000)
Wire = tuple[bytes, dict[str, str]]
Notice = tuple[str, Callable[[], Wire]]
"""Which provider tells it, and how it signs it now."""

AMOUNTS = st.sampled_from([1_00, 20_00, 50_00])


@dataclass
class Paid:
    """What a provider has of a deposit."""

    minor: int
    disputed: bool = False
    won: bool = False
    never_came: bool = False


@dataclass
class Happened:
    """The model: what really happened outside, whoever heard of it; money of the player's that never left is no part.

    `notices` may be brought at any time, and again.
    """

    gifts: int = 0
    paid: dict[str, Paid] = field(default_factory=dict)
    payouts: dict[str, str] = field(default_factory=dict)
    payout_minor: dict[str, int] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """Lets everybody act, and now and then lets somebody hear of it."""

    world: World
    loop: asyncio.AbstractEventLoop

    def run(self, waiting: Any) -> Any:
        return self.loop.run_until_complete(waiting)

    @initialize()
    def begin(self) -> None:
        world = self.world
        world.player = uuid4()
        world.clock.advance(datetime.now(UTC) - world.clock.now())
        self.happened, self.deposits = Happened(), list[str]()
        world.stripe.intents.clear()
        world.stripe.refunds.clear()
        world.trustly.orders.clear()
        self.run(world.register())
        for which in range(2):  # A life without money would be a short one.
            self.somebody_wants_to_pay_in(50_00, "")
            self.he_pays(0, 0)
            self.hear(self.happened.notices[which])
        self.he_wants_to_be_paid(1_00, 0)
        self.the_bank_decides_about_a_payout(0, "payoutconfirmation")
        self.hear(self.happened.notices[-1])

    def stripe_tells(self, kind: str, thing: dict[str, Any]) -> None:
        said, event_id = dict(thing), f"evt_{uuid4().hex}"

        def sign() -> Wire:  # Stripe signs each delivery anew.
            return self.world.stripe.webhook(kind, said, int(self.world.clock.now().timestamp()), event_id=event_id)

        self.happened.notices.append(("stripe", sign))

    def paid_one(self, which: int) -> tuple[dict[str, Any], Paid] | None:
        ids = list(self.happened.paid)
        if not ids:
            return None
        chosen = ids[which % len(ids)]
        return self.world.stripe.intent_of(chosen), self.happened.paid[chosen]

    @rule(amount=AMOUNTS, trouble=st.sampled_from(["", "", "lost", "down"]))
    def somebody_wants_to_pay_in(self, amount: int, trouble: str) -> None:
        if trouble:
            setattr(self.world.stripe, trouble, 1)
        self.run(self.world.beat())
        answer = self.run(self.world.deposit(amount))
        self.world.stripe.lost = self.world.stripe.down = 0
        if answer.status_code == 201:
            self.deposits.append(answer.json()["deposit_id"])

    @rule(which=WHICH, less=st.sampled_from([0, 0, 50]))
    def he_pays(self, which: int, less: int) -> None:
        known = {one["metadata"]["order_id"]: one for one in self.world.stripe.intents.values()}
        unpaid = [one for one in self.deposits if one in known and known[one]["status"] == "requires_action"]
        if unpaid:
            chosen = unpaid[which % len(unpaid)]
            intent = self.world.stripe.settle(chosen, known[chosen]["amount"] - less)
            self.happened.paid[chosen] = Paid(intent["amount_received"])
            self.stripe_tells("payment_intent.succeeded", intent)

    @rule(which=WHICH)
    def his_bank_takes_it_back(self, which: int) -> None:
        found = self.paid_one(which)
        if found is None or found[1].disputed or found[1].never_came:
            return
        intent, paid = found
        paid.disputed = True
        for kind in ("created", "funds_withdrawn"):
            self.stripe_tells(f"charge.dispute.{kind}", self.dispute(intent, paid, "needs_response"))

    @rule(which=WHICH)
    def the_dispute_is_won(self, which: int) -> None:
        found = self.paid_one(which)
        if found is not None and found[1].disputed and not found[1].won:
            found[1].won = True
            for kind in ("funds_reinstated", "closed"):
                self.stripe_tells(f"charge.dispute.{kind}", self.dispute(*found, "won"))

    def dispute(self, intent: dict[str, Any], paid: Paid, status: str) -> dict[str, Any]:
        back = moved(-paid.minor, paid.minor) if status == "won" else []
        known = {"id": f"dp_{intent['id']}", "amount": paid.minor, "balance_transactions": back}
        return dispute_of(self.world, intent, status, **known)

    def refunds_of(self, intent: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in self.world.stripe.refunds.values() if one["payment_intent"] == intent["id"]]

    @rule(which=WHICH, amount=AMOUNTS, trouble=st.sampled_from(["", "lost", "down"]))
    def staff_refund_it(self, which: int, amount: int, trouble: str) -> None:
        found = self.paid_one(which)
        if found is None or found[1].disputed or found[1].never_came:
            return
        proposed = self.run(propose(self.world, found[0], amount))
        if proposed.status_code != 202:
            return  # Not paid as far as we have heard, or not as much.
        self.run(self.world.approved(proposed))
        if trouble:
            setattr(self.world.stripe, trouble, 1)
        self.run(self.world.run_tasks())
        self.world.stripe.lost = self.world.stripe.down = 0

    @rule(which=WHICH)
    def a_refund_fails_in_the_end(self, which: int) -> None:
        done = [one for one in self.world.stripe.refunds.values() if one["status"] == "succeeded"]
        if done:
            failed = done[which % len(done)]
            failed["status"] = "failed"
            self.stripe_tells("refund.failed", {**failed, "failure_reason": "lost_or_stolen_card"})

    @rule(which=WHICH)
    def staff_find_out_that_its_money_never_came(self, which: int) -> None:
        found = self.paid_one(which)
        if found is None or found[1].disputed:
            return
        proposed = self.run(never_collected(self.world, found[0]))
        if proposed.status_code != 202:
            return  # Not paid as far as we have heard, or found out before.
        self.run(self.world.approved(proposed))
        found[1].never_came = True

    @rule(amount=AMOUNTS, lost=st.sampled_from([0, 1]))
    def he_wants_to_be_paid(self, amount: int, lost: int) -> None:
        self.it_goes_out(self.run(self.asks_to_be_paid(amount)), amount, lost)

    async def asks_to_be_paid(self, amount: int) -> Any:
        return await self.world.withdraw(amount, destination={"account_id": str(self.world.player.int)[:12]})

    def it_goes_out(self, answer: Any, amount: int, lost: int = 0) -> None:
        if answer.status_code != 201:
            return
        withdrawal_id = answer.json()["withdrawal_id"]
        for _ in range(2):
            self.run(self.world.approve(withdrawal_id))
        self.world.trustly.lost = lost
        self.run(self.world.run_tasks())
        self.world.trustly.lost = 0
        self.happened.payout_minor[withdrawal_id] = amount

    @rule(which=WHICH, outcome=st.sampled_from(["payoutconfirmation", "payoutfailed"]))
    def the_bank_decides_about_a_payout(self, which: int, outcome: str) -> None:
        open_ = [one for one in self.world.trustly.orders if one not in self.happened.payouts]
        if open_:
            chosen = open_[which % len(open_)]
            self.happened.payouts[chosen] = outcome
            wire = self.world.trustly.notification(outcome, chosen)
            self.happened.notices.append(("trustly", lambda: wire))

    @rule(which=WHICH)
    def somebody_hears_of_something(self, which: int) -> None:
        if self.happened.notices:
            self.hear(self.happened.notices[which % len(self.happened.notices)])

    @rule(amounts=st.tuples(AMOUNTS, AMOUNTS), which=WHICH)
    def he_asks_twice_while_somebody_hears_of_something(self, amounts: tuple[int, int], which: int) -> None:
        """All at the same moment: it ends as if one had come after the other."""
        before, _ = self.run(self.world.balance())
        notice = self.happened.notices[which % len(self.happened.notices)]

        async def at_once() -> list[Any]:
            asked = (self.asks_to_be_paid(amount) for amount in amounts)
            return await asyncio.gather(*asked, self.heard(notice), self.heard(notice))

        answers = self.run(at_once())[:2]
        after, _ = self.run(self.world.balance())
        taken = [answer.status_code == 201 for answer in answers]
        refused = {answer.json()["code"] for answer in answers if answer.status_code != 201}
        came = after - before + sum(amount for amount, done in zip(amounts, taken, strict=True) if done)
        if came >= 0 and refused <= {"insufficient_funds"}:  # Otherwise more than what he has depends on the order.
            orders = [one_by_one(before, came, amounts, order) for order in permutations((0, 1, None))]
            assert taken in orders, f"{before} + {came}, asked for {amounts}: no order explains {taken}"
        for answer, amount in zip(answers, amounts, strict=True):
            self.it_goes_out(answer, amount)

    def hear(self, notice: Notice) -> None:
        self.run(self.heard(notice))

    async def heard(self, notice: Notice) -> None:
        provider, sign = notice
        for _ in range(5):  # A provider that is asked to come again does.
            raw, headers = sign()
            answer = await self.world.client.post(self.world.calls_at(provider), content=raw, headers=headers)
            if answer.status_code != 503:
                break
        assert answer.status_code == 200, answer.text

    @rule(minutes=st.sampled_from([1, 3]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.world.pass_time(minutes=minutes))

    @invariant()
    def nobody_is_below_zero_and_what_is_on_hold_is_on_its_way(self) -> None:
        if not hasattr(self, "happened"):
            return
        cash, held = self.run(self.world.balance())
        assert cash >= 0
        rows = self.run(self.world.rows(ON_ITS_WAY, self.world.player))
        assert held == rows[0]["minor"]
        assert self.run(self.world.ledger_sum()) == 0

    def teardown(self) -> None:
        if not hasattr(self, "happened"):
            return
        for notice in Random(7).sample(self.happened.notices * 2, 2 * len(self.happened.notices)):
            self.hear(notice)
        for minutes in (3, 20, 20):
            self.run(self.world.pass_time(minutes=minutes))
        refunded = sum(one["amount"] for one in self.world.stripe.refunds.values() if one["status"] == "succeeded")
        taken = sum(
            one.minor for one in self.happened.paid.values() if one.never_came or (one.disputed and not one.won)
        )
        stripe = sum(one.minor for one in self.happened.paid.values()) - refunded - taken
        gone = {one for one, outcome in self.happened.payouts.items() if outcome == "payoutconfirmation"}
        failed = set(self.happened.payouts) - gone
        on_its_way = {one for one in self.happened.payout_minor if one not in gone | failed}
        out = sum(self.happened.payout_minor[one] for one in gone)
        held = sum(self.happened.payout_minor[one] for one in on_its_way)
        cash, on_hold = self.run(self.world.balance())
        debt = self.run(owed(self.world))
        assert (cash - debt, on_hold) == (stripe - out - held, held)
        clearing = self.run(self.world.rows(CLEARING, self.world.player))
        assert {row["provider"]: row["minor"] for row in clearing if row["minor"]} == {
            name: minor for name, minor in (("stripe", stripe), ("trustly", -out)) if minor
        }


def one_by_one(cash: int, came: int, amounts: tuple[int, int], order: Sequence[int | None]) -> list[bool]:
    """Which of the amounts are put aside when they are asked for in this order; None is the notice's turn."""
    taken = [False, False]
    for turn in order:
        if turn is None:
            cash += came
        elif amounts[turn] <= cash:
            cash -= amounts[turn]
            taken[turn] = True
    return taken


MOVED = {
    "deposit",
    "chargeback",
    "deposit_reversal",
    "refund_hold",
    "refund_paid",
    "withdrawal_hold",
    "withdrawal_paid",
}

ON_ITS_WAY = """
    SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM (
        SELECT amount_minor FROM rm_withdrawal_list
        WHERE player_id = $1 AND status NOT IN ('paid', 'failed', 'rejected', 'cancelled', 'returned')
        UNION ALL
        SELECT amount_minor FROM rm_refund_list
        WHERE player_id = $1 AND status NOT IN ('succeeded', 'failed', 'returned')) AS open"""

CLEARING = """
    SELECT provider, sum(CASE 'psp_clearing' WHEN debit_type THEN amount_minor ELSE -amount_minor END)::bigint AS minor
    FROM transfer WHERE player_id = $1 AND 'psp_clearing' IN (debit_type, credit_type) GROUP BY provider"""
"""What came in through each provider for a player, less what went out."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[World]:
    """A service of its own, in a loop of its own."""
    clock, wire = FixedClock(datetime.now(UTC)), FakeWire()
    built = build(make_settings(Settings, database_url=url), clock=clock, wire=wire)
    service = replace(built, verifier=test_verifier(), authority=test_authority())
    async with talking(http_application(service)) as client:
        world = World(service, client, clock, wire)
        await world.set_up()
        await policy(world, automatic_up_to_minor=50_00, second_person_above_minor=200_00)
        yield world


@pytest.mark.timeout(300)
async def test_the_books_agree_with_what_really_happened(databases: Databases) -> None:
    url = await databases.create("payments")

    def play() -> None:
        with asyncio.Runner() as runner:
            casino = opened(url)
            Machine.world, Machine.loop = runner.run(casino.__aenter__()), runner.get_loop()
            try:
                run_state_machine_as_test(Machine, settings=PLAN)
            finally:
                runner.run(casino.__aexit__(None, None, None))

    await asyncio.to_thread(play)
    assert [one for one in await verify(url, against_events=True, lists=LISTS) if not one.holds] == []
    async with opened_database(url) as db, db.read() as connection:
        kinds = {row.kind for row in await connection.execute(text("SELECT DISTINCT kind FROM transfer"))}
    assert kinds >= MOVED, "these lives prove nothing of what they never did"
