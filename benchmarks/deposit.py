"""Whole deposits per second: wish, call to the provider, its signed webhook, posting and events; what each costs where.

    make bench-deposit                          a minute
    python benchmarks/deposit.py --callers 64   more at once

Payments runs as in production, in a process of its own with all its roles. The players and the simulator of Stripe are
in this one. A deposit is done when payments has taken the webhook that says it was paid; the simulator tells of the
intent's making as well, as Stripe does, so each deposit is two webhooks. The yardstick is pgbench TPC-B.
"""

import argparse
import asyncio
import base64
import logging
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import structlog
import uvloop
from aiohttp import web

from chassis.db import Database, migrations
from chassis.db.engine import driver
from chassis.domain import uuid7
from chassis.messaging.bus import DEFAULT_PARTITIONS
from chassis.runtime import http_application
from chassis.settings import parse
from chassis.testing.client import client as talking
from chassis.testing.feed import Feed
from chassis.testing.second_person import approved
from chassis.testing.tokens import bearer, make_token, test_authority, test_verifier
from common import ROOT, TPCB_NAME, CpuMeter, Result, TpcB, database, percentile, report, say, server, settle, stopwatch
from contracts.backoffice.events import CasinoOpened, PlayerRegistered, RestrictionFeedBeat
from contracts.backoffice.profile import JurisdictionProfile
from contracts.payments.permissions import PaymentsPermission
from gateway_proxy import Security
from payments.main import build
from payments.settings import Settings
from programs import program

sys.path.append(str(ROOT / "tests-e2e"))

from simulators.chaos import Chaos
from simulators.courier import Courier, Parcel
from simulators.stripe import GOOD_CARD, Stripe

GOAL = 0.0
"""None was set: the figure is told with what limits it."""

PLAYERS = 200
CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
_API = "/api/payments/v1"

_DONE = """
    SELECT (SELECT count(*) FROM transfer WHERE kind = 'deposit') AS posted,
           (SELECT count(*) FROM outbox WHERE envelope::json ->> 'type' = 'payments.deposit_succeeded') AS told"""


class Watched(Courier):
    """A courier that says when a parcel was taken."""

    def __init__(self) -> None:
        super().__init__(Chaos)
        self._awaited: dict[str, asyncio.Future[None]] = {}

    def taken(self, name: str) -> asyncio.Future[None]:
        """Done when the parcel of that name was taken; ask before it is sent."""
        future = self._awaited[name] = asyncio.get_running_loop().create_future()
        return future

    def send(self, parcel: Parcel) -> None:
        attempt = parcel.attempt

        async def told() -> bool:
            taken = await attempt()
            awaited = self._awaited.pop(parcel.name, None) if taken else None
            if awaited is not None and not awaited.done():
                awaited.set_result(None)
            return taken

        parcel.attempt = told
        super().send(parcel)


@dataclass
class Cashier:
    """Players in front of the cashier, and the provider they pay at."""

    session: aiohttp.ClientSession
    courier: Watched
    payments: str
    provider: str
    tokens: Sequence[str]

    async def deposits(self, callers: int, seconds: float) -> list[float]:
        """Deposits one after the other by so many players at once; how long each took."""
        waits: list[float] = []
        until, turn = stopwatch() + seconds, cycle(self.tokens)

        async def caller() -> None:
            while (began := stopwatch()) < until:
                await self._deposit(next(turn))
                waits.append(stopwatch() - began)

        await asyncio.gather(*(caller() for _ in range(callers)))
        return waits

    async def _deposit(self, token: str) -> None:
        wish = {
            "provider": "stripe",
            "amount_minor": 20_00,
            "currency": "EUR",
            "return_url": "https://casino.example/back",
        }
        headers = {**bearer(token), "Idempotency-Key": str(uuid4())}
        async with self.session.post(f"{self.payments}{_API}/deposits", json=wish, headers=headers) as answer:
            made = await answer.json()
            if answer.status != 201 or made["status"] != "requires_action":
                raise RuntimeError(f"a deposit was not taken: {answer.status} {made}")
        secret = made["next_action"]["client_secret"]
        paid = self.courier.taken(f"stripe payment_intent.succeeded {secret.partition('_secret_')[0]}")
        async with self.session.post(f"{self.provider}/pay/{secret}", json={"card": GOOD_CARD}) as answer:
            answer.raise_for_status()
        await asyncio.wait_for(paid, 60)


