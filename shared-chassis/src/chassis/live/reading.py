"""The rows of one list that changed, read again as one caller sees them at this moment."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, Column, ColumnElement, any_, literal, true, tuple_
from starlette.datastructures import State
from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.db import Database
from chassis.exports.sight import sight_hash
from chassis.http.listing.cost import limit_time
from chassis.http.listing.mount import everything
from chassis.http.listing.served import Again, Served, Where
from chassis.http.listing.spec import all_rows
from chassis.http.listing.whole import whole
from chassis.store.read_models import Key

MOST_KNOWN: Final = 1_000
"""Rows of one list that a stream remembers to have told, or its client to have seen."""

FIRST_SEEN: Final = 500

Known = OrderedDict[tuple[str, ...], Any]
"""Rows of one list that a client was shown: the id of each by its key."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a change means to a caller: the row as they see it, or (None) that it is not in their list any more."""

    id: Any
    row: dict[str, Any] | None


class Watched:
    """One list as one client follows it.

    A row that is not there any more is told by its id alone, and only if the client has been shown it on this stream,
    was shown it when the stream began, or would be shown it without their own filter. Nothing is told of any other row,
    not even that there is one.

    Args:
        name: the list's address beneath that of the service, as the client wrote it.
        model: the read model behind it.
        url: its whole address, with the client's filter.
    """

    def __init__(self, name: str, served: Served, model: str, url: str, state: State, db: Database) -> None:
        self.name, self.served, self.model = name, served, model
        self.url, self._db = url, db
        self._route = Again(served, state)
        self._keys: list[Column[Any]] = list(served.spec.table.primary_key.columns)
        self.known: Known = OrderedDict()
        self._sight: tuple[object, str] = (None, "")

    @property
    def loses_rows(self) -> bool:
        """Whether a row can leave it otherwise than by the client's filter: what happened while nobody looked cannot
        be told of such a list without telling of rows that were never theirs to see."""
        return self.served.narrow is not everything or self.served.spec.visible is not all_rows

    def admitted(self, caller: Caller) -> Caller:
        """The caller as the list's own route sees them. Raises as that route would refuse them."""
        permission = getattr(self.served.marker.dependency, "permission", None)
        if permission is None or caller.is_player:
            return caller
        caller.must(permission)
        return caller.let_in_by(permission)

    def sees_as_before(self, caller: Caller) -> bool:
        """Whether they see the same casinos, fields and modes as when this was asked last."""
        access, sight = self._sight
        if access is not None and access is caller.access:
            return True
        now = sight_hash(caller, self.served.spec)
        self._sight = (caller.access, now)
        return sight in ("", now)

    async def check(self, caller: Caller) -> None:
        """RequestProblem, NotFound or Forbidden as the list refuses the address."""

        async def work(request: Request, where: Where) -> None:
            await whole(self.served.spec, request, caller, self._db, where=[*where, true()])

        await self._route(self.url, caller, work)

    @property
    def sight(self) -> str:
        """Equal as long as the caller sees the same of the list; empty before they were looked at."""
        return self._sight[1]

    async def begin(self, caller: Caller) -> None:
        """Remember what is at the top of the list, where rows may leave it that nothing else tells of."""
        if self.loses_rows:
            await self._seen(caller, true(), FIRST_SEEN, whole_rows=False)

    async def changed(self, caller: Caller, keys: Sequence[Key]) -> dict[Key, Told]:
        """What became of these rows, as far as it is the caller's to know."""
        shown = await self._seen(caller, self._one_of(keys), len(keys))
        told = {key: Told(*shown[_text(key)]) for key in keys if _text(key) in shown}
        missing = [key for key in keys if key not in told]
        for key in [key for key in missing if _text(key) in self.known]:
            told[key] = Told(self.known.pop(_text(key)), None)
        unfiltered = await self._without_filter(caller, [key for key in missing if key not in told])
        return told | {key: Told(one, None) for key, one in unfiltered.items()}

    async def _seen(
        self, caller: Caller, condition: ColumnElement[bool], most: int, *, whole_rows: bool = True
    ) -> dict[tuple[str, ...], tuple[Any, dict[str, Any]]]:
        """Rows as the caller sees them, with their ids; remembered."""
        shown = await self._read(self.url, caller, condition, most, whole_rows=whole_rows)
        for key, (identity, _) in shown.items():
            self.known[key] = identity
            self.known.move_to_end(key)
        while len(self.known) > MOST_KNOWN:
            self.known.popitem(last=False)
        return shown

    async def _without_filter(self, caller: Caller, keys: Sequence[Key]) -> dict[Key, Any]:
        """The ids of those that the list itself shows the caller."""
        path, _, query = self.url.partition("?")
        if not keys or not query:
            return {}
        shown = await self._read(path, caller, self._one_of(keys), len(keys), whole_rows=False)
        return {key: shown[_text(key)][0] for key in keys if _text(key) in shown}

    async def _read(
        self, url: str, caller: Caller, condition: ColumnElement[bool], most: int, *, whole_rows: bool
    ) -> dict[tuple[str, ...], tuple[Any, dict[str, Any]]]:
        """What the list at this address shows the caller of what meets the condition: the ids and the rows."""
        served = self.served

        async def work(request: Request, where: Where) -> dict[tuple[Any, ...], dict[str, Any]]:
            asked = await whole(served.spec, request, caller, self._db, where=[*where, condition])
            async with self._db.read_lists() as connection:
                await limit_time(connection)
                finish = served.finish(request, caller) if whole_rows else None
                return await asked.by_key(connection, [*self._keys, served.spec.id_column], most, finish)

        found = await self._route(url, caller, work)
        return {_text(key[:-1]): (key[-1], row) for key, row in found.items()}

    def _one_of(self, keys: Sequence[Key]) -> ColumnElement[bool]:
        if len(self._keys) == 1:
            column = self._keys[0]
            return column == any_(literal([key[0] for key in keys], ARRAY(column.type)))
        return tuple_(*self._keys).in_(list(keys))


def _text(key: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(str, key))
