"""I11: whatever a provider settles in whatever parts, with whatever fees, and in whatever order its files and those of
the bank are brought, again or by a process that dies: what stands at the provider is what it has of ours.

A model in Python knows what really happened there. `MACHINE` says how many lives are lived.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from chassis.testing.postgres import Databases
from chassis.testing.postgres import opened as opened_database
from payments.adapters.ledger.verify import verify
from payments.application.ledger import TransferKind
from payments.application.reconciliation.files import bring
from payments.application.reconciliation.resolving import accept_fees, replace_file

from .bank import camt
from .test_money_machine import PLAN, WHICH, opened
from .test_reconciliation import ADYEN_HEAD, Books, Dying, Killed, adyen
from .world import World

AMOUNTS = st.sampled_from([1_00, 20_00, 99_99])
DEPOSIT, REVERSAL, PAYOUT = TransferKind.DEPOSIT, TransferKind.DEPOSIT_REVERSAL, TransferKind.WITHDRAWAL_PAID
LINES = {DEPOSIT: "Settled", REVERSAL: "Refunded", PAYOUT: "PaidOut"}
MOVEMENTS = {DEPOSIT: "deposit", REVERSAL: "reversal", PAYOUT: "payout"}


@dataclass
class Moved:
    """A movement at the provider. `minor` as it changes what is there; `settled` of it is in batches, `told` in files
    that were brought.
    """

    kind: TransferKind
    reference: UUID
    minor: int
    settled: int = 0
    told: int = 0


@dataclass
class Batch:
    """What the provider settles at once: parts of movements, and what it keeps of them."""

    number: int
    parts: list[tuple[Moved, int]] = field(default_factory=list)
    fee: int = 0
    content: str = ""
    told: bool = False
    arrived: bool = False

    @property
    def net(self) -> int:
        return sum(minor for _, minor in self.parts) - self.fee

    @property
    def statement(self) -> str:
        """The bank's, that it is there."""
        return camt((euros(self.net), f"ADYEN TX{self.number}XT batch {self.number} CasinoMT"))


def euros(minor: int) -> str:
    return f"{'-' * (minor < 0)}{abs(minor) // 100}.{abs(minor) % 100:02}"


