"""A list of things, declared once: what it shows, by what it is filtered and sorted, and whose it is.

WITHDRAWALS = ListSpec(
    "withdrawals", rm, casino_column=rm.c.casino_id, owner_column=rm.c.player_id,
    fields={"id": Field(rm.c.id), "status": Field(rm.c.status), "created_at": Field(rm.c.created_at, sortable=True)},
    default_order="created_at.desc",
)

serve_list(router, "/withdrawals", WITHDRAWALS, PlayerOr(P.WITHDRAWAL_LIST))
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement, Select, Table
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth.caller import Caller
from chassis.db import Database
from chassis.http.listing.asked import Asked, Row
from chassis.http.listing.cost import Places, Total, advised, limit_time, require_cheap, total_of
from chassis.http.listing.fields import Field
from chassis.http.listing.keyset import read_order
from chassis.http.listing.masking import masked
from chassis.http.listing.meta import parameters
from chassis.http.listing.moment import casino_fields, moment_of
from chassis.http.listing.output import answer, form_asked_for
from chassis.http.listing.query import ListQuery, Preferences, read_preferences, read_query
from chassis.http.listing.saved import Saved, saved_for
from chassis.http.listing.statements import all_of, page_of
from chassis.http.listing.taking import Record
from chassis.http.listing.tree import Node

T = TypeVar("T")
Finish = Callable[[AsyncConnection, list[Row]], Awaitable[list[Row]]]

MOST_COST = 8_000.0
"""Of one statement, in the planner's units: with everything in memory less than a twentieth of a second."""


class Page(BaseModel, Generic[T]):
    """The form pages had once: how a route of its own describes rows it answers with through `ListSpec.page`."""

    items: list[T]
    next: str | None = None


def all_rows(_caller: Caller) -> Sequence[ColumnElement[bool]]:
    """Nothing beside the casinos keeps a row from anybody."""
    return ()


