"""One batch, one transaction: lock, read what was posted earlier, decide in memory, write. Four round trips."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any, Final
from uuid import UUID

import msgspec

from chassis.store import Context
from payments.adapters.ledger import sql
from payments.adapters.ledger.accounts import (
    ALL_MONTHS,
    Locked,
    Patience,
    held_by_others,
    house_numbers,
    lock_wallets,
    open_accounts,
)
from payments.adapters.ledger.envelopes import TOPIC
from payments.adapters.ledger.telling import Queue
from payments.adapters.ledger.units import Unit
from payments.adapters.reconciliation.expecting import expect
from payments.application.debts import WIN_DEBT
from payments.domain.ledger.accounts import WALLET_TYPES, AccountRef, AccountType, WalletKey
from payments.domain.ledger.books import Books
from payments.domain.ledger.transfers import Answer, Entry, GameMove, GameMoveKind, Transfer, TransferKind
from payments.domain.ledger.wallets import Wallet

_encode = msgspec.json.Encoder().encode

_TOLD: Final = ("casino_id", "player_id", "currency", "amount_minor", "supplier", "round_ref", "reference_id")
"""What people are told of a win's debt; what it refers to is the rollback."""


@dataclass(slots=True)
class Terms:
    """What holds for a whole batch: its time, and whether restrictions may have been missed."""

    now: datetime
    feed_stale: bool
    game_houses: Mapping[tuple[UUID, str], int]


async def post_units(raw: Any, units: Sequence[Unit], terms: Terms) -> list[list[Answer]]:
    """Post units inside the transaction that is open on `raw`, an asyncpg connection, and wait for their wallets.

    Answers come per unit, in order. Nothing is true before the transaction commits.
    """
    return await _post(raw, units, terms, at_once=False)


async def post_free_units(
    raw: Any, units: Sequence[Unit], terms: Terms, patience: Patience
) -> list[list[Answer] | None]:
    """The same, but nobody waits for a player whose wallet is held by others: None in the place of his units.

    Raises:
        asyncpg.LockNotAvailableError: with AT_ONCE, when there is such a player.
    """
    if patience is not Patience.LEAVE_OUT:
        return list(await _post(raw, units, terms, at_once=patience is Patience.AT_ONCE))
    players, types = _concerned_players(units)
    held = await held_by_others(raw, players, types) if players else set()
    free = [held.isdisjoint(_players_of(unit)) for unit in units]
    answers = iter(await _post(raw, list(compress(units, free)), terms, at_once=False))
    return [next(answers) if is_free else None for is_free in free]


async def _post(raw: Any, units: Sequence[Unit], terms: Terms, *, at_once: bool) -> list[list[Answer]]:
    transfers = [request for unit in units for request in unit.requests if isinstance(request, Transfer)]
    refs = [ref for transfer in transfers for ref in (transfer.debit, transfer.credit)]
    loose = [transfer.id for transfer in transfers if transfer.wallet is None]
    if loose:
        await raw.execute(sql.TAKE_TURNS, loose)
    houses = await house_numbers(raw, [ref for ref in refs if ref.player_id is None])
    wallets, places, since = await _lock(raw, units, refs, at_once=at_once)
    sequence, earlier, gone = await _earlier(raw, units, since)
    first = await _bonus_first(raw, wallets)
    books = Books(
        wallets, terms.game_houses, houses, earlier, gone=gone, feed_stale=terms.feed_stale, bonus_first=first
    )
    answers: list[list[Answer]] = []
    queue = Queue(terms.now, sequence)
    for unit in units:
        before, requests = len(books.written), unit.requests
        answers.append([books.post(requests[0])] if len(requests) == 1 else books.post_all(requests))
        if unit.ctx is not None:
            queue.name(before)
            written = books.written[before:] = [_signed(entry, unit.ctx) for entry in books.written[before:]]
            queue.tell(_concerned(written, unit, wallets), unit.ctx, len(books.written))
    queue.name(len(books.written))
    if books.written:
        await _write(raw, books, places, terms.now, queue)
        if transfers:
            await expect(raw, books.written, terms.now)
        debts = [entry for entry in books.written if entry.kind == TransferKind.OWED]
        if debts:
            await _tell_people(raw, debts, terms.now)
    return answers


async def _tell_people(raw: Any, debts: Sequence[Entry], now: datetime) -> None:
    """Have people told of wins that were taken back and had been spent: rare enough for a statement of its own."""
    payloads = [_encode({name: getattr(entry, name) for name in _TOLD}).decode() for entry in debts]
    await raw.execute(sql.SCHEDULE, WIN_DEBT, [entry.id for entry in debts], payloads, now)


def _players_of(unit: Unit) -> set[UUID]:
    found: set[UUID] = set()
    for request in unit.requests:
        if isinstance(request, GameMove):
            found.add(request.wallet.player_id)
        else:
            found.update(ref.player_id for ref in (request.debit, request.credit) if ref.player_id is not None)
    return found


