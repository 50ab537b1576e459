"""What security does by the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from chassis.pausing import pause
from chassis.store import Application, Context
from security.adapters.keys import SigningKeys
from security.adapters.policy_keys import PolicyKeys
from security.adapters.policy_store import PolicyStore
from security.entrypoints import duties, emergencies

_LOOK_EVERY_S = 3600.0


def rotation(keys: SigningKeys, policy_keys: PolicyKeys, age: timedelta) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that gives tokens, and policies, a new key when the newest is older than `age`."""

    async def key_rotation(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await keys.refresh()
            await keys.rotate_if_older(age)
            await policy_keys.rotate_if_older(age)
            await pause(stop, _LOOK_EVERY_S)

    return key_rotation


def nightly(
    application: Application, policies: PolicyStore, at_hour: int = 3
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that once a night, after this hour in UTC, has duties that met in one person looked for, and looks for
    emergencies that nobody reviewed; and forgets versions and keys of the policy that nobody needs.

    Several processes may look in the same night: what was told once is not told again.
    """

    async def nightly_duties(stop: asyncio.Event) -> None:
        looked: date | None = None
        while not stop.is_set():
            now = application.clock.now()
            if now.hour >= at_hour and looked != now.date():
                await application.transact(duties.look_soon, Context.system("nightly-duties", application.clock))
                await emergencies.tell_overdue(application)
                await policies.forget()
                await policies.keys.forget()
                looked = now.date()
            await pause(stop, _LOOK_EVERY_S)

    return nightly_duties
