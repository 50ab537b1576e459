"""Finding accounts, making them, and locking wallets."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import Database
from chassis.db.engine import driver
from payments.domain.ledger.accounts import FLOORS, WALLET_TYPES, AccountRef, AccountType, WalletKey, game_house
from payments.domain.ledger.wallets import Account, Wallet

_WALLETS = """
    SELECT casino_id, player_id, currency, type, id, balance_minor, floor_minor, bets_blocked, ctid,
           (SELECT since FROM ledger_open)
    FROM account WHERE player_id = ANY($1::uuid[]) AND type = ANY($2::text[])"""

_LOCK = f"{_WALLETS} ORDER BY id FOR NO KEY UPDATE"
"""Sorted, so that two batches never wait for each other in a circle. Where a row lies (ctid) cannot change while it is
locked, so its balance is written without looking for it again."""

_LOCK_AT_ONCE = f"{_WALLETS} FOR NO KEY UPDATE NOWAIT"
"""In the order of the index: who waits for nobody is in no circle, and sorting is a sixth of the statement."""

_ROWS = "SELECT player_id, id FROM account WHERE player_id = ANY($1::uuid[]) AND type = ANY($2::text[]) ORDER BY id"
_LOCK_FREE = f"{_ROWS} FOR NO KEY UPDATE SKIP LOCKED"

_FIND_HOUSES = """
    SELECT casino_id, type, currency, provider, id FROM account
    WHERE player_id IS NULL AND casino_id = ANY($1::uuid[])"""

_OPEN = """
    INSERT INTO account (casino_id, type, currency, player_id, provider, floor_minor, bets_blocked, deposits_blocked)
    SELECT new.casino_id, new.type, new.currency, new.player_id, new.provider, new.floor_minor,
           coalesce(flags.bets, false), coalesce(flags.deposits, false)
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[])
         AS new(casino_id, type, currency, player_id, provider, floor_minor)
    LEFT JOIN LATERAL (
        SELECT bool_or(bets_blocked) AS bets, bool_or(deposits_blocked) AS deposits
        FROM account WHERE account.player_id = new.player_id
    ) AS flags ON true
    ORDER BY new.player_id, new.casino_id, new.currency, new.type, new.provider
    ON CONFLICT DO NOTHING"""
"""Sorted, so that two who open the same accounts never wait for each other in a circle. A further wallet of a player
starts with the restrictions of the earlier ones."""


ALL_MONTHS = datetime(2000, 1, 1, tzinfo=UTC)
"""Before the first of them: where nothing is known of which are open, all are asked."""


class GameHouses:
    """The number of the account on the house's side of games, by casino and currency. Numbers never change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._finding = asyncio.Lock()
        self.known: dict[tuple[UUID, str], int] = {}

    async def find(self, missing: Iterable[tuple[UUID, str]]) -> None:
        """Make and remember those that are not known yet, in a transaction of their own: once committed they stay."""
        async with self._finding:
            # Everybody who starts at the same moment misses the same one; only the first has to look.
            refs = [game_house(*key) for key in missing if key not in self.known]
            if not refs:
                return
            async with self._db.write() as connection:
                numbers = await house_numbers(await driver(connection), refs)
            self.known.update({(ref.casino_id, ref.currency): number for ref, number in numbers.items()})


async def house_numbers(raw: Any, refs: Sequence[AccountRef]) -> dict[AccountRef, int]:
    """The numbers of accounts of house and providers, in the caller's transaction; missing ones are made."""
    if not refs:
        return {}
    found = await _find_houses(raw, refs)
    if any(ref not in found for ref in refs):
        await open_accounts(raw, [ref for ref in dict.fromkeys(refs) if ref not in found])
        found = await _find_houses(raw, refs)
    return {ref: found[ref] for ref in refs}


async def open_wallet(raw: Any, key: WalletKey) -> None:
    """Make a player's accounts, in the caller's transaction."""
    await open_accounts(raw, [AccountRef(key.casino_id, kind, key.currency, key.player_id) for kind in WALLET_TYPES])


async def open_accounts(raw: Any, refs: Sequence[AccountRef]) -> None:
    """Make those of the accounts that do not exist, in the caller's transaction."""
    await raw.execute(
        _OPEN,
        [ref.casino_id for ref in refs],
        [ref.type for ref in refs],
        [ref.currency for ref in refs],
        [ref.player_id for ref in refs],
        [ref.provider for ref in refs],
        [FLOORS.get(ref.type) for ref in refs],
    )


class Patience(Enum):
    """What is done about wallets that somebody else holds.

    Attributes:
        WAIT: they are waited for.
        AT_ONCE: nothing is locked; asyncpg.LockNotAvailableError.
        LEAVE_OUT: the others are locked, and these are left.
    """

    WAIT = "wait"
    AT_ONCE = "at_once"
    LEAVE_OUT = "leave_out"


class Locked(NamedTuple):
    """Wallets under lock.

    Attributes:
        places: by an account's number where its row lies as long as it is locked.
        since: from when on months are open, or were a moment ago.
    """

    wallets: dict[WalletKey, Wallet]
    places: dict[int, tuple[int, int]]
    since: datetime


async def held_by_others(raw: Any, players: Iterable[UUID], types: Iterable[AccountType]) -> set[UUID]:
    """Those of the players of whom somebody else has a row of these types under lock. The others' are locked."""
    values = (list(players), list(types))
    mine = {row["id"] for row in await raw.fetch(_LOCK_FREE, *values)}
    return {row["player_id"] for row in await raw.fetch(_ROWS, *values) if row["id"] not in mine}


async def lock_wallets(
    raw: Any, players: Iterable[UUID], types: Iterable[AccountType], *, at_once: bool = False
) -> Locked:
    """The wallets of these players, with their cash and their accounts of these types, locked."""
    rows = await raw.fetch(_LOCK_AT_ONCE if at_once else _LOCK, list(players), list(types))
    wallets: dict[WalletKey, Wallet] = {}
    places: dict[int, tuple[int, int]] = {}
    others: list[tuple[WalletKey, AccountType, Account]] = []
    for casino_id, player_id, currency, kind, number, balance_minor, floor_minor, bets_blocked, place, _ in rows:
        key = WalletKey(casino_id, player_id, currency)
        account = Account(number, balance_minor, floor_minor)
        places[number] = place
        if kind == AccountType.CASH:
            wallets[key] = Wallet(account, {}, bets_blocked)
        else:
            others.append((key, AccountType(kind), account))
    for key, kind, account in others:
        wallets[key].others[kind] = account
    return Locked(wallets, places, rows[0]["since"] if rows else ALL_MONTHS)


async def _find_houses(raw: Any, refs: Iterable[AccountRef]) -> dict[AccountRef, int]:
    rows = await raw.fetch(_FIND_HOUSES, list({ref.casino_id for ref in refs}))
    return {AccountRef(row[0], AccountType(row[1]), row[2], provider=row[3]): row[4] for row in rows}
