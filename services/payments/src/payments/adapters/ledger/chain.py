"""The ledger's seal: a keyed hash chain over blocks of entries, made off the hot path and checked by `verify-ledger`.

A block is what was posted after the one before it, in the order of time and number, and lies within one month, so that
a month which is taken away takes whole blocks with it. Its seal holds the hash of its
rows, and a hash over the seal before it with a key that is not in the database: whoever changes, adds or removes a row
there cannot make the chain whole again. Its newest value is published, so that whoever has the key too is betrayed by
what others were told (security's audit log keeps it).
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from chassis.db.engine import driver
from chassis.privacy.keys import derive
from chassis.store import Application, Context, UnitOfWork
from contracts.payments.ledger_events import LedgerSealed
from contracts.seals import Seal
from payments.adapters.ledger.months import month_of
from payments.adapters.ledger.rounds import rounds

SETTLES_AFTER: Final = timedelta(minutes=10)
"""No transaction lasts that long: what is older and not to be seen was never posted."""

OVERDUE_AFTER: Final = SETTLES_AFTER + timedelta(minutes=5)
"""A sealer that runs has sealed by then what was posted."""

LARGEST_BLOCK: Final = 10_000
EVERY_S: Final = 60.0
LEDGER: Final = "wallets"
"""Its name, where others are told of it."""

_TELL_EVERY: Final = timedelta(hours=1)
_FIRST: Final = bytes(32)
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)

FORM: Final = 2
"""Of new seals. Whoever adds a column to entries adds a form; those that seals were made with stay for ever."""

_FIRST_FORM: Final = (
    "seq, id, kind, debit_account, credit_account, amount_minor, debit_balance, credit_balance, wallet_id, "
    "cash_after, fingerprint, reference_id, reversal_of, group_id, provider, supplier, supplier_tx, game_code, "
    "round_ref, round_closed, session_id, extract(epoch FROM posted_at), casino_id, player_id, currency, debit_type, "
    "credit_type"
)
_ROWS: Final = {
    1: _FIRST_FORM,
    2: f"{_FIRST_FORM}, bonus_minor, bonus_after, actor_kind, actor_id, authorised_by, correlation_id",
}
"""What is hashed of an entry, by form."""

_FOUND = """
    SELECT count(*) AS entries,
        (array_agg(posted_at ORDER BY posted_at DESC, seq DESC))[1] AS until_at,
        (array_agg(seq ORDER BY posted_at DESC, seq DESC))[1] AS until_seq,
        sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY posted_at, seq), ''), 'UTF8')) AS content
    FROM (SELECT posted_at, seq, ROW({row})::text AS line FROM transfer"""

_OLDEST = """
    SELECT posted_at FROM transfer WHERE posted_at >= $1 AND (posted_at, seq) > ($1, $2) AND posted_at < $3
    ORDER BY posted_at, seq LIMIT 1"""

_NEXT = f"""{_FOUND.format(row=_ROWS[FORM])} WHERE posted_at >= $1 AND (posted_at, seq) > ($1, $2) AND posted_at < $3
    ORDER BY posted_at, seq LIMIT $4) AS block"""

_AGAIN = {
    form: f"""{_FOUND.format(row=row)}
    WHERE posted_at BETWEEN $1 AND $3 AND (posted_at, seq) > ($1, $2) AND (posted_at, seq) <= ($3, $4)) AS block"""
    for form, row in _ROWS.items()
}

_HEAD = "SELECT number, until_at, until_seq, chain FROM ledger_seal ORDER BY number DESC LIMIT 1"

_TOLD = "SELECT max(told_at) FROM ledger_seal"

_KEEP = """
    INSERT INTO ledger_seal (number, until_at, until_seq, entries, content, chain, sealed_at, told_at, form)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""

_SEALS = "SELECT * FROM ledger_seal WHERE number > $1 ORDER BY number LIMIT 1000"

_AWAY = "SELECT month FROM ledger_away_now"

_UNSEALED = """
    SELECT count(*) AS entries, min(posted_at) AS since, max(posted_at) AS until FROM transfer
    WHERE posted_at >= $1 AND (posted_at, seq) > ($1, $2) AND posted_at <= $3"""

