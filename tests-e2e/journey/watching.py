"""Two people who look at their screens while something happens: what each is told of it, through one stream each."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx

from journey.client import Person, eventually
from journey.tale import Tale

LISTS = "payments.withdrawals,backoffice.players"

Rows = dict[tuple[str, str], dict[str, Any]]


@asynccontextmanager
async def following(base_url: str, person: Person) -> AsyncIterator[Rows]:
    """The rows somebody is told of, as they are by now: by list and id."""
    rows: Rows = {}
    ready = asyncio.Event()
    token = await person.token()

    async def follow() -> None:
        async with httpx.AsyncClient(base_url=base_url, timeout=60, trust_env=False) as client:
            asking = client.stream(
                "GET", "/api/live", params={"lists": LISTS}, headers={"Authorization": f"Bearer {token}"}
            )
            async with asking as answer:
                assert answer.status_code == 200, await answer.aread()
                kind, services = "", set()
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        told = json.loads(value)
                        assert kind in ("ready", "row", "gone"), (kind, told)
                        services.add(told["service"])
                        if kind == "row":
                            rows[f"{told['service']}.{told['list']}", told["id"]] = told["row"]
                        if len(services) == LISTS.count(",") + 1:
                            ready.set()

    task = asyncio.create_task(follow())
    try:
        begun = asyncio.create_task(ready.wait())
        await asyncio.wait([task, begun], timeout=30, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield rows
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def watched(tale: Tale) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Whoever is given a withdrawal's id compares what both lines of support were told of it and of the player."""
    async with AsyncExitStack() as stack:
        screens: dict[str, Rows] = {}
        for name in ("second_line", "front_desk") if tale.calm else ():
            person = tale.staff[name]
            screens[name] = await stack.enter_async_context(following(tale.stack.url("gateway"), person))

        async def compare(withdrawal_id: str) -> str:
            if not tale.calm:
                return "nobody watched while things were killed"
            paid, player = ("payments.withdrawals", withdrawal_id), ("backoffice.players", tale.player_id)

            async def both() -> bool:
                return all(rows.get(paid, {}).get("status") == "paid" and player in rows for rows in screens.values())

            await eventually("both screens show the withdrawal and the player", both)
            names = {name: rows[player]["last_name"] for name, rows in screens.items()}
            assert names == {"second_line": "Nightshade", "front_desk": "N***"}, names
            return f"both lines of support saw it happen, of {names['second_line']} and of {names['front_desk']}"

        yield compare
