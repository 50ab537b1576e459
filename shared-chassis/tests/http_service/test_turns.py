"""Requests of one player take turns; others do not notice."""

import asyncio

import pytest

from chassis.http.problems import RequestProblem
from chassis.http.turns import Turns


async def test_one_works_at_a_time_and_in_order() -> None:
    turns, told = Turns(), []

    async def work(number: int) -> None:
        async with turns.of("anna"):
            told.append(("begins", number))
            await asyncio.sleep(0)
            told.append(("ends", number))

    await asyncio.gather(*(work(number) for number in range(5)))
    assert told == [(what, number) for number in range(5) for what in ("begins", "ends")]


async def test_another_does_not_wait() -> None:
    turns = Turns()
    async with turns.of("anna"), asyncio.timeout(1):
        async with turns.of("ben"):
            pass


async def test_more_than_anybody_has_use_for_are_refused_and_the_line_empties_again() -> None:
    turns, gate = Turns(most_waiting=2), asyncio.Event()

    async def work() -> None:
        async with turns.of("anna"):
            await gate.wait()

    under_way = [asyncio.create_task(work()) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(RequestProblem) as refused:
        async with turns.of("anna"):
            pass
    assert (refused.value.status_code, refused.value.code) == (429, "too_many_at_once")
    assert refused.value.headers == {"Retry-After": "1"}
    gate.set()
    await asyncio.gather(*under_way)
    async with turns.of("anna"):
        pass


async def test_who_gives_up_waiting_leaves_the_line() -> None:
    turns = Turns(most_waiting=1)
    async with turns.of("anna"):
        waiting = asyncio.create_task(_take(turns))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        waiting = asyncio.create_task(_take(turns))
        await asyncio.sleep(0)
    await waiting


async def test_a_turn_that_fails_is_over() -> None:
    turns = Turns()
    with pytest.raises(LookupError):
        async with turns.of("anna"):
            raise LookupError
    async with asyncio.timeout(1):
        await _take(turns)


async def _take(turns: Turns) -> None:
    async with turns.of("anna"):
        pass
