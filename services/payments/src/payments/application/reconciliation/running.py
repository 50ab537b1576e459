"""The work on one file, in steps of one transaction each: killed anywhere, the next run goes on where it stood."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from chassis.store import Context, UnitOfWork
from payments.application.desk import Desk
from payments.application.ledger import (
    AccountType,
    Transfer,
    TransferKind,
    ensure_posted,
    house,
    psp_clearing,
    psp_fees,
    transfer_id,
)
from payments.application.reconciliation.converting import conversion_transfers, published_now, taken_back
from payments.application.reconciliation.formats import StatementFormat
from payments.application.reconciliation.ports import SettlementFile, UnpostedBatch
from payments.domain.reconciliation.bank import BankLine, OpenBatch, Paired, Sought, pair, sought
from payments.domain.reconciliation.rows import FileOfAnotherCasino, FileUnreadable, SettlementRow
from payments.domain.reconciliation.statements import BankStatement, must_be_ours
from payments.domain.reconciliation.words import FileState

log = structlog.get_logger(__name__)

LINES: Final = 10_000
"""Staged in one transaction."""
STATEMENTS: Final = 1_000
"""Of banks, kept in one transaction."""
COMPARED: Final = 1_000
"""Compared in one transaction: the planner knows nothing of sets this statement makes, and joins them row by row."""
POSTINGS: Final = 200
BANK_LINES: Final = 500
"""Paired in one transaction, with the others that name the same batches."""
LINES_BESIDE: Final = 1_000
"""So many of those others; a batch in more lines than that is for people."""
OPEN_BATCHES: Final = 5_000
NEAR_DAYS: Final = 5
"""A bank's line and a batch without a name in common are at most so far apart."""

_ENDED: Final = (FileState.DONE, FileState.FAILED, FileState.HELD, FileState.REPLACING, FileState.REPLACED)


