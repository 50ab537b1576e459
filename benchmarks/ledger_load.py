"""What posts to the ledger in its benchmarks: processes, each with a ledger and players that are pinned to it.

A call carries movements, as one of games does: whatever arrived while its last one was under way. Every fourth is
followed by a linked group, a deposit with its fee.
"""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import uvloop

from chassis.collector import settle_collector
from chassis.db import Database
from chassis.db.engine import driver
from common import CpuMeter, percentile, stopwatch
from payments.adapters.ledger.batcher import WalletBusy
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import WalletKey, player_cash, psp_clearing, psp_fees
from payments.domain.ledger.transfers import Answer, Code, GameMove, GameMoveKind, Transfer, TransferKind

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
_SESSION = UUID("0190f5fe-7c00-7a00-8000-000000000002")
STAKE = 1_000_000_000
"""What each player has at first, in minor units: more than he can lose here."""

TOO_MUCH = 10 * STAKE
GROUP_AFTER = 4
"""Calls."""

WARM_S = 2.0
HELD_S = 0.05
BUSY_PAUSE_S = 0.02
_TIMEOUT_S = 300

_FUND = """
    INSERT INTO account (casino_id, type, currency, player_id, floor_minor, balance_minor)
    SELECT $1, kind.type, 'EUR', player.id, kind.floor, kind.balance
    FROM (SELECT uuidv7() AS id FROM generate_series(1, $2::int)) AS player,
         (VALUES ('cash', 0, $3::bigint), ('withdrawal_hold', 0, 0), ('owed', NULL, 0)) AS kind(type, floor, balance)"""

_PLAYERS = "SELECT array_agg(player_id ORDER BY id) FROM account WHERE type = 'cash'"

_TOTALS = """
    SELECT (SELECT count(*) FROM transfer) AS transfers,
           (SELECT sum(CASE topic WHEN 'payments.ledger.entries' THEN json_array_length(envelope::json -> 'entries')
                                  ELSE 1 END)::bigint FROM outbox) AS events,
           (SELECT count(*) FROM transfer WHERE player_id IS NULL) AS of_nobody,
           (SELECT sum(balance_minor) FROM account)::bigint
             + (SELECT coalesce(sum(delta_minor), 0) FROM account_delta)::bigint AS sum"""


class Job(NamedTuple):
    """What one process does.

    Attributes:
        number, of: the process, and how many there are: it has every `of`-th player.
        callers: calls that are under way at once.
        moves: movements in a call.
        groups: whether linked groups are posted as well.
        refused: the share (0..1) of bets that nobody has the money for.
        per_s: calls that begin per second, whatever became of the ones before; 0: a caller waits for his answer.
        held: players of a process whose wallets somebody else has nearly all the time, as deposits of theirs do; one
            bet of a hundred is of theirs, and not among the waits.
    """

    url: str
    of: int
    writers: int
    callers: int
    moves: int
    seconds: float
    number: int = 0
    groups: bool = False
    refused: float = 0.0
    per_s: float = 0.0
    held: int = 0


@dataclass
class Told:
    """What one process, or all of them, did: transfers while it was measured and before, waits in seconds per call,
    CPU in seconds, and the server's in microseconds per transfer."""

    done: int
    before: int
    lasted_s: float
    cpu_s: float
    waits: list[float]
    server_us: int | None = None


