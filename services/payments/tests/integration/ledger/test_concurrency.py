"""Many callers, several processes' worth of ledgers, crashes: each movement is posted once and nothing is lost."""

import asyncio
import contextlib
import sys
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from chassis.db.engine import driver
from chassis.telemetry.metrics import REGISTRY
from payments.adapters.ledger.batcher import WalletBusy
from payments.domain.ledger.transfers import Code


async def test_fifty_times_the_same_bet_at_once_is_posted_once(desk):
    key = await desk.player(1_000)
    bet = desk.move("bet", key, "t1", 30)
    answers = await asyncio.gather(*(desk.one(bet) for _ in range(50)))
    assert sorted(answer.code for answer in answers) == [Code.CREATED, *[Code.REPEATED] * 49]
    assert {answer.cash_minor for answer in answers} == {970}
    assert await desk.entries(key) == 2
    await desk.holds()


async def test_fifty_times_the_same_bet_through_four_ledgers_is_posted_once(desk, make_desk):
    key = await desk.player(1_000)
    bet = desk.move("bet", key, "t1", 30)
    async with make_desk(desk.url) as second, make_desk(desk.url, writers=1) as third, make_desk(desk.url) as fourth:
        desks = [desk, second, third, fourth]
        answers = await asyncio.gather(*(desks[n % 4].one(bet) for n in range(52)))
    assert sorted(answer.code for answer in answers) == [Code.CREATED, *[Code.REPEATED] * 51]
    assert {answer.cash_minor for answer in answers} == {970}
    await desk.holds()


async def test_one_id_for_many_players_at_once_through_several_ledgers_is_posted_for_one_of_them(desk, make_desk):
    players = [await desk.player(100) for _ in range(12)]
    bet = desk.move("bet", players[0], "t1", 30)
    async with make_desk(desk.url) as second:
        answers = await asyncio.gather(
            *((desk, second)[n % 2].one(bet._replace(wallet=key)) for n, key in enumerate(players))
        )
    assert sorted(answer.code for answer in answers) == [Code.CREATED, *[Code.DIFFERENT_FACTS] * 11]
    await desk.holds()


async def test_no_cent_is_spent_twice_whoever_spends_at_the_same_time(desk, make_desk, held):
    key = await desk.player(100)
    async with make_desk(desk.url) as second:
        bets = [desk.one(desk.move("bet", key, f"a{n}", 10)) for n in range(15)]
        more = [second.one(desk.move("bet", key, f"b{n}", 10)) for n in range(15)]
        holds = [second.ledger.post([held(key, 10, uuid4())]) for _ in range(15)]
        done = await asyncio.gather(*bets, *more, *holds)
    codes = [one[0].code if isinstance(one, list) else one.code for one in done]
    assert codes.count(Code.CREATED) == 10
    assert codes.count(Code.INSUFFICIENT_FUNDS) == 35
    assert await desk.cash(key) == 0
    await desk.holds()


@asynccontextmanager
async def held_elsewhere(desk, *keys):
    """Another transaction holds these players' wallets, as a deposit does while it is decided."""
    async with desk.db.write() as connection:
        for key in keys:
            await desk.ledger.lock_wallet(connection, *key)
        yield


async def test_nobody_waits_for_another_players_wallet(desk):
    held, free, other = [await desk.player(100) for _ in range(3)]
    before = desk.move("bet", held, "t0", 10)
    await desk.one(before)
    async with held_elsewhere(desk, held):
        moves = [desk.move("bet", key, "t1", 10) for key in (free, held, other, held)]
        async with asyncio.timeout(2):
            first, busy, last, also = await desk.ledger.move(moves)
        assert isinstance(busy, WalletBusy)
        assert isinstance(also, WalletBusy)
        assert [(one.code, one.cash_minor) for one in (first, last)] == [(Code.CREATED, 90)] * 2
        assert await desk.entries(held) == 2
    assert (await desk.one(moves[1])).cash_minor == 80
    await desk.holds()


