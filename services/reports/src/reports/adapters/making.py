"""Makes a report: figures in, files out, progress told. Begun again from the start when its process dies."""

import asyncio
import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.db import Database
from chassis.domain import Clock
from chassis.files import FileStore
from chassis.logging import get_logger
from chassis.store import Application, Context
from chassis.tasks import Task
from reports.adapters.figures import casino_names, days, figures, name_of
from reports.adapters.freshness import complete_until
from reports.adapters.tables import progress
from reports.adapters.writers import WRITERS, Head
from reports.application.definitions import DEFINITIONS
from reports.domain.job.aggregate import Requested, job
from reports.domain.job.commands import CompleteReport, FailReport
from reports.domain.job.events import File, ReportRequested

log = get_logger(__name__)

MAKE = "make_report"
"""The kind of the background task."""

ATTEMPTS = 5
"""After so many failures the job is failed: whoever waits for it should know."""


class ReportMaker:
    """The handler of the task `make_report`; the task's id is the job's.

    Args:
        lifetime: how long the files are kept.
    """

    def __init__(self, application: Application, files: FileStore, clock: Clock, lifetime: timedelta) -> None:
        self._application = application
        self._db: Database = application.db
        self._files = files
        self._clock = clock
        self._lifetime = lifetime

    async def make(self, task: Task) -> None:
        """Make the report and say so. A job that has ended meanwhile is left alone."""
        ctx = Context.system("report-maker", self._clock)
        loaded = await self._application.transact(lambda uow: uow.load(job, task.id), ctx)
        if not isinstance(loaded.state, Requested):
            return
        try:
            rows, files = await self._write(task, loaded.state.request)
        except Exception as error:
            if task.attempts < ATTEMPTS:
                raise
            log.exception("report_failed", job_id=str(task.id), exc_info=error)
            await self._application.execute(job, task.id, FailReport(code="report_not_made"), ctx)
            return
        done = CompleteReport(rows=rows, files=files, expires_at=self._clock.now() + self._lifetime)
        await self._application.execute(job, task.id, done, ctx)

    async def _write(self, task: Task, request: ReportRequested) -> tuple[int, dict[str, File]]:
        definition, now = DEFINITIONS[request.report], self._clock.now()
        head = await self._head(request, definition.title, now)
        with tempfile.TemporaryDirectory(prefix="report-") as folder:
            paths = {name: Path(folder) / f"report.{name}" for name in request.formats}
            total = 0
            with ExitStack() as whatever_happens:
                writers = [WRITERS[name](path, definition, head) for name, path in paths.items()]
                for writer in writers:
                    whatever_happens.callback(writer.give_up)
                async for chunk in figures(self._db, request, now):
                    for writer in writers:
                        await asyncio.to_thread(writer.rows, chunk)
                    total += len(chunk)
                    await self._tell(task.id, total)
                for writer in writers:
                    await asyncio.to_thread(writer.close, total)
            kept = {name: await self._keep(task, name, path) for name, path in paths.items()}
        return total, kept

    async def _keep(self, task: Task, name: str, path: Path) -> File:
        place = f"{task.id}/{task.attempts}.{name}"
        sha256, size = await self._files.keep(path, place)
        return File(path=place, sha256=sha256, size_bytes=size)

    async def _head(self, request: ReportRequested, title: str, now: datetime) -> Head:
        casinos = await casino_names(self._db, request.casino_ids)
        as_of = await complete_until(self._db)
        return Head(
            title=title,
            casinos=", ".join(name for _, name, _ in casinos),
            interval=days(request.first_day, request.last_day),
            time_zones=", ".join(sorted({zone for _, _, zone in casinos})),
            generated_at=now.isoformat(timespec="seconds"),
            generated_by=await name_of(self._db, request.requested_by),
            data_as_of=as_of.isoformat(timespec="seconds") if as_of else "not known",
            parameters=", ".join(f"{name}={value}" for name, value in sorted(request.parameters.items())) or "none",
        )

    async def _tell(self, job_id: UUID, rows: int) -> None:
        values: dict[str, Any] = {"rows_written": rows, "updated_at": self._clock.now()}
        statement = insert(progress).values(job_id=job_id, **values)
        async with self._db.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["job_id"], set_=values))
