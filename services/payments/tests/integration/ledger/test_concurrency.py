"""Many callers, several processes' worth of ledgers, crashes: each movement is posted once and nothing is lost."""

import asyncio
import contextlib
import sys
from uuid import uuid4

import asyncpg
import pytest

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
        answer, = await ledger.move([move])
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
