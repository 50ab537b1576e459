"""A worker dies in the middle of a job; another one goes on, and no row is done twice or forgotten."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.db import Database
from chassis.tasks.runner import LEASE

from .conftest import Shop, opening
from .example import ALONE, rows


@pytest.mark.parametrize(("when", "done"), [("within", 2), ("after", 3)])
async def test_a_killed_worker_leaves_no_row_twice_and_none_out(db: Database, when: str, done: int) -> None:
    async with opening(db, now=datetime.now(UTC)) as shop:
        await shop.bets(*rows(ALONE))
        job = await shop.frozen()
        await shop.run(job)
        await killed(shop, when)
        assert len(await shop.effects()) == done
        assert (await shop.show(job))["done"] == done
        shop.clock.advance(LEASE + timedelta(minutes=2))
        await shop.work()
        assert [one.bet_id for one in await shop.effects()] == [one["id"] for one in rows(ALONE)]
        assert (await shop.show(job))["state"] == "finished"
        assert set((await shop.results(job)).values()) == {("done", None)}


async def killed(shop: Shop, when: str) -> None:
    """Let another process work at the job until it is killed with the third row."""
    script = Path(__file__).with_name("dying_worker.py")
    paths = os.pathsep.join([str(script.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    dying = await asyncio.create_subprocess_exec(
        sys.executable, str(script), "3", when, str(shop.ann), shop.service.db.url,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert await asyncio.wait_for(dying.wait(), 60) == -signal.SIGKILL