class Machine(RuleBasedStateMachine):
    """Moves money at a provider, has it settled, and brings what is told of that."""

    world: World
    folder: Path
    loop: asyncio.AbstractEventLoop

    def run(self, waiting: Any) -> Any:
        return self.loop.run_until_complete(waiting)

    @initialize()
    def begin(self) -> None:
        world = self.world
        world.casino, world.player = uuid4(), uuid4()
        world.clock.advance(datetime.now(UTC) - world.clock.now())
        self.books, self.moved, self.batches = Books(world, self.folder), list[Moved](), list[Batch]()
        self.run(world.open_casino())
        self.run(world.register())
        for minor in (50_00, 80_00):
            self.it_is_paid(minor)
        self.a_refund_or_a_payout(0, 20_00, REVERSAL)
        self.a_refund_or_a_payout(0, 1_00, PAYOUT)
        self.it_settles(0, 0, 25)
        self.its_file_is_brought(0, 0)
        self.its_file_is_replaced(0, broken=True, dies=2)
        self.its_file_is_replaced(0, broken=False, dies=4)
        self.the_bank_tells_of_it(0)

    def cash(self) -> int:
        return sum(one.minor for one in self.moved)

    @rule(minor=AMOUNTS)
    def it_is_paid(self, minor: int) -> None:
        self.moved.append(Moved(DEPOSIT, self.run(self.books.deposit(minor)), minor))

    @rule(which=WHICH, minor=AMOUNTS, kind=st.sampled_from([REVERSAL, PAYOUT]))
    def a_refund_or_a_payout(self, which: int, minor: int, kind: TransferKind) -> None:
        back = {one.reference for one in self.moved if one.kind is REVERSAL}
        paid = [one for one in self.moved if one.kind is DEPOSIT and one.reference not in back]
        if minor > self.cash() or not paid:
            return
        of = paid[which % len(paid)]
        if kind is REVERSAL and minor > of.minor:
            return
        reference = of.reference if kind is REVERSAL else uuid4()
        if kind is PAYOUT:
            self.run(self.books.move(TransferKind.WITHDRAWAL_HOLD, reference, minor))
        self.run(self.books.move(kind, reference, minor))
        self.moved.append(Moved(kind, reference, -minor))

    @rule(skipped=WHICH, halved=WHICH, fee=st.sampled_from([0, 1, 25]))
    def it_settles(self, skipped: int, halved: int, fee: int) -> None:
        """All that is open, now and then but for one, or half of another."""
        open_ = [one for one in self.moved if one.settled != one.minor]
        without, half = (which % (len(open_) + 3) for which in (skipped, halved))
        parts = []
        for place, one in enumerate(open_):
            left = one.minor - one.settled
            minor = left // 2 if place == half and one.kind is DEPOSIT else left
            if place != without and minor != 0:
                parts.append((one, minor))
        self.settle(parts, fee)

    def settle(self, parts: list[tuple[Moved, int]], fee: int) -> None:
        """Nothing where that would leave the provider with a claim, which it takes from a later one."""
        batch, lines = Batch(len(self.batches) + 1, parts, fee * (len(parts) + 1)), ""
        if batch.net <= 0:
            return
        for place, (one, minor) in enumerate(parts):
            lines += adyen(
                LINES[one.kind], one.reference, euros(minor), euros(minor - fee), batch=str(batch.number),
                psp=f"P{batch.number}-{place}",
            )  # fmt: skip
            one.settled += minor
        lines += adyen("Fee", "", "", euros(-fee), batch=str(batch.number)) if fee else ""
        said = f"TX{batch.number}XT batch {batch.number}"
        lines += adyen("MerchantPayout", "", "", euros(-batch.net), batch=str(batch.number), said=said)
        batch.content = ADYEN_HEAD + lines
        self.batches.append(batch)

    @rule(which=WHICH, dies=st.sampled_from([0, 0, 1, 2, 3, 4]))
    def its_file_is_brought(self, which: int, dies: int) -> None:
        """Maybe not for the first time, and maybe by a process that dies before its `dies`-th commit."""
        if not self.batches:
            return
        batch = self.batches[which % len(self.batches)]
        file = self.run(self.books.lay(batch.content))
        if dies:
            with suppress(Killed):
                self.run(Dying(self.world.desk, file.id, self.world.casino, dies)())
        self.run(self.books.work())
        self.run(self.people_agree())
        if not batch.told:
            batch.told = True
            for one, minor in batch.parts:
                one.told += minor

    @rule(which=WHICH, broken=st.booleans(), dies=st.sampled_from([0, 2, 4, 6, 9]))
    def its_file_is_replaced(self, which: int, broken: bool, dies: int) -> None:
        """By the same in other bytes, or by what cannot be read."""
        waiting = [one for one in self.batches if one.told and not one.arrived]
        if not waiting:
            return
        batch = waiting[which % len(waiting)]
        content = batch.content[:-9] if broken else f"{batch.content}\n"
        file = self.run(self.replacing(batch.content, content))
        if dies:
            with suppress(Killed):
                self.run(Dying(self.world.desk, file, self.world.casino, dies)())
        self.run(self.books.work())
        self.run(self.people_agree())
        batch.content = batch.content if broken else content

    async def replacing(self, before: str, content: str) -> UUID:
        """Two people agree that the file is replaced by another; that one."""
        one, desk, casino = await self.books.lay(before), self.world.desk, self.world.casino
        local = self.folder / str(uuid4())
        local.write_text(content)
        context = desk.ours("tests", casino)
        file, _ = await bring(desk, context, casino, one.format, local, replaces=one.id)
        await desk.app.transact(lambda uow: replace_file(desk, uow, file.id), context)
        return file.id

    async def people_agree(self) -> None:
        """To fees that are much for what is settled with them, such as those of half a deposit."""
        query = "SELECT id FROM settlement_batch WHERE casino_id = $1 AND state_then IS NOT NULL"
        for row in await self.world.rows(query, self.world.casino):
            context = self.world.desk.ours("tests", self.world.casino)
            await self.world.desk.app.transact(
                lambda uow, id_=row["id"]: accept_fees(self.world.desk, uow, id_, self.world.casino), context
            )

    @rule(which=WHICH)
    def the_bank_tells_of_it(self, which: int) -> None:
        """Never before the provider's file, and maybe again."""
        told = [one for one in self.batches if one.told]
        if told:
            batch = told[which % len(told)]
            self.run(self.books.bring(batch.statement, "camt053"))
            batch.arrived = True

    @invariant()
    def what_stands_at_the_provider_is_what_it_has(self) -> None:
        if not hasattr(self, "batches"):
            return
        untold = sum(one.minor - one.told for one in self.moved)
        on_its_way = sum(one.net for one in self.batches if one.told and not one.arrived)
        assert -self.run(self.books.balance()) == untold + on_its_way
        assert -self.run(self.books.balance("psp_fees")) == sum(one.fee for one in self.batches if one.told)
        assert -self.run(self.books.balance("bank", None)) == sum(one.net for one in self.batches if one.arrived)
        assert self.run(self.world.ledger_sum()) == 0

    @invariant()
    def what_is_expected_is_what_no_file_has_told_of(self) -> None:
        if not hasattr(self, "batches"):
            return
        waiting = [row[:2] for row in self.run(self.books.expectations()) if row[2] != "matched"]
        assert waiting == sorted((MOVEMENTS[one.kind], one.minor) for one in self.moved if one.told != one.minor)

    def teardown(self) -> None:
        """Once all of it was settled and told, nothing is left."""
        if not hasattr(self, "batches"):
            return
        self.it_is_paid(500_00)  # More than it may still have to get.
        self.settle([(one, one.minor - one.settled) for one in self.moved if one.settled != one.minor], 1)
        for which in range(len(self.batches)):
            self.its_file_is_brought(which, 0)
        for which in range(len(self.batches)):
            self.the_bank_tells_of_it(which)
        assert self.run(self.books.balance()) == 0
        self.what_stands_at_the_provider_is_what_it_has()
        self.what_is_expected_is_what_no_file_has_told_of()


MOVED = {"deposit", "deposit_reversal", "withdrawal_paid", "psp_fee", "settlement"}


@asynccontextmanager
async def machine(url: str, folder: Path) -> AsyncIterator[World]:
    async with opened(url) as world:
        Machine.world, Machine.folder = world, folder
        yield world


@pytest.mark.timeout(300)
async def test_clearing_and_fees_are_what_was_settled_and_what_is_still_expected(
    databases: Databases, tmp_path: Path
) -> None:
    url = await databases.create("payments")

    def play() -> None:
        with asyncio.Runner() as runner:
            casino = machine(url, tmp_path)
            runner.run(casino.__aenter__())
            Machine.loop = runner.get_loop()
            try:
                run_state_machine_as_test(Machine, settings=PLAN)
            finally:
                runner.run(casino.__aexit__(None, None, None))

    await asyncio.to_thread(play)
    assert [one for one in await verify(url) if not one.holds] == []
    async with opened_database(url) as db, db.read() as connection:
        kinds = {row.kind for row in await connection.execute(text("SELECT DISTINCT kind FROM transfer"))}
    assert kinds >= MOVED, "these lives prove nothing of what they never did"
