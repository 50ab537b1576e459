"""A declared list as routes: the list, its `/query` for filters too long for an address, and its `/meta`."""

import inspect
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.params import Depends as Marker
from pydantic import BaseModel
from sqlalchemy import ColumnElement
from starlette.responses import JSONResponse, Response

from chassis.auth.caller import Caller
from chassis.http.dependencies import Db
from chassis.http.listing.meta import meta
from chassis.http.listing.saved import at, views_of
from chassis.http.listing.served import Served
from chassis.http.listing.spec import Finish, ListSpec
from chassis.http.listing.taking import taking
from chassis.http.listing.tree import Node, from_json
from chassis.http.problems import RequestProblem

Finisher = Callable[[Request, Caller], Finish | None]
Narrowing = Callable[..., Any]

_TREE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "example": {"f": "id", "op": "in", "v": ["1"]}}}},
    }
}


async def everything() -> Sequence[ColumnElement[bool]]:
    """What a path means that narrows nothing."""
    return ()


def serve_list(
    router: APIRouter,
    path: str,
    spec: ListSpec,
    marker: Marker,
    *,
    item: type[BaseModel],
    narrow: Narrowing = everything,
    finish: Finisher | None = None,
    name: str | None = None,
    export: str | None = None,
    summary: str = "",
) -> None:
    """Mount the list.

    Args:
        marker: who may see it; the three routes carry the same one.
        item: a row, for the description; its fields are all optional in answers, since `select` may leave them out.
        narrow: a dependency that gives conditions the path itself means; it may ask for the marker's caller too.
        finish: what completes the rows for this request.
        name: of the operation; made from the list's unless given.
        export: the permission to take the list away, as a file or page by page; without one that is not offered.
    """
    known = name or spec.name.replace(" ", "_").replace("-", "_")
    completed: Finisher = finish or (lambda _request, _caller: None)

    async def page(request: Request, caller: Caller, db: Any, where: Any, tree: Node | None = None) -> Response:
        at(request, router.prefix + path)
        how = taking(request, caller, spec.name, export, exportable=spec.exportable)
        finish = completed(request, how.caller)
        return await spec.page(request, how.caller, db, where=where, finish=finish, tree=tree, record=how.record)

    async def show(
        caller: Annotated[Caller, marker], where: Annotated[Any, Depends(narrow)], request: Request, db: Db
    ) -> Response:
        return await page(request, caller, db, where)

    async def query(
        caller: Annotated[Caller, marker], where: Annotated[Any, Depends(narrow)], request: Request, db: Db
    ) -> Response:
        return await page(request, caller, db, where, await tree_of(request))

    async def about(
        caller: Annotated[Caller, marker], _where: Annotated[Any, Depends(narrow)], request: Request
    ) -> Response:
        at(request, router.prefix + path)
        live = getattr(request.app.state, "live", None)
        told = {**meta(spec, caller), "live": live is not None and live.tells(spec)}
        told["exportable"] = export is not None and caller.could(export)
        return JSONResponse({**told, "views": await views_of(request, caller)}, headers={"Cache-Control": "no-store"})

    show.__doc__ = summary or f"The list of {spec.name}."
    query.__doc__ = f"The list of {spec.name} by a filter given as a tree; everything else as in the address."
    about.__doc__ = f"What the list of {spec.name} offers this caller."
    show.serves = spec  # type: ignore[attr-defined]
    show.served = Served(spec, router.prefix + path, marker, narrow, completed, export)  # type: ignore[attr-defined]
    query.companion_of = show  # type: ignore[attr-defined]
    about.companion_of = show  # type: ignore[attr-defined]
    rows: dict[int | str, dict[str, Any]] = {
        200: {"model": list[item], "description": "Rows; Content-Range says which"},  # type: ignore[valid-type]
        206: {"model": list[item], "description": "A part, when a count was asked for"},  # type: ignore[valid-type]
    }
    said = spec.openapi
    router.get(path, name=f"list_{known}", responses=rows, response_class=Response, openapi_extra=said)(show)
    router.head(path, name=f"head_{known}", include_in_schema=False)(_head_of(show))
    extra = {**said, **_TREE}
    router.post(f"{path}/query", name=f"query_{known}", responses=rows, response_class=Response, openapi_extra=extra)(
        query
    )
    router.get(f"{path}/meta", name=f"describe_{known}", response_class=Response)(about)


def _head_of(show: Any) -> Any:
    async def head(**given: Any) -> Response:
        answer: Response = await show(**given)
        answer.body = b""
        return answer

    head.__signature__ = inspect.signature(show)  # type: ignore[attr-defined]
    head.companion_of = show  # type: ignore[attr-defined]
    return head


async def tree_of(request: Request) -> Node:
    """The body as a tree; RequestProblem when it is none."""
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise RequestProblem(400, "invalid_body", "The body is a filter as JSON.") from None
    return from_json(document)
