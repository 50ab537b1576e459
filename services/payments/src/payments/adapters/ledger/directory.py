"""Which number an account has. Numbers never change, so what was found once is remembered."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chassis.db import Database
from chassis.db.engine import driver
from payments.adapters.ledger.units import KnownWallet, Owner, WalletKey
from payments.domain.ledger.accounts import FLOORS, WALLET_TYPES, AccountRef, AccountType, OwnerKind, game_house
from payments.domain.ledger.transfers import WalletIds

REMEMBERED = 200_000
"""Wallets kept in memory, about 0.5 kB each; when it is full it starts again, which costs one query per wallet."""

_WALLETS = """
    SELECT casino_id, owner_id, currency,
           max(id) FILTER (WHERE type = 'cash') AS cash,
           max(id) FILTER (WHERE type = 'withdrawal_hold') AS hold,
           max(id) FILTER (WHERE type = 'owed') AS owed
    FROM account WHERE owner_kind = 'player' AND owner_id = ANY($1::text[])
    GROUP BY casino_id, owner_id, currency"""

_FIND = """
    SELECT casino_id, owner_kind, owner_id, type, currency, id FROM account
    WHERE owner_id = ANY($1::text[])"""

_OPEN = """
    INSERT INTO account (casino_id, owner_kind, owner_id, type, currency, floor_minor, bets_blocked, deposits_blocked)
    SELECT new.casino_id, new.owner_kind, new.owner_id, new.type, new.currency, new.floor_minor,
           coalesce(flags.bets, false), coalesce(flags.deposits, false)
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
         AS new(casino_id, owner_kind, owner_id, type, currency, floor_minor)
    LEFT JOIN LATERAL (
        SELECT bool_or(bets_blocked) AS bets, bool_or(deposits_blocked) AS deposits FROM account
        WHERE new.owner_kind = 'player' AND owner_kind = 'player' AND owner_id = new.owner_id
    ) AS flags ON true
    ORDER BY new.owner_id, new.currency, new.type, new.casino_id, new.owner_kind
    ON CONFLICT DO NOTHING"""
"""Sorted, so that two who open the same accounts never wait for each other in a circle. A further wallet of a player
starts with the restrictions of the earlier ones."""


class Directory:
    """Accounts by meaning. What is remembered was committed, so no transaction that rolls back can make it wrong."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._wallets: dict[WalletKey, KnownWallet] = {}
        self._houses: dict[tuple[UUID, str], int] = {}

    def wallet(self, key: WalletKey) -> KnownWallet | None:
        """A wallet if it is remembered."""
        return self._wallets.get(key)

    async def load_wallets(self, keys: Iterable[WalletKey]) -> None:
        """Remember those of these wallets that exist."""
        players = list({str(player_id) for _, player_id, _ in keys})
        async with self._db.read() as connection:
            rows = await (await driver(connection)).fetch(_WALLETS, players)
        if len(self._wallets) + len(rows) > REMEMBERED:
            self._wallets.clear()
        for row in rows:
            if row["cash"] is None or row["hold"] is None or row["owed"] is None:
                continue
            ids = WalletIds(row["cash"], row["hold"], row["owed"])
            owner = Owner(str(row["casino_id"]), row["owner_id"], row["currency"])
            key = (row["casino_id"], UUID(row["owner_id"]), row["currency"])
            self._wallets[key] = KnownWallet(ids, {ids.cash: owner})

    async def game_house(self, casino_id: UUID, currency: str) -> int:
        """The number of the house's game account, which comes into being when it is first asked for."""
        key = (casino_id, currency)
        number = self._houses.get(key)
        if number is None:
            ref = game_house(casino_id, currency)
            async with self._db.write() as connection:
                number = (await numbers(await driver(connection), [ref]))[ref]
            # Only now is the account committed and its number good for ever.
            self._houses[key] = number
        return number


async def open_accounts(raw: Any, refs: Iterable[AccountRef]) -> None:
    """Make accounts that do not exist yet, in the caller's transaction."""
    rows = list(refs)
    await raw.execute(
        _OPEN,
        [ref.casino_id for ref in rows],
        [ref.owner_kind for ref in rows],
        [ref.owner_id for ref in rows],
        [ref.type for ref in rows],
        [ref.currency for ref in rows],
        [FLOORS.get(ref.type) for ref in rows],
    )


async def numbers(raw: Any, refs: Sequence[AccountRef]) -> dict[AccountRef, int]:
    """The numbers of these accounts, in the caller's transaction.

    Accounts of house and providers are made when they are missing, and so is a player's receivable when he has a
    wallet; what is still missing after that belongs to no wallet and is left out of the answer.
    """
    found = await _find(raw, refs)
    missing = [ref for ref in dict.fromkeys(refs) if ref not in found and _may_be_made(ref, found)]
    if missing:
        await open_accounts(raw, missing)
        found = await _find(raw, refs)
    return {ref: found[ref] for ref in refs if ref in found}


async def _find(raw: Any, refs: Iterable[AccountRef]) -> dict[AccountRef, int]:
    rows = await raw.fetch(_FIND, list({ref.owner_id for ref in refs}))
    return {AccountRef(row[0], OwnerKind(row[1]), row[2], AccountType(row[3]), row[4]): row[5] for row in rows}


def _may_be_made(ref: AccountRef, found: dict[AccountRef, int]) -> bool:
    if not ref.of_player:
        return True
    cash = AccountRef(ref.casino_id, ref.owner_kind, ref.owner_id, AccountType.CASH, ref.currency)
    return ref.type not in WALLET_TYPES and cash in found
