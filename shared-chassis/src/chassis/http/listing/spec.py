"""A list of things, declared once: what it shows, by what it is filtered and sorted, and whose it is.

WITHDRAWALS = ListSpec(
    "withdrawals", rm, casino_column=rm.c.casino_id, owner_column=rm.c.player_id,
    fields={"id": Field(rm.c.id), "status": Field(rm.c.status), "created_at": Field(rm.c.created_at, sortable=True)},
    default_order="created_at.desc",
)

@router.get("/withdrawals", openapi_extra=WITHDRAWALS.openapi)
async def list_withdrawals(
        request: Request, caller: Annotated[Caller, PlayerOr(P.WITHDRAWAL_LIST)], db: Db
    ) -> Page[WithdrawalItem]:
    return await WITHDRAWALS.page(request, caller, db)
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic import Field as Described
from sqlalchemy import ARRAY, Column, ColumnElement, Select, Table, Uuid, any_, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.auth.errors import Forbidden
from chassis.db import Database
from chassis.http.listing.cursor import make_cursor, read_cursor
from chassis.http.listing.fields import Field
from chassis.http.listing.query import DEFAULT_LIMIT, MOST_ROWS, ListQuery, Term, read_order, read_query
from chassis.http.listing.sql import after, condition, ordering
from chassis.http.problems import RequestProblem

T = TypeVar("T")
Row = dict[str, Any]
Finish = Callable[[AsyncConnection, list[Row]], Awaitable[list[Row]]]

_STATEMENT_MS = 2000
_LOCK_MS = 100
_QUERY_CANCELLED = "57014"


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = Described(default=None, description="Give it as `after` for the next page; null: that was all")


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
    ) -> None:
        self.name = name
        self.table = table
        self.casino_column = casino_column
        self.owner_column = owner_column
        self.fields = dict(fields)
        self.id_column: Column[Any] = table.c.id if id_column is None else id_column
        self.default_order = default_order
        self._last = [*(Field(column, ops=(), sortable=True) for column in tie_columns), Field(self.id_column)]
        read_order(default_order, self.fields)

    async def page(
        self,
        request: Request,
        caller: Caller,
        db: Database,
        *,
        where: Sequence[ColumnElement[bool]] = (),
        finish: Finish | None = None,
    ) -> Page[Any]:
        """The page the request asks for, of what the caller may see.

        Args:
            where: what the route itself narrows the list to (the player in its path).
            finish: completes the rows before masks are put on, in the same transaction (decrypts personal data).

        Raises:
            RequestProblem: 400 for a query that is not understood, 422 for one that takes too long.
        """
        fields = {name: field for name, field in self.fields.items() if self._knows(caller, field)}
        query = read_query(request.query_params.multi_items(), fields, self.default_order)
        key: bytes = request.app.state.cursor_key
        bound_to = self._bound_to(request, caller, query)
        terms = self._terms(query)
        statement = self._statement(fields, query, terms).where(*self._scoped(caller), *where)
        if query.after is not None:
            place = read_cursor(key, bound_to, query.after, [field for field, _ in terms])
            statement = statement.where(after(terms, place))
        async with db.read() as connection:
            rows = await _rows(connection, statement)
            shown, more = rows[: query.limit], len(rows) > query.limit
            last = list(shown[-1]["_order"]) if shown else []
            casinos = [row.pop("_casino") for row in shown]
            for row in shown:
                del row["_order"]
            finished = await finish(connection, shown) if finish is not None else shown
        items = [self._masked(caller, fields, row, casino) for row, casino in zip(finished, casinos, strict=True)]
        return Page(items=items, next=make_cursor(key, bound_to, last) if more else None)

    @property
    def openapi(self) -> dict[str, Any]:
        """What the route's `openapi_extra` says about its query parameters."""
        parameters = [_parameter(name, field) for name, field in self.fields.items() if field.operators]
        sortable = [name for name, field in self.fields.items() if field.sortable]
        order = _query("order", f"Sort by {', '.join(sortable)}: `field.asc` or `field.desc`, comma-separated.")
        limit = _query("limit", f"Rows per page, {DEFAULT_LIMIT} unless given, {MOST_ROWS} at most.")
        return {"parameters": [*parameters, order, limit, _query("after", "The `next` of the page before.")]}

    def _scoped(self, caller: Caller) -> list[ColumnElement[bool]]:
        """The one place where a list is narrowed to what its reader may see."""
        conditions: list[ColumnElement[bool]] = []
        if caller.is_player:
            if self.owner_column is None:
                raise Forbidden
            conditions.append(self.owner_column == caller.id)
        scope = caller.scope()
        if self.casino_column is not None and not scope.unlimited:
            conditions.append(self.casino_column == any_(literal(sorted(scope.ids or ()), ARRAY(Uuid))))
        return conditions

    def _knows(self, caller: Caller, field: Field) -> bool:
        """Whether the field exists for this caller: they hold its permission wherever they hold the list's."""
        if field.permission is None:
            return True
        held, wanted = caller.scope(field.permission), caller.scope()
        return caller.may(field.permission) and (
            held.unlimited or (not wanted.unlimited and (wanted.ids or frozenset()) <= (held.ids or frozenset()))
        )

    def _terms(self, query: ListQuery) -> list[tuple[Field, Term]]:
        terms = [(self.fields[term.field], term) for term in query.order]
        ordered, last = {field.column.name for field, _ in terms}, Term("", terms[-1][1].descending)
        return [*terms, *((field, last) for field in self._last if field.column.name not in ordered)]

    def _statement(self, fields: Mapping[str, Field], query: ListQuery, terms: list[tuple[Field, Term]]) -> Select[Any]:
        shown = [field.column.label(f"f_{name}") for name, field in fields.items()]
        order = [field.column.label(f"o_{place}") for place, (field, _) in enumerate(terms)]
        casino = [] if self.casino_column is None else [self.casino_column.label("c")]
        return (
            select(*shown, *order, *casino)
            .where(*(condition(fields[one.field], one) for one in query.conditions))
            .order_by(*ordering(terms))
            .limit(query.limit + 1)
        )

    def _bound_to(self, request: Request, caller: Caller, query: ListQuery) -> list[Any]:
        scope = caller.scope()
        casinos = "*" if scope.unlimited else sorted(map(str, scope.ids or ()))
        return [
            self.name,
            request.url.path,
            [list(pair) for pair in query.written],
            f"{caller.kind}:{caller.id}",
            casinos,
            *(field.column.name for field in self._last[:-1]),
        ]

    def _masked(self, caller: Caller, fields: Mapping[str, Field], row: Row, casino: Any) -> Row:
        for name, field in fields.items():
            if field.mask is not None and row.get(name) is not None and not _sees_clear(caller, field, casino):
                row[name] = field.mask(row[name])
        return row


def _sees_clear(caller: Caller, field: Field, casino: Any) -> bool:
    return field.clear_with is not None and caller.kind == "staff" and caller.may(field.clear_with, casino)


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> list[Row]:
    await connection.execute(_LIMITS)
    try:
        found = (await connection.execute(statement)).mappings().all()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _QUERY_CANCELLED:
            detail = "The list took too long. Narrow it, for instance by a range of time."
            raise RequestProblem(422, "LST_TIMEOUT", detail) from error
        raise
    rows = []
    for one in found:
        row: Row = {name[2:]: value for name, value in one.items() if name.startswith("f_")}
        row["_order"] = [value for name, value in one.items() if name.startswith("o_")]
        row["_casino"] = one.get("c")
        rows.append(row)
    return rows


_LIMITS = text(
    f"SELECT set_config('statement_timeout', '{_STATEMENT_MS}', true), set_config('lock_timeout', '{_LOCK_MS}', true)"
)


def _parameter(name: str, field: Field) -> dict[str, Any]:
    return _query(name, f"Filter ({field.kind}): `operator.value` with {', '.join(field.operators)}.")


def _query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": description}