Kind = Literal["changed", "reordered", "cut_off", "unknown_form"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A block that is not as it was sealed: its rows `changed` (or some are gone, or new); its seal does not follow the
    one before it (`reordered`); the chain is another than the one that was told of (`cut_off`); it was sealed in a
    form that this version does not know (`unknown_form`), so its rows cannot be looked at.
    """

    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class TakenAway:
    """A block whose rows were taken away with their month: its seal follows the one before it, no more is known."""

    number: int
    month: date


class LedgerChain:
    """Seals what was posted, and checks what was sealed.

    Args:
        master_key: of the installation, from which that of the chain is derived; it is not in the database.
    """

    __name__ = "ledger-chain"

    def __init__(self, application: Application, master_key: bytes, *, every_s: float = EVERY_S) -> None:
        self._application = application
        self.key = derive(master_key, "ledger-chain")
        self._every_s = every_s

    async def __call__(self, stop: asyncio.Event) -> None:
        """Seal whatever comes until told to stop."""
        await rounds(lambda: self.catch_up(stop=stop), stop, self._every_s, later="ledger_chain_later")

    async def catch_up(self, *, largest: int = LARGEST_BLOCK, stop: asyncio.Event | None = None) -> int:
        """Seal what is old enough now; returns how many blocks that were. Of several one seals at a time.

        What becomes old enough meanwhile waits for the next round, or every few entries would get a block.
        """
        clock, blocks = self._application.clock, 0
        settled = clock.now() - SETTLES_AFTER
        while not (stop is not None and stop.is_set()) and await self._application.transact(
            lambda uow: self._seal(uow, settled, largest), Context.system("ledger-seal", clock)
        ):
            blocks += 1
        return blocks

    async def _seal(self, uow: UnitOfWork, settled: datetime, largest: int) -> bool:
        raw = await driver(uow.connection)
        if not await raw.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('ledger_chain', 1))"):
            return False
        now = uow.ctx.occurred_at
        head = await raw.fetchrow(_HEAD)
        number, place, chain = _after(head)
        oldest = await raw.fetchval(_OLDEST, *place, settled)
        if oldest is None:
            return False
        block = await raw.fetchrow(_NEXT, *place, min(settled, month_of(oldest, 1)), largest)
        sealed = link(self.key, chain, number, block)
        told = await raw.fetchval(_TOLD)
        tells = told is None or told + _TELL_EVERY <= now
        kept = (block["until_at"], block["until_seq"], block["entries"], block["content"])
        await raw.execute(_KEEP, number, *kept, sealed, now, now if tells else None, FORM)
        if tells:
            await uow.publish(LedgerSealed(ledger=LEDGER, number=number, chain=sealed.hex()), stream_id="ledger")
        return True


async def walked(raw: Any, key: bytes, expected: Collection[Seal] = ()) -> AsyncIterator[Broken | TakenAway]:
    """Walk the chain in the snapshot that is open on `raw`, and yield what is wrong, and what is kept elsewhere.

    Of blocks of months that were taken away, and are known to be, the chain alone is checked.

    Args:
        expected: seals from outside the database. Of a number that was told with two values one at least is not here.
    """
    wanted: dict[int, set[bytes]] = {}
    for told in expected:
        wanted.setdefault(told.number, set()).add(told.chain)
    away = {row["month"] for row in await raw.fetch(_AWAY)}
    number, place, chain = _after(None)
    while seals := await raw.fetch(_SEALS, number - 1):
        for seal in seals:
            if seal["number"] != number or link(key, chain, number, seal) != seal["chain"]:
                yield Broken("reordered", seal["number"])
            if wanted.pop(seal["number"], {seal["chain"]}) != {seal["chain"]}:
                yield Broken("cut_off", seal["number"])
            until = (seal["until_at"], seal["until_seq"])
            form = seal["form"]
            if form not in _AGAIN:
                yield Broken("unknown_form", seal["number"])
                number, place, chain = _after(seal)
                continue
            there = await raw.fetchrow(_AGAIN[form], *place, *until)
            month = month_of(seal["until_at"]).date()
            if month in away and not there["entries"]:
                yield TakenAway(seal["number"], month)
            elif (there["entries"], there["content"]) != (seal["entries"], seal["content"]):
                yield Broken("changed", seal["number"])
            number, place, chain = _after(seal)
    for missing in sorted(wanted):
        yield Broken("cut_off", missing)


async def oldest_unsealed(raw: Any, before: datetime) -> datetime | None:
    """When the first entry behind the newest seal was posted, of those before a moment; None: there is none."""
    _, place, _ = _after(await raw.fetchrow(_HEAD))
    oldest: datetime | None = await raw.fetchval(_OLDEST, *place, before)
    return oldest


async def unsealed(raw: Any, before: datetime) -> Any:
    """What lies behind the newest seal and was posted up to a moment: its `entries`, `since`, `until`."""
    _, place, _ = _after(await raw.fetchrow(_HEAD))
    return await raw.fetchrow(_UNSEALED, *place, before)


def link(key: bytes, before: bytes, number: int, block: Any) -> bytes:
    """The next value of the chain."""
    until = f"{block['until_at'].astimezone(UTC).isoformat()} {block['until_seq']} {block['entries']}".encode()
    return hmac.digest(key, before + number.to_bytes(8) + block["content"] + until, "sha256")


def _after(seal: Any) -> tuple[int, tuple[datetime, int], bytes]:
    """The number of the next block, behind what it begins, and the chain before it."""
    if seal is None:
        return 1, (_BEGINNING, 0), _FIRST
    return seal["number"] + 1, (seal["until_at"], seal["until_seq"]), seal["chain"]
