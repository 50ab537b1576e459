"""What streams knew that ended a moment ago: whoever goes on from there is told of rows that left meanwhile, too."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from chassis.live.reading import Known

KEPT_S: Final = 30.0
MOST: Final = 100


class Remembered:
    """By whose stream it was, and the last id that was told on it.

    A token that runs out ends its stream, and the next one begins at once: most often in this process, else what this
    one remembers is nobody's, and lists that rows may leave unseen are read anew.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[tuple[UUID, str], tuple[float, Mapping[str, Known]]] = OrderedDict()

    def keep(self, who: UUID, identity: str, known: Mapping[str, Known]) -> None:
        """What a stream knew of each of its addresses. The oldest is forgotten when there is no more room."""
        self._kept[who, identity] = (self._now(), known)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def take(self, who: UUID, identity: str) -> Mapping[str, Known]:
        """What was kept, once; nothing when it is too old, or was never here."""
        for key in [key for key, (since, _) in self._kept.items() if self._now() - since > KEPT_S]:
            del self._kept[key]
        return self._kept.pop((who, identity), (0.0, {}))[1]
