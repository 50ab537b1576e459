"""Several at the door at once: every guess counts, and no session slips past a block."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PersonalDataErased, PlayerBlocked
from contracts.event import ContractEvent
from security.adapters.tables import credential, player_account, session

from .api import PASSWORD, V1, log_in
from .test_players import RIGHT, Casino

ADMIN = "admin@example.com"
LOCKED_AFTER = 5


@asynccontextmanager
async def held_up(service: Service, statement: str) -> AsyncIterator[AsyncConnection]:
    """Whoever wants what the statement locks waits until this ends."""
    async with service.db.write() as connection:
        await connection.execute(text(statement))
        yield connection


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


async def waiting(service: Service) -> int:
    """How many wait for a lock."""
    async with service.db.read() as connection:
        statement = text(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted "
            "AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
        )
        return int((await connection.execute(statement)).scalar_one())


async def one(service: Service, statement: Any) -> Any:
    async with service.db.read() as connection:
        return (await connection.execute(statement)).one()


async def guess(client: httpx.AsyncClient, token: str, password: str = "wrong wrong wrong") -> httpx.Response:
    change = {"current_password": password, "new_password": "another long password"}
    return await client.post(f"{V1}/staff/me/password", json=change, headers=bearer(token))


async def guess_at_once(client: httpx.AsyncClient, service: Service, token: str, times: int) -> list[httpx.Response]:
    """Guesses that have all been checked before the first of them is counted."""
    lock = "SELECT subject_id FROM credential FOR UPDATE"
    async with held_up(service, lock):
        guesses = [asyncio.ensure_future(guess(client, token)) for _ in range(times)]

        async def all_wait() -> bool:
            return await waiting(service) == times

        await until(all_wait)
    return list(await asyncio.gather(*guesses))


async def test_guesses_sent_at_once_are_all_counted(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any]
) -> None:
    token = administrator["access_token"]
    answers = await guess_at_once(client, service, token, LOCKED_AFTER - 1)
    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert (await one(service, select(credential.c.failures))).failures == LOCKED_AFTER - 1


async def test_guesses_sent_at_once_lock_even_for_the_right_password(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any], clock: FixedClock
) -> None:
    token = administrator["access_token"]
    await guess_at_once(client, service, token, LOCKED_AFTER)
    assert (await guess(client, token, PASSWORD)).status_code == 401
    assert (await log_in(client, ADMIN, PASSWORD)).status_code == 401
    clock.advance(timedelta(minutes=31))
    assert (await log_in(client, ADMIN, PASSWORD)).status_code == 200


@pytest.fixture
async def ann() -> UUID:
    return uuid4()


@pytest.fixture
async def casino(client: httpx.AsyncClient, service: Service, ann: UUID) -> Casino:
    """A casino with one player, Ann, whose password is RIGHT."""
    casino = Casino(client, service)
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    return casino


@pytest.mark.parametrize("news", [PlayerBlocked, PersonalDataErased])
async def test_a_session_that_begins_while_the_door_is_shut_is_ended_with_the_others(
    casino: Casino, service: Service, ann: UUID, news: type[ContractEvent]
) -> None:
    event = news.model_validate({"player_id": ann, "casino_id": casino.id})
    async with held_up(service, "LOCK TABLE outbox IN SHARE MODE"):
        entering = asyncio.ensure_future(casino.log_in(RIGHT))

        async def log_in_waits() -> bool:
            return await waiting(service) == 1

        await until(log_in_waits)
        told = asyncio.ensure_future(casino.tell(event))

        async def news_is_told_or_waits() -> bool:
            return told.done() or await waiting(service) == 2

        await until(news_is_told_or_waits)
    await asyncio.gather(entering, told)
    ended_at: datetime | None = (await one(service, select(session.c.ended_at))).ended_at
    assert entering.result().status_code == 200
    assert ended_at is not None


async def test_a_session_that_was_left_over_does_not_go_on_for_a_blocked_player(
    casino: Casino, client: httpx.AsyncClient, service: Service
) -> None:
    refresh = {"refresh_token": (await casino.log_in(RIGHT)).json()["refresh_token"]}
    async with service.db.write() as connection:
        await connection.execute(update(player_account).values(blocked=True))
    answer = await client.post(f"{V1}/player-sessions/refresh", json=refresh)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_over")


async def test_the_account_of_an_erased_player_stays_closed(casino: Casino, ann: UUID) -> None:
    """A late repeat of his registration brings the password again."""
    await casino.tell(PersonalDataErased(player_id=ann, casino_id=casino.id))
    assert (await casino.put(ann, RIGHT)).status_code == 200
    assert (await casino.log_in(RIGHT)).status_code == 401
