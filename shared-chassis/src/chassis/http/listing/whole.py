"""A whole list instead of a page of it, for jobs: read by a cursor at the server, so that memory does not grow."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.db import Database
from chassis.http.listing import errors
from chassis.http.listing.asked import Asked, Row
from chassis.http.listing.cost import limit_time, require_cheap
from chassis.http.listing.errors import refused
from chassis.http.listing.masking import masked
from chassis.http.listing.query import read_query
from chassis.http.listing.saved import Saved
from chassis.http.listing.spec import Finish, ListSpec
from chassis.http.listing.statements import page_of
from chassis.http.listing.tree import Node

CHUNK: Final = 500
_PAGING: Final = ("limit", "offset", "after", "before")


class Whole:
    """What one caller asks for of a list, all of it. Made by `whole`; it holds no connection."""

    def __init__(self, asked: Asked) -> None:
        self.spec, self.caller, self._asked = asked.spec, asked.caller, asked

    @property
    def saved(self) -> Saved | None:
        """The view it is asked by."""
        return self._asked.saved

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(self._asked.shown)

    @property
    def told(self) -> Any:
        """The filter as JSON for others to read: what is asked of personal data is left out."""
        return self._asked.told

    @property
    def selection(self) -> Any:
        """The statement's parts."""
        return self._asked.selection

    async def picked(
        self, connection: AsyncConnection, most: int, columns: Mapping[str, ColumnElement[Any]]
    ) -> list[RowMapping]:
        """These columns of the rows in order, within the limits of a page; refused as a page is where it costs much."""
        asked, spec = self._asked, self.spec
        statement = page_of(replace(asked.selection, columns=columns), most, 0)
        await limit_time(connection)
        if spec.large and asked.narrowed and not (spec.heavy and self.caller.may(spec.heavy)):
            await require_cheap(connection, statement, spec.max_cost)
        return list((await connection.execute(statement)).mappings())

    async def rows(
        self, connection: AsyncConnection, most: int, finish: Finish | None
    ) -> AsyncIterator[Sequence[dict[str, Any]]]:
        """The rows in order, masked, a few hundred at a time."""
        statement = page_of(self._asked.selection, most, 0).execution_options(yield_per=CHUNK)
        async with connection.stream(statement) as found:
            async for part in found.mappings().partitions(CHUNK):
                yield await self._shown(connection, [_row(one) for one in part], finish)

    async def by_key(
        self, connection: AsyncConnection, columns: Sequence[ColumnElement[Any]], most: int, finish: Finish | None
    ) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The rows, masked, by what stands in these columns, in which no two rows are equal."""
        keys = {f"k_{at}": column for at, column in enumerate(columns)}
        selection = replace(self._asked.selection, columns={**self._asked.selection.columns, **keys})
        found = (await connection.execute(page_of(selection, most, 0))).mappings().all()
        rows = await self._shown(connection, [_row(one) for one in found], finish) if found else []
        return {tuple(one[name] for name in keys): dict(row) for one, row in zip(found, rows, strict=True)}

    async def _shown(
        self, connection: AsyncConnection, rows: list[Row], finish: Finish | None
    ) -> Sequence[dict[str, Any]]:
        casinos = [row.pop("_casino") for row in rows]
        finished = await finish(connection, rows) if finish is not None else rows
        asked = self._asked
        return [
            masked(row, asked.shown, self.caller, one, asked.key) for row, one in zip(finished, casinos, strict=True)
        ]


async def whole(
    spec: ListSpec,
    request: Request,
    caller: Caller,
    db: Database,
    *,
    where: Sequence[ColumnElement[bool]] = (),
    tree: Node | None = None,
    saved: Saved | None = None,
) -> Whole:
    """What the address and the tree ask for. RequestProblem as for a page; also when a page of it is asked for.

    Args:
        saved: the view of the address as it was when it was first asked for, for a job that does it later.
    """
    paging = next((name for name in _PAGING if name in request.query_params), None)
    if paging is not None:
        raise refused(errors.UNKNOWN_PARAMETER, paging, "The whole list is taken, no page of it.")
    query = read_query(request.query_params.multi_items())
    return Whole(await spec.ask(request, caller, db, query, tree=tree, where=where, saved=saved))


def _row(one: Any) -> Row:
    row: Row = {name[2:]: value for name, value in one.items() if name.startswith("f_")}
    row["_casino"] = one.get("c")
    return row
