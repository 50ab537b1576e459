"""Signing keys: one for all processes, renewed by the clock, trusted as long as a token of theirs lives."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.tokens import bearer
from security.adapters.keys import PUBLISHED_BEFORE, TRUSTED_AFTER, SigningKeys
from security.entrypoints.commands import create_admin, rotate_keys

from .api import V1, enter

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def keys(service: Service, client: httpx.AsyncClient) -> SigningKeys:
    """As the running service has them."""
    found: SigningKeys = service.state["keys"]
    return found


def of_another_process(keys: SigningKeys) -> SigningKeys:
    return SigningKeys(keys._db, keys._box, keys._clock)


async def one_turn(service: Service) -> None:
    """Let the loop that renews keys look once."""
    stop = asyncio.Event()
    look = next(one for one in service.background if getattr(one, "__name__", "") == "key_rotation")
    asyncio.get_running_loop().call_soon(stop.set)
    await look(stop)


async def published(client: httpx.AsyncClient) -> set[str]:
    return {key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]}


async def signing(keys: SigningKeys) -> str:
    kid, _ = await keys.current()
    return kid


async def test_two_processes_that_begin_at_once_sign_with_one_key(keys: SigningKeys) -> None:
    others = [of_another_process(keys) for _ in range(3)]
    await asyncio.gather(*(one.refresh() for one in others))
    assert {await signing(one) for one in [keys, *others]} == {await signing(keys)}


async def test_a_key_is_renewed_when_it_is_a_month_old(
    client: httpx.AsyncClient, service: Service, keys: SigningKeys, clock: FixedClock
) -> None:
    before = await published(client)
    clock.advance(MONTH - SECOND)
    await one_turn(service)
    assert await published(client) == before
    clock.advance(SECOND)
    await one_turn(service)
    assert len(await published(client)) == 2
    await one_turn(service)
    assert len(await published(client)) == 2, "the new key is young, though it does not sign yet"


async def test_a_new_key_is_published_before_it_signs_and_an_old_one_after(
    client: httpx.AsyncClient, keys: SigningKeys, clock: FixedClock
) -> None:
    old = await signing(keys)
    new = await keys.rotate()
    assert await published(client) == {old, new}
    clock.advance(PUBLISHED_BEFORE - SECOND)
    assert await signing(keys) == old
    clock.advance(SECOND + timedelta(minutes=1))
    assert await signing(keys) == new
    clock.advance(TRUSTED_AFTER - timedelta(minutes=2))
    await keys.refresh()
    assert await published(client) == {old, new}
    clock.advance(timedelta(minutes=2))
    await keys.refresh()
    assert await published(client) == {new}


async def test_a_key_that_another_process_made_is_known_as_soon_as_it_is_met(
    keys: SigningKeys, clock: FixedClock
) -> None:
    await keys.refresh()
    kid = await of_another_process(keys).rotate()
    assert await keys.key(kid) is None, "it has looked just now, and does not look for every made-up key"
    clock.advance(timedelta(seconds=4))
    assert await keys.key(kid) is not None
    assert await keys.key("made up") is None


async def test_the_operator_renews_the_key_at_once(
    client: httpx.AsyncClient, service: Service, keys: SigningKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await published(client)
    assert await rotate_keys(service, []) == 0
    [new] = await published(client) - before
    assert new in capsys.readouterr().out


async def test_renewing_a_key_before_there_is_one_does_not_keep_everybody_out(keys: SigningKeys) -> None:
    new = await keys.rotate()
    old = await signing(keys)
    assert {key["kid"] for key in keys.document()["keys"]} == {old, new}
    assert old != new


async def test_a_second_administrator_shares_the_role_of_the_first(
    client: httpx.AsyncClient, service: Service, first_password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await create_admin(service, ["Second@example.com", "--name", "Second"]) == 0
    tokens = await enter(client, "second@example.com", capsys.readouterr().out.strip())
    path = f"{V1}/roles?name=eq.administrator"
    assert len((await client.get(path, headers=bearer(tokens["access_token"]))).json()) == 1
    staff = (await client.get(f"{V1}/staff", headers=bearer(tokens["access_token"]))).json()
    assert {one["name"] for one in staff} == {"Administrator", "Second"}


async def test_a_log_in_that_is_taken_makes_no_second_administrator(
    client: httpx.AsyncClient, service: Service, first_password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await create_admin(service, ["ADMIN@example.com"]) == 1
    assert "admin@example.com" in capsys.readouterr().out
    tokens = await enter(client, "admin@example.com", first_password)
    staff = (await client.get(f"{V1}/staff", headers=bearer(tokens["access_token"]))).json()
    assert len(staff) == 1
