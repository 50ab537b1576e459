"""Report jobs: requested, acknowledged at once, made in the background, fetched while they last."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires, Unauthenticated, act
from chassis.auth.errors import PolicyStale
from chassis.db import Database
from chassis.domain import uuid7
from chassis.files import MEDIA_TYPES, FileStore
from chassis.http import App, Db, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.reports.permissions import ReportsPermission as P
from reports.adapters.figures import casino_names
from reports.adapters.making import MAKE
from reports.adapters.tables import progress
from reports.application.definitions import DEFINITIONS, ReportDefinition
from reports.domain.job.aggregate import job
from reports.domain.job.commands import RequestReport
from reports.domain.job.errors import (
    CasinoUnknown,
    DataNotShown,
    FileExpired,
    FileNotReady,
    FileUnknown,
    JobUnknown,
    ReportUnknown,
)
from reports.entrypoints.http.jobs.listing import JOBS
from reports.entrypoints.http.jobs.schemas import Accepted, FileView, Format, JobItem, JobView, RequestBody
from reports.read_models.job_list import JobStatus
from reports.read_models.job_list import table as jobs

router = APIRouter(prefix="/api/reports/v1/jobs", tags=["jobs"])

_LOOK_EVERY_S = 0.3
_HEARTBEAT_EVERY = 50


@router.post("", status_code=202, response_model=Accepted)
async def request_report(
    caller: Annotated[Caller, Requires(P.JOB_LIST)], body: RequestBody, db: Db, once: Once
) -> Response:
    """Ask for a report. The answer comes at once; the report is made in the background.

    A report with money in it is for whoever sees money in clear at each of its casinos: 403 `data_not_shown`.
    """
    definition = DEFINITIONS.get(body.report)
    if definition is None:
        raise ReportUnknown(f"There is {', '.join(DEFINITIONS)}.", field="report")
    for casino_id in body.casino_ids:
        _must_see(caller, casino_id, definition)
    parameters, job_id = definition.checked(body.parameters), uuid7()
    known = {casino_id for casino_id, _, _ in await casino_names(db, body.casino_ids)}
    if not set(body.casino_ids) <= known:
        raise CasinoUnknown("There is no such casino.", field="casino_ids")

    async def work(uow: UnitOfWork) -> Accepted:
        command = RequestReport(
            report=body.report,
            casino_ids=tuple(dict.fromkeys(body.casino_ids)),
            first_day=body.from_,
            last_day=body.to,
            formats=tuple(dict.fromkeys(body.formats)),
            parameters=parameters,
            requested_by=str(caller.id),
            longest_days=definition.longest_days,
        )
        await uow.decide(job, job_id, command)
        await uow.schedule(MAKE, job_id, {})
        return Accepted(job_id=job_id, status=JobStatus.REQUESTED, progress=f"/api/reports/v1/jobs/{job_id}/progress")

    return await once(caller, work, status=202)


_LISTED = Requires(P.JOB_LIST)


async def own(caller: Annotated[Caller, _LISTED]) -> list[Any]:
    """What the caller asked for."""
    return [jobs.c.requested_by == str(caller.id)]


serve_list(
    router,
    "",
    JOBS,
    _LISTED,
    item=JobItem,
    narrow=own,
    name="jobs",
    export=P.JOB_EXPORT,
    summary="The jobs one asked for.",
)


@router.get("/{job_id}")
async def show_job(caller: Annotated[Caller, Requires(P.JOB_LIST)], job_id: UUID, db: Db) -> JobView:
    """A job: how far it is, and its files."""
    async with db.read() as connection:
        return _view(await _own(connection, caller, job_id), await _written(connection, job_id))


@router.get("/{job_id}/progress", response_class=StreamingResponse)
async def follow_job(
    caller: Annotated[Caller, Requires(P.JOB_LIST)], job_id: UUID, request: Request, db: Db
) -> StreamingResponse:
    """Server-sent events about a job until it ends: `progress` with the rows written, then `completed` or `failed`.

    Whoever loses the session or the permission meanwhile hears no more.
    """
    async with db.read() as connection:
        await _own(connection, caller, job_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _events(db, caller, job_id, request.app.state.door.still)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


@router.get("/{job_id}/files/{file_format}", response_class=StreamingResponse)
async def download(
    caller: Annotated[Caller, Requires(P.JOB_LIST)], job_id: UUID, file_format: Format, request: Request, app: App
) -> StreamingResponse:
    """Fetch a finished file. Whoever may no longer draw the report, or no longer sees its kinds of data, may no longer
    fetch it either.

    `file_not_ready` means that it is worth asking again. Where no file will ever be (a format nobody asked for, a
    report that could not be made), there is nothing to wait for.
    """
    files: FileStore = request.app.state.files
    ctx = caller.context(request)

    async def work(uow: UnitOfWork) -> tuple[Any, dict[str, Any]]:
        row = await _own(uow.connection, caller, job_id)
        for casino_id in row.casino_ids:
            _must_see(caller, UUID(casino_id), DEFINITIONS[row.report])
        if file_format not in row.formats or row.status == JobStatus.FAILED:
            raise FileUnknown("There is no such file and there will be none.")
        if row.status != JobStatus.COMPLETED:
            raise FileNotReady("There is no such file yet.")
        if row.expires_at <= ctx.occurred_at:
            raise FileExpired
        await uow.publish(
            act(caller, uow.ctx, "download", ("report", job_id), permission=DEFINITIONS[row.report].permission),
            stream_id=f"report-job-{job_id}",
        )
        return row, row.files[file_format]

    row, file = await app.transact(work, ctx)
    if not await files.exists(file["path"]):
        raise FileExpired
    name = f"{row.report}_{row.first_day}_{row.last_day}.{file_format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(file["size_bytes"]),
        "X-Content-Type-Options": "nosniff",
        "Digest": f"sha-256={b64encode(bytes.fromhex(file['sha256'])).decode()}",
    }
    return StreamingResponse(files.read(file["path"]), media_type=MEDIA_TYPES[file_format], headers=headers)


def _must_see(caller: Caller, casino_id: UUID, definition: ReportDefinition) -> None:
    """NotFound outside the caller's casinos; DataNotShown where the report has what they do not see in clear there."""
    caller.must_see(casino_id, definition.permission)
    if any(caller.mode(kind, casino_id, definition.permission) != "clear" for kind in definition.data_classes):
        raise DataNotShown


