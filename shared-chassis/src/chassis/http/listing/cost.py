"""What a list may cost: how rows are counted, what is refused before it runs, and how many run at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, Select, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement

from chassis.http.listing import errors
from chassis.http.listing.errors import declined
from chassis.http.listing.query import Count

COUNTED_TO: Final = 10_000
"""Up to here a count is exact; above, it is what the planner thinks."""

COUNT_MS: int = 150
STATEMENT_MS: int = 2000
"""How long a count and a page may take; tests, which share a machine with others, give both more."""

_LOCK_MS: Final = 100
_WAITING_S: Final = 2.0
_STOPPED: Final = ("57014", "55P03")

_LIMITS: Final = text(
    f"SELECT set_config('statement_timeout', :ms, true), set_config('lock_timeout', '{_LOCK_MS}', true), "
    f"set_config('idle_in_transaction_session_timeout', '30000', true)"
)
_LONGEST: Final = text("SELECT set_config('statement_timeout', :ms, true)")


class _Explained(Executable, ClauseElement):
    """A statement's plan instead of its rows."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _explain(element: _Explained, compiler: Any, **kw: Any) -> str:
    return "EXPLAIN (FORMAT JSON) " + str(compiler.process(element.statement, **kw))


async def limit_time(connection: AsyncConnection) -> None:
    """What follows in this transaction is stopped when it takes longer than a list may."""
    await connection.execute(_LIMITS, {"ms": str(STATEMENT_MS)})


@dataclass(frozen=True, slots=True)
class Plan:
    """What the planner expects: rows, and a cost without unit in which a page read from memory is a hundredth."""

    rows: int
    cost: float


async def plan_of(connection: AsyncConnection, statement: Select[Any]) -> Plan:
    """The planner's expectation; nothing is read."""
    found = (await connection.execute(_Explained(statement))).scalar_one()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return Plan(int(plan["Plan Rows"]), float(plan["Total Cost"]))


async def require_cheap(connection: AsyncConnection, statement: Select[Any], most: float) -> None:
    """Refuse what would read a large part of a large table (422)."""
    plan = await plan_of(connection, statement)
    if plan.cost > most:
        hint = "Narrow it by a range of time or by equality on an indexed field; see the list's /meta."
        raise declined(422, errors.COSTLY, "The list would read too much for this filter or order.", hint)


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows there are, and how that was found out."""

    rows: int
    how: Count


async def total_of(connection: AsyncConnection, everything: Select[Any], wish: Count) -> Total:
    """The number of rows. `exact` and `estimated` count to a cap within a short time, and then believe the planner."""
    if wish == "planned":
        return Total((await plan_of(connection, everything)).rows, "planned")
    counted = await _counted(connection, everything)
    if counted is not None and counted <= COUNTED_TO:
        return Total(counted, wish)
    planned = (await plan_of(connection, everything)).rows
    return Total(max(planned, counted or 0), "estimated")


async def _counted(connection: AsyncConnection, everything: Select[Any]) -> int | None:
    capped = select(func.count()).select_from(everything.limit(COUNTED_TO + 1).subquery("counted"))
    try:
        async with connection.begin_nested():
            await connection.execute(_LONGEST, {"ms": str(COUNT_MS)})
            found = int((await connection.execute(capped)).scalar_one())
            await connection.execute(_LONGEST, {"ms": str(STATEMENT_MS)})
            return found
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _STOPPED:
            return None
        raise


@asynccontextmanager
async def advised() -> AsyncIterator[None]:
    """A statement that was stopped becomes 503 with advice: the query was understood, and we were too slow for it."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _STOPPED:
            detail = "The list took too long. Narrow it, for instance by a range of time."
            raise declined(503, errors.TIMEOUT, detail, "Add a range of time.") from error
        raise


class Places:
    """How many readers each list of an application has at once, so that one slow list leaves room for the others."""

    def __init__(self, each: int = 4) -> None:
        self._each = each
        self._lists: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def one(self, name: str, waiting_s: float = _WAITING_S) -> AsyncIterator[None]:
        """A place at the list; 503 with Retry-After when none gets free in time."""
        places = self._lists.setdefault(name, asyncio.Semaphore(self._each))
        try:
            async with asyncio.timeout(waiting_s):
                await places.acquire()
        except TimeoutError:
            message = "Many are reading this list at the moment."
            raise declined(503, errors.BUSY, message, "Try again in a moment.", retry_after_s=1) from None
        try:
            yield
        finally:
            places.release()
