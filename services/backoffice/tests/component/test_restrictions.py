"""Responsible gaming over HTTP: deposit limits and self-exclusion, by the player or by staff at his wish."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from chassis.db import tables
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.problems import fields, problem
from contracts.backoffice import events as public
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.envelope import Envelope

from .api import PROFILE, V1, a_player, erase, himself, joins, key, open_casino, staff

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WISH = "the player wrote to us"


class Player:
    """A registered player, and what he asks for himself."""

    def __init__(self, client: httpx.AsyncClient, casino_id: str, player_id: str) -> None:
        self.casino_id = casino_id
        self.player_id = player_id
        self._client = client

    async def limits(
        self, amount: int, period: str = "day", by: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        body = {"period": period, "amount_minor": amount, "currency": "EUR", **more}
        headers = by or himself(self.player_id, self.casino_id)
        return await self._client.put(f"{V1}/players/{self.player_id}/deposit-limits", json=body, headers=headers)

    async def excludes(
        self, months: int | None, by: dict[str, str] | None = None, once: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        headers = {**(by or himself(self.player_id, self.casino_id)), **(once or key())}
        body = {"months": months, **more}
        return await self._client.post(f"{V1}/players/{self.player_id}/self-exclusion", json=body, headers=headers)

    async def page(self) -> dict[str, Any]:
        answer = await self._client.get(f"{V1}/players/{self.player_id}", headers=staff(P.PLAYER_VIEW))
        shown: dict[str, Any] = answer.json()
        return shown


@pytest.fixture
async def player(client: httpx.AsyncClient) -> Player:
    casino_id = await open_casino(client)
    return Player(client, casino_id, await a_player(client, casino_id))


def from_when(answer: httpx.Response) -> datetime:
    assert answer.status_code == 200, answer.text
    return datetime.fromisoformat(answer.json()["effective_from"])


async def test_a_player_limits_himself_at_once(player: Player, service: Service) -> None:
    answer = await player.limits(100_00)
    assert from_when(answer) == NOON
    assert (answer.json()["period"], answer.json()["amount_minor"]) == ("day", 100_00)
    assert (await player.page())["limits"]["day"]["amount_minor"] == 100_00
    told = (await said(service))[-1]
    assert isinstance(told, public.DepositLimitSet)
    assert (told.amount_minor, told.previous_amount_minor, told.effective_from) == (100_00, None, NOON)


async def test_a_looser_limit_waits_as_long_as_the_licence_says(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client, profile={**PROFILE, "limit_loosening_hours": 72})
    player = Player(client, casino_id, await a_player(client, casino_id))
    await player.limits(100_00)
    assert from_when(await player.limits(200_00)) == NOON + timedelta(hours=72)
    shown = (await player.page())["limits"]["day"]
    assert (shown["amount_minor"], shown["previous_amount_minor"]) == (200_00, 100_00)


async def test_asking_again_does_not_prolong_the_wait(player: Player, clock: FixedClock, service: Service) -> None:
    await player.limits(100_00)
    first = from_when(await player.limits(200_00))
    before = await said(service)
    clock.advance(timedelta(hours=1))
    assert from_when(await player.limits(200_00)) == first
    assert await said(service) == before


async def test_a_tighter_limit_holds_at_once_while_a_looser_one_waits(player: Player) -> None:
    await player.limits(100_00)
    await player.limits(200_00)
    assert from_when(await player.limits(50_00)) == NOON


async def test_every_period_has_a_limit_of_its_own(player: Player) -> None:
    await player.limits(50_00, "day")
    assert from_when(await player.limits(200_00, "week")) == NOON
    assert from_when(await player.limits(500_00, "month")) == NOON
    limits = (await player.page())["limits"]
    assert {period: limit["amount_minor"] for period, limit in limits.items()} == {
        "day": 50_00,
        "week": 200_00,
        "month": 500_00,
    }


async def test_staff_limit_a_player_at_his_wish(player: Player, service: Service) -> None:
    answer = await player.limits(50_00, by=staff(P.LIMIT_SET, casinos=(player.casino_id,)), reason=WISH)
    assert from_when(answer) == NOON
    assert isinstance((await said(service))[-1], public.DepositLimitSet)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"currency": "GBP"}, "limit_in_another_currency", "currency"),
        ({"amount_minor": -1}, "invalid_request", "amount_minor"),
        ({"amount_minor": 10.5}, "invalid_request", "amount_minor"),
        ({"period": "year"}, "invalid_request", "period"),
    ],
    ids=["another currency", "less than nothing", "no whole number", "a period nobody counts"],
)
async def test_a_limit_that_would_limit_nothing_is_refused(
    player: Player, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = await player.limits(**{"amount": 100_00, **changes})
    assert list(fields(problem(answer, 422, code))) == [field]
    assert (await player.page())["limits"] == {}


async def test_a_player_excludes_himself_and_everybody_is_told(player: Player, service: Service) -> None:
    answer = await player.excludes(6)
    assert answer.json() == {"excluded": True, "until": "2026-12-01"}
    assert (await player.page())["excluded_until"] == "2026-12-01"
    told = (await said(service))[-1]
    assert isinstance(told, public.SelfExclusionStarted)
    assert (told.started_at, told.until) == (NOON, date(2026, 12, 1))


async def reason_told(service: Service) -> str | None:
    """The reason in the newest envelope."""
    async with service.db.read() as connection:
        newest = select(tables.outbox.c.envelope).order_by(tables.outbox.c.id.desc()).limit(1)
        return Envelope.from_json((await connection.execute(newest)).scalar_one()).reason


@pytest.mark.parametrize("cause", [None, "gambling_harm", "money", "time", "other"])
async def test_a_player_may_name_a_cause(player: Player, service: Service, cause: str | None) -> None:
    assert (await player.excludes(6, cause=cause)).status_code == 200
    assert await reason_told(service) == cause


async def test_what_a_player_writes_about_himself_is_not_taken(player: Player, service: Service) -> None:
    before = await said(service)
    for answer in (await player.excludes(6, reason="I am ill"), await player.limits(5_00, reason="I am ill")):
        assert list(fields(problem(answer, 422, "invalid"))) == ["reason"]
    assert list(fields(problem(await player.excludes(6, cause="I am ill"), 422, "invalid_request"))) == ["cause"]
    assert await said(service) == before


async def test_staff_exclude_a_player_at_his_wish_and_say_why(player: Player, service: Service) -> None:
    by = staff(P.EXCLUSION_START, casinos=(player.casino_id,))
    assert list(fields(problem(await player.excludes(6, by), 422, "invalid"))) == ["reason"]
    assert list(fields(problem(await player.excludes(6, by, cause="money", reason=WISH), 422, "invalid"))) == ["cause"]
    assert (await player.excludes(6, by, reason=WISH)).status_code == 200
    assert await reason_told(service) == WISH


async def test_an_exclusion_without_end_has_no_last_day(player: Player, service: Service) -> None:
    assert (await player.excludes(None)).json() == {"excluded": True, "until": None}
    told = (await said(service))[-1]
    assert isinstance(told, public.SelfExclusionStarted)
    assert told.until is None


async def test_an_exclusion_is_extended_and_never_shortened(player: Player) -> None:
    assert (await player.excludes(12)).json()["until"] == "2027-06-01"
    assert (await player.excludes(6)).json()["until"] == "2027-06-01"
    assert (await player.excludes(24)).json()["until"] == "2028-06-01"
    assert (await player.excludes(None)).json()["until"] is None
    assert (await player.excludes(60)).json()["until"] is None


async def test_the_same_request_twice_is_one_exclusion(player: Player, clock: FixedClock, service: Service) -> None:
    once = key()
    first = await player.excludes(6, once=once)
    before = await said(service)
    clock.advance(timedelta(days=1))
    assert (await player.excludes(6, once=once)).json() == first.json()
    assert await said(service) == before


@pytest.mark.parametrize(
    ("months", "code"), [(5, "exclusion_too_short"), (61, "exclusion_too_long"), (0, "invalid_request")]
)
async def test_an_exclusion_lasts_as_long_as_the_licence_allows(player: Player, months: int, code: str) -> None:
    assert list(fields(problem(await player.excludes(months), 422, code))) == ["months"]
    assert (await player.page())["excluded_until"] is None


async def test_nobody_excludes_another_player(client: httpx.AsyncClient, player: Player) -> None:
    other = await a_player(client, player.casino_id, email="bob@mail.example.com", first_name="Bob")
    problem(await player.excludes(6, by=himself(other, player.casino_id)), 404, "not_found")
    problem(await player.limits(1, by=himself(other, player.casino_id)), 404, "not_found")


async def test_once_the_exclusion_is_over_he_may_begin_anew_elsewhere(
    client: httpx.AsyncClient, player: Player, clock: FixedClock
) -> None:
    sister = await open_casino(client)
    await player.excludes(6)
    clock.advance(datetime(2026, 11, 30, 23, 59, tzinfo=UTC) - clock.now())
    assert not await joins(client, sister)
    clock.advance(datetime(2026, 12, 2, tzinfo=UTC) - clock.now())
    assert await joins(client, sister)


async def test_erasing_an_excluded_player_does_not_let_him_begin_anew(
    client: httpx.AsyncClient, player: Player, clock: FixedClock
) -> None:
    await player.excludes(6)
    await erase(client, player.player_id)
    casinos = (player.casino_id, await open_casino(client))
    for casino_id in casinos:
        assert not await joins(client, casino_id)
    clock.advance(datetime(2026, 12, 2, tzinfo=UTC) - clock.now())
    for casino_id in casinos:
        assert await joins(client, casino_id)