async def test_when_every_wallet_of_a_batch_is_held_nothing_is_posted(desk):
    keys = [await desk.player(100) for _ in range(3)]
    async with held_elsewhere(desk, *keys):
        answers = await desk.ledger.move([desk.move("bet", key, "t1", 10) for key in keys])
    assert [type(answer) for answer in answers] == [WalletBusy] * 3
    assert await desk.entries(*keys) == 3
    await desk.holds()


async def test_a_wallet_of_which_one_row_is_held_is_held(desk):
    key, free = await desk.player(100), await desk.player(100)
    bets = [desk.move("bet", one, "t1", 10) for one in (key, free)]
    for bet in bets:
        await desk.one(bet)
    async with desk.db.write() as connection:
        raw = await driver(connection)
        await raw.execute("SELECT FROM account WHERE player_id = $1 AND type = 'owed' FOR UPDATE", key.player_id)
        answers = await desk.ledger.move([desk.move("rollback", bet.wallet, "t2", of=bet.id) for bet in bets])
    assert isinstance(answers[0], WalletBusy)
    assert answers[1].code is Code.CREATED
    await desk.holds()


async def test_a_transfer_of_ours_waits_for_its_wallet_and_its_neighbours_do_not(desk, held):
    key, free = await desk.player(100), await desk.player(100)
    async with held_elsewhere(desk, key):
        before = REGISTRY.get_sample_value("ledger_wallet_busy_total")
        ours = asyncio.create_task(desk.ledger.post([held(key, 10, uuid4())]))
        while REGISTRY.get_sample_value("ledger_wallet_busy_total") == before:
            await asyncio.sleep(0)
        assert (await desk.one(desk.move("bet", free, "t1", 10))).cash_minor == 90
        assert not ours.done()
    (posting,) = await ours
    assert posting.posted
    await desk.holds()


async def test_many_players_wins_bets_and_rollbacks_through_two_ledgers_keep_every_invariant(desk, make_desk):
    players = [await desk.player(500) for _ in range(20)]
    async with make_desk(desk.url) as second:

        async def round_of(n: int) -> None:
            key, on = players[n % 20], (desk, second)[n % 2]
            bet = desk.move("bet", key, f"b{n}", 40)
            await asyncio.gather(
                on.one(bet),
                second.one(bet),
                desk.one(desk.move("win", key, f"w{n}", n % 90, of=bet.id)),
                on.one(desk.move("rollback", key, f"r{n}", of=bet.id)) if n % 3 == 0 else on.one(bet),
            )

        await asyncio.gather(*(round_of(n) for n in range(200)))
    await desk.holds()


async def test_when_the_answer_to_a_commit_is_lost_the_movement_is_posted_once_and_answered(desk, make_desk):
    key = await desk.player(100)
    async with Wire(desk.url) as wire, make_desk(wire.url, writers=1) as cut:
        assert (await cut.one(desk.move("bet", key, "t0", 1))).code is Code.CREATED
        wire.cut_at_commit = True
        answer = await cut.one(desk.move("bet", key, "t1", 30))
        assert wire.cuts == 1
    # The first attempt was committed though nobody heard of it; the second found it.
    assert (answer.code, answer.cash_minor) == (Code.REPEATED, 69)
    assert await desk.cash(key) == 69
    await desk.holds()


async def test_sessions_killed_in_the_middle_lose_and_double_nothing(desk):
    players = [await desk.player(10_000) for _ in range(8)]
    stop = asyncio.Event()

    async def kill() -> None:
        admin = await asyncpg.connect(desk.url)
        while not stop.is_set():
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'payments-ledger' AND datname = current_database()"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.2)
        await admin.close()

    killer = asyncio.create_task(kill())
    moves = [desk.move("bet", players[n % 8], f"t{n}", 1) for n in range(200)]

    async def until_answered(move):
        while True:
            with contextlib.suppress(Exception):
                return await desk.one(move)

    for start in range(0, 200, 40):
        answers = await asyncio.gather(*(until_answered(move) for move in moves[start : start + 40]))
        assert {answer.code for answer in answers} <= {Code.CREATED, Code.REPEATED}
    stop.set()
    await killer
    assert await desk.entries(*players) == 200 + 8
    assert sum([await desk.cash(key) or 0 for key in players]) == 8 * 10_000 - 200
    await desk.holds()


