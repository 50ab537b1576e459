"""One batch, one transaction: lock, read what was posted earlier, decide in memory, write. Four round trips."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from payments.adapters.ledger import sql
from payments.adapters.ledger.envelopes import TOPIC, events_of
from payments.adapters.ledger.units import Unit
from payments.domain.ledger.books import Account, Books
from payments.domain.ledger.transfers import Answer, Entry, GameMove, GameMoveKind


async def post_units(raw: Any, units: Sequence[Unit], *, now: datetime, feed_stale: bool) -> list[list[Answer]]:
    """Post units inside the transaction that is open on `raw`, an asyncpg connection.

    Answers come per unit, in order. Nothing is true before the transaction commits.
    """
    accounts = await _lock(raw, units)
    earlier = await _earlier(raw, units)
    house = {number for unit in units for number in unit.house}
    books = Books(accounts, house, earlier, feed_stale=feed_stale)
    answers: list[list[Answer]] = []
    keys: list[str] = []
    envelopes: list[str] = []
    for unit in units:
        before = len(books.written)
        if len(unit.requests) == 1:
            answers.append([books.post(unit.requests[0])])
        else:
            answers.append(books.post_all(unit.requests))
        for entry in books.written[before:]:
            if entry.wallet_id is not None:
                owner = unit.owners[entry.wallet_id]
                for envelope in events_of(entry, owner, unit.ctx, now):
                    keys.append(owner.player_id)
                    envelopes.append(envelope)
    if books.written:
        await _write(raw, books, now, keys, envelopes)
    return answers


async def _lock(raw: Any, units: Sequence[Unit]) -> dict[int, Account]:
    numbers = sorted({number for unit in units for number in unit.locks})
    if not numbers:
        return {}
    return {row[0]: Account(row[1], row[2], row[3], row[4]) for row in await raw.fetch(sql.LOCK, numbers)}


async def _earlier(raw: Any, units: Sequence[Unit]) -> list[Entry]:
    """Everything that may matter to these requests: their own ids, what they refer to, what reverses either."""
    ids: list[UUID] = []
    reversed_ids: list[UUID] = []
    for unit in units:
        for request in unit.requests:
            ids.append(request.id)
            if isinstance(request, GameMove):
                if request.kind is not GameMoveKind.ROLLBACK:
                    reversed_ids.append(request.id)
                if request.reference_id is not None:
                    ids.append(request.reference_id)
                    reversed_ids.append(request.reference_id)
    return [Entry(*row) for row in await raw.fetch(sql.EARLIER, ids, reversed_ids)]


async def _write(raw: Any, books: Books, now: datetime, keys: list[str], envelopes: list[str]) -> None:
    columns = [list(column) for column in zip(*books.written, strict=True)]
    deltas = {number: delta for number, delta in books.deltas.items() if delta}
    balances = books.changed_balances()
    await raw.execute(
        sql.WRITE,
        *columns,
        now,
        TOPIC,
        keys,
        envelopes,
        list(deltas),
        list(deltas.values()),
        list(balances),
        list(balances.values()),
    )