def _concerned_players(units: Sequence[Unit]) -> tuple[dict[UUID, None], set[AccountType]]:
    """Whose wallets are locked, and which of their accounts."""
    players: dict[UUID, None] = {}
    types = {AccountType.CASH, AccountType.BONUS}
    for unit in units:
        for request in unit.requests:
            if isinstance(request, GameMove):
                players[request.wallet.player_id] = None
                if request.kind is GameMoveKind.ROLLBACK:
                    types.add(AccountType.OWED)
                continue
            for ref in (request.debit, request.credit):
                if ref.player_id is not None:
                    players[ref.player_id] = None
                    types.add(ref.type)
                    if ref.type is AccountType.CHARGEBACK_RECEIVABLE:
                        types.add(AccountType.OWED)
    return players, types


async def _lock(raw: Any, units: Sequence[Unit], refs: Sequence[AccountRef], *, at_once: bool) -> Locked:
    players, types = _concerned_players(units)
    if not players:
        return Locked({}, {}, ALL_MONTHS)
    locked = await lock_wallets(raw, players, types, at_once=at_once)
    lacking = [ref for ref in dict.fromkeys(refs) if _lacks(locked.wallets, ref)]
    if not lacking:
        return locked
    # Nobody else can be making them: whoever wants to must hold the wallet's cash, as we do.
    await open_accounts(raw, lacking)
    return await lock_wallets(raw, players, types)


async def _bonus_first(raw: Any, wallets: Mapping[WalletKey, Wallet]) -> AbstractSet[UUID]:
    """The casinos at which a stake is taken from the bonus first. Nobody is asked where nobody has a bonus."""
    casinos = {key.casino_id for key, wallet in wallets.items() if wallet.bonus_minor}
    if not casinos:
        return frozenset()
    return frozenset([row["casino_id"] for row in await raw.fetch(sql.BONUS_FIRST, list(casinos))])


def _lacks(wallets: Mapping[WalletKey, Wallet], ref: AccountRef) -> bool:
    """Whether it is an account beside a wallet, such as a receivable, that is made when it is first needed."""
    if ref.wallet is None or ref.type in WALLET_TYPES:
        return False
    wallet = wallets.get(ref.wallet)
    return wallet is not None and wallet.account(ref.type) is None


async def _earlier(raw: Any, units: Sequence[Unit], since: datetime) -> tuple[int, list[Entry], set[UUID]]:
    """A number above those of these wallets' movements, and everything that may matter to these requests: their own
    ids, what they refer to, what reverses either. Last the ids among those of which no more is known.
    """
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
    rows = await raw.fetch(sql.EARLIER, ids, reversed_ids, since)
    number, closed = rows[0][:2]
    found = [tuple(row)[2:] for row in rows if row["id"] is not None]
    if closed:
        found.extend(tuple(row) for row in await raw.fetch(sql.CLOSED, ids, reversed_ids))
    entries = [Entry(*row) for row in found]
    gone = {entry.id for entry in entries if entry.kind is None}
    return number, [entry for entry in entries if entry.kind is not None], gone


def _signed(entry: Entry, ctx: Context) -> Entry:
    """The entry with who asked for it. What a supplier did names the supplier already."""
    return entry._replace(
        actor_kind=ctx.actor.kind,
        actor_id=ctx.actor.id,
        authorised_by=ctx.authorised_by,
        correlation_id=ctx.correlation_id,
    )


def _concerned(
    written: Sequence[Entry], unit: Unit, wallets: Mapping[WalletKey, Wallet]
) -> list[tuple[Entry, WalletKey]]:
    """The new entries of a unit that concern a player, each with his wallet."""
    if len(unit.requests) == 1:
        only = unit.requests[0].wallet
        return [] if only is None else [(entry, only) for entry in written]
    owners = {wallet.cash.number: key for key, wallet in wallets.items()}
    return [(entry, owners[entry.wallet_id]) for entry in written if entry.wallet_id is not None]


async def _write(
    raw: Any,
    books: Books,
    places: Mapping[int, tuple[int, int]],
    now: datetime,
    queue: Queue,
) -> None:
    deltas = {number: delta for number, delta in books.deltas.items() if delta}
    changed = books.changed()
    done = await raw.execute(
        sql.WRITE,
        books.written,
        now,
        TOPIC,
        [row.key for row in queue.rows],
        [row.envelope for row in queue.rows],
        [row.first for row in queue.rows],
        [row.last for row in queue.rows],
        list(deltas),
        list(deltas.values()),
        [places[account.number] for account in changed],
        [account.number for account in changed],
        [account.balance_minor for account in changed],
    )
    if done != f"UPDATE {len(changed)}":
        raise RuntimeError(f"{len(changed)} balances were to be written, but: {done}")