@asynccontextmanager
async def stripe() -> AsyncIterator[tuple[str, Stripe, Watched, aiohttp.ClientSession]]:
    """The simulator on a free port: its address, itself, its courier, and the session both use."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        courier = Watched()
        provider = Stripe(session, courier, Chaos())
        app = web.Application()
        app.add_routes(provider.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/stripe", provider, courier, session
        finally:
            await courier.close()
            await runner.cleanup()


async def prepare(told: dict[str, str], contract: dict[str, Any]) -> list[str]:
    """A casino with Stripe, and players; their tokens."""
    service = build(parse(Settings, **{name.lower(): value for name, value in told.items()}))
    service = replace(service, verifier=test_verifier(), authority=test_authority())
    now, players = datetime.now(UTC), [uuid7() for _ in range(PLAYERS)]
    profile = JurisdictionProfile(
        minimum_age=18,
        limit_loosening_hours=24,
        exclusion_months_min=6,
        withdrawal_requires_level="none",
        withdrawal_cancellation_allowed=False,
        required_documents=(),
    )
    opened = CasinoOpened(
        casino_id=CASINO, name="C", jurisdiction="MT", currency="EUR", time_zone="Europe/Malta", profile=profile
    )
    async with talking(http_application(service)) as client:
        feed = Feed(service)
        await feed(opened)
        await feed(
            *(
                PlayerRegistered(player_id=player, casino_id=CASINO, country="MT", currency="EUR", registered_at=now)
                for player in players
            )
        )
        await feed(
            *(RestrictionFeedBeat(beat_id=f"beat-{n}", partition=n, sent_at=now) for n in range(DEFAULT_PARTITIONS))
        )
        staff = bearer(make_token(permissions=list(PaymentsPermission), casinos=[CASINO]))
        body = {"enabled": True, "currencies": ["EUR"], **contract}
        proposed = await client.put(f"{_API}/casinos/{CASINO}/providers/stripe", json=body, headers=staff)
        await approved(client, proposed, list(PaymentsPermission))
    return [make_token(kind="player", subject=player, casino=CASINO) for player in players]


async def books(url: str) -> tuple[int, int]:
    """Deposits that were posted, and those that were told of."""
    db = Database(url, application_name="benchmark")
    async with db.read() as connection:
        row = await (await driver(connection)).fetchrow(_DONE)
    await db.close()
    return row["posted"], row["told"]


async def main(options: argparse.Namespace) -> None:
    """The whole benchmark."""
    async with AsyncExitStack() as stack:
        keys = await stack.enter_async_context(await asyncio.start_server(Security().answer, "127.0.0.1", 0))
        running = stack.enter_context(server())
        urls = {
            name: await stack.enter_async_context(database(running, f"bench_{name}"))
            for name in ("tpcb", "payments", "bus")
        }
        environment = {
            "INTERNAL_KEY": secrets.token_urlsafe(32),
            "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "SECURITY_URL": f"http://127.0.0.1:{keys.sockets[0].getsockname()[1]}",
            "VERIFICATION_URL": "http://127.0.0.1:1",
            "BUS_DATABASE_URL": urls["bus"],
            "DATABASE_URL": urls["payments"],
            "RESTRICTION_FEED_BOUND_S": "3600",
            "PARTNER_HOSTS": "http://127.0.0.1:*",
            "LOG_LEVEL": "WARNING",
            "FILES_URL": f"file://{Path.cwd() / '.local' / 'files'}",
        }
        tpcb = TpcB(urls["tpcb"])
        tpcb.prepare()
        await migrations.upgrade("payments", urls["payments"])
        address, provider, courier, session = await stack.enter_async_context(stripe())
        host, pid = await stack.enter_async_context(program("payments", environment))
        account = provider.sign_up(str(CASINO), f"http://{host}/partner/payments/stripe/{CASINO}/notifications")
        contract = {
            "settings": {"base_url": address},
            "secrets": {"api_key": account.api_key, "webhook_secret": account.webhook_secret},
        }
        tokens = await prepare(environment, contract)
        cashier = Cashier(session, courier, f"http://{host}", address, tokens)
        say("warming up ...")
        done = len(await cashier.deposits(options.callers, min(2.0, options.seconds)))
        await settle(urls["tpcb"])
        tps, clients = tpcb.best(options.seconds)
        say(f"  {TPCB_NAME}, {clients} clients: {tps:,.0f} transactions/s")
        await settle(urls["payments"])
        roots = {"payments": pid, **({"postgres": server_pid} if (server_pid := getattr(running, "pid", None)) else {})}
        meter, own, began = CpuMeter(roots), time.process_time(), stopwatch()
        waits = await cashier.deposits(options.callers, options.seconds)
        lasted, costs = stopwatch() - began, meter.per_unit(len(waits))
        costs["players and provider"] = round((time.process_time() - own) / max(len(waits), 1) * 1e6)
        done += len(waits)
        found = await books(urls["payments"])
    assert found == (done, done), f"{done} deposits were paid; posted and told: {found}"
    per_s = len(waits) / lasted
    busy = {name: round(cost * per_s / 1e6, 2) for name, cost in costs.items()}
    say(f"  {per_s:,.1f} deposits/s; CPUs each keeps busy: {busy}, of {os.cpu_count()}")
    report(
        Result(
            bench="deposit",
            value=round(per_s, 1),
            unit="/s",
            better="higher",
            goal=GOAL,
            measured={
                "p50_ms": round(percentile(waits, 0.5) * 1000, 1),
                "p99_ms": round(percentile(waits, 0.99) * 1000, 1),
                "callers": options.callers,
                "cpu_us": costs,
                "cpus_busy": busy,
            },
            baseline=round(tps),
            baseline_name=TPCB_NAME,
            extra={"over_baseline": round(per_s / tps, 3), "deposits": len(waits)},
        )
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=int, default=10, help="of each measurement")
    arguments.add_argument("--callers", type=int, default=16, help="players who deposit at once")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uvloop.run(main(arguments.parse_args()))
