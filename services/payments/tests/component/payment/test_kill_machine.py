"""I10: several payments of several players at once, killed with SIGKILL at any moment, again and again, by whoever goes
on with them: each ends as a model says that knows nothing of steps, processes and tasks.

`test_kills.py` dies once before every step of one payment; here deaths come in any number and order, and a process that
continues one payment dies with the tasks of another in its hands. `MACHINE` says how many lives are lived.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from services.payments.tests.lives import plan

from chassis.testing.postgres import Databases
from payments.adapters.ledger.verify import verify
from payments.entrypoints.commands import LISTS

from .dying import Life, run_errand
from .test_kills import ONE_LEASE, Outlives, everything_was_published, mortal_beside
from .test_money_machine import opened
from .test_withdrawals import policy

ERRANDS: Final = st.sampled_from(["deposit", "payout", "refund"])
ENDS: Final[dict[str, dict[str, Any]]] = {
    "deposit": {"status": "succeeded", "balance": (50_00, 0), "moved": {("deposit", 50_00)}},
    "payout": {
        "status": "paid",
        "balance": (150_00, 0),
        "moved": {("withdrawal_hold", 50_00), ("withdrawal_paid", 50_00)},
    },
    "refund": {
        "status": "succeeded",
        "balance": (20_00, 0),
        "moved": {("deposit", 50_00), ("refund_hold", 30_00), ("refund_paid", 30_00)},
    },
}
"""The model: how a payment ends, whatever it lived through; and it was done outside once."""


@dataclass
class Begun:
    """A payment on its way."""

    life: Life
    player: Any
    over: bool = False


class Machine(RuleBasedStateMachine):
    """Begins payments, and has others go on with them until they die."""

    outlives: Outlives
    loop: asyncio.AbstractEventLoop

    def run(self, waiting: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(waiting)

    @initialize(errand=ERRANDS, step=st.integers(1, 12))
    def begin(self, errand: str, step: int) -> None:
        self.begun: list[Begun] = []
        self.somebody_wants(errand)
        self.somebody_goes_on_and_dies(0, step)

    @rule(errand=ERRANDS)
    def somebody_wants(self, errand: str) -> None:
        if len(self.begun) < 3:
            self.run(self.outlives.begin(errand))
            assert self.outlives.life is not None
            self.begun.append(Begun(self.outlives.life, self.outlives.world.player))

    @rule(which=st.integers(0, 1_000), step=st.integers(1, 25))
    def somebody_goes_on_and_dies(self, which: int, step: int) -> None:
        one = self.begun[which % len(self.begun)]
        self.turn_to(one)
        self.run(self.outlives.world.beat())
        self.run(self.outlives.lives(step))
        self.run(self.outlives.nobody_holds_anything())
        self.outlives.world.clock.advance(ONE_LEASE)

    def turn_to(self, one: Begun) -> None:
        self.outlives.life, self.outlives.world.player = one.life, one.player

    @invariant()
    def nothing_is_done_twice_and_no_money_is_lost(self) -> None:
        for one in getattr(self, "begun", []):
            self.turn_to(one)
            cash, held = self.run(self.outlives.world.balance())
            moved = Counter(self.run(self.outlives.world.transfers()))
            assert max(moved.values(), default=1) == 1
            assert set(moved) <= ENDS[one.life.errand]["moved"]
            assert min(cash, held) >= 0
        assert self.run(self.outlives.world.ledger_sum()) == 0

    def teardown(self) -> None:
        for one in getattr(self, "begun", []):
            self.turn_to(one)
            outlives = self.outlives
            self.run(outlives.world.beat())
            self.run(run_errand(outlives.world, one.life.errand, one.life.id, outlives.told, outlives))
            end = self.run(outlives.end())
            assert {**end, "moved": set(end["moved"])} == {**ENDS[one.life.errand], "outside": 1}


@asynccontextmanager
async def beside(url: str, tmp_path: Path) -> AsyncIterator[Outlives]:
    async with opened(url) as world, mortal_beside(world, tmp_path) as outlives:
        await policy(world, automatic_up_to_minor=50_00, second_person_above_minor=200_00)
        yield outlives


@pytest.mark.timeout(600)
async def test_killed_whenever_and_however_often_it_comes_to_the_same_end(databases: Databases, tmp_path: Path) -> None:
    url = await databases.create("payments")

    def play() -> None:
        with asyncio.Runner() as runner:
            made = beside(url, tmp_path)
            Machine.outlives, Machine.loop = runner.run(made.__aenter__()), runner.get_loop()
            try:
                run_state_machine_as_test(Machine, settings=settings(plan(2), stateful_step_count=4))
                runner.run(everything_was_published(Machine.outlives))
            finally:
                runner.run(made.__aexit__(None, None, None))

    await asyncio.to_thread(play)
    gifts = "I8 what was posted an event says"
    assert [
        one for one in await verify(url, against_events=True, lists=LISTS) if not one.holds and one.name != gifts
    ] == []
