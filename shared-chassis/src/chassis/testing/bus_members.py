"""A member of a consumer group in a process of its own, for tests that kill it."""

import asyncio
import signal
import sys
from collections.abc import Sequence

from chassis.messaging.bus import EventBus, Record
from chassis.messaging.kafka_bus import KafkaBus
from chassis.messaging.postgres_bus import PostgresBus

TAKEN = b"taken\n"
_PATIENCE_S = 60.0


class ProcessMembers:
    """Starts a member as a process and kills it with SIGKILL.

    Args:
        kind: kafka or postgres.
        address: of the bus.
    """

    def __init__(self, kind: str, address: str) -> None:
        self._kind = kind
        self._address = address
        self._process: asyncio.subprocess.Process | None = None

    async def take(self, group: str, topic: str) -> None:
        """Return as soon as the member has a batch in its handler, which never ends."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, self._kind, self._address, group, topic, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None, "asked for above"
        async with asyncio.timeout(_PATIENCE_S):
            while (line := await self._process.stdout.readline()) != TAKEN:
                assert line, "the member ended instead of taking a batch"

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
            self._process = None


async def hold(bus: EventBus, group: str, topic: str) -> None:
    """Join, take a batch, say so, and hold it for ever."""

    async def never(_: Sequence[Record]) -> None:
        sys.stdout.buffer.write(TAKEN)
        sys.stdout.buffer.flush()
        await asyncio.Event().wait()

    await bus.subscribe(group, [topic], never).start()
    await asyncio.Event().wait()


def main(kind: str, address: str, group: str, topic: str) -> None:
    """Never returns."""

    async def run() -> None:
        bus: EventBus = KafkaBus(address) if kind == "kafka" else PostgresBus(address)
        await hold(bus, group, topic)

    asyncio.run(run())


if __name__ == "__main__":
    main(*sys.argv[1:])