CHILD = """
import asyncio, sys
from datetime import timedelta
from uuid import UUID
from chassis.db import Database
from contracts.payments.wallet import transfer_id
from payments.adapters.ledger.batcher import WalletBusy
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import GameMove, GameMoveKind

async def main(url, casino, player):
    key = WalletKey(UUID(casino), UUID(player), "EUR")
    ledger = PostgresLedger(
        Database(url, application_name="child"),
        restriction_feed_age=lambda: timedelta(0), restriction_feed_bound=timedelta(1),
    )
    await ledger.start()
    async def bet(n):
        facts = (1, n, None, False, "hub88", str(n), "g", "r", False, None)
        move = GameMove(transfer_id("child", n), GameMoveKind.BET, key, *facts)
        while isinstance(answer := (await ledger.move([move]))[0], WalletBusy):
            await asyncio.sleep(0.01)
        print(n, int(answer.code), answer.cash_minor, flush=True)
    for start in range(0, 100000, 20):
        await asyncio.gather(*(bet(n) for n in range(start, start + 20)))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_process_killed_while_posting_has_posted_everything_it_acknowledged_exactly_once(desk):
    key = await desk.player(1_000_000)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, desk.url, str(key.casino_id), str(key.player_id), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [await asyncio.wait_for(child.stdout.readline(), 60) for _ in range(200)]
    child.kill()
    lines += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    acknowledged = {int(line.split()[0]) for line in lines if line.endswith(b"\n")}
    query = """SELECT supplier_tx FROM transfer JOIN account ON account.id = wallet_id
               WHERE account.player_id = $1 AND kind = 'bet'"""
    rows = await desk.sql(query, key.player_id)
    posted = [int(row["supplier_tx"]) for row in rows]
    assert len(posted) == len(set(posted))
    assert acknowledged <= set(posted)
    assert await desk.cash(key) == 1_000_000 - len(posted)
    await desk.holds()


@pytest.mark.parametrize("text", ["nul \x00", "lone \ud800"])
async def test_a_text_the_database_cannot_store_fails_alone(desk, text: str):
    players = [await desk.player(100) for _ in range(9)]
    moves = [desk.move("bet", key, f"t{n}", 1, text=text if n == 4 else "round") for n, key in enumerate(players)]
    answers = await asyncio.gather(*(desk.ledger.move([move]) for move in moves))
    assert [isinstance(answer, Exception) for (answer,) in answers] == [n == 4 for n in range(9)]
    assert [await desk.cash(key) for key in players] == [100 if n == 4 else 99 for n in range(9)]
    await desk.holds()


class Wire:
    """Stands between a ledger and its database, and can cut the line once a COMMIT has gone through."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.cut_at_commit = False
        self.cuts = 0

    async def __aenter__(self):
        target = self._url.split("@")[1].split("/")[0]
        self._host, self._port = target.split(":")
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = self._url.replace(target, f"127.0.0.1:{port}")
        self._tasks: set[asyncio.Task] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer) -> None:
        upstream, out = await asyncio.open_connection(self._host, int(self._port))
        cutting = asyncio.Event()

        async def forth() -> None:
            while data := await reader.read(65536):
                if self.cut_at_commit and b"COMMIT" in data:
                    self.cut_at_commit = False
                    cutting.set()
                out.write(data)
                await out.drain()

        async def back() -> None:
            while data := await upstream.read(65536):
                if cutting.is_set():
                    # The server answers a COMMIT once it stands; that answer never arrives.
                    self.cuts += 1
                    return
                writer.write(data)
                await writer.drain()

        tasks = [asyncio.create_task(forth()), asyncio.create_task(back())]
        self._tasks.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for end in (writer, out):
            end.close()
