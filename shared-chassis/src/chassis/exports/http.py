"""The routes about exports: one beneath every list that may be taken away, and those about the caller's own."""

import functools
import re
from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from chassis.auth import AnyStaff, Caller, Requires
from chassis.db.states import ExportState
from chassis.db.tables import list_export as table
from chassis.domain import uuid7
from chassis.exports.desk import Exports, url_of
from chassis.exports.writing import Format
from chassis.files import MEDIA_TYPES
from chassis.http.listing.errors import UNKNOWN_FIELD, refused
from chassis.http.listing.fields import Field as Listed
from chassis.http.listing.mount import serve_list
from chassis.http.listing.output import as_csv
from chassis.http.listing.served import Served
from chassis.http.listing.spec import ListSpec
from chassis.http.models import StrictModel
from chassis.http.once import Once
from chassis.http.reasons import Reason
from chassis.store import UnitOfWork

EXPORTS = ListSpec(
    "exports",
    table,
    casino_column=None,
    fields={
        "id": Listed(table.c.id),
        "list": Listed(table.c.list),
        "path": Listed(table.c.path),
        "format": Listed(table.c.format, values=get_args(Format)),
        "reason": Listed(table.c.reason, ops=()),
        "state": Listed(table.c.state, values=ExportState),
        "code": Listed(table.c.code),
        "rows": Listed(table.c.rows),
        "cut": Listed(table.c.cut),
        "sha256": Listed(table.c.sha256, ops=("eq",)),
        "size_bytes": Listed(table.c.size_bytes),
        "requested_at": Listed(table.c.requested_at, sortable=True),
        "finished_at": Listed(table.c.finished_at),
        "expires_at": Listed(table.c.expires_at),
    },
    default_order="requested_at.desc",
    exportable=False,
)


class ExportBody(StrictModel):
    format: Format
    filter: dict[str, Any] | None = Field(default=None, description="A filter as a tree, beside that of the address")
    columns: list[str] | None = Field(default=None, min_length=1, max_length=100, description="All unless given")
    reason: Reason


class ExportItem(BaseModel):
    """An export: how far it is, and what became of it."""

    id: UUID
    list: str
    path: str = Field(description="Of the list, with the parameters in it unfilled")
    format: str
    reason: str
    state: str = Field(description="waiting, running, done, failed or expired")
    code: str | None = Field(description="Why it failed")
    rows: int = Field(description="Written so far")
    cut: bool = Field(description="There were more rows than a file may have")
    sha256: str | None
    size_bytes: int | None
    requested_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


async def _exports(request: Request) -> Any:
    return request.app.state.exports


TheExports = Annotated[Exports, Depends(_exports)]


@functools.lru_cache
def export_routes(service: str, lists: tuple[Served, ...]) -> list[APIRouter]:
    """A route for every one of these lists that may be taken away, and those about the caller's own exports."""
    router = APIRouter(tags=["exports"])
    offered = [one for one in lists if one.export is not None]
    for served in offered:
        _add(router, served)
    return [router, exports_router(service)] if offered else []


def _add(router: APIRouter, served: Served) -> None:
    assert served.export is not None
    name = re.sub(r"[^a-z0-9]+", "_", served.path.partition("/v1/")[2].lower()).strip("_")

    async def export(
        caller: Annotated[Caller, Requires(served.export)],
        body: ExportBody,
        request: Request,
        once: Once,
        exports: TheExports,
    ) -> Response:
        if body.columns and "select" in request.query_params:
            raise refused(UNKNOWN_FIELD, "select", "Give the columns once: in the body or in the address.")
        asked = {"url": url_of(request, body.columns), "filter": body.filter, "format": body.format}
        wanted = await exports.check(request, caller, served, asked)
        export_id = uuid7()

        async def work(uow: UnitOfWork) -> ExportItem:
            return _item(await exports.ask(uow, export_id, caller, served, asked, wanted))

        return await once(caller, work, status=202, reason=body.reason)

    export.__doc__ = (
        f"Have the list of {served.spec.name} made into a file: what the filter of the address and that of the body "
        "leave of what the caller sees, all of it. It is made in the background."
    )
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
        for one in re.findall(r"{(\w+)}", served.path)
    ]
    router.post(
        f"{served.path}/exports",
        name=f"export_{name}",
        status_code=202,
        response_model=ExportItem,
        openapi_extra={"parameters": parameters} if parameters else None,
    )(export)


def exports_router(service: str) -> APIRouter:
    """The routes about the caller's own exports."""
    router = APIRouter(prefix=f"/api/{service}/v1/exports", tags=["exports"])
    staff = AnyStaff()

    async def own(caller: Annotated[Caller, staff]) -> list[Any]:
        return [table.c.requested_by == caller.id]

    serve_list(router, "", EXPORTS, staff, item=ExportItem, narrow=own, summary="The exports one asked for.")

    @router.get("/{export_id}")
    async def show_export(
        caller: Annotated[Caller, AnyStaff()], export_id: UUID, request: Request, exports: TheExports
    ) -> ExportItem:
        """One of them: how far it is."""

        async def work(uow: UnitOfWork) -> ExportItem:
            return _item(await exports.own(uow, caller, export_id))

        return await exports.app.transact(work, caller.context(request))

    @router.get("/{export_id}/file", response_class=StreamingResponse)
    async def download_export(
        caller: Annotated[Caller, AnyStaff()], export_id: UUID, request: Request, exports: TheExports
    ) -> StreamingResponse:
        """Its file, as long as the caller still sees exactly what is in it."""

        async def work(uow: UnitOfWork) -> Any:
            return await exports.fetch(uow, caller, export_id)

        row = await exports.app.transact(work, caller.context(request))
        name = f"{row.list.replace(' ', '-')}_{row.requested_at:%Y%m%dT%H%M%SZ}.{row.format}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(row.size_bytes),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Digest": f"sha-256={b64encode(bytes.fromhex(row.sha256)).decode()}",
        }
        return StreamingResponse(await exports.content(row), media_type=MEDIA_TYPES[row.format], headers=headers)

    @router.get("/{export_id}/about", response_class=Response)
    async def about_export(
        caller: Annotated[Caller, AnyStaff()], export_id: UUID, request: Request, exports: TheExports
    ) -> Response:
        """What belongs beside its file, as CSV: who took what away, when, why, by which filter, and its hash."""

        async def work(uow: UnitOfWork) -> Any:
            return await exports.own(uow, caller, export_id)

        row = await exports.app.transact(work, caller.context(request))
        lines = [{"what": label, "value": text} for label, text in await exports.about(row, request, caller)]
        return Response(as_csv(("what", "value"), lines), media_type=MEDIA_TYPES["csv"])

    return router


def _item(row: Any) -> ExportItem:
    return ExportItem(**{name: getattr(row, name) for name in ExportItem.model_fields})
