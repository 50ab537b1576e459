"""I11: what was settled is posted as batches say and people decided, and nothing else is posted as such.

Ids of entries follow from what causes them, so each is computed anew. Batches and entries are walked page by page; of
what two people decided eight bytes are held for each entry, line and movement, whatever else there is.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from payments.adapters.ledger.causes import BEGINNING, ENTRIES, PAGE, Found, Said, compare, posted_ever, told
from payments.application.ledger import Transfer, TransferKind, transfer_id
from payments.application.reconciliation.booking import (
    BOOK,
    MATCH,
    RECEIVE,
    WRITE_OFF,
    Whole,
    of_item,
    of_match,
    of_receipt,
    of_write_off,
)
from payments.application.reconciliation.ports import OpenItem, OpenMovement, UnpostedBatch
from payments.application.reconciliation.running import arrival_of, fee_of, undone_fee
from payments.domain.reconciliation.bank import OpenBatch
from payments.domain.reconciliation.words import BookedTo, ExpectationState, ItemState

OF_BATCHES: Final = (TransferKind.PSP_FEE, TransferKind.SETTLEMENT)

_BATCH: Final = """
    SELECT id, casino_id, provider, currency, state, posted, fee_minor + rounding_minor AS fee_minor, arrives_minor,
           booked_at
    FROM settlement_batch"""
_BATCHES: Final = f"{_BATCH} WHERE id > $1 ORDER BY id LIMIT $2"
_THESE_BATCHES: Final = f"{_BATCH} WHERE id = ANY ($1)"
DECIDED: Final = """
    SELECT executed.stream_id, proposed.data ->> 'command' AS command, proposed.data ->> 'subject_id' AS about,
           proposed.data ->> 'casino_id' AS casino_id, proposed.data ->> 'requester_id' AS proposed_by,
           coalesce((SELECT edited.data -> 'after' FROM event AS edited
                     WHERE edited.stream_id = executed.stream_id AND edited.type = 'platform.approval_edited'
                     ORDER BY version DESC LIMIT 1), proposed.data -> 'after')::text AS after
    FROM event AS executed JOIN event AS proposed
        ON proposed.stream_id = executed.stream_id AND proposed.type = 'platform.approval_proposed'
    WHERE executed.type = 'platform.approval_executed' AND proposed.data ->> 'command' = ANY ($1)"""
"""What was agreed to is in the events of proposals, as it was last edited; those are never changed and never go."""
_ITEMS: Final = """
    SELECT id, casino_id, provider, currency, amount_minor, paid_minor, paid_currency, booked_at,
           provider_reference AS reference, false AS waits, false AS unknown, false AS only_fee, true AS file_done,
           state
    FROM settlement_item WHERE id = ANY ($1)"""
_MOVEMENTS: Final = """
    SELECT id, casino_id, provider, currency, amount_minor, booked_at, provider_reference AS reference, false AS waits,
           state
    FROM settlement_expectation WHERE id = ANY ($1)"""
_POSTED: Final = "SELECT id, kind, reference_id, seq FROM transfer WHERE kind = 'reconciliation'"
_ENDED_ITEMS: Final = """
    SELECT id, state FROM settlement_item
    WHERE state = 'booked' OR state = 'matched' AND provider IS NOT NULL AND difference IS NOT NULL"""
"""A line that is explained without people has no difference any more."""
_ENDED_MOVEMENTS: Final = """
    SELECT movement.id, movement.state FROM settlement_expectation AS movement
    LEFT JOIN settlement_item AS item ON item.id = movement.item_id
    WHERE movement.state IN ('written_off', 'received')
       OR movement.state = 'matched' AND item.state = 'matched' AND item.difference IS NOT NULL"""

_LEAVES: Final[Mapping[str, tuple[ItemState | None, ExpectationState | None]]] = {
    BOOK: (ItemState.BOOKED, None),
    MATCH: (ItemState.MATCHED, ExpectationState.MATCHED),
    WRITE_OFF: (None, ExpectationState.WRITTEN_OFF),
    RECEIVE: (None, ExpectationState.RECEIVED),
}
"""In which state each decision leaves the lines and movements it is about."""
PAGE_OF_DECISIONS: Final = 500
NO_ID: Final = UUID(int=0)
_HALF: Final = (1 << 63) - 1


async def batches_posted(raw: Any) -> Found:
    """Fees and arrivals of the snapshot that is open on `raw`: of each batch those that follow from what it says, and
    of no other.
    """
    found, last = Found(), NO_ID
    while rows := await raw.fetch(_BATCHES, last, PAGE):
        last = rows[-1]["id"]
        said = [Said(f"batch {row['id']}", one) for row in rows for one in _of_batch(row)]
        await compare(raw, said, found)
    place = (BEGINNING, 0)
    while rows := await raw.fetch(ENTRIES, *place, [str(kind) for kind in OF_BATCHES], PAGE):
        place = (rows[-1]["posted_at"], rows[-1]["seq"])
        about = await raw.fetch(_THESE_BATCHES, [row["reference_id"] for row in rows if row["reference_id"]])
        caused = {one.id for row in about for one in _of_batch(row)}
        for row in rows:
            if row["id"] not in caused:
                found.add(told(row))
    return found


def _of_batch(row: Any) -> list[Transfer]:
    casino, provider, currency = row["casino_id"], row["provider"], row["currency"]
    moved = []
    if row["posted"] and row["fee_minor"]:
        moved.append(fee_of(casino, provider, currency, row["id"], row["fee_minor"]))
        if row["state"] == "replaced":
            moved.append(
                undone_fee(casino, provider, UnpostedBatch(id=row["id"], currency=currency, fee_minor=row["fee_minor"]))
            )
    if row["state"] == "settled" and row["arrives_minor"]:
        batch = OpenBatch(row["id"], provider, currency, row["arrives_minor"], (), row["booked_at"])
        moved.append(arrival_of(casino, batch))
    return moved


async def decisions_posted(raw: Any) -> Found:
    """What people decided about lines and movements, in the snapshot that is open on `raw`: that it was posted, and is
    so in their states; and what was posted, or is in such a state, that it was decided.
    """
    found, agreed = Found(), await raw.cursor(DECIDED, list(_LEAVES))
    entries, items, movements = Numbers(), Numbers(), Numbers()
    while rows := await agreed.fetch(PAGE_OF_DECISIONS):
        decisions = [_decision(row) for row in rows]
        about = await _about(raw, decisions)
        said = [one for decision in decisions for one in _said(decision, about, found)]
        posted = await compare(raw, await _as_before(raw, said, decisions), found)
        entries.extend(row["seq"] for row in posted)
        items.extend(one for decision in decisions for one in decision.items)
        movements.extend(number_of(one) for decision in decisions for one in decision.movements)
    for known in (entries, items, movements):
        known.sort()
    async for row in raw.cursor(_POSTED, prefetch=PAGE):
        if row["seq"] not in entries:
            found.add(told(row))
    async for row in raw.cursor(_ENDED_ITEMS, prefetch=PAGE):
        if row["id"] not in items:
            found.add(f"line={row['id']}, state={row['state']}, which nobody decided")
    async for row in raw.cursor(_ENDED_MOVEMENTS, prefetch=PAGE):
        if number_of(row["id"]) not in movements:
            found.add(f"movement={row['id']}, state={row['state']}, which nobody decided")
    return found


@dataclass(frozen=True, slots=True)
class _Decision:
    """What two people agreed to."""

    command: str
    by: str
    items: Sequence[int]
    movements: Sequence[UUID]
    booked_to: BookedTo | None


@dataclass(frozen=True, slots=True)
class _About:
    """The lines and movements of some decisions, and the states they are in."""

    items: Mapping[int, OpenItem]
    movements: Mapping[UUID, OpenMovement]
    states: Mapping[int | UUID, str]


class Numbers:
    """Many numbers in eight bytes each. They are looked for once all are there and `sort` was called."""

    def __init__(self) -> None:
        self._all = array("q")

    def extend(self, more: Iterable[int]) -> None:
        self._all.extend(more)

    def sort(self) -> None:
        self._all = array("q", sorted(self._all))

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self._all, number)
        return place < len(self._all) and self._all[place] == number


def number_of(movement_id: UUID) -> int:
    """Half of it, which is as good as the whole: ids are made at random."""
    return movement_id.int & _HALF


def _decision(row: Any) -> _Decision:
    after = json.loads(row["after"])
    items = after.get("item_ids") or [after[name] for name in ("item_id",) if name in after]
    movements = after.get("expectation_ids") or [after[name] for name in ("expectation_id",) if name in after]
    to = after.get("booked_to")
    return _Decision(
        row["command"], row["stream_id"], sorted(items), sorted(map(UUID, movements)), BookedTo(to) if to else None
    )


async def _about(raw: Any, decisions: Iterable[_Decision]) -> _About:
    decisions = list(decisions)
    items = await raw.fetch(_ITEMS, [one for decision in decisions for one in decision.items])
    movements = await raw.fetch(_MOVEMENTS, [one for decision in decisions for one in decision.movements])
    return _About(
        {row["id"]: OpenItem(**_facts(row)) for row in items},
        {row["id"]: OpenMovement(**_facts(row)) for row in movements},
        {row["id"]: row["state"] for row in (*items, *movements)},
    )


def _facts(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "state"}


def _said(decision: _Decision, about: _About, found: Found) -> list[Said]:
    """What it moves; what it is about and is not in the state it left that in is found."""
    whole = True
    item_state, movement_state = _LEAVES[decision.command]
    for what, ids, state in (("line", decision.items, item_state), ("movement", decision.movements, movement_state)):
        for one in ids:
            now = about.states.get(one)
            whole &= now is not None
            if now != state:
                found.add(f"{what}={one}, state={now}, decided to be {state} by {decision.by}")
    return [Said(decision.by, one) for one in _moves(decision, about)] if whole else []


def _moves(decision: _Decision, about: _About) -> list[Transfer]:
    items = [about.items[one] for one in decision.items]
    movements = [about.movements[one] for one in decision.movements]
    if decision.command == RECEIVE:
        return of_receipt(movements[0])
    if decision.command == MATCH:
        return of_match(Whole(items, movements), decision.booked_to)
    assert decision.booked_to is not None
    if decision.command == WRITE_OFF:
        return of_write_off(movements[0], decision.booked_to)
    return of_item(items[0], decision.booked_to)


async def _as_before(raw: Any, said: Sequence[Said], decisions: Iterable[_Decision]) -> list[Said]:
    """The first version named a match by its movements alone: entries of then still have such an id."""
    matches = {one.by: one.movements for one in decisions if one.command == MATCH}
    ids = {
        one.by: transfer_id(TransferKind.RECONCILIATION, "match", *sorted(map(str, matches[one.by])))
        for one in said
        if one.by in matches
    }
    known = await posted_ever(raw, list(ids.values())) if ids else frozenset()
    return [
        replace(one, transfer=replace(one.transfer, id=ids[one.by])) if ids.get(one.by) in known else one
        for one in said
    ]
