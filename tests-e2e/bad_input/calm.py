"""Houses in which nothing may happen."""

from contextlib import AsyncExitStack
from time import monotonic
from typing import Final

from bad_input.houses import House
from bad_input.openings import Openings

BELIEVED_S: Final = 180.0


class CalmHouses:
    """One house per service for all tests in which nothing may happen. It is opened when the first one asks for it;
    that of security, whose people prove who they are once and for five minutes, anew when it is older than BELIEVED_S.
    """

    def __init__(self, openings: Openings, stack: AsyncExitStack) -> None:
        self._openings = openings
        self._stack = stack
        self._open: dict[str, tuple[float, House]] = {}

    async def of(self, service: str) -> House:
        """The house of a service."""
        opened_at, house = self._open.get(service, (0.0, None))
        if house is None or (service == "security" and monotonic() - opened_at > BELIEVED_S):
            house = await self._stack.enter_async_context(self._openings.open(service))
            self._open[service] = monotonic(), house
        return house
