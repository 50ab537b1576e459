"""The sign of life to whoever enforces restrictions."""

import asyncio

from sqlalchemy import text

from backoffice.entrypoints import jobs
from chassis.runtime import Service
from chassis.testing.golden import said


async def one_turn(service: Service) -> int:
    """Let the loop take one turn and stop; how many beats were sent."""
    before, stop = len(await said(service)), asyncio.Event()
    [feed] = service.background
    asyncio.get_running_loop().call_soon(stop.set)
    await feed(stop)
    return len(await said(service)) - before


async def test_of_several_processes_one_sends(service: Service) -> None:
    assert await one_turn(service) > 0
    async with service.db.write() as other:
        await other.execute(text("SELECT pg_advisory_xact_lock(:sender)"), {"sender": jobs._ONE_SENDER})
        assert await one_turn(service) == 0
    assert await one_turn(service) > 0
