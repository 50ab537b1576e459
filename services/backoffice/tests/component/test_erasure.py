"""Erasure: refused while there is money, and the end of the account, but not of an exclusion."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text

from backoffice.read_models.player_list import player_list
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.store import rebuild
from chassis.tasks import TaskRunner
from chassis.testing.feed import Feed
from chassis.testing.golden import said
from chassis.testing.problems import problem
from contracts.backoffice.events import PersonalDataErased
from contracts.payments.events import DepositFailed, DepositRequested, DepositSucceeded

from .api import V1, a_player, himself, joins, key, moved, open_casino, staff

WHY = {"reason": "asked for in writing"}


class Player:
    """A registered player, and what is asked about him."""

    def __init__(self, client: httpx.AsyncClient, service: Service, casino_id: str, player_id: str) -> None:
        self.casino_id = casino_id
        self.player_id = player_id
        self.feed = Feed(service)
        self._client = client

    @property
    def who(self) -> dict[str, Any]:
        return {"player_id": UUID(self.player_id), "casino_id": UUID(self.casino_id)}

    async def ask(self, what: str, body: dict[str, Any], by: dict[str, str] | None = None) -> httpx.Response:
        headers = {**(by or staff()), **key()}
        return await self._client.post(f"{V1}/players/{self.player_id}/{what}", json=body, headers=headers)

    async def erase(self) -> httpx.Response:
        """Have two people erase him: the first refusal, or the approval."""
        proposed = await self.ask("erase", WHY)
        return proposed if proposed.status_code != 202 else await self.approve(proposed.json())

    async def approve(self, proposal: Any) -> httpx.Response:
        seen = {"payload_sha256": proposal["payload_sha256"]}
        return await self._client.post(f"{proposal['href']}/approve", json=seen, headers=staff())

    async def exclude(self, months: int | None) -> httpx.Response:
        return await self.ask("self-exclusion", {"months": months, **WHY})

    async def limit(self) -> httpx.Response:
        body = {"period": "day", "amount_minor": 5, "currency": "EUR"}
        path = f"{V1}/players/{self.player_id}/deposit-limits"
        return await self._client.put(path, json=body, headers=himself(self.player_id, self.casino_id))

    async def page(self) -> dict[str, Any]:
        shown = await self._client.get(f"{V1}/players", headers=staff())
        return next(one for one in shown.json() if one["player_id"] == self.player_id)

    async def moved(self, kind: Any, amount: int, balance: int) -> None:
        await self.feed(moved(self.who, kind, amount, balance))

    def deposit(self, cls: Any, deposit_id: UUID, **facts: Any) -> Any:
        return cls(**self.who, deposit_id=deposit_id, provider="stripe", currency="EUR", amount_minor=10_00, **facts)


@pytest.fixture
async def player(client: httpx.AsyncClient, service: Service) -> Player:
    casino_id = await open_casino(client)
    return Player(client, service, casino_id, await a_player(client, casino_id))


async def test_a_player_with_money_is_paid_out_before_he_is_erased(player: Player, service: Service) -> None:
    await player.moved("deposit", 10_00, 10_00)
    problem(await player.erase(), 409, "player_has_money")
    await player.moved("withdrawal_hold", 10_00, 0)
    problem(await player.erase(), 409, "player_has_money")
    assert (await player.page())["first_name"] == "A***"
    await player.moved("withdrawal_paid", 10_00, 0)
    assert (await player.erase()).status_code == 200
    assert [type(one) for one in await said(service)].count(PersonalDataErased) == 1


@pytest.mark.parametrize("ends", ["failed", "succeeded"])
async def test_a_deposit_under_way_is_waited_for(player: Player, ends: str) -> None:
    deposit_id, other = uuid4(), uuid4()
    await player.feed(*(player.deposit(DepositRequested, one) for one in (deposit_id, other)))
    await player.feed(player.deposit(DepositFailed, other, code="card_declined"))
    problem(await player.erase(), 409, "player_has_money")
    if ends == "failed":
        await player.feed(player.deposit(DepositFailed, deposit_id, code="card_declined"))
    else:
        await player.feed(player.deposit(DepositSucceeded, deposit_id, requested_minor=10_00))
        await player.moved("deposit", 10_00, 10_00)
        problem(await player.erase(), 409, "player_has_money")
        await player.moved("bet", 10_00, 0)
    assert (await player.erase()).status_code == 200


async def test_an_erased_players_account_is_closed_for_good(player: Player, service: Service) -> None:
    await player.ask("block", WHY)
    assert (await player.erase()).status_code == 200
    before = await said(service)
    assert (await player.page())["status"] == "closed"
    for what, body in (("unblock", WHY), ("block", WHY), ("tags", {"tag": "vip"})):
        problem(await player.ask(what, body), 409, "account_closed")
    problem(await player.exclude(6), 409, "account_closed")
    problem(await player.limit(), 409, "account_closed")
    problem(await player.erase(), 409, "account_closed")
    assert (await player.page())["status"] == "closed"
    assert await said(service) == before


async def index_of(service: Service, player_id: str) -> str | None:
    async with service.db.read() as connection:
        statement = select(player_list.table.c.identity_index).where(player_list.table.c.player_id == UUID(player_id))
        index: str | None = (await connection.execute(statement)).scalar_one()
        return index


async def test_what_recognises_an_excluded_person_is_forgotten_when_the_exclusion_ends(
    player: Player, service: Service, clock: FixedClock
) -> None:
    await player.exclude(6)
    await player.erase()
    tasks = TaskRunner(service.db, service.tasks, clock=clock)
    clock.advance(datetime(2026, 12, 1, 23, 59, tzinfo=UTC) - clock.now())
    await tasks.run_due()
    assert await index_of(service, player.player_id) is not None
    clock.advance(datetime(2026, 12, 2, tzinfo=UTC) - clock.now())
    await tasks.run_due()
    assert await index_of(service, player.player_id) is None
    await rebuild(service.db, player_list, service.application.log_of(player_list))
    assert await index_of(service, player.player_id) is None


async def test_an_exclusion_without_end_keeps_it_for_ever(
    client: httpx.AsyncClient, player: Player, service: Service, clock: FixedClock
) -> None:
    await player.exclude(None)
    await player.erase()
    clock.advance(datetime(2090, 1, 1, tzinfo=UTC) - clock.now())
    await TaskRunner(service.db, service.tasks, clock=clock).run_due()
    assert not await joins(client, await open_casino(client))


@pytest.mark.parametrize("excluded", [False, True])
async def test_without_an_exclusion_in_force_nothing_is_kept(
    player: Player, service: Service, clock: FixedClock, excluded: bool
) -> None:
    if excluded:
        await player.exclude(6)
        clock.advance(datetime(2027, 1, 1, tzinfo=UTC) - clock.now())
    await player.erase()
    assert await index_of(service, player.player_id) is None


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


async def test_of_an_exclusion_and_an_erasure_at_once_one_happens(
    client: httpx.AsyncClient, player: Player, service: Service
) -> None:
    async def waiting() -> int:
        async with service.db.read() as connection:
            statement = text(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted "
                "AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            return int((await connection.execute(statement)).scalar_one())

    async def first_waits() -> bool:
        return await waiting() == 1

    async def both_wait() -> bool:
        return await waiting() == 2

    proposal = (await player.ask("erase", WHY)).json()
    async with service.db.write() as connection:
        await connection.execute(text("LOCK TABLE event IN SHARE MODE"))
        erasing = asyncio.ensure_future(player.approve(proposal))
        await until(first_waits)
        excluding = asyncio.ensure_future(player.exclude(6))
        await until(both_wait)
    erased, excluded = (await erasing).json(), await excluding
    if erased["state"] == "executed":
        problem(excluded, 409, "account_closed")
        assert (await player.page())["excluded_until"] is None
    else:
        assert (erased["code"], excluded.status_code) == ("approval_subject_changed", 200)
        assert (await player.page())["status"] == "active"
