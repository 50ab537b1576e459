"""Backoffice knows the player's name, verification compares, payments hears how they go together, and no more."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from services.backoffice.tests.component.api import a_player, erase, open_casino
from services.payments.tests.component.payment.fakes import FakeWire
from services.payments.tests.component.payment.test_fraud import cases
from services.payments.tests.component.payment.test_instruments import pay
from services.payments.tests.component.payment.world import World
from services.verification.tests.component.world import registration

import backoffice.main
import backoffice.settings
import payments.main
import payments.settings
import verification.main
import verification.settings
from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.feed import Feed
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_authority, test_verifier

CARD_OF_ANOTHER = {"fingerprint": "of-another", "last4": "1881", "iin": "401288"}


class _KeepsNothing:
    """Security, for a registration whose player never logs in."""

    async def keep(self, *_: Any, **__: Any) -> bool:
        return True


@pytest.fixture
async def told(databases: Databases, tmp_path: Path) -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    """A casino with a player, Ann Example, whom each service knows as far as it should; payments, and backoffice."""
    clock, internal_key = FixedClock(datetime.now(UTC)), secrets.token_urlsafe(32)
    async with AsyncExitStack() as stack:

        async def served(service: Service) -> httpx.AsyncClient:
            service.verifier, service.authority = test_verifier(), test_authority()
            return await stack.enter_async_context(talking(http_application(service)))

        settings: dict[str, Any] = {
            name: {"database_url": await databases.create(name), "internal_key": internal_key}
            for name in ("backoffice", "verification", "payments")
        }
        people = backoffice.main.build(
            make_settings(backoffice.settings.Settings, **settings["backoffice"]),
            credentials=_KeepsNothing(),
            clock=clock,
            verifier=test_verifier(),
        )
        desk = await served(people)
        knowing = verification.main.build(
            make_settings(
                verification.settings.Settings,
                **settings["verification"],
                backoffice_url="http://backoffice.test",
                files_url=f"file://{tmp_path}",
            ),
            clock=clock,
            backoffice=httpx.ASGITransport(http_application(people)),
        )
        await served(knowing)
        paying = payments.main.build(
            make_settings(payments.settings.Settings, **settings["payments"]),
            clock=clock,
            wire=(wire := FakeWire()),
            verification=httpx.ASGITransport(http_application(knowing)),
        )
        world = World(paying, await served(paying), clock, wire)
        world.casino = UUID(await open_casino(desk))
        world.player = UUID(await a_player(desk, str(world.casino)))
        await Feed(knowing)(registration(world.player, world.casino))
        await world.set_up()
        yield world, desk


async def test_a_card_in_anothers_name_leads_to_a_case_and_ones_own_does_not(
    told: tuple[World, httpx.AsyncClient],
) -> None:
    world, _ = told
    await pay(world, holder="EXAMPLE, ANN")
    await world.run_tasks()
    assert await cases(world) == []
    await pay(world, CARD_OF_ANOTHER, holder="Erika Mustermann")
    await world.run_tasks()
    found = {one["last_four"]: one["likeness"] for one in await world.instruments(world.staff())}
    assert found == {"4242": "match", "1881": "mismatch"}
    (case,) = await cases(world)
    assert (case["player_id"], case["status"]) == (world.player, "open")


async def test_of_whom_backoffice_has_forgotten_nothing_is_learnt(told: tuple[World, httpx.AsyncClient]) -> None:
    world, desk = told
    await erase(desk, str(world.player))
    await pay(world, holder="Ann Example")
    await world.run_tasks()
    assert [one["likeness"] for one in await world.instruments(world.staff())] == [None]
