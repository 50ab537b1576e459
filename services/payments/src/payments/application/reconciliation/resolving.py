"""What people do about what does not agree. Each takes two of them; every booking is a transfer of the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.domain import Invalid, NotFound, uuid7
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.ledger import ensure_posted
from payments.application.reconciliation.booking import Whole, of_item, of_match, of_receipt, of_write_off
from payments.application.reconciliation.converting import conversion_transfers, published_now
from payments.application.reconciliation.files import schedule
from payments.application.reconciliation.ports import HeldFees, KnownBatch, OpenItem, OpenMovement, SettlementFile
from payments.application.reconciliation.running import arrival_of, fee_of
from payments.application.reconciliation.stating import KnownStatement
from payments.domain.reconciliation.bank import OpenBatch
from payments.domain.reconciliation.conversions import Conversion
from payments.domain.reconciliation.errors import (
    DifferenceUnbooked,
    FeesUndecided,
    FileAlreadySettled,
    ReconciledAlready,
)
from payments.domain.reconciliation.words import BookedTo, ExpectationState, FileState, ItemState

_NOT_DONE = "Its file is still compared, or another takes its place; decide when that is done."


async def items_of(desk: Desk, uow: UnitOfWork, ids: Sequence[int]) -> list[OpenItem]:
    """Lines nothing explains, locked.

    Raises:
        NotFound, ReconciledAlready: one of them is not there, or explained already.
        Invalid: they are not of one casino, provider and currency, or a file is still compared.
    """
    found = await _items(desk, uow, ids)
    if len({(one.casino_id, one.provider, one.currency) for one in found}) != 1:
        raise Invalid("Of one casino, provider and currency.", field="item_ids")
    return found


async def unknown_item_of(desk: Desk, uow: UnitOfWork, item_id: int, booked_to: BookedTo) -> OpenItem:
    """A line that can be booked as it is, locked.

    Raises:
        NotFound, ReconciledAlready: it is not there, or explained already.
        Invalid: the ledger has a movement it only differs from; booked as well, the money would count twice. Or it is a
            bank's, whose fees are of no provider.
    """
    (item,) = await items_of(desk, uow, [item_id])
    if not item.unknown:
        raise Invalid("The ledger knows of it: match it, or ignore it where only the fee differs.", field="item_id")
    if item.provider is None and booked_to is not BookedTo.SUSPENSE:
        raise Invalid("A bank's line is booked to suspense: fees are those of a provider.", field="booked_to")
    return item


async def movement_of(desk: Desk, uow: UnitOfWork, expectation_id: UUID) -> OpenMovement:
    """A movement no line explains, locked; NotFound, ReconciledAlready."""
    (found,) = await _movements(desk, uow, [expectation_id])
    return found


async def whole_of(
    desk: Desk, uow: UnitOfWork, items: Sequence[int], movements: Sequence[UUID], booked_to: BookedTo | None
) -> Whole:
    """What would be matched by hand, locked.

    Raises:
        NotFound, ReconciledAlready: one of them is not there, or explained already.
        Invalid: they are not of one casino and provider, the lines or the movements not of one currency, or both of
            different ones and not in the same direction; a line has its movement and differs in its fee; a file is
            still compared.
        DifferenceUnbooked: they do not add up, and nothing says where the difference goes.
    """
    whole = Whole(await _items(desk, uow, items), await _movements(desk, uow, movements))
    both: list[OpenItem | OpenMovement] = [*whole.items, *whole.movements]
    owners = {(one.casino_id, one.provider) for one in both}
    currencies = {one.currency for one in whole.items}, {one.currency for one in whole.movements}
    if len(owners) != 1 or any(len(one) != 1 for one in currencies):
        raise Invalid(
            "Of one casino and provider, lines of one currency and movements of one.", field="expectation_ids"
        )
    if whole.converts and whole.told_minor * whole.settled_minor <= 0:
        raise Invalid("What is converted goes the same way in both currencies.", field="expectation_ids")
    if any(one.only_fee for one in whole.items):
        raise Invalid("A line whose fee alone differs has its movement already.", field="item_ids")
    if whole.difference_minor and booked_to is None:
        raise DifferenceUnbooked(f"The difference is {whole.difference_minor}.", field="booked_to")
    return whole


async def ignore(desk: Desk, uow: UnitOfWork, items: Sequence[OpenItem]) -> None:
    """Lines mean nothing, and whatever they told of otherwise is open again. No money moves."""
    store, ids, now = desk.reconciling.store, [one.id for one in items], uow.ctx.occurred_at
    await store.end_items(uow.connection, ids, ItemState.IGNORED, now)
    await store.let_go(uow.connection, ids, now)


async def match(desk: Desk, uow: UnitOfWork, whole: Whole, booked_to: BookedTo | None) -> None:
    """Lines and movements explain each other: what is between them is booked, and what was settled in another currency
    converted at the rate of the settlement.
    """
    store, now, one = desk.reconciling.store, uow.ctx.occurred_at, whole.items[0]
    lines, ids = [item.id for item in whole.items], [movement.id for movement in whole.movements]
    await store.end_items(uow.connection, lines, ItemState.MATCHED, now)
    await store.end_movements(uow.connection, ids, ExpectationState.MATCHED, one.id, now)
    await store.let_go(uow.connection, lines, now)
    transfers = of_match(whole, booked_to)
    if whole.converts:
        conversion = conversion_of(whole)
        await store.keep_conversion(uow.connection, conversion, one.id, ids[0], published_now(desk), now)
        transfers += conversion_transfers(conversion)
    ensure_posted(await desk.ledger.post_in(uow, transfers))


def conversion_of(whole: Whole) -> Conversion:
    """At what the lines and movements are converted."""
    about = whole.movements[0]
    return Conversion(
        id=uuid7(),
        casino_id=about.casino_id,
        provider=about.provider or "",
        sold_currency=about.currency,
        sold_minor=whole.told_minor,
        bought_currency=whole.items[0].currency,
        bought_minor=whole.settled_minor,
    )


async def book(desk: Desk, uow: UnitOfWork, item: OpenItem, booked_to: BookedTo) -> None:
    """A line that the ledger knows nothing of is booked as it is."""
    await desk.reconciling.store.end_items(uow.connection, [item.id], ItemState.BOOKED, uow.ctx.occurred_at)
    ensure_posted(await desk.ledger.post_in(uow, of_item(item, booked_to)))


async def write_off(desk: Desk, uow: UnitOfWork, movement: OpenMovement, booked_to: BookedTo) -> None:
    """The provider will never tell of a movement: it is booked away."""
    store, state = desk.reconciling.store, ExpectationState.WRITTEN_OFF
    await store.end_movements(uow.connection, [movement.id], state, None, uow.ctx.occurred_at)
    ensure_posted(await desk.ledger.post_in(uow, of_write_off(movement, booked_to)))


async def receive(desk: Desk, uow: UnitOfWork, movement: OpenMovement) -> None:
    """The money of a movement came to our bank, or left it, on a way no file tells of."""
    store, state = desk.reconciling.store, ExpectationState.RECEIVED
    await store.end_movements(uow.connection, [movement.id], state, None, uow.ctx.occurred_at)
    ensure_posted(await desk.ledger.post_in(uow, of_receipt(movement)))


async def receive_batch(desk: Desk, uow: UnitOfWork, batch_id: UUID, casino_id: UUID) -> None:
    """A batch is at the bank, although no statement was brought that says so."""
    batch = await batch_of(desk, uow, batch_id, casino_id)
    await desk.reconciling.store.end_batch(uow.connection, batch.id, uow.ctx.occurred_at)
    ensure_posted(await desk.ledger.post_in(uow, [arrival_of(casino_id, batch)]))


async def batch_of(desk: Desk, uow: UnitOfWork, batch_id: UUID, casino_id: UUID) -> OpenBatch:
    """A batch the bank has not told of, locked; NotFound, ReconciledAlready, FeesUndecided."""
    found = await _batch(desk, uow, batch_id, casino_id)
    if found.held is not None:
        raise FeesUndecided
    if found.batch is None:
        raise ReconciledAlready
    return found.batch


async def held_of(desk: Desk, uow: UnitOfWork, batch_id: UUID, casino_id: UUID) -> tuple[OpenBatch, HeldFees]:
    """A batch whose fees wait, locked; NotFound, ReconciledAlready."""
    found = await _batch(desk, uow, batch_id, casino_id)
    if found.batch is None or found.held is None:
        raise ReconciledAlready
    return found.batch, found.held


async def accept_fees(desk: Desk, uow: UnitOfWork, batch_id: UUID, casino_id: UUID) -> None:
    """What the provider kept, or gave back, is right however much it is: it is posted, and the batch goes its way."""
    batch, held = await held_of(desk, uow, batch_id, casino_id)
    await desk.reconciling.store.release_batch(uow.connection, batch.id)
    if held.fee_minor:
        fee = fee_of(casino_id, batch.provider, batch.currency, batch.id, held.fee_minor)
        ensure_posted(await desk.ledger.post_in(uow, [fee]))


async def _batch(desk: Desk, uow: UnitOfWork, batch_id: UUID, casino_id: UUID) -> KnownBatch:
    found = await desk.reconciling.store.batch(uow.connection, batch_id)
    if found is None or found.casino_id != casino_id:
        raise NotFound
    if (found.batch or found.held) and not found.file_done:
        raise Invalid(_NOT_DONE, field="batch_id")
    return found


async def gap_of(desk: Desk, uow: UnitOfWork, statement_id: UUID) -> KnownStatement:
    """A statement before which one is missing, locked.

    Raises:
        NotFound: there is no such statement.
        ReconciledAlready: none is missing, or people have said so.
    """
    found = await desk.reconciling.store.statement(uow.connection, statement_id)
    if found is None or not uow.ctx.scope.allows(found.casino_id):
        raise NotFound
    if found.gap_minor is None:
        raise ReconciledAlready
    return found


async def accept_gap(desk: Desk, uow: UnitOfWork, statement_id: UUID) -> None:
    """Nothing is missing before the statement, whatever it opens with. No money moves."""
    found = await gap_of(desk, uow, statement_id)
    await desk.reconciling.store.accept_gap(uow.connection, found.id)


async def replaced(desk: Desk, uow: UnitOfWork, file_id: UUID) -> tuple[SettlementFile, SettlementFile]:
    """A file that waits to replace another, and that one, both locked.

    Raises:
        NotFound: there is none, or it replaces nothing.
        ReconciledAlready: it does not wait any more.
        FileAlreadySettled: the bank, or people, have used what is in the other.
    """
    store = desk.reconciling.store
    file = await store.find(uow.connection, file_id, lock=True)
    if file is None or file.replaces is None or not uow.ctx.scope.allows(file.casino_id):
        raise NotFound
    before = await store.find(uow.connection, file.replaces, lock=True)
    if before is None:
        raise NotFound
    if file.state is not FileState.HELD or before.state not in (FileState.DONE, FileState.FAILED):
        raise ReconciledAlready
    # A bank's statement may just settle what is in it, or take lines of it for its own: until it has, nobody can tell.
    await store.take_turns(uow.connection, file.casino_id, None)
    if await store.is_settled(uow.connection, before.id):
        raise FileAlreadySettled
    return before, file


async def replace_file(desk: Desk, uow: UnitOfWork, file_id: UUID) -> None:
    """Work on the other instead of a file, and undo what that did once the other was read; both in the background."""
    before, file = await replaced(desk, uow, file_id)
    store, now = desk.reconciling.store, uow.ctx.occurred_at
    await store.set_state(uow.connection, before.id, FileState.REPLACING, now)
    await store.set_state(uow.connection, file.id, FileState.WAITING, now)
    await schedule(uow, file)


async def _items(desk: Desk, uow: UnitOfWork, ids: Sequence[int]) -> list[OpenItem]:
    found = await desk.reconciling.store.items(uow.connection, ids)
    _there(uow, ids, found)
    if not all(one.file_done for one in found):
        raise Invalid(_NOT_DONE, field="item_id")
    return found


async def _movements(desk: Desk, uow: UnitOfWork, ids: Sequence[UUID]) -> list[OpenMovement]:
    found = await desk.reconciling.store.movements(uow.connection, ids)
    _there(uow, ids, found)
    return found


def _there(uow: UnitOfWork, ids: Sequence[Any], found: Sequence[OpenItem] | Sequence[OpenMovement]) -> None:
    if len(found) != len(set(ids)) or any(not uow.ctx.scope.allows(one.casino_id) for one in found):
        raise NotFound
    if not all(one.waits for one in found):
        raise ReconciledAlready
