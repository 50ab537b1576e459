"""The routes about views, the same in every service: one set for all of its lists."""

import functools
import json
from typing import Annotated, Any, Final, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import AnyStaff, Caller
from chassis.db.tables import list_view as table
from chassis.db.tables import list_view_version as versions
from chassis.domain import uuid7
from chassis.http.dependencies import Db
from chassis.http.listing.asked import Row
from chassis.http.listing.fields import Field as Listed
from chassis.http.listing.mount import serve_list
from chassis.http.listing.spec import ListSpec
from chassis.http.once import Once
from chassis.http.problems import MEDIA_TYPE
from chassis.store import UnitOfWork
from chassis.views import rows
from chassis.views.content import ViewContent, Written
from chassis.views.desk import Views
from chassis.views.errors import ViewUnknown
from chassis.views.models import (
    Choice,
    ChoiceBody,
    NewViewBody,
    RestoreBody,
    VersionItem,
    ViewItem,
    ViewKept,
    ViewRemoved,
    ViewShown,
    ViewVersion,
    Visibility,
    WholeViewBody,
)

IfMatch = Annotated[
    str,
    Header(alias="If-Match", pattern=r'^(\*|"[0-9]{1,9}")$', description='The version that was read, `"3"`, or `*`'),
]

_ETAG: Final = {"ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match"}}
_REF: Final = {"schema": {"$ref": "#/components/schemas/Problem"}}
_READ: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": _ETAG}}
_CHANGED: Final[dict[int | str, dict[str, Any]]] = {
    **_READ,
    412: {"description": "Somebody changed it meanwhile.", "content": {MEDIA_TYPE: _REF}},
}


_NAMED: Final = {
    "name": ("name", True),
    "visibility": ("visibility", False),
    "role_id": ("role_id", False),
    "casino_id": ("casino_id", False),
    "role_default": ("role_default", False),
    "version": ("version", True),
    "changed_at": ("changed_at", True),
    "changed_by": ("changed_by", False),
}


def _fields(columns: Any) -> dict[str, Listed]:
    more: dict[str, dict[str, Any]] = {
        "changed_by": {"refers": "staff"},
        "casino_id": {"refers": "casino"},
        "visibility": {"values": get_args(Visibility)},
    }
    return {
        name: Listed(columns[column], sortable=sortable, **more.get(name, {}))
        for name, (column, sortable) in _NAMED.items()
    }


VIEWS = ListSpec(
    "views",
    table,
    casino_column=None,
    fields={
        "id": Listed(table.c.id),
        "list": Listed(table.c.list, sortable=True),
        **_fields(table.c),
        "owner_id": Listed(table.c.owner_id, refers="staff"),
        "created_at": Listed(table.c.created_at, sortable=True),
        "offered": Listed(None, kind="boolean"),
        "default": Listed(None, kind="boolean"),
        "pinned": Listed(None, kind="integer"),
    },
    default_order="name.asc",
    exportable=False,
)
VERSIONS = ListSpec(
    "view versions",
    versions,
    casino_column=None,
    fields={**_fields(versions.c), "deleted": Listed(versions.c.deleted)},
    default_order="version.desc",
    exportable=False,
)


async def _views(request: Request) -> Any:
    return request.app.state.views


TheViews = Annotated[Views, Depends(_views)]


@functools.lru_cache
def views_router(service: str) -> APIRouter:
    """The routes of one service."""
    router = APIRouter(prefix=f"/api/{service}/v1/views", tags=["views"])
    staff = AnyStaff()

    async def there(caller: Annotated[Caller, staff], views: TheViews) -> list[ColumnElement[bool]]:
        return [views.visible(caller)]

    async def of_view(
        caller: Annotated[Caller, staff], view_id: UUID, views: TheViews, db: Db
    ) -> list[ColumnElement[bool]]:
        async with db.read() as connection:
            return views.versions_for(caller, await views.kept(connection, caller, view_id))

    summary = "The views there are for the caller: their own, those shared with them, and those they look after."
    serve_list(router, "", VIEWS, staff, item=ViewItem, narrow=there, finish=_chosen, summary=summary)
    _add_choice(router)
    _add_changes(router)
    summary = "The versions of a view, for whoever may change it."
    serve_list(
        router, "/{view_id}/versions", VERSIONS, staff, item=VersionItem, narrow=of_view, summary=summary,
    )  # fmt: skip
    _add_history(router)
    return router


def _chosen(request: Request, caller: Caller) -> Any:
    views: Views = request.app.state.views

    async def finish(connection: AsyncConnection, found: list[Row]) -> list[Row]:
        chosen = await views.chosen(connection, caller, sorted({row["list"] for row in found}))
        offered = await views.offered(connection, caller, [row["id"] for row in found])
        return [
            {**row, "offered": row["id"] in offered, **_place(str(row["id"]), *chosen[row["list"]])} for row in found
        ]

    return finish


def _place(view_id: str, default: str | None, pinned: list[str]) -> dict[str, Any]:
    return {"default": view_id == default, "pinned": pinned.index(view_id) + 1 if view_id in pinned else None}