class ListSpec:
    """One list.

    Args:
        name: of the list; part of what a cursor is bound to.
        table: where the rows are.
        casino_column: whose value decides who sees a row. None only for things that belong to no casino.
        fields: what is shown, by the name clients know.
        default_order: as a client would write it.
        owner_column: the player a row is about. Without it players do not get the list at all.
        tie_columns: what tells rows in order that are equal in the order asked for; never null, not shown. They take
            the direction of its last part.
        id_column: unique; the last part of every order.
        time_field: makes the list a huge one: it must be narrowed by a range of this field's time, or by equality on
            the id or a field with an `index_hint`. What a route or the caller's own kind narrows to counts as well.
        default_range: how far back a user interface looks into a huge list before anybody says otherwise.
        large: what costs much is refused before it runs, unless the caller holds `heavy`.
        heavy: the permission for costly questions.
        like_minimum: how many literal characters a pattern needs.
        search: the fields `q` looks into; without any there is no `q`.
        exportable: whether a page of it may leave as CSV where there is no export of it.
        visible: conditions for the rows the caller may know of, beside those of casinos.
    """

    def __init__(
        self,
        name: str,
        table: Table,
        *,
        casino_column: Column[Any] | None,
        fields: Mapping[str, Field],
        default_order: str,
        owner_column: Column[Any] | None = None,
        tie_columns: Sequence[Column[Any]] = (),
        id_column: Column[Any] | None = None,
        time_field: str | None = None,
        default_range: str = "now-7d",
        large: bool = False,
        heavy: str | None = None,
        max_cost: float = MOST_COST,
        like_minimum: int = 0,
        search: Sequence[str] = (),
        exportable: bool = True,
        visible: Callable[[Caller], Sequence[ColumnElement[bool]]] = all_rows,
    ) -> None:
        self.name = name
        self.table = table
        self.casino_column = casino_column
        self.owner_column = owner_column
        self.fields = dict(fields)
        self.id_column: Column[Any] = table.c.id if id_column is None else id_column
        self.default_order = default_order
        self.time_field = time_field
        self.default_range = default_range
        self.large = large or time_field is not None
        self.heavy = heavy
        self.max_cost = max_cost
        self.like_minimum = like_minimum
        self.search = tuple(search)
        self.exportable = exportable
        self.visible = visible
        self.id_name = next((name for name, field in self.fields.items() if field.column is self.id_column), None)
        hinted = (name for name, field in self.fields.items() if field.index_hint)
        self.casino_names = casino_fields(self.fields, casino_column)
        self.fields |= {name: replace(self.fields[name], refers="casino") for name in self.casino_names}
        self.indexed = frozenset([*hinted, *([self.id_name] if self.id_name else [])])
        self._last = [*(Field(column, ops=(), sortable=True) for column in tie_columns), Field(self.id_column)]
        read_order(default_order, {name: field for name, field in self.fields.items() if field.sortable})

    @property
    def openapi(self) -> dict[str, Any]:
        """What a route of its own says of its query parameters as `openapi_extra`."""
        return {"parameters": parameters(self)}

    async def page(
        self,
        request: Request,
        caller: Caller,
        db: Database,
        *,
        where: Sequence[ColumnElement[bool]] = (),
        finish: Finish | None = None,
        tree: Node | None = None,
        record: Record | None = None,
    ) -> Response:
        """The page the request asks for, of what the caller may see, in the form it accepts.

        Args:
            where: what the route itself narrows the list to (the player in its path).
            finish: completes the rows before masks are put on, in the same transaction (decrypts personal data).
            tree: a filter from the body, ANDed to that of the query string.
            record: is told of a page that leaves, before it does; see `taking`.

        Raises:
            RequestProblem: 400 for a query that is not understood, 406 for a form that cannot be given, 422 for one
                that costs too much, 503 for one that took too long or when too many read the list.
        """
        form = form_asked_for(request.headers.get("accept", ""))
        wish = read_preferences(request.headers.getlist("prefer"))
        query = read_query(request.query_params.multi_items(), strict=wish.strict)
        asked = await self.ask(request, caller, db, query, wish=wish, tree=tree, where=where)
        places: Places = _held(request, "list_places", Places)
        async with places.one(self.name), db.read_lists() as connection, advised():
            await limit_time(connection)
            rows, total = await self._read(connection, asked, wish)
            shown = asked.in_order(rows)
            casinos, ends = [row.pop("_casino") for row in shown], [row.pop("_place") for row in shown]
            finished = await finish(connection, shown) if finish is not None and shown else shown
        shown = [masked(row, asked.shown, caller, one, asked.key) for row, one in zip(finished, casinos, strict=True)]
        page = answer(request, form, asked.page(shown, ends, len(rows), total, wish))
        if record is not None:
            await record(asked.told, len(shown), bytes(page.body))
        return page

    async def ask(
        self,
        request: Request,
        caller: Caller,
        db: Database,
        query: ListQuery,
        *,
        wish: Preferences | None = None,
        tree: Node | None = None,
        where: Sequence[ColumnElement[bool]] = (),
        saved: Saved | None = None,
    ) -> Asked:
        """What is asked of the list, held against its fields and the caller: a page or the whole, now or in a job.

        Args:
            saved: the view, where it was found out before; else it is looked up, if the query names one.

        Raises:
            RequestProblem: 400 for what is not understood or not the caller's to ask, 404 for a view that is not there.
        """
        saved = saved or await saved_for(request, caller, query)
        filters = (query.filters, tree, saved.filters if saved is not None else None)
        zone = wish.zone if wish is not None else None
        moment = await moment_of(request, caller, db, zone, self.casino_names, filters)
        return Asked(self, request, caller, query, tree, moment, where, saved)

    async def _read(
        self, connection: AsyncConnection, asked: Asked, wish: Preferences
    ) -> tuple[list[Row], Total | None]:
        statement = page_of(asked.selection, asked.query.limit + 1, asked.query.offset)
        if self.large and asked.narrowed and not (self.heavy and asked.caller.may(self.heavy)):
            await require_cheap(connection, statement, self.max_cost)
        rows = await _rows(connection, statement)
        if wish.count in (None, "none"):
            return rows, None
        assert wish.count is not None
        return rows, await total_of(connection, all_of(asked.selection), wish.count)


def _held(request: Request, name: str, make: Callable[[], Any]) -> Any:
    """What an application holds under this name, made when it is first needed."""
    state = request.app.state
    if not hasattr(state, name):
        setattr(state, name, make())
    return getattr(state, name)


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> list[Row]:
    rows = []
    for one in (await connection.execute(statement)).mappings():
        row: Row = {name[2:]: value for name, value in one.items() if name.startswith("f_")}
        row["_place"] = [value for name, value in one.items() if name.startswith("o_")]
        row["_casino"] = one.get("c")
        rows.append(row)
    return rows
