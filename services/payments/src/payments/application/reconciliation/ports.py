"""What reconciliation needs from the outside, as Protocols."""

from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.reconciliation.conversions import Converting, Published
from payments.application.reconciliation.stating import Statements
from payments.domain.reconciliation.bank import BankLine, OpenBatch, Pairing, Sought
from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.terms import SettlementTerms
from payments.domain.reconciliation.words import ExpectationState, FileState, ItemState


class FileKeeper(Protocol):
    """Where the bytes of files are kept (`chassis.files.FileStore`)."""

    async def keep(self, local: Path, path: str) -> tuple[str, int]:
        """Copy a local file to its place; its SHA-256 and size."""
        ...

    def read(self, path: str) -> AsyncIterator[bytes]:
        """The file, piece by piece."""
        ...

    async def exists(self, path: str) -> bool:
        """Whether it is there."""
        ...

    async def remove(self, path: str) -> None:
        """Remove it, if it is there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementFile:
    """A file that was brought, and how far it is. `last_line` is the last that was staged, `compared` the last that was
    compared.
    """

    id: UUID
    casino_id: UUID
    format: str
    provider: str | None
    sha256: str
    size_bytes: int
    path: str
    state: FileState
    uploaded_by: str
    uploaded_at: datetime
    replaces: UUID | None = None
    rows: int = 0
    last_line: int = 0
    compared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpostedBatch:
    """A batch whose fees are not in the ledger yet; `fee_minor` with what matched lines are off by."""

    id: UUID
    currency: str
    fee_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """A line of a file. `waits`: nothing explains it; `unknown`: the ledger has nothing to hold against it; `only_fee`:
    its movement is explained, and the provider kept another fee than was agreed; `file_done`: nothing compares it any
    more, and no other takes its place; `paid_minor`: what was paid, where it was settled in another currency and the
    file says so; `reference`: what the provider calls it, none of a bank's line.
    """

    id: int
    casino_id: UUID
    provider: str | None
    currency: str
    amount_minor: int
    waits: bool
    unknown: bool
    only_fee: bool
    file_done: bool
    paid_minor: int | None
    paid_currency: str | None
    reference: str | None
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMovement:
    """A movement the ledger has posted. `waits`: no line explains it; `reference`: what the provider calls it."""

    id: UUID
    casino_id: UUID
    provider: str | None
    currency: str
    amount_minor: int
    waits: bool
    reference: str | None
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class HeldFees:
    """Fees that are posted once two people agree: as much as would be, and what the payments move that the batch
    explains, whichever way.
    """

    fee_minor: int
    explained_minor: int


@dataclass(frozen=True, slots=True)
class KnownBatch:
    """Whose batch it is; the batch itself while the bank has not told of it, and its fees while they wait. `file_done`
    as of a line.
    """

    casino_id: UUID
    batch: OpenBatch | None
    held: HeldFees | None
    file_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """The oldest that keeps a clearing account from zero, a movement, a batch or a line, and how old it may be."""

    about: UUID
    casino_id: UUID
    provider: str
    currency: str
    booked_at: datetime
    alarm_days: int


class Resolving(Protocol):
    """What people decide, as it is kept. What is looked up is locked until the transaction ends."""

    async def items(self, connection: AsyncConnection, ids: Sequence[int]) -> list[OpenItem]:
        """Lines, those that are there."""
        ...

    async def movements(self, connection: AsyncConnection, ids: Sequence[UUID]) -> list[OpenMovement]:
        """Movements, those that are there."""
        ...

    async def batch(self, connection: AsyncConnection, batch_id: UUID) -> KnownBatch | None:
        """One batch."""
        ...

    async def end_items(self, connection: AsyncConnection, ids: Sequence[int], state: ItemState, now: datetime) -> None:
        """Lines are explained."""
        ...

    async def end_movements(
        self,
        connection: AsyncConnection,
        ids: Sequence[UUID],
        state: ExpectationState,
        item_id: int | None,
        now: datetime,
    ) -> None:
        """Movements are explained, by this line if by one."""
        ...

    async def let_go(self, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
        """Movements that only these lines, which are explained, had told of are open again; those of which others tell
        differ from what these add up to.
        """
        ...

    async def end_batch(self, connection: AsyncConnection, batch_id: UUID, now: datetime) -> None:
        """It is at the bank."""
        ...

    async def release_batch(self, connection: AsyncConnection, batch_id: UUID) -> None:
        """Its fees wait no longer; whoever calls posts them. From now on the bank may tell of it."""
        ...

    async def is_settled(self, connection: AsyncConnection, file_id: UUID) -> bool:
        """Whether the bank has told of a batch of the file, or people have decided about, or matched, a line of it."""
        ...

    async def undo_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> int:
        """Lines of a replaced file explain nothing any more; how many were undone, `most` at once."""
        ...

    async def undo_batches(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[UnpostedBatch]:
        """Batches of a replaced file whose fees are to be taken back from now on, `most` at once."""
        ...

    async def open_batches_again(self, connection: AsyncConnection, casino_id: UUID, file_id: UUID) -> None:
        """Batches that a line of a replaced bank's statement named with another amount are as before it did."""
        ...


class Terms(Protocol):
    """What is agreed with providers."""

    async def terms(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str
    ) -> SettlementTerms:
        """What is agreed; the defaults where nothing is."""
        ...

    async def set_terms(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        provider: str,
        currency: str,
        terms: SettlementTerms,
        now: datetime,
    ) -> None:
        """Keep what is agreed. Movements the ledger has posted keep the day by which they are due."""
        ...

    async def bank_accounts(self, connection: AsyncConnection, casino_id: UUID) -> dict[str, AbstractSet[str]]:
        """The casino's own accounts by currency, as `account_key` writes them; none: nobody has set them."""
        ...

    async def prefunded_minor(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str
    ) -> int | None:
        """What is left at a prefunded provider for payouts; None: it is not prefunded. Of a prefunded one nobody else
        asks until the transaction ends.
        """
        ...

    async def room_minor(self, connection: AsyncConnection, casino_id: UUID, currency: str) -> Mapping[str, int]:
        """By provider, where it is bounded: how much more of our money it may hold; below nothing, it holds too much.

        What it holds is its clearing account as it was last rolled up, a few seconds ago.
        """
        ...