async def _own(connection: AsyncConnection, caller: Caller, job_id: UUID) -> Any:
    row = (await connection.execute(select(jobs).where(jobs.c.job_id == job_id))).one_or_none()
    if row is None or row.requested_by != str(caller.id):
        raise JobUnknown
    return row


async def _written(connection: AsyncConnection, job_id: UUID) -> int:
    found = await connection.execute(select(progress.c.rows_written).where(progress.c.job_id == job_id))
    return found.scalar_one_or_none() or 0


def _view(row: Any, written: int) -> JobView:
    base = f"/api/reports/v1/jobs/{row.job_id}/files"
    shown = [
        FileView(format=name, size_bytes=file["size_bytes"], sha256=file["sha256"], href=f"{base}/{name}")
        for name, file in sorted(row.files.items())
    ]
    known = {name: getattr(row, name) for name in JobView.model_fields if name in row._mapping and name != "files"}  # noqa: SLF001
    return JobView(**known, rows_written=written, files=shown)


async def _events(
    db: Database, caller: Caller, job_id: UUID, still: Callable[[Caller], Awaitable[Caller]]
) -> AsyncIterator[str]:
    told, silent = -1, 0
    while True:
        try:
            caller = await still(caller)
        except (Unauthenticated, PolicyStale):
            return
        if not caller.may(P.JOB_LIST):
            return
        async with db.read() as connection:
            row, written = await _own(connection, caller, job_id), await _written(connection, job_id)
        if row.status != JobStatus.REQUESTED:
            ending = {"rows": row.rows, "code": row.code, "formats": sorted(row.files)}
            yield f"event: {row.status}\ndata: {json.dumps(ending)}\n\n"
            return
        if written != told:
            told, silent = written, 0
            yield f"id: {written}\nevent: progress\ndata: {json.dumps({'rows_written': written})}\n\n"
        elif silent % _HEARTBEAT_EVERY == _HEARTBEAT_EVERY - 1:
            yield ": still at it\n\n"
        silent += 1
        await asyncio.sleep(_LOOK_EVERY_S)
