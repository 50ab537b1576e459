"""How many streams of events there are: each holds a connection, and has its lists read while it lasts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from chassis.auth import Caller
from chassis.http import RequestProblem


@dataclass(frozen=True, slots=True)
class Follower:
    """Whose stream it is, in which session."""

    session: str
    person: str

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """A caller; what has no session is one by itself."""
        return cls(str(caller.session_id or caller.id), str(caller.id))


class StreamsOfEvents:
    """The open streams of this process.

    Args:
        each_session: a page needs one, and whoever has several open has them in one session.
        each_person: in all their sessions together, for a session is had by logging in once more.
    """

    def __init__(self, each_session: int, each_person: int) -> None:
        self._most = {"session": each_session, "person": each_person}
        self._open: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def one_more(self, follower: Follower) -> Iterator[None]:
        """One more as long as the block lasts; RequestProblem 429 when there are enough."""
        kinds = {"session": follower.session, "person": follower.person}
        for kind, who in kinds.items():
            if self._open[kind, who] >= self._most[kind]:
                raise _too_many(kind, self._most[kind])
        for one in kinds.items():
            self._open[one] += 1
        try:
            yield
        finally:
            for one in kinds.items():
                self._open[one] -= 1
                if not self._open[one]:
                    del self._open[one]


def _too_many(kind: str, most: int) -> RequestProblem:
    whose = "A session" if kind == "session" else "A person, in all sessions together,"
    detail = f"{whose} follows at most {most} streams of events. Close one; one stream carries many lists."
    return RequestProblem(429, "too_many_streams", detail, headers={"Retry-After": "5"})
