"""I13: whoever tries to change or remove entries, seals or events is refused; whoever may do anything is found out.

The model remembers every row as it was when it came, computes by itself which block holds which entry, and keeps the
seals as others were told them. `MACHINE` says how many lives are lived.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from services.payments.tests.lives import plan

from chassis.store import Application, EventTypes
from contracts.seals import Seal
from payments.adapters.ledger.chain import OVERDUE_AFTER, SETTLES_AFTER, Broken, LedgerChain, unsealed, walked
from payments.adapters.ledger.months import make_months

WHICH = st.integers(0, 1_000)
ROWS = "SELECT seq, md5(ROW(transfer.*)::text) AS said FROM transfer ORDER BY posted_at, seq"
REFUSED = [
    "UPDATE transfer SET amount_minor = amount_minor + 1",
    "UPDATE transfer SET posted_at = posted_at + interval '2 months'",
    "DELETE FROM transfer",
    "TRUNCATE transfer",
    "UPDATE event SET meta = '{}'",
    "DELETE FROM event",
    "TRUNCATE event",
    "DELETE FROM account",
]
OF_SEALS = ["UPDATE ledger_seal SET chain = ''", "DELETE FROM ledger_seal", "TRUNCATE ledger_seal"]
CHANGES = [
    "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE seq = $1",
    "UPDATE transfer SET game_code = 'other' WHERE seq = $1",
    "UPDATE transfer SET actor_id = 'nobody', actor_kind = 'staff' WHERE seq = $1",
    "DELETE FROM transfer WHERE seq = $1",
]
AN_EVENT = """
    INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta)
    VALUES ('deposit-' || gen_random_uuid(), 1, gen_random_uuid(), 'payments.deposit_requested', 1, '{}', '{}')"""


@dataclass
class Model:
    """The books as somebody remembers them who saw every row when it came.

    Attributes:
        posted: of each entry when it was posted, in the order of posting.
        said: of each entry, by its number, what stood in it.
        block: of each entry that is sealed, by its place in `posted`, the number of its block.
        told: the seals, as others were told them.
    """

    posted: list[datetime] = field(default_factory=list)
    said: dict[int, str] = field(default_factory=dict)
    block: dict[int, int] = field(default_factory=dict)
    told: dict[int, bytes] = field(default_factory=dict)

    def seal(self, now: datetime, largest: int) -> int:
        """How many blocks that makes."""
        old = [n for n, at in enumerate(self.posted) if n not in self.block and at < now - SETTLES_AFTER]
        before = number = max(self.block.values(), default=0)
        for _, month in groupby(old, lambda n: (self.posted[n].year, self.posted[n].month)):
            entries = list(month)
            for start in range(0, len(entries), largest):
                number += 1
                self.block.update(dict.fromkeys(entries[start : start + largest], number))
        return number - before

    def overdue(self, now: datetime, above: int) -> int:
        """Entries that ought to be sealed, where seals beyond a number are none."""
        return sum(
            at <= now - OVERDUE_AFTER and self.block.get(n, above + 1) > above for n, at in enumerate(self.posted)
        )


class Machine(RuleBasedStateMachine):
    """Posts and seals, and in between tries everything on what is there."""

    desk: Any
    loop: asyncio.AbstractEventLoop
    key: Any
    chain: LedgerChain
    raw: Any
    model: Model

    def run(self, waiting: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(waiting)

    @initialize()
    def begin(self) -> None:
        self.somebody_plays(3)

    @rule(moves=st.integers(1, 4))
    def somebody_plays(self, moves: int) -> None:
        now = self.desk.clock.now()
        for _ in range(moves):
            number = f"t{len(self.model.posted)}"
            self.run(self.desk.one(self.desk.move("win", self.key, number, 10)))
            self.model.posted.append(now)
        for row in self.run(self.raw.fetch(ROWS)):
            self.model.said.setdefault(row["seq"], row["said"])

    @rule(minutes=st.sampled_from([4, 11, 16, 60 * 24 * 20]))
    def time_passes(self, minutes: int) -> None:
        self.desk.clock.advance(timedelta(minutes=minutes))
        self.run(make_months(self.desk.db, self.desk.clock.now()))

    @rule(largest=st.sampled_from([1, 2, 5]))
    def entries_are_sealed(self, largest: int) -> None:
        expected = self.model.seal(self.desk.clock.now(), largest)
        assert self.run(self.chain.catch_up(largest=largest)) == expected
        for row in self.run(self.raw.fetch("SELECT number, chain FROM ledger_seal")):
            self.model.told.setdefault(row["number"], row["chain"])

    @rule(which=WHICH)
    def somebody_tries_to_change_something(self, which: int) -> None:
        possible = REFUSED + (OF_SEALS if self.model.told else [])
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            self.run(self.raw.execute(possible[which % len(possible)]))

    @rule(which=WHICH, how=st.sampled_from(CHANGES))
    def an_entry_is_changed_by_somebody_who_may_do_anything(self, which: int, how: str) -> None:
        place = which % len(self.model.posted)
        seq = list(self.model.said)[place]
        sealed = self.model.block.get(place)
        expected = set() if sealed is None else {("changed", sealed)}
        assert self.run(self.planted(lambda: self.raw.execute(how, seq))) == (
            expected,
            self.model.overdue(self.desk.clock.now(), len(self.model.told))
            - (sealed is None and self.gone(how, place)),
        )

    def gone(self, how: str, place: int) -> bool:
        """Whether an entry is removed that ought to be sealed: then there is one less."""
        return how.startswith("DELETE") and self.model.posted[place] <= self.desk.clock.now() - OVERDUE_AFTER

    @rule(which=WHICH)
    def the_last_seals_are_removed_by_somebody_who_may_do_anything(self, which: int) -> None:
        if not self.model.told:
            return
        left = which % len(self.model.told)
        gone = {("cut_off", number) for number in self.model.told if number > left}
        removed = self.run(self.planted(lambda: self.raw.execute("DELETE FROM ledger_seal WHERE number > $1", left)))
        assert removed == (gone, self.model.overdue(self.desk.clock.now(), left))

    async def planted(self, change: Callable[[], Awaitable[object]]) -> tuple[set[tuple[str, int]], int]:
        """What is found once it is done; it is taken back."""
        undone = self.raw.transaction()
        await undone.start()
        try:
            await self.raw.execute("SET LOCAL session_replication_role = replica")
            await change()
            return await self.found()
        finally:
            await undone.rollback()

    async def found(self) -> tuple[set[tuple[str, int]], int]:
        """What the chain tells, held against what others were told; and how many entries ought to be sealed."""
        told = [Seal(number, chain) for number, chain in self.model.told.items()]
        broken: set[tuple[str, int]] = {
            (one.kind, one.number) async for one in walked(self.raw, self.chain.key, told) if isinstance(one, Broken)
        }
        late = await unsealed(self.raw, self.desk.clock.now() - OVERDUE_AFTER)
        return broken, late["entries"]

    @invariant()
    def everything_stands_as_it_came(self) -> None:
        rows: Sequence[Any] = self.run(self.raw.fetch(ROWS))
        assert {row["seq"]: row["said"] for row in rows} == self.model.said
        overdue = self.model.overdue(self.desk.clock.now(), len(self.model.told))
        assert self.run(self.found()) == (set(), overdue)

    def teardown(self) -> None:
        self.run(self.desk.holds())


@pytest.mark.timeout(300)
async def test_what_is_posted_stays_and_whatever_is_done_to_it_is_found(in_march):
    """All lives are lived on one ledger: what was posted in one is there in the next."""
    await in_march.sql(AN_EVENT)
    key = await in_march.player()
    url = in_march.url

    def play() -> None:
        with asyncio.Runner() as runner:
            desk = type(in_march)(url)
            desk.clock.advance(in_march.clock.now() - desk.clock.now())
            runner.run(desk.__aenter__())
            Machine.desk, Machine.loop, Machine.key, Machine.model = desk, runner.get_loop(), key, Model()
            Machine.chain = LedgerChain(
                Application(desk.db, EventTypes(), source="payments", clock=desk.clock), b"k" * 32
            )
            Machine.raw = runner.run(asyncpg.connect(url.replace("+asyncpg", "")))
            try:
                run_state_machine_as_test(Machine, settings=plan(5))
            finally:
                runner.run(Machine.raw.close())
                runner.run(desk.__aexit__())

    await asyncio.to_thread(play)