class Reconciliations(Resolving, Terms, Converting, Statements, Protocol):
    """Files, their lines, expectations and batches. Comparing is done in sets, where the rows are."""

    async def add(self, connection: AsyncConnection, file: SettlementFile) -> SettlementFile | None:
        """Keep a new file; None, or that of the same bytes when the casino has brought it before. One that is replaced
        does not count.
        """
        ...

    async def begin_again(self, connection: AsyncConnection, file: SettlementFile) -> bool:
        """A file that failed is as new, and as it is given here; whether it had failed."""
        ...

    async def find(self, connection: AsyncConnection, file_id: UUID, *, lock: bool = False) -> SettlementFile | None:
        """One file. `lock`: until the transaction ends nobody else works on it."""
        ...

    async def take_turns(self, connection: AsyncConnection, casino_id: UUID, provider: str | None) -> None:
        """Let nobody else compare lines of this provider until the transaction ends."""
        ...

    async def set_state(
        self,
        connection: AsyncConnection,
        file_id: UUID,
        state: FileState,
        now: datetime,
        *,
        refusal: FileUnreadable | None = None,
    ) -> None:
        """How far a file is, and why it FAILED; with that and DONE it is finished."""
        ...

    async def put_back(self, connection: AsyncConnection, file_id: UUID) -> bool:
        """The file that this one was about to replace, and of which nothing was undone, is what it was; whether there
        is any.
        """
        ...

    async def stage(self, connection: AsyncConnection, file: SettlementFile, rows: Sequence[SettlementRow]) -> None:
        """Keep further lines, and that the file is as far."""
        ...

    async def forget_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> int:
        """Remove lines of a file, `most` at once; how many it were."""
        ...

    async def look_over(self, connection: AsyncConnection) -> None:
        """Let the database count anew what it compares: many lines have come at once."""
        ...

    async def is_anothers(self, connection: AsyncConnection, file: SettlementFile) -> bool:
        """Whether its lines name payments of another casino, and none of its own."""
        ...

    async def set_told_before_aside(self, connection: AsyncConnection, file: SettlementFile) -> None:
        """Lines another file of the provider told of, in whatever bytes, are repeated: they explain nothing again."""
        ...

    async def compare(
        self, connection: AsyncConnection, file: SettlementFile, until: int, rates: Published, now: datetime
    ) -> None:
        """Compare lines beyond `file.compared` up to `until` by their references, and keep that it is as far."""
        ...

    async def compare_by_amount(self, connection: AsyncConnection, file: SettlementFile, now: datetime) -> None:
        """Match lines without a reference where amount, currency and date leave one movement alone."""
        ...

    async def give_up_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> int:
        """Lines that nothing explains are missing in the ledger; how many were looked at, `most` at once."""
        ...

    async def claim_batches(self, connection: AsyncConnection, file: SettlementFile) -> None:
        """From now on the file is the one that told of what it settles together: others that do so repeat it."""
        ...

    async def make_batches(self, connection: AsyncConnection, file: SettlementFile) -> None:
        """Sum up what the file settles together."""
        ...

    async def unposted(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[UnpostedBatch]:
        """Batches of the file whose fees are to be posted."""
        ...

    async def note_posted(self, connection: AsyncConnection, batches: Sequence[UUID]) -> None:
        """Their fees are in the ledger."""
        ...

    async def bank_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[BankLine]:
        """The first lines of a bank's statement that were not compared."""
        ...

    async def set_repeated_aside(self, connection: AsyncConnection, lines: Sequence[int]) -> set[int]:
        """Of lines of a bank's statement those another statement has told of are no arrivals; which they were. A
        reference, a date and an amount tell a line, without a reference its text.
        """
        ...

    async def count_again(self, connection: AsyncConnection, casino_id: UUID) -> None:
        """Lines of banks that repeat no line any more, because it was replaced, are lines of their own."""
        ...

    async def lines_beside(
        self, connection: AsyncConnection, file: SettlementFile, lines: Sequence[int], sought: Sought, most: int
    ) -> list[BankLine]:
        """Lines behind these in the file, and open ones of other statements, that are sought, at most so many; until
        the transaction ends nobody else decides about them.
        """
        ...

    async def naming_settled(self, connection: AsyncConnection, casino_id: UUID, lines: Sequence[BankLine]) -> set[int]:
        """Which of these lines name a batch of the year before that is at the bank already."""
        ...

    async def open_batches(self, connection: AsyncConnection, casino_id: UUID, most: int) -> list[OpenBatch]:
        """The casino's batches the bank has not told of, the oldest first."""
        ...

    async def note_pairing(self, connection: AsyncConnection, pairing: Pairing, now: datetime) -> None:
        """The bank has told of these batches; whether it agrees is in the pairing."""
        ...

    async def note_alone(self, connection: AsyncConnection, lines: Sequence[int]) -> None:
        """No batch explains these lines of a bank."""
        ...

    async def find_overdue(self, connection: AsyncConnection, now: datetime, most: int) -> int:
        """Movements that are due are missing at the provider from now on; how many were found, `most` at once."""
        ...

    async def oldest(self, connection: AsyncConnection) -> list[Overdue]:
        """Of each clearing account the oldest that keeps it from zero."""
        ...