class Run:
    """One run over a file."""

    def __init__(self, desk: Desk, file_id: UUID, casino_id: UUID) -> None:
        self._desk, self._id = desk, file_id
        self._store = desk.reconciling.store
        self._ctx: Context = desk.ours("reconciliation", casino_id)

    async def __call__(self) -> None:
        """To the end. A file that is not what it was said to be fails as a whole, nothing of it counts, and what it was
        to replace is what it was.
        """
        file = await self._file()
        if file is None or file.state in _ENDED:
            return
        try:
            if file.state in (FileState.WAITING, FileState.READING):
                await self._read(file)
                await self._check_whose(file)
        except FileUnreadable as refusal:
            await self._fail(file, refusal)
            return
        file = await self._file()
        assert file is not None
        if file.replaces is not None:
            await self._undo(file.replaces, file)
        if file.provider is None:
            await self._settle(file)
        else:
            await self._compare(file)
        await self._state(FileState.DONE)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def _read(self, file: SettlementFile) -> None:
        await self._state(FileState.READING)
        settlement = self._desk.reconciling.format(file.format)
        async with _local(self._desk, file) as local:
            if isinstance(settlement, StatementFormat):
                await self._read_statements(file, settlement, local)
            with local.open("rb") as raw:
                rows = _beyond(settlement.rows(raw), file.last_line)
                while chunk := await asyncio.to_thread(lambda: list(islice(rows, LINES))):
                    await self.step(self._staging(file, chunk))

    async def _read_statements(self, file: SettlementFile, settlement: StatementFormat, local: Path) -> None:
        """No line of a bank's file is kept before all of it was found to be of the casino's accounts, and to add up."""
        async with self._desk.app.db.read() as connection:
            ours = await self._store.bank_accounts(connection, file.casino_id)

        await self.step(lambda uow: self._store.forget_statements(uow.connection, file.id))
        with local.open("rb") as raw:
            stated = (must_be_ours(one, ours) for one in settlement.statements(raw))
            while chunk := await asyncio.to_thread(lambda: list(islice(stated, STATEMENTS))):
                await self.step(self._keeping(file, chunk))

    async def _check_whose(self, file: SettlementFile) -> None:
        async with self._desk.app.db.read() as connection:
            if file.provider is not None and await self._store.is_anothers(connection, file):
                raise FileOfAnotherCasino("It tells of payments of another casino, and of none of this one.")
        await self._state(FileState.MATCHING)

    def _staging(self, file: SettlementFile, chunk: list[SettlementRow]) -> Callable[[UnitOfWork], Awaitable[None]]:
        async def stage(uow: UnitOfWork) -> None:
            await self._store.stage(uow.connection, file, chunk)

        return stage

    def _keeping(self, file: SettlementFile, chunk: list[BankStatement]) -> Callable[[UnitOfWork], Awaitable[None]]:
        async def keep(uow: UnitOfWork) -> None:
            await self._store.keep_statements(uow.connection, file.id, file.casino_id, chunk)

        return keep

    async def _fail(self, file: SettlementFile, refusal: FileUnreadable) -> None:
        await self.step(lambda uow: self._store.forget_statements(uow.connection, self._id))
        await self._until_none(lambda uow: self._store.forget_lines(uow.connection, self._id, LINES))

        before = None if file.replaces is None else await self._file(file.replaces)
        if before is not None and before.state is FileState.REPLACED:  # By a version that undid it first.
            await self._undo(before.id, file)

        async def fail(uow: UnitOfWork) -> None:
            if await self._store.put_back(uow.connection, self._id):
                await self._pair_again(uow, file)
            now = uow.ctx.occurred_at
            await self._store.set_state(uow.connection, self._id, FileState.FAILED, now, refusal=refusal)

        await self.step(fail)

    async def _undo(self, file_id: UUID, by: SettlementFile) -> None:
        """What a replaced file did is done no more: its movements and batches are open again, its fees are back."""

        async def conversions(uow: UnitOfWork) -> bool:
            undone = await self._store.undo_conversions(uow.connection, file_id, LINES)
            back = [transfer for one in undone or () for transfer in taken_back(one)]
            ensure_posted(await self._desk.ledger.post_in(uow, back))
            return undone is not None

        await self._until_none(conversions)
        await self._until_none(lambda uow: self._store.undo_lines(uow.connection, file_id, LINES))

        async def fees(uow: UnitOfWork) -> int:
            batches = await self._store.undo_batches(uow.connection, file_id, POSTINGS)
            if by.provider is not None:
                back = [undone_fee(by.casino_id, by.provider, one) for one in batches if one.fee_minor]
                ensure_posted(await self._desk.ledger.post_in(uow, back))
            return len(batches)

        await self._until_none(fees)

        async def replaced(uow: UnitOfWork) -> None:
            if by.provider is None:
                await self._store.take_turns(uow.connection, by.casino_id, None)
                await self._store.open_batches_again(uow.connection, by.casino_id, file_id)
                await self._store.drop_statements(uow.connection, file_id)
            await self._store.set_state(uow.connection, file_id, FileState.REPLACED, uow.ctx.occurred_at)

        await self.step(replaced)

    # -- comparing ---------------------------------------------------------------------------------------------------

    async def _compare(self, file: SettlementFile) -> None:
        await self.step(lambda uow: self._store.look_over(uow.connection))

        async def before(uow: UnitOfWork) -> None:
            await self._store.take_turns(uow.connection, file.casino_id, file.provider)
            await self._store.set_told_before_aside(uow.connection, file)
            await self._store.claim_batches(uow.connection, file)

        await self.step(before)
        while file.compared < file.last_line:
            until = min(file.compared + COMPARED, file.last_line)
            at = replace(file)

            async def compare(uow: UnitOfWork, at: SettlementFile = at, until: int = until) -> None:
                await self._store.take_turns(uow.connection, at.casino_id, at.provider)
                rates = published_now(self._desk)
                await self._store.compare(uow.connection, at, until, rates, uow.ctx.occurred_at)

            await self.step(compare)
            file = replace(file, compared=until)

        async def alone(uow: UnitOfWork) -> None:
            await self._store.take_turns(uow.connection, file.casino_id, file.provider)
            await self._store.compare_by_amount(uow.connection, file, uow.ctx.occurred_at)

        await self.step(alone)
        await self._until_none(lambda uow: self._store.give_up_lines(uow.connection, self._id, LINES))
        await self.step(lambda uow: self._store.make_batches(uow.connection, file))
        await self._until_none(lambda uow: self._post_fees(uow, file))
        await self._until_none(self._convert)

    async def _convert(self, uow: UnitOfWork) -> int:
        """What was settled in another currency leaves the clearing account of the one it was paid in."""
        conversions = await self._store.post_conversions(uow.connection, self._id, POSTINGS)
        transfers = [transfer for one in conversions for transfer in conversion_transfers(one)]
        ensure_posted(await self._desk.ledger.post_in(uow, transfers))
        return len(conversions)

    async def _post_fees(self, uow: UnitOfWork, file: SettlementFile) -> int:
        """What the provider kept is the house's cost, and no longer with the provider."""
        assert file.provider is not None
        batches = await self._store.unposted(uow.connection, file.id, POSTINGS)
        await self._store.note_posted(uow.connection, [one.id for one in batches])
        transfers = [
            fee_of(file.casino_id, file.provider, one.currency, one.id, one.fee_minor)
            for one in batches
            if one.fee_minor
        ]
        if transfers:
            ensure_posted(await self._desk.ledger.post_in(uow, transfers))
        return len(batches)

    # -- the bank ----------------------------------------------------------------------------------------------------

    async def _settle(self, file: SettlementFile) -> None:
        async def line_up(uow: UnitOfWork) -> None:
            await self._store.take_turns(uow.connection, file.casino_id, None)
            await self._store.line_statements_up(uow.connection, file.id)

        await self.step(line_up)
        await self._until_none(lambda uow: self._settle_some(uow, file))
        if file.replaces is not None:
            await self.step(lambda uow: self._pair_again(uow, file))

    async def _settle_some(self, uow: UnitOfWork, file: SettlementFile) -> int:
        await self._store.take_turns(uow.connection, file.casino_id, None)
        found = await self._store.bank_lines(uow.connection, file.id, BANK_LINES)
        if not found:
            return 0
        lines = await self._not_repeated(uow, found)
        batches = await self._store.open_batches(uow.connection, file.casino_id, OPEN_BATCHES)
        looked_for = await asyncio.to_thread(sought, lines, batches, NEAR_DAYS)
        beside = await self._beside(uow, file, [line.id for line in found], looked_for)
        by_amount = [line for line in (*lines, *beside) if looked_for.by_amount(line)]
        others = await self._store.naming_settled(uow.connection, file.casino_id, by_amount)
        await self._note(
            uow, file, await asyncio.to_thread(pair, lines, batches, NEAR_DAYS, others, beside, looked_for)
        )
        return len(found)

    async def _pair_again(self, uow: UnitOfWork, file: SettlementFile) -> None:
        """Open batches with the open lines that name them, now that others count no more, or count again."""
        await self._store.take_turns(uow.connection, file.casino_id, None)
        await self._store.count_again(uow.connection, file.casino_id)
        batches = await self._store.open_batches(uow.connection, file.casino_id, OPEN_BATCHES)
        looked_for = Sought(batches, ())
        beside = await self._beside(uow, file, [], looked_for)
        await self._note(uow, file, await asyncio.to_thread(pair, (), batches, NEAR_DAYS, (), beside, looked_for))

    async def _note(self, uow: UnitOfWork, file: SettlementFile, paired: Paired) -> None:
        transfers: list[Transfer] = []
        for pairing in paired.pairings:
            await self._store.note_pairing(uow.connection, pairing, uow.ctx.occurred_at)
            if not pairing.difference_minor:
                transfers += [arrival_of(file.casino_id, one) for one in pairing.batches if one.arrives_minor]
        await self._store.note_alone(uow.connection, paired.alone)
        if transfers:
            ensure_posted(await self._desk.ledger.post_in(uow, transfers))

    async def _beside(
        self, uow: UnitOfWork, file: SettlementFile, lines: list[int], looked_for: Sought
    ) -> list[BankLine]:
        """Other lines of which it depends what these are; most lines of a bank are about something else."""
        if not looked_for:
            return []
        found = await self._store.lines_beside(uow.connection, file, lines, looked_for, LINES_BESIDE)
        return await self._not_repeated(uow, found)

    async def _not_repeated(self, uow: UnitOfWork, lines: list[BankLine]) -> list[BankLine]:
        repeated = await self._store.set_repeated_aside(uow.connection, [line.id for line in lines])
        return [line for line in lines if line.id not in repeated]

    # -- beneath -----------------------------------------------------------------------------------------------------

    async def _file(self, file_id: UUID | None = None) -> SettlementFile | None:
        async with self._desk.app.db.read() as connection:
            return await self._store.find(connection, file_id or self._id)

    async def _state(self, state: FileState) -> None:
        await self.step(lambda uow: self._store.set_state(uow.connection, self._id, state, uow.ctx.occurred_at))

    async def step(self, work: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        """One transaction. Two runs over one file, should a lease have run out, take turns and repeat nothing."""

        async def locked(uow: UnitOfWork) -> Any:
            await self._store.find(uow.connection, self._id, lock=True)
            return await work(uow)

        return await self._desk.app.transact(locked, replace(self._ctx, occurred_at=self._desk.now()))

    async def _until_none(self, work: Callable[[UnitOfWork], Awaitable[int | bool]]) -> None:
        while await self.step(work):
            pass


def fee_of(casino_id: UUID, provider: str, currency: str, batch_id: UUID, fee_minor: int) -> Transfer:
    """What a provider kept of a batch, or gave back."""
    fees, clearing = psp_fees(casino_id, provider, currency), psp_clearing(casino_id, provider, currency)
    debit, credit = (fees, clearing) if fee_minor > 0 else (clearing, fees)
    return Transfer(
        id=transfer_id(TransferKind.PSP_FEE, batch_id),
        kind=TransferKind.PSP_FEE,
        debit=debit,
        credit=credit,
        amount_minor=abs(fee_minor),
        reference_id=batch_id,
        provider=provider,
    )


def undone_fee(casino_id: UUID, provider: str, batch: UnpostedBatch) -> Transfer:
    """The fees of a batch of a replaced file."""
    posted = fee_of(casino_id, provider, batch.currency, batch.id, batch.fee_minor)
    undone = transfer_id(TransferKind.PSP_FEE, batch.id, "undone")
    return replace(posted, id=undone, debit=posted.credit, credit=posted.debit)


def arrival_of(casino_id: UUID, batch: OpenBatch) -> Transfer:
    """What a provider paid to our bank, or we paid to it."""
    bank = house(casino_id, AccountType.BANK, batch.currency)
    clearing = psp_clearing(casino_id, batch.provider, batch.currency)
    debit, credit = (bank, clearing) if batch.arrives_minor > 0 else (clearing, bank)
    return Transfer(
        id=transfer_id(TransferKind.SETTLEMENT, batch.id),
        kind=TransferKind.SETTLEMENT,
        debit=debit,
        credit=credit,
        amount_minor=abs(batch.arrives_minor),
        reference_id=batch.id,
        provider=batch.provider,
    )


def _beyond(rows: Iterator[SettlementRow], line: int) -> Iterator[SettlementRow]:
    return (row for row in rows if row.line > line)


@asynccontextmanager
async def _local(desk: Desk, file: SettlementFile) -> Any:
    """The file's bytes on this machine's disk, as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="settlement-") as folder:
        local = Path(folder) / "file"
        with local.open("wb") as target:
            async for piece in desk.reconciling.files.read(file.path):
                await asyncio.to_thread(target.write, piece)
        yield local
