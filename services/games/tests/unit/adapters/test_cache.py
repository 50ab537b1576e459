"""The cache never serves what somebody has changed."""

import asyncio
from typing import Any

import pytest

from games.adapters.cache import ReadThrough


class Table:
    """Rows to read, and a count of the reads."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {"a": 1}
        self.reads = 0
        self.hears = True
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self, key: str) -> Any:
        self.reads += 1
        row = self.rows.get(key)
        await self.gate.wait()
        return row


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def cache(table: Table) -> ReadThrough[str, Any]:
    return ReadThrough(table.load, trusted=lambda: table.hears, most=3)


async def test_a_value_is_read_once(table: Table, cache: ReadThrough[str, Any]) -> None:
    assert [await cache.get("a"), await cache.get("a")] == [1, 1]
    assert table.reads == 1


async def test_what_does_not_exist_is_found_as_soon_as_it_does(table: Table, cache: ReadThrough[str, Any]) -> None:
    assert await cache.get("b") is None
    table.rows["b"] = 2
    assert await cache.get("b") == 2


async def test_a_change_that_was_announced_is_seen(table: Table, cache: ReadThrough[str, Any]) -> None:
    await cache.get("a")
    table.rows["a"] = 2
    cache.forget("a")
    assert await cache.get("a") == 2


async def test_forgetting_all_forgets_all(table: Table, cache: ReadThrough[str, Any]) -> None:
    await cache.get("a")
    cache.forget_all()
    assert len(cache) == 0


async def test_while_nothing_can_be_heard_every_look_is_at_the_table(
    table: Table, cache: ReadThrough[str, Any]
) -> None:
    await cache.get("a")
    table.hears = False
    table.rows["a"] = 2
    assert await cache.get("a") == 2
    table.hears = True
    cache.forget_all()
    assert await cache.get("a") == 2


async def test_a_value_read_before_a_change_does_not_stay(table: Table, cache: ReadThrough[str, Any]) -> None:
    table.gate.clear()
    reading = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)
    table.rows["a"] = 2
    cache.forget("a")
    table.gate.set()
    assert await reading == 1
    assert await cache.get("a") == 2


async def test_a_value_read_while_deaf_does_not_stay(table: Table, cache: ReadThrough[str, Any]) -> None:
    table.gate.clear()
    reading = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)
    table.hears = False
    table.gate.set()
    await reading
    table.hears = True
    assert len(cache) == 0


async def test_the_cache_has_a_size(table: Table, cache: ReadThrough[str, Any]) -> None:
    for key in "abcde":
        table.rows[key] = key
        await cache.get(key)
    assert len(cache) == 3
