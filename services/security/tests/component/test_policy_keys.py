"""The key of policies is changed without a service noticing, and the policy is made anew when something changed."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.news import Confirmed, News
from chassis.auth.policy.signing import kind_of
from chassis.domain import FixedClock
from chassis.runtime import Service
from security.adapters.policy_keys import PUBLISHED_BEFORE, TRUSTED_AFTER
from security.adapters.policy_store import KEPT, PolicyStore
from security.adapters.tables import policy_key, policy_version
from security.entrypoints.commands import rotate_policy_key

from .api import add_colleague, define_role, enter

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def policies(service: Service, client: httpx.AsyncClient, first_password: str) -> PolicyStore:
    found: PolicyStore = service.state["policies"]
    return found


async def kids(policies: PolicyStore) -> set[str]:
    return {one["kid"] for one in (await policies.keys.document())["keys"]}


async def test_a_new_key_is_told_before_it_signs_and_the_old_one_is_believed_after(
    policies: PolicyStore, clock: FixedClock
) -> None:
    [old] = await kids(policies)
    new = await policies.keys.rotate()
    assert await kids(policies) == {old, new}
    assert (await policies.keys.current()).kid == old
    clock.advance(PUBLISHED_BEFORE + MINUTE)
    assert (await policies.keys.current()).kid == new
    assert await kids(policies) == {old, new}, "what the old one signed is still on its way"
    clock.advance(TRUSTED_AFTER)
    assert await kids(policies) == {new}
    assert await policies.keys.forget() == 1


async def test_a_service_goes_on_by_the_new_key_without_asking(policies: PolicyStore, clock: FixedClock) -> None:
    """It asked while both were told: the first message of the new key finds it known."""
    await policies.keys.rotate()
    held = LocalPolicy(clock=clock)
    held.take(await policies.pulled())
    clock.advance(PUBLISHED_BEFORE + MINUTE)
    key = await policies.keys.current()
    held.hear(News(version=policies.version, confirmed=Confirmed(policies.version, clock.now()).sign(key)))
    assert held.age_s() == 0


async def test_the_operator_changes_the_key_with_a_command(
    policies: PolicyStore, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await kids(policies)
    assert await rotate_policy_key(service, []) == 0
    [new] = await kids(policies) - before
    assert new in capsys.readouterr().out


async def test_a_key_is_renewed_when_it_is_old(policies: PolicyStore, clock: FixedClock) -> None:
    await policies.keys.current()
    assert not await policies.keys.rotate_if_older(timedelta(days=30))
    clock.advance(timedelta(days=30))
    assert await policies.keys.rotate_if_older(timedelta(days=30))


async def test_a_policy_that_says_the_same_is_not_made_again_and_one_that_does_not_is(
    policies: PolicyStore, client: httpx.AsyncClient, first_password: str
) -> None:
    token = str((await enter(client, "admin@example.com", first_password))["access_token"])
    first = await policies.renew()
    assert await policies.renew() is first
    await define_role(client, token, "looks", ["payments.deposit.list"])
    second = await policies.renew()
    assert second.version > first.version
    await add_colleague(client, token)
    assert (await policies.renew()).version > second.version


async def test_versions_that_others_followed_are_forgotten_after_a_week(
    policies: PolicyStore, client: httpx.AsyncClient, first_password: str, service: Service, clock: FixedClock
) -> None:
    token = str((await enter(client, "admin@example.com", first_password))["access_token"])
    for name in ("looks", "counts"):
        await define_role(client, token, name, ["payments.deposit.list"])
        newest = await policies.renew()
    assert await policies.forget() == 0, "somebody may want to look"
    clock.advance(KEPT + MINUTE)
    assert await policies.forget() >= 1
    async with service.db.read() as connection:
        assert (await connection.execute(select(policy_version.c.version))).scalars().all() == [newest.version]
        assert await connection.scalar(select(func.count()).select_from(policy_key)) == 1
    assert kind_of((await policies.pulled()).policy) == "policy+jws"
