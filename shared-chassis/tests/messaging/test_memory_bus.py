"""The bus in memory keeps the contract of the real ones."""

import pytest

from chassis.messaging import MemoryBus, MemoryLog
from chassis.messaging.memory_bus import MemorySubscription
from chassis.testing.bus_contract import BusContract, Doomed
from chassis.testing.bus_following import Connect
from chassis.testing.bus_reader import Reader, eventually


class MemoryMembers:
    """Members that are dropped without a word."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self._member: MemorySubscription | None = None

    async def take(self, group: str, topic: str) -> None:
        taken = Reader()

        async def never(records: object) -> None:
            await taken([])
            await eventually(lambda: False)

        self._member = self._bus.subscribe(group, [topic], never)
        await self._member.start()
        await eventually(lambda: taken.batches)

    async def kill(self) -> None:
        assert self._member is not None
        await self._member.kill()


class TestMemoryBus(BusContract):
    @pytest.fixture
    def log(self) -> MemoryLog:
        return MemoryLog()

    @pytest.fixture
    def connect(self, log: MemoryLog) -> Connect:
        return lambda: MemoryBus(log)

    @pytest.fixture
    def doomed(self, log: MemoryLog) -> Doomed:
        return MemoryMembers(MemoryBus(log))
