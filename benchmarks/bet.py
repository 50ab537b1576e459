"""Bets per second by Hub88's protocol over HTTP: signature, games, payments, durable; against pgbench TPC-B.

    make bench-bet                                  two minutes, most of them for signing
    python benchmarks/bet.py --games 1 --callers 64

Games and payments run as they do in production, in processes of their own (role `api`). This process is the supplier:
bets are signed before, each is new, and a caller sends the next when the last was answered. The yardstick is taken by
turns with it; the median round counts.
"""

import argparse
import asyncio
import base64
import logging
import os
import secrets
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import structlog
import uvloop

from bet_casino import Hub88, Seat, prepare, signed_bets
from chassis.db import Database, migrations
from chassis.db.engine import driver
from common import TPCB_NAME, CpuMeter, Result, TpcB, database, percentile, report, say, server, settle, stopwatch
from programs import program

GOAL = 1.0
PLAYERS = 200


class Line(asyncio.Protocol):
    """One connection of the supplier: sends a bet, waits for the answer, sends the next until the time is over."""

    def __init__(self, bets: list[bytes], until: float, waits: list[float], finished: asyncio.Future[None]) -> None:
        self._bets, self._until, self._waits, self._finished = bets, until, waits, finished
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if b'"status":"RS_OK"' not in body:
            self._end(RuntimeError(f"a bet was refused: {body!r}"))
            return
        self._waits.append(stopwatch() - self._sent_at)
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("hung up"))

    def _send(self) -> None:
        self._sent_at = stopwatch()
        if self._sent_at >= self._until or not self._bets:
            self._end(None)
            return
        assert self._transport is not None
        self._transport.write(self._bets.pop())

    def _end(self, error: Exception | None) -> None:
        if not self._finished.done():
            if error is None:
                self._finished.set_result(None)
            else:
                self._finished.set_exception(error)
        if self._transport is not None:
            self._transport.close()


async def play(hosts: list[str], bets: list[bytes], callers: int, seconds: float) -> dict[str, float]:
    """Bets per second through all games processes, and how long the supplier waited."""
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    began = stopwatch()
    finished: list[asyncio.Future[None]] = []
    for number in range(callers):
        host, port = hosts[number % len(hosts)].split(":")
        done: asyncio.Future[None] = loop.create_future()
        finished.append(done)
        await loop.create_connection(lambda done=done: Line(bets, began + seconds, waits, done), host, int(port))  # type: ignore[misc]
    await asyncio.gather(*finished)
    lasted = stopwatch() - began
    if not bets:
        raise RuntimeError("ran out of signed bets: ask for more with --bets")
    rate = len(waits) / lasted
    p50, p99 = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    say(f"  {callers} callers: {rate:,.0f} bets/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return {"per_s": round(rate), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1), "bets": len(waits)}


def sign(hub88: Hub88, seats: list[Seat], host: str, count: int) -> list[bytes]:
    """As many bets, signed on all cores."""
    shares = max(1, os.cpu_count() or 1)
    with ProcessPoolExecutor(shares, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(signed_bets, hub88.private_key(), seats, host, count // shares) for _ in range(shares)]
        return [bet for part in parts for bet in part.result()]


async def posted(url: str) -> int:
    """Bets in the ledger, each with its event."""
    db = Database(url, application_name="benchmark")
    async with db.read() as connection:
        row = await (await driver(connection)).fetchrow(
            """SELECT (SELECT count(*) FROM transfer WHERE kind = 'bet') AS bets,
                      (SELECT sum(json_array_length(envelope::json -> 'entries')) FROM outbox) AS events"""
        )
    await db.close()
    assert row["bets"] == row["events"]
    return int(row["bets"])


async def main(options: argparse.Namespace) -> None:
    """The whole benchmark."""
    keys = {
        "INTERNAL_KEY": secrets.token_urlsafe(32),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "SECURITY_URL": "http://127.0.0.1:1",
        "VERIFICATION_URL": "http://127.0.0.1:1",
        "RESTRICTION_FEED_BOUND_S": "3600",
        "LEDGER_WRITERS": str(options.writers),
        "FILES_URL": f"file://{Path.cwd() / '.local' / 'files'}",
    }
    async with AsyncExitStack() as stack:
        running = stack.enter_context(server())
        urls = {
            name: await stack.enter_async_context(database(running, f"bench_{name}"))
            for name in ("tpcb", "payments", "games", "bus")
        }
        keys["BUS_DATABASE_URL"] = urls["bus"]
        tpcb = TpcB(urls["tpcb"])
        tpcb.prepare()
        for name in ("payments", "games"):
            await migrations.upgrade(name, urls[name])
        say("opening a casino ...")
        hub88, seats = await prepare(urls["games"], urls["payments"], keys, PLAYERS)
        say(f"signing {options.bets:,} bets with RSA-2048 ...")
        bets = sign(hub88, seats, "127.0.0.1", options.bets)
        payments, pid = await stack.enter_async_context(
            program("payments", {**keys, "DATABASE_URL": urls["payments"]}, role="api")
        )
        roots = {"payments": pid, **({"postgres": server_pid} if (server_pid := getattr(running, "pid", None)) else {})}
        games_keys = {**keys, "DATABASE_URL": urls["games"], "PAYMENTS_URL": f"http://{payments}"}
        hosts = []
        for number in range(options.games):
            host, pid = await stack.enter_async_context(program("games", games_keys, role="api"))
            hosts.append(host)
            roots[f"games {number + 1}"] = pid
        say(f"{options.games} games process(es), 1 payments process")
        say("warming up ...")
        done = (await play(hosts, bets, options.callers, options.seconds))["bets"]
        pairs: list[tuple[float, float]] = []
        runs: list[dict[str, float]] = []
        for _ in range(options.rounds):
            await settle(urls["tpcb"])
            tps = tpcb.measure(options.seconds)
            say(f"  {TPCB_NAME}: {tps:,.0f} transactions/s")
            await settle(urls["payments"])
            meter = CpuMeter(roots)
            runs.append(await play(hosts, bets, options.callers, options.seconds))
            done += runs[-1]["bets"]
            costs = meter.per_unit(int(runs[-1]["bets"]))
            say(f"  microseconds of CPU per bet: {costs}")
            pairs.append((runs[-1]["per_s"], tps))
        assert await posted(urls["payments"]) == done, "every acknowledged bet is in the ledger once"
    measured, baseline = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
    report(
        Result(
            bench="bet",
            value=round(measured / baseline, 2),
            unit="x",
            better="higher",
            goal=GOAL,
            measured=measured,
            baseline=round(baseline),
            baseline_name=TPCB_NAME,
            extra={"runs": runs, "cpu_us_per_bet": costs, "games_processes": options.games, "callers": options.callers},
        )
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=int, default=5, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=3, help="of yardstick and bets by turns; the median counts")
    arguments.add_argument("--games", type=int, default=2, help="processes of games")
    arguments.add_argument("--callers", type=int, default=128, help="bets the supplier has under way at once")
    arguments.add_argument("--writers", type=int, default=2, help="of the ledger")
    arguments.add_argument("--bets", type=int, default=200_000, help="signed before; each is used once")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uvloop.run(main(arguments.parse_args()))