async def fund(url: str, players: int) -> None:
    """Players with money, as if each had deposited: three accounts each."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_FUND, CASINO, players, STAKE)
        await connection.execute("VACUUM ANALYZE account")
    finally:
        await connection.close()


async def players_of(db: Database) -> list[UUID]:
    """Who was funded."""
    async with db.read() as connection:
        players = await (await driver(connection)).fetchval(_PLAYERS)
    return [UUID(bytes=player.bytes) for player in players]


def bet(player: UUID, amount_minor: int, supplier_tx: str, number: int) -> GameMove:
    """A bet nobody made before, as games passes it on."""
    return GameMove(
        id=UUID(int=random.getrandbits(128)),
        kind=GameMoveKind.BET,
        wallet=WalletKey(CASINO, player, "EUR"),
        amount_minor=amount_minor,
        fingerprint=number,
        reference_id=None,
        requires_reference=False,
        supplier="hub88",
        supplier_tx=supplier_tx,
        game_code="clt_dragonrising",
        round_ref=f"round-{number}",
        round_closed=False,
        session_id=_SESSION,
    )


async def totals(url: str) -> dict[str, int]:
    """What is in the books: `transfers`, `events`, transfers `of_nobody`, and the `sum` over all accounts."""
    db = Database(url, application_name="benchmark")
    async with db.read() as connection:
        row = await (await driver(connection)).fetchrow(_TOTALS)
    await db.close()
    return dict(row)


def run(jobs: Sequence[Job], server_pid: int | None = None) -> Told:
    """Have all of them work at the same time, after each is ready; `server_pid` is whose CPU is counted with theirs."""
    with _processes(jobs) as lines:
        for line in lines:
            _hear(line)
        meter = CpuMeter({"postgres": server_pid} if server_pid else {})
        for line in lines:
            line.send("go")
        told = [_hear(line) for line in lines]
    costs = meter.per_unit(sum(one.done + one.before for one in told))
    return Told(
        server_us=costs.get("postgres"),
        done=sum(one.done for one in told),
        before=sum(one.before for one in told),
        lasted_s=max(one.lasted_s for one in told),
        cpu_s=sum(one.cpu_s for one in told),
        waits=[wait for one in told for wait in one.waits],
    )


def figures(told: Told) -> dict[str, Any]:
    """As they are reported."""
    return {
        "per_s": round(told.done / told.lasted_s),
        "p50_ms": round(percentile(told.waits, 0.5) * 1000, 1),
        "p99_ms": round(percentile(told.waits, 0.99) * 1000, 1),
        "cpu_us": {"python": round(told.cpu_s / max(told.done, 1) * 1e6), "postgres": told.server_us},
    }


def share(whole: Job) -> list[Job]:
    """The same work in `whole.of` processes: callers and calls per second are what all do together."""
    callers, per_s = max(1, whole.callers // whole.of), whole.per_s / whole.of
    return [whole._replace(number=number, callers=callers, per_s=per_s) for number in range(whole.of)]


@contextmanager
def _processes(jobs: Sequence[Job]) -> Iterator[list[Connection]]:
    context, lines, started = get_context("spawn"), [], []
    try:
        for job in jobs:
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(job, theirs), daemon=True)
            process.start()
            theirs.close()
            lines.append(ours)
            started.append(process)
        yield lines
    finally:
        for process in started:
            process.join(5)
            process.kill()


def _hear(line: Connection) -> Any:
    if not line.poll(_TIMEOUT_S):
        raise RuntimeError("a process that posts says nothing")
    try:
        return line.recv()
    except EOFError:
        raise RuntimeError("a process that posts has failed") from None


def _work(job: Job, line: Connection) -> None:
    uvloop.run(_post(job, line))


async def _post(job: Job, line: Connection) -> None:
    db = Database(job.url, application_name="benchmark")
    ledger = PostgresLedger(
        db,
        restriction_feed_age=lambda: timedelta(0),
        restriction_feed_bound=timedelta(minutes=1),
        writers=job.writers,
    )
    await ledger.start()
    load = _Load(ledger, (await players_of(db))[job.number :: job.of], job)
    settle_collector()
    line.send("ready")
    await asyncio.to_thread(line.recv)
    stop = asyncio.Event()
    holding = [asyncio.create_task(_hold(db, ledger, player, stop)) for player in load.held]
    await load.last(WARM_S)
    before, load.done, load.waits = load.done, 0, []
    began, cpu = stopwatch(), time.process_time()
    await load.last(job.seconds)
    stop.set()
    await asyncio.gather(*holding)
    line.send(Told(load.done, before, stopwatch() - began, time.process_time() - cpu, load.waits))
    await ledger.close()
    await db.close()


async def _hold(db: Database, ledger: PostgresLedger, player: UUID, stop: asyncio.Event) -> None:
    """One transaction after the other on a player's wallet, each for as long as a deposit that is decided on."""
    while not stop.is_set():
        async with db.write() as connection:
            await ledger.lock_wallet(connection, CASINO, player, "EUR")
            await asyncio.sleep(HELD_S)
        await asyncio.sleep(HELD_S / 10)