def _add_choice(router: APIRouter) -> None:
    @router.post("", status_code=201, response_model=ViewKept, responses={201: {"headers": _ETAG}})
    async def create_view(
        caller: Annotated[Caller, AnyStaff()], body: NewViewBody, request: Request, once: Once, views: TheViews
    ) -> Response:
        """Keep a view of a list. To share it takes the service's permission `view.share`."""
        if (earlier := await once.earlier(caller)) is not None:
            return _tagged(earlier)
        await views.check(request, caller, body.list, body, body)
        view_id = uuid7()

        async def work(uow: UnitOfWork) -> ViewKept:
            await views.create(uow, view_id, caller, body.list, body, body)
            return _kept(await views.row(uow.connection, caller, view_id))

        return _tagged(await once(caller, work))

    @router.put("/choice")
    async def choose_views(
        caller: Annotated[Caller, AnyStaff()], body: ChoiceBody, request: Request, views: TheViews
    ) -> Choice:
        """Say which view of a list one begins with, and which stand on top. That goes before the defaults of roles."""
        pinned = list(dict.fromkeys(body.pinned))

        async def work(uow: UnitOfWork) -> None:
            await views.choose(uow, caller, body.list, body.default, pinned)

        await views.app.transact(work, caller.context(request))
        return Choice.model_validate(await views.about(caller, body.list))


def _add_changes(router: APIRouter) -> None:
    @router.get("/{view_id}", responses=_READ)
    async def show_view(
        caller: Annotated[Caller, AnyStaff()], view_id: UUID, response: Response, views: TheViews, db: Db
    ) -> ViewShown:
        """A view with what it asks for. Values the caller may not see are `***`."""
        async with db.read() as connection:
            shown = await _shown(connection, caller, view_id, views)
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    @router.put("/{view_id}", responses=_CHANGED)
    async def change_view(
        caller: Annotated[Caller, AnyStaff()],
        view_id: UUID,
        body: WholeViewBody,
        match: IfMatch,
        request: Request,
        response: Response,
        views: TheViews,
    ) -> ViewShown:
        """Put another version in its place, as a whole. Its owner may, and whoever may share it as it is shared."""
        async with views.app.db.read() as connection:
            row = await views.row(connection, caller, view_id)
        await views.check(request, caller, row.list, body, body)

        async def work(uow: UnitOfWork) -> ViewShown:
            await views.change(uow, caller, row, match, body, Written(body, caller.id))
            # Whoever takes another's view back from all others is told of it, though it is not there for them any more.
            return _told(await rows.find(uow.connection, view_id), caller, views)

        shown = await views.app.transact(work, caller.context(request, casino_id=body.casino_id))
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    @router.delete("/{view_id}", responses=_CHANGED)
    async def remove_view(
        caller: Annotated[Caller, AnyStaff()], view_id: UUID, match: IfMatch, request: Request, views: TheViews
    ) -> ViewRemoved:
        """Remove it. Its versions stay, and `restore` brings it back."""
        async with views.app.db.read() as connection:
            row = await views.row(connection, caller, view_id)

        async def work(uow: UnitOfWork) -> ViewRemoved:
            return ViewRemoved(id=view_id, version=await views.remove(uow, caller, row, match))

        return await views.app.transact(work, caller.context(request, casino_id=row.casino_id))


def _add_history(router: APIRouter) -> None:
    @router.get("/{view_id}/versions/{version}")
    async def show_view_version(
        caller: Annotated[Caller, AnyStaff()], view_id: UUID, version: int, views: TheViews, db: Db
    ) -> ViewVersion:
        """A view as it was."""
        async with db.read() as connection:
            row = await views.kept(connection, caller, view_id)
            earlier = await _version(connection, caller, row, version, views)
        content, unusable = views.shown(caller, row.list, view_id, earlier)
        named = {name: getattr(earlier, name) for name in VersionItem.model_fields}
        return ViewVersion(**named, **_content(content), unusable=unusable)

    @router.post("/{view_id}/restore", response_model=ViewKept, responses=_CHANGED)
    async def restore_view(
        caller: Annotated[Caller, AnyStaff()],
        view_id: UUID,
        body: RestoreBody,
        match: IfMatch,
        request: Request,
        once: Once,
        views: TheViews,
    ) -> Response:
        """Make an earlier version the newest again, also of a view that was removed. Whoever does it must be able to
        save it as it was."""
        if (answer := await once.earlier(caller)) is not None:
            return _tagged(answer)
        async with views.app.db.read() as connection:
            row = await views.kept(connection, caller, view_id)
            earlier = await _version(connection, caller, row, body.version, views)
        written = views.written(view_id, earlier)
        await views.check(request, caller, row.list, earlier, written.content)

        async def work(uow: UnitOfWork) -> ViewKept:
            await views.change(uow, caller, row, match, earlier, written)
            return _kept(await rows.find(uow.connection, view_id))

        return _tagged(await once(caller, work, status=200))


async def _version(connection: AsyncConnection, caller: Caller, row: Any, version: int, views: Views) -> Any:
    if not 1 <= version <= row.version:
        raise ViewUnknown
    earlier = await rows.version_of(connection, row.id, version, *views.versions_for(caller, row))
    if earlier is None:
        raise ViewUnknown
    return earlier


async def _shown(connection: AsyncConnection, caller: Caller, view_id: UUID, views: Views) -> ViewShown:
    return _told(await views.row(connection, caller, view_id), caller, views)


def _told(row: Any, caller: Caller, views: Views) -> ViewShown:
    content, unusable = views.shown(caller, row.list, row.id, row)
    return ViewShown(**_kept(row).model_dump(), **_content(content), unusable=unusable)


def _kept(row: Any) -> ViewKept:
    """What may stand in the answer to a POST: such answers are remembered with their key, so no filter is in them."""
    return ViewKept(**{name: getattr(row, name) for name in ViewKept.model_fields})


def _content(content: ViewContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in ViewContent.model_fields}


def _tagged(answer: Response) -> Response:
    """The answer with the version that is in it as its ETag."""
    answer.headers["ETag"] = f'"{json.loads(bytes(answer.body))["version"]}"'
    return answer
