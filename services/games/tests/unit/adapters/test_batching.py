"""Batches fill with what arrives meanwhile; nobody waits longer than the deadline, and nothing late is sent."""

import asyncio
from collections.abc import Sequence

import pytest

from games.adapters.batching import Batcher
from games.application.ports import WalletSilent


class Line:
    """A line to somewhere that answers when the test says so."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.fails = False

    async def send(self, items: Sequence[int]) -> Sequence[int | WalletSilent]:
        self.batches.append(list(items))
        await self.open.wait()
        if self.fails:
            raise WalletSilent
        return [WalletSilent() if item < 0 else item * 10 for item in items]


def batcher(
    line: Line, *, lanes: int = 1, largest: int = 100, waiting: int = 100, deadline_s: float = 5
) -> Batcher[int, int]:
    return Batcher(line.send, lanes=lanes, largest=largest, most_waiting=waiting, deadline_s=deadline_s)


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def test_a_lonely_item_travels_alone() -> None:
    line = Line()
    assert await batcher(line).ask(1) == 10
    assert line.batches == [[1]]


async def test_what_arrives_meanwhile_travels_together_and_every_asker_gets_his_own_answer() -> None:
    line = Line()
    line.open.clear()
    asking = batcher(line)
    first = asyncio.create_task(asking.ask(1))
    await until(lambda: line.batches)
    others = [asyncio.create_task(asking.ask(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    line.open.set()
    assert await asyncio.gather(first, *others) == [10, 20, 30, 40]
    assert line.batches == [[1], [2, 3, 4]]


async def test_batches_have_a_size_and_lanes_a_number() -> None:
    line = Line()
    line.open.clear()
    asking = batcher(line, lanes=2, largest=3)
    tasks = [asyncio.create_task(asking.ask(number)) for number in range(8)]
    await until(lambda: len(line.batches) == 2)
    line.open.set()
    assert await asyncio.gather(*tasks) == [number * 10 for number in range(8)]
    assert line.batches == [[0, 1, 2], [3, 4, 5], [6, 7]]


async def test_silence_reaches_everybody_in_the_batch_and_the_next_batch_goes_on() -> None:
    line = Line()
    line.fails = True
    asking = batcher(line)
    answers = await asyncio.gather(asking.ask(1), asking.ask(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [WalletSilent, WalletSilent]
    line.fails = False
    assert await asking.ask(3) == 30


async def test_one_items_silence_is_its_own() -> None:
    asking = batcher(Line())
    answers = await asyncio.gather(asking.ask(-1), asking.ask(2), return_exceptions=True)
    assert isinstance(answers[0], WalletSilent)
    assert answers[1] == 20


async def test_an_answer_that_comes_too_late_is_silence() -> None:
    line = Line()
    line.open.clear()
    with pytest.raises(WalletSilent):
        await batcher(line, deadline_s=0.01).ask(1)
    line.open.set()


async def test_what_waited_too_long_is_never_sent() -> None:
    line = Line()
    line.open.clear()
    asking = batcher(line, deadline_s=0.02)
    first = asyncio.create_task(asking.ask(1))
    await until(lambda: line.batches)
    answers = await asyncio.gather(first, asking.ask(2), return_exceptions=True)
    assert all(isinstance(answer, WalletSilent) for answer in answers)
    line.open.set()
    assert await asking.ask(3) == 30
    assert line.batches == [[1], [3]]


async def test_a_full_queue_turns_away_at_once() -> None:
    line = Line()
    line.open.clear()
    asking = batcher(line, largest=1, waiting=1)
    first = asyncio.create_task(asking.ask(1))
    await until(lambda: line.batches)
    second = asyncio.create_task(asking.ask(2))
    await asyncio.sleep(0)
    with pytest.raises(WalletSilent):
        await asking.ask(3)
    line.open.set()
    assert [await first, await second] == [10, 20]


async def test_closing_answers_what_was_taken_and_takes_nothing_new() -> None:
    line = Line()
    line.open.clear()
    asking = batcher(line)
    taken = asyncio.create_task(asking.ask(1))
    await until(lambda: line.batches)
    closing = asyncio.create_task(asking.close())
    await asyncio.sleep(0)
    with pytest.raises(WalletSilent):
        await asking.ask(2)
    line.open.set()
    await closing
    assert await taken == 10


async def test_no_item_is_left_without_a_lane() -> None:
    """Askers that come in the very step in which a lane ends must not be forgotten."""
    line = Line()
    asking = batcher(line, largest=1)
    for _ in range(200):
        async with asyncio.timeout(5):
            assert set(await asyncio.gather(asking.ask(1), asking.ask(2))) == {10, 20}
