"""The live lists of one service: which there are, who follows them, and how many streams there may be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from chassis.auth.caller import Caller
from chassis.db import Database
from chassis.http.listing.served import Served
from chassis.http.listing.spec import ListSpec
from chassis.http.problems import RequestProblem
from chassis.live.asked import Offered
from chassis.live.hub import Hub
from chassis.live.remembered import Remembered
from chassis.live.sources import Source

MOST_EACH: Final = 25
"""More than any gateway lets one person follow, for a stream that goes on with another token may be there twice."""

MOST_HERE: Final = 500


class Live:
    """Made once for a process.

    Args:
        sources: the logs behind the lists; a list without one is not live.
        key: seals positions.
    """

    def __init__(
        self, service: str, db: Database, sources: Sequence[Source], lists: Iterable[Served], *, key: bytes
    ) -> None:
        self.db, self.key = db, key
        self.models = {model.table: name for source in sources for name, model in source.models.items()}
        self.lists = Offered(service, [one for one in lists if one.spec.table in self.models])
        self.hub = Hub(db, sources)
        self.remembered = Remembered()
        self._specs = [one.spec for one in self.lists.by_name.values()]
        self._open: Counter[UUID] = Counter()

    def tells(self, spec: ListSpec) -> bool:
        """Whether the list is live."""
        return spec in self._specs

    @contextmanager
    def stream(self, caller: Caller) -> Iterator[None]:
        """One stream more as long as the block lasts; RequestProblem 429 or 503 when there are enough."""
        if self._open[caller.id] >= MOST_EACH:
            detail = f"You follow {MOST_EACH} streams already."
            raise RequestProblem(429, "too_many_streams", detail, headers={"Retry-After": "5"})
        if self._open.total() >= MOST_HERE:
            detail = "There are too many streams just now."
            raise RequestProblem(503, "streams_full", detail, headers={"Retry-After": "5"})
        self._open[caller.id] += 1
        try:
            yield
        finally:
            self._open[caller.id] -= 1
            if not self._open[caller.id]:
                del self._open[caller.id]
