"""I10: killed with SIGKILL before anything that lasts, then continued by others: the end is that of a life undisturbed.

The steps of an errand are not listed here: an undisturbed life tells them, and every one of them is died before.
"""

import asyncio
import json
import os
import pickle
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chassis.domain import uuid7
from chassis.messaging import Message
from chassis.tasks.runner import LEASE

from .dying import Life, Notice, run_errand
from .test_refunds import refund
from .test_taken_back import books_hold, paid_in
from .test_withdrawals import policy
from .world import World

ROOT = Path(__file__).parents[5]
ONE_LEASE = LEASE + timedelta(seconds=1)
"""After this whoever had died with a task has it no longer."""

IN_TRANSACTION = """
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"""


@dataclass
class Outlives:
    """Whoever outlives the dying process: providers, the bus, and the program that forks it."""

    world: World
    path: str
    mortal: asyncio.subprocess.Process
    life: Life | None = None
    published: list[Message] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        what, about = pickle.loads(await reader.read())
        answer: Any = None
        match what:
            case "call":
                answer = await self.world.desk.wire.send(about)
            case "told":
                answer = await self.told()
            case _:
                await self.publish(about)
        writer.write(pickle.dumps(answer))
        writer.close()

    async def publish(self, messages: Sequence[Message]) -> None:
        self.published.extend(messages)

    async def told(self) -> list[Notice]:
        """What the provider has to tell of the errand, the same however often it tells it; nothing while it knows of
        none.
        """
        world, life = self.world, self.life
        assert life is not None
        at = int(world.clock.now().timestamp())
        match life.errand:
            case "deposit":
                if not any(one["metadata"]["order_id"] == life.id for one in world.stripe.intents.values()):
                    return []
                wire = world.stripe.webhook(
                    "payment_intent.succeeded", world.stripe.settle(life.id), at, event_id=f"evt_{life.id}"
                )
            case "payout":
                if life.id not in world.trustly.orders:
                    return []
                wire = world.trustly.notification(
                    "payoutconfirmation", life.id, notificationid=f"n{life.id}"[:20], amount="50.00"
                )
            case _:
                found = [one for one in world.stripe.refunds.values() if one["metadata"]["refund_id"] == life.id]
                if not found:
                    return []
                wire = world.stripe.webhook("refund.updated", found[0], at, event_id=f"evt_{life.id}")
        provider = "trustly" if life.errand == "payout" else "stripe"
        return [(world.calls_at(provider), *wire)]

    async def lives(self, dies_before: int = 0) -> str:
        """Another process lives the errand, until it dies; the last it says."""
        assert self.life is not None
        assert self.mortal.stdin is not None
        assert self.mortal.stdout is not None
        fields = {**asdict(self.life), "at": self.world.clock.now().isoformat(), "dies_before": dies_before}
        self.mortal.stdin.write(json.dumps(fields).encode() + b"\n")
        return (await asyncio.wait_for(self.mortal.stdout.readline(), 200)).decode().strip()

    async def nobody_holds_anything(self) -> None:
        """Wait until the server has noticed that whoever spoke to it is dead.

        Until then it keeps the task that he was about to take for him, and whoever looks passes it over. A runner looks
        again in a moment; here nobody does, for time is told.
        """
        async with asyncio.timeout(30):
            while await self.world.rows(IN_TRANSACTION):
                pass

    async def begin(self, errand: str) -> None:
        """A new player, and what is there before the errand."""
        world = self.world
        world.player = uuid4()
        world.clock.advance(datetime.now(UTC) - world.clock.now())  # Or staff would have logged in long ago.
        await world.register()
        await world.beat()
        id_ = uuid7()
        if errand == "payout":
            await world.give(200_00)
        if errand == "refund":
            id_ = await refund(world, await paid_in(world), 30_00)
        self.life = Life(errand=errand, id=str(id_), casino=str(world.casino), player=str(world.player), at="")

    async def end(self) -> dict[str, Any]:
        """All that counts: the player's money, what moved, where the errand stands, and how often outsiders did it."""
        world, life = self.world, self.life
        assert life is not None
        path = {"deposit": "/deposits", "payout": "/withdrawals", "refund": "/refunds"}[life.errand]
        staff = path == "/refunds"
        shown = await world.get(
            f"{path}?created_at=gte.now-7d&player_id=eq.{world.player}" if staff else f"{path}/{life.id}",
            as_=world.staff() if staff else None,
        )
        body = shown.json()[0] if staff else shown.json()
        known = [*world.stripe.intents.values(), *world.stripe.refunds.values()]
        outside = [one for one in known if life.id in one["metadata"].values()]
        return {
            "balance": await world.balance(),
            "moved": await world.transfers(),
            "status": body["status"],
            "outside": len(outside) + (life.id in world.trustly.orders),
        }


@asynccontextmanager
async def mortal_beside(world: World, tmp_path: Path) -> AsyncIterator[Outlives]:
    """A program that lives errands in the world, and dies."""
    path = str(tmp_path / "outside")
    key = world.service.settings.master_key.get_secret_value()
    mortal = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.payments.tests.component.payment.dying", world.service.db.url, key, path,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    made = Outlives(world, path, mortal)
    async with await asyncio.start_unix_server(made.answer, path):
        yield made
    mortal.kill()
    await mortal.wait()


@pytest.fixture
async def outlives(world: World, tmp_path: Path) -> AsyncIterator[Outlives]:
    async with mortal_beside(world, tmp_path) as made:
        yield made


@pytest.mark.parametrize("errand", ["deposit", "payout", "refund"])
async def test_a_death_before_any_step_changes_nothing_about_the_end(outlives: Outlives, errand: str) -> None:
    await policy(outlives.world, automatic_up_to_minor=50_00, second_person_above_minor=200_00)
    await outlives.begin(errand)
    steps = json.loads(await outlives.lives())
    expected = await outlives.end()
    assert expected["outside"] == 1, expected
    assert {"commit", "publish", "mark as published"} < set(steps)
    for number, step in enumerate(steps, 1):
        await outlives.begin(errand)
        assert outlives.life is not None
        died = await outlives.lives(number)
        await outlives.nobody_holds_anything()
        outlives.world.clock.advance(ONE_LEASE)
        await run_errand(outlives.world, errand, outlives.life.id, outlives.told, outlives)
        assert await outlives.end() == expected, f"died before step {number} ({died}, {step})"
    await everything_was_published(outlives)
    await books_hold(outlives.world)


async def everything_was_published(outlives: Outlives) -> None:
    """At least once on the bus, and nothing but what was committed."""
    queued = await outlives.world.rows("SELECT envelope::json ->> 'id' AS id FROM outbox")
    told = {json.loads(one.value)["id"] for one in outlives.published}
    assert told == {row["id"] for row in queued}