class _Load:
    """Callers of one process."""

    def __init__(self, ledger: PostgresLedger, players: list[UUID], job: Job) -> None:
        self._ledger = ledger
        self._players = players
        self._job = job
        self._random = random.Random()
        self.held = players[: job.held]
        self._next = 0
        self.done = 0
        self.waits: list[float] = []

    async def last(self, seconds: float) -> None:
        """Post for so long."""
        until = stopwatch() + seconds
        if self._job.per_s:
            await self._open(until)
        else:
            await asyncio.gather(*(self._caller(until) for _ in range(self._job.callers)))

    async def _open(self, until: float) -> None:
        """Begin calls at their times, however long the ones before take. A wait counts from when a call was due."""
        under_way: set[asyncio.Task[None]] = set()
        due = stopwatch()
        while due < until:
            if (early := due - stopwatch()) > 0:
                await asyncio.sleep(early)
            task = asyncio.create_task(self._call(due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            due += self._random.expovariate(self._job.per_s)
        await asyncio.gather(*under_way)

    async def _caller(self, until: float) -> None:
        calls = 0
        while (began := stopwatch()) < until:
            await self._call(began)
            calls += 1
            if self._job.groups and calls % GROUP_AFTER == 0:
                await self._group()

    async def _call(self, since: float) -> None:
        moves = [self._bet() for _ in range(self._job.moves)]
        for move, answer in zip(moves, await self._moved(moves), strict=True):
            wanted = Code.INSUFFICIENT_FUNDS if move.amount_minor == TOO_MUCH else Code.CREATED
            if isinstance(answer, Exception) or answer.code is not wanted:
                raise RuntimeError(f"a bet was not answered as it should be: {answer!r}")
            self.done += wanted is Code.CREATED
        if not any(move.wallet.player_id in self.held for move in moves):
            self.waits.append(stopwatch() - since)

    async def _moved(self, moves: list[GameMove]) -> list[Answer | Exception]:
        """The answers; again for those whose wallets others have, as games asks again."""
        answers = await self._ledger.move(moves)
        while busy := [place for place, answer in enumerate(answers) if isinstance(answer, WalletBusy)]:
            await asyncio.sleep(BUSY_PAUSE_S)
            for place, answer in zip(busy, await self._ledger.move([moves[one] for one in busy]), strict=True):
                answers[place] = answer
        return answers

    async def _group(self) -> None:
        deposit, fee, group = (UUID(int=self._random.getrandbits(128)) for _ in range(3))
        cash = player_cash(CASINO, self._random.choice(self._players), "EUR")
        clearing, fees = (side(CASINO, "stripe", "EUR") for side in (psp_clearing, psp_fees))
        transfers = [
            Transfer(
                id=one,
                kind=kind,
                debit=debit,
                credit=credit,
                amount_minor=amount_minor,
                group=group,
                reference_id=deposit,
                provider="stripe",
            )
            for one, kind, debit, credit, amount_minor in (
                (deposit, TransferKind.DEPOSIT, clearing, cash, 50_00),
                (fee, TransferKind.PSP_FEE, fees, clearing, 95),
            )
        ]
        posted = await self._ledger.post(transfers)
        if any(one.code is not Code.CREATED for one in posted):
            raise RuntimeError(f"a group was not posted: {posted!r}")
        self.done += len(posted)

    def _bet(self) -> GameMove:
        """A bet nobody made before."""
        self._next += 1
        theirs = self.held and self._next % 100 == 0
        too_much = self._job.refused and self._random.random() < self._job.refused
        return bet(
            self._random.choice(self.held if theirs else self._players),
            TOO_MUCH if too_much else 10 + self._next % 490,
            f"{self._job.number}-{self._next}",
            self._next,
        )
