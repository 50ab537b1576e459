"""A sign of life to whoever enforces restrictions, on every partition, through the outbox like any restriction.

Whoever gets it knows that every restriction decided before it has arrived; whoever misses it stops taking bets.
"""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from chassis.messaging.bus import DEFAULT_PARTITIONS
from chassis.pausing import pause
from chassis.store import Application, Context, UnitOfWork
from contracts.backoffice.events import RestrictionFeedBeat

_ONE_SENDER = 0x62656174


def restriction_feed(application: Application, every_s: float) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that sends a beat to every partition; of several processes, one sends."""

    async def beat(uow: UnitOfWork) -> None:
        turn = await uow.connection.execute(text(f"SELECT pg_try_advisory_xact_lock({_ONE_SENDER})"))
        if not turn.scalar_one():
            return
        for partition in range(DEFAULT_PARTITIONS):
            fact = RestrictionFeedBeat(beat_id=f"beat-{partition}", partition=partition, sent_at=uow.ctx.occurred_at)
            await uow.publish(fact, partition=partition)

    async def restriction_feed_beat(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await application.transact(beat, Context.system("restriction-feed", application.clock))
            await pause(stop, every_s)

    return restriction_feed_beat
