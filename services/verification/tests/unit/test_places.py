"""Room for uploads: nobody keeps the others out, however slowly he sends and however he leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from chassis.http import RequestProblem
from verification.entrypoints.http.documents.places import Places, in_time

ANN, BOB, EVE = UUID(int=1), UUID(int=2), UUID(int=3)


async def refusal(places: Places, caller: UUID) -> tuple[int, str]:
    with pytest.raises(RequestProblem) as refused:
        async with places.taken(caller):
            pass
    assert refused.value.headers is not None
    assert refused.value.headers["Retry-After"]
    return refused.value.status_code, refused.value.code


async def test_one_person_takes_an_eighth_of_the_places() -> None:
    places = Places(16, wait_s=0.01)
    async with AsyncExitStack() as under_way:
        for _ in range(2):
            await under_way.enter_async_context(places.taken(ANN))
        assert await refusal(places, ANN) == (429, "too_many_uploads")
        async with places.taken(BOB):
            pass
    async with places.taken(ANN):
        pass


async def test_all_together_take_as_many_as_there_are() -> None:
    places = Places(2, wait_s=0.01)
    async with places.taken(ANN), places.taken(BOB):
        assert await refusal(places, EVE) == (503, "uploads_busy")
    async with places.taken(EVE):
        pass


async def test_who_waits_gets_the_place_of_who_ends() -> None:
    places = Places(1)
    ended, order = asyncio.Event(), []

    async def upload(name: str, until: asyncio.Event | None = None) -> None:
        async with places.taken(ANN):
            order.append(name)
            if until is not None:
                await until.wait()

    first, second = asyncio.create_task(upload("first", ended)), asyncio.create_task(upload("second"))
    ended.set()
    await asyncio.gather(first, second)
    assert order == ["first", "second"]


async def test_a_place_is_given_back_whatever_happens() -> None:
    places = Places(1, wait_s=0.01)

    async def hang() -> None:
        async with places.taken(ANN):
            await asyncio.get_running_loop().create_future()

    leaving = asyncio.create_task(hang())
    waiting = asyncio.create_task(hang())
    with pytest.raises(RequestProblem):
        await waiting
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    with pytest.raises(ValueError, match="broken"):
        async with places.taken(ANN):
            raise ValueError("broken")
    async with places.taken(BOB):
        pass


async def test_what_comes_fast_enough_is_read_whole() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1000

    assert [len(chunk) async for chunk in in_time(chunks())] == [1000] * 3


@pytest.mark.parametrize("sent", [[], [b"x"], [b"x" * 300] * 3])
async def test_what_comes_too_slowly_is_let_go(sent: list[bytes]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in sent:
            yield chunk
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RequestProblem) as refused:
        async for _ in in_time(chunks(), grace_s=0.01):
            pass
    assert (refused.value.status_code, refused.value.code) == (408, "request_timeout")
