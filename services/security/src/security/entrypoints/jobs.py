"""What security does by the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from security.adapters.keys import SigningKeys

_LOOK_EVERY_S = 3600.0


def rotation(keys: SigningKeys, age: timedelta) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that gives tokens a new key when the newest is older than `age`."""

    async def key_rotation(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await keys.refresh()
            await keys.rotate_if_older(age)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_EVERY_S)

    return key_rotation
