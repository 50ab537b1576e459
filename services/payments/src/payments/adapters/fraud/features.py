"""Counters and links, kept by one statement each and read by one."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.store import Kept
from payments.adapters.fraud import exchanged, sql
from payments.application.fraud.ports import LISTED_AS, Exchanged, Keys, Payment, Whose
from payments.application.fraud.worth import Worth
from payments.domain.fraud.features import CONTACTS, COUNTED, LINKED, WINDOWS, Value

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_GRAINS: Mapping[str, int] = {"1h": 1, "24h": 2, "7d": 3, "30d": 3, "ever": 0}
"""By window: in how coarse stretches it is counted."""

_LENGTHS = {1: timedelta(minutes=10), 2: timedelta(hours=1), 3: timedelta(days=1)}

_BOTH_WAYS = (("player", "device"), ("player", "ip"), ("player", "instrument"), ("player", "payout"),
              *(("player", kind) for kind in CONTACTS))  # fmt: skip
_ONE_WAY = (
    ("network", "player"),
    ("player", "bin"),
    ("player", "bin8"),
    ("ip", "bin"),
    ("ip", "instrument"),
    ("device", "instrument"),
)
_PAIRS = (*_BOTH_WAYS, *((other, kind) for kind, other in _BOTH_WAYS), *_ONE_WAY)

_CLAIMED = frozenset({"instrument", "payout"})
"""What a player may say without having it."""

_NAMED = {"player": "players", "instrument": "instruments", "bin": "bins", "device": "devices", "ip": "ips",
          "payout": "payouts"}  # fmt: skip
"""By the kind of the other end: how its number is called."""


_SWEEP = """
    DELETE FROM fraud_counter WHERE (casino_id, kind, key, grain, bucket, currency) IN (
        SELECT casino_id, kind, key, grain, bucket, currency FROM fraud_counter
        WHERE grain > 0 AND bucket < $1 ORDER BY bucket LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""

_SWEEP_STAKES = """
    DELETE FROM fraud_stake WHERE (casino_id, player_id, currency, grain, bucket) IN (
        SELECT casino_id, player_id, currency, grain, bucket FROM fraud_stake
        WHERE bucket < $1 ORDER BY bucket LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""


_KNOWN_OF = """
    SELECT player_id,
        (SELECT id FROM rm_fraud_case_list AS c WHERE c.player_id = p.player_id AND c.status = 'open') AS open_case_id,
        (SELECT count(*) FROM rm_fraud_case_list AS c WHERE c.player_id = p.player_id AND c.outcome = 'fraud')
            AS fraud_cases,
        coalesce(reversals, 0) AS reversals, coalesce(reinstatements, 0) AS reinstatements,
        coalesce(fraud_warnings, 0) AS fraud_warnings, coalesce(bonuses, 0) AS bonuses,
        EXISTS (SELECT FROM fraud_entry AS e WHERE e.casino_id = $1 AND e.kind = 'player' AND e.list = 'block'
            AND e.key = p.player_id::text AND (e.until IS NULL OR e.until > $3)) AS blocked
    FROM unnest($2::uuid[]) AS p(player_id) CROSS JOIN LATERAL (
        SELECT sum(reversals)::bigint AS reversals, sum(reinstatements)::bigint AS reinstatements,
            sum(fraud_warnings)::bigint AS fraud_warnings, sum(bonuses)::bigint AS bonuses
        FROM fraud_counter WHERE casino_id = $1 AND kind = 'player' AND key = p.player_id::text AND grain = 0
    ) AS counted
    ORDER BY player_id"""


def kept_counters() -> list[Kept]:
    """No window is longer than thirty days, but for the one that has no end."""
    days = timedelta(days=32)
    return [Kept("fraud_counter", days, _SWEEP), Kept("fraud_stake", days, _SWEEP_STAKES)]


class SqlFeatures:
    """Implements `Features`. `is_of_payer`: see Fraud."""

    def __init__(self, is_of_payer: Callable[[str, str], bool]) -> None:
        self._is_of_payer = is_of_payer

    async def link(
        self, connection: AsyncConnection, casino_id: UUID, keys: Keys, now: datetime, *, proved: Collection[str] = ()
    ) -> dict[str, datetime | None]:
        """See Features."""
        keys = {"instrument": keys["charged"], **keys} if "charged" in keys else keys
        pairs = sorted(
            (kind, keys[kind], other, keys[other], {kind, other} & _CLAIMED <= {*proved})
            for kind, other in _PAIRS
            if kind in keys and other in keys
        )
        if not pairs:
            return {}
        raw = await driver(connection)
        rows = await raw.fetch(sql.LINK, casino_id, *(list(column) for column in zip(*pairs, strict=True)), now)
        return {row["other"]: None if row["fresh"] else row["first_seen"] for row in rows if row["kind"] == "player"}

    async def prove(self, connection: AsyncConnection, casino_id: UUID, keys: Keys, *, proved: bool) -> None:
        """See Features."""
        places = [kind for kind in keys if kind in _CLAIMED]
        raw = await driver(connection)
        await raw.execute(sql.PROVE, casino_id, keys["player"], places, [keys[kind] for kind in places], proved)

    async def forget_contacts(self, connection: AsyncConnection, casino_id: UUID, player_id: UUID) -> None:
        """See Features."""
        await (await driver(connection)).execute(sql.FORGET_CONTACTS, casino_id, str(player_id), list(CONTACTS))

    async def measure(
        self, connection: AsyncConnection, payment: Payment, keys: Keys, now: datetime, worth: Worth
    ) -> dict[str, Value]:
        """See Features."""
        raw = await driver(connection)
        since = {window: _since(window, now) for window in WINDOWS}
        counted = _counted_for(keys)
        row = await raw.fetchrow(
            sql.MEASURE,
            payment.casino_id,
            payment.player_id,
            list(counted),
            list(counted.values()),
            list(WINDOWS),
            [_GRAINS[window] for window in WINDOWS],
            list(since.values()),
            payment.currency,
            now,
            payment.id,
            [LISTED_AS.get(kind, (kind,))[0] for kind in keys],
            [LISTED_AS.get(kind, (kind, kind))[1] for kind in keys],
            list(keys.values()),
        )
        values = _counted(_decoded(row["counted"]))
        for kind, other, *numbers in _decoded(row["linked"]):
            name = _NAMED.get(other, "")
            if name in LINKED and kind in LINKED[name].of:
                values |= {f"{name}:{kind}:{window}": number for window, number in zip(WINDOWS, numbers, strict=True)}
        for listed, kind in _decoded(row["listed"]):
            values[f"{'blocked' if listed == 'block' else 'allowed'}:{kind}"] = True
        recent = [worth.of(amount_minor, currency) for amount_minor, currency in _decoded(row["recent"])]
        values["recent_deposits_minor"] = tuple(one for one in recent if one is not None)
        values |= {name: row[name] for name in _SINGLE if row[name] is not None}
        values = {name: value for name, value in values.items() if name in _SINGLE or value not in (0, None)}
        for moment, name in _AGES:
            if row[moment] is not None:
                values[name] = max((now - row[moment]) // timedelta(hours=1), 0)
        values["failures_in_row"] = sum(self._is_of_payer(*one) for one in _decoded(row["failed"]))
        if "paid_to" in keys:
            values["to_source"] = row["to_source"]
        return values | {f"staked_minor:player:{window}": number for window, number in _decoded(row["staked"])}

    async def play(self, connection: AsyncConnection, payment: Payment) -> dict[str, Value]:
        """See Features."""
        raw = await driver(connection)
        row = await raw.fetchrow(sql.PLAY, payment.casino_id, payment.player_id, payment.currency, None)
        return {name: value for name, value in row.items() if value is not None and name != "entries"}

    async def fold(self, connection: AsyncConnection, whose: Whose, most: int) -> int:
        """See Features."""
        row = await (await driver(connection)).fetchrow(sql.PLAY, *whose, most)
        return int(row["entries"])

    async def played(self, connection: AsyncConnection, since: datetime, until: datetime) -> Sequence[Whose]:
        """See Features."""
        return [Whose(*row) for row in await (await driver(connection)).fetch(sql.PLAYED, since, until)]

    async def carry(self, connection: AsyncConnection, exchange: Exchanged) -> None:
        """See Features."""
        raw, currencies = await driver(connection), (exchange.sold_currency, exchange.bought_currency)
        for currency in currencies:
            await raw.fetchrow(sql.PLAY, exchange.casino_id, exchange.player_id, currency, None)
        for statement in (exchanged.COUNTED_TOO, exchanged.PLAYED_TOO, exchanged.STAKED_TOO):
            await raw.execute(
                statement,
                exchange.casino_id,
                exchange.player_id,
                *currencies,
                exchange.sold_minor,
                exchange.bought_minor,
                exchange.pot_minor,
            )

    async def count(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        keys: Keys,
        currency: str,
        counts: Mapping[str, int],
        now: datetime,
        *,
        fresh: frozenset[str] = frozenset(),
        asked_minor: int = 0,
        credited_minor: int = 0,
        failed: bool = False,
    ) -> None:
        """See Features."""
        raw, keys = await driver(connection), _counted_for(keys)
        buckets = {0: _EVER, **{grain: _begun(grain, now) for grain in _LENGTHS}}
        await raw.execute(
            sql.COUNT,
            casino_id,
            currency,
            list(keys),
            list(keys.values()),
            list(buckets),
            list(buckets.values()),
            *(counts.get(name, 0) for name in COUNTED),
            [kind in fresh for kind in keys],
            asked_minor,
            credited_minor,
            failed,
        )

    async def cluster(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID
    ) -> Sequence[Mapping[str, Any]]:
        """See Features."""
        raw = await driver(connection)
        return [dict(row) for row in await raw.fetch(sql.CLUSTER, casino_id, str(player_id))]

    async def known_of(
        self, connection: AsyncConnection, casino_id: UUID, players: Collection[UUID], now: datetime
    ) -> Sequence[Mapping[str, Any]]:
        """See Features."""
        raw = await driver(connection)
        return [dict(row) for row in await raw.fetch(_KNOWN_OF, casino_id, list(players), now)]


_SINGLE = (
    "account_age_h",
    "minutes_since_deposit",
    "country",
    "level",
    "open_hits",
    "largest_bonus_bet_minor",
    "used_instruments",
    "blocked_instruments",
    "foreign_instruments",
    "mismatched_instruments",
    "instrument_sharers",
    "cluster_players",
    "cluster_reversals",
    "cluster_warnings",
    "cluster_bonuses",
)


_AGES = (
    ("password_changed_at", "password_age_h"),
    ("locked_at", "lock_age_h"),
    ("contact_changed_at", "contact_age_h"),
)
"""What hours are counted from, and what they are called."""


def _counted_for(keys: Keys) -> dict[str, str]:
    return {kind: key for kind, key in keys.items() if kind not in LISTED_AS}


def _counted(rows: Sequence[Sequence[Any]]) -> dict[str, Value]:
    return {
        f"{name}:{kind}:{window}": number
        for kind, window, *numbers in rows
        for name, number in zip(COUNTED, numbers, strict=True)
    }


def _decoded(text: str | None) -> Any:
    return msgspec.json.decode(text) if text else []


def _since(window: str, now: datetime) -> datetime:
    """The beginning of the first stretch that belongs to the window."""
    length = WINDOWS[window]
    return _EVER if length is None else _begun(_GRAINS[window], now - length)


def _begun(grain: int, now: datetime) -> datetime:
    """When the stretch around this moment began."""
    return now - (now - _EVER) % _LENGTHS[grain]
