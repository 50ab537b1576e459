"""A rebuilt read model is the live one."""

import httpx

from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.golden import hear
from chassis.testing.rebuilding import assert_rebuilt_as_live
from contracts.registry import consumed_by

from .test_jobs import ask, made, wanted
from .world import WORLD, moved


async def test_rebuilt_read_models_are_the_live_ones(client: httpx.AsyncClient, service: Service) -> None:
    await hear(service, *consumed_by("reports"))
    await Feed(service)(*WORLD, moved("bet", 300, sequence=1), moved("win", 100, sequence=2))
    await made(client, service, wanted())
    assert (await ask(client, wanted("withdrawals"))).status_code == 202
    await assert_rebuilt_as_live(service)
