"""What people decide about differences: only two of them together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, model_validator

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.reconciliation import resolving
from payments.application.reconciliation.booking import BOOK, MATCH, RECEIVE, WRITE_OFF, Whole
from payments.application.reconciliation.ports import OpenItem, OpenMovement
from payments.domain.reconciliation.words import BookedTo
from payments.entrypoints.http.reconciliation.terms import guarded_terms

IGNORE = "payments.ignore_settlement_item"
RECEIVE_BATCH = "payments.receive_settlement_batch"
ACCEPT_FEES = "payments.accept_settlement_fees"
ACCEPT_GAP = "payments.accept_bank_statement"
REPLACE = "payments.replace_settlement_file"

T = TypeVar("T", bound=BaseModel)


class IgnorePayload(BaseModel):
    item_ids: list[int]

    @model_validator(mode="before")
    @classmethod
    def _of_one(cls, told: Any) -> Any:
        """Proposals of before several could be named are about one."""
        if isinstance(told, dict) and "item_id" in told:
            return {"item_ids": [told["item_id"]]}
        return told


class BookPayload(BaseModel):
    item_id: int
    booked_to: BookedTo


class MatchPayload(BaseModel):
    item_ids: list[int]
    expectation_ids: list[UUID]
    booked_to: BookedTo | None


class MovementPayload(BaseModel):
    expectation_id: UUID


class WriteOffPayload(MovementPayload):
    booked_to: BookedTo


class BatchPayload(BaseModel):
    batch_id: UUID
    casino_id: UUID


class StatementPayload(BaseModel):
    statement_id: UUID


class ReplacePayload(BaseModel):
    file_id: UUID


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    deciding = [*_about_items(desk), *_about_movements(desk), *_about_batches(desk), _about_gaps(desk), _replace(desk)]
    return [*deciding, guarded_terms(desk)]


def _about_items(desk: Desk) -> list[GuardedCommand[Any]]:
    async def lines(uow: UnitOfWork, payload: IgnorePayload) -> Subject:
        return _about(await resolving.items_of(desk, uow, payload.item_ids), "settlement_item", payload)

    async def ignore(uow: UnitOfWork, payload: IgnorePayload) -> None:
        await resolving.ignore(desk, uow, await resolving.items_of(desk, uow, payload.item_ids))

    async def unknown(uow: UnitOfWork, payload: BookPayload) -> Subject:
        item = await resolving.unknown_item_of(desk, uow, payload.item_id, payload.booked_to)
        return _about([item], "settlement_item", payload)

    async def book(uow: UnitOfWork, payload: BookPayload) -> None:
        item = await resolving.unknown_item_of(desk, uow, payload.item_id, payload.booked_to)
        await resolving.book(desk, uow, item, payload.booked_to)

    async def whole(uow: UnitOfWork, payload: MatchPayload) -> Subject:
        found = await resolving.whole_of(desk, uow, payload.item_ids, payload.expectation_ids, payload.booked_to)
        more: dict[str, object] = {"held_against": [_told(one) for one in found.movements]}
        if found.converts:
            return _about(found.items, "settlement_item", payload, more | _converted(found))
        return _about(found.items, "settlement_item", payload, more, size_minor=abs(found.difference_minor))

    async def match(uow: UnitOfWork, payload: MatchPayload) -> None:
        found = await resolving.whole_of(desk, uow, payload.item_ids, payload.expectation_ids, payload.booked_to)
        await resolving.match(desk, uow, found, payload.booked_to)

    return [
        _command(IGNORE, IgnorePayload, lines, ignore),
        _command(BOOK, BookPayload, unknown, book),
        _command(MATCH, MatchPayload, whole, match),
    ]


def _about_movements(desk: Desk) -> list[GuardedCommand[Any]]:
    async def movement(uow: UnitOfWork, payload: MovementPayload) -> Subject:
        found = await resolving.movement_of(desk, uow, payload.expectation_id)
        return _about([found], "settlement_expectation", payload)

    async def write_off(uow: UnitOfWork, payload: WriteOffPayload) -> None:
        found = await resolving.movement_of(desk, uow, payload.expectation_id)
        await resolving.write_off(desk, uow, found, payload.booked_to)

    async def receive(uow: UnitOfWork, payload: MovementPayload) -> None:
        await resolving.receive(desk, uow, await resolving.movement_of(desk, uow, payload.expectation_id))

    return [
        _command(WRITE_OFF, WriteOffPayload, movement, write_off),
        _command(RECEIVE, MovementPayload, movement, receive),
    ]


def _about_batches(desk: Desk) -> list[GuardedCommand[Any]]:
    async def batch(uow: UnitOfWork, payload: BatchPayload) -> Subject:
        batch = await resolving.batch_of(desk, uow, payload.batch_id, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="settlement_batch",
            id=str(payload.batch_id),
            summary=f"Settlement of {batch.provider} in {batch.currency}",
            after={"arrives_minor": batch.arrives_minor, "currency": batch.currency},
            size=Size(batch.currency, abs(batch.arrives_minor)),
        )

    async def receive(uow: UnitOfWork, payload: BatchPayload) -> None:
        await resolving.receive_batch(desk, uow, payload.batch_id, payload.casino_id)

    async def fees(uow: UnitOfWork, payload: BatchPayload) -> Subject:
        batch, held = await resolving.held_of(desk, uow, payload.batch_id, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="settlement_batch",
            id=str(payload.batch_id),
            summary=f"Fees of {batch.provider} in {batch.currency}",
            after={
                "fee_minor": held.fee_minor,
                "explained_minor": held.explained_minor,
                "arrives_minor": batch.arrives_minor,
                "currency": batch.currency,
            },
            size=Size(batch.currency, abs(held.fee_minor)),
        )

    async def accept(uow: UnitOfWork, payload: BatchPayload) -> None:
        await resolving.accept_fees(desk, uow, payload.batch_id, payload.casino_id)

    return [
        _command(RECEIVE_BATCH, BatchPayload, batch, receive),
        _command(ACCEPT_FEES, BatchPayload, fees, accept),
    ]


def _about_gaps(desk: Desk) -> GuardedCommand[Any]:
    async def describe(uow: UnitOfWork, payload: StatementPayload) -> Subject:
        one = await resolving.gap_of(desk, uow, payload.statement_id)
        gap_minor = one.gap_minor or 0
        return Subject(
            casino_id=one.casino_id,
            kind="bank_statement",
            id=str(one.id),
            summary=f"Statement of the account …{one.account[-4:]} in {one.currency}",
            before={"closing_minor": one.opening_minor - gap_minor, "currency": one.currency},
            after={"opening_minor": one.opening_minor, "currency": one.currency},
            size=Size(one.currency, abs(gap_minor)),
        )

    async def execute(uow: UnitOfWork, payload: StatementPayload) -> None:
        await resolving.accept_gap(desk, uow, payload.statement_id)

    return _command(ACCEPT_GAP, StatementPayload, describe, execute)


def _replace(desk: Desk) -> GuardedCommand[Any]:
    async def describe(uow: UnitOfWork, payload: ReplacePayload) -> Subject:
        before, file = await resolving.replaced(desk, uow, payload.file_id)
        return Subject(
            casino_id=file.casino_id,
            kind="settlement_file",
            id=str(before.id),
            summary=f"Settlement file of {file.provider or 'the bank'}",
            before={"file_id": str(before.id), "sha256": before.sha256},
            after={"file_id": str(file.id), "sha256": file.sha256},
        )

    async def execute(uow: UnitOfWork, payload: ReplacePayload) -> None:
        await resolving.replace_file(desk, uow, payload.file_id)

    return _command(REPLACE, ReplacePayload, describe, execute)


def _converted(whole: Whole) -> dict[str, object]:
    """What the second person sees of a settlement in another currency."""
    one = resolving.conversion_of(whole)
    return {
        "sold_minor": one.sold_minor,
        "sold_currency": one.sold_currency,
        "bought_minor": one.bought_minor,
        "bought_currency": one.bought_currency,
    }


def _about(
    things: Sequence[OpenItem] | Sequence[OpenMovement],
    kind: str,
    payload: BaseModel,
    more: Mapping[str, object] = MappingProxyType({}),
    *,
    size_minor: int = 0,
) -> Subject:
    """The first of them stands for all; `size_minor` where they move another amount than they are of together."""
    first, total_minor = things[0], sum(one.amount_minor for one in things)
    many = f"{len(things)} differences" if len(things) > 1 else "Difference"
    return Subject(
        casino_id=first.casino_id,
        kind=kind,
        id=str(first.id),
        summary=f"{many} with {first.provider or 'the bank'} in {first.currency}",
        after={
            **payload.model_dump(mode="json"),
            "amount_minor": total_minor,
            "currency": first.currency,
            "about": [_told(one) for one in things],
            **more,
        },
        size=Size(first.currency, size_minor or sum(abs(one.amount_minor) for one in things)),
    )


def _told(thing: OpenItem | OpenMovement) -> dict[str, object]:
    """By which the second person finds it again in the provider's own pages."""
    return {
        "reference": thing.reference,
        "amount_minor": thing.amount_minor,
        "currency": thing.currency,
        "booked_at": thing.booked_at.isoformat(),
    }


def _command(
    name: str,
    payload: type[T],
    describe: Callable[[UnitOfWork, Any], Awaitable[Subject]],
    execute: Callable[[UnitOfWork, Any], Awaitable[None]],
) -> GuardedCommand[T]:
    return GuardedCommand(
        name=name,
        rule=FourEyes(permission=P.RECONCILIATION_RESOLVE, approve=P.RECONCILIATION_APPROVE),
        payload=payload,
        describe=describe,
        execute=execute,
        risk="high",
    )
