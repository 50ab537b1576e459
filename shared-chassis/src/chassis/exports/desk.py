"""Where exports are asked for, made and fetched.

Whoever asks is looked at three times by what they hold at that moment: when they ask, when the file is made, and when
it is fetched. A file that shows more or less than they would see now is not handed out.
"""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import structlog
from starlette.datastructures import State
from starlette.requests import Request

from chassis.auth.acts import act
from chassis.auth.caller import Caller
from chassis.auth.errors import Forbidden
from chassis.auth.policy.held import Held
from chassis.db.states import ExportState
from chassis.domain import DomainError, uuid7
from chassis.exports import jobs
from chassis.exports.errors import ExportExpired, ExportFailed, ExportNotReady, ExportOutdated, ExportUnknown
from chassis.exports.sight import absent, exporting, sight_hash
from chassis.exports.writing import WRITERS, Writer
from chassis.files import FileStore
from chassis.http.listing.saved import Saved
from chassis.http.listing.served import Served, Where, again
from chassis.http.listing.tree import from_json
from chassis.http.listing.whole import Whole, whole
from chassis.http.problems import RequestProblem
from chassis.privacy import SecretBox
from chassis.settings import ServiceSettings
from chassis.store import Application, Context, UnitOfWork
from chassis.tasks import Handler, Task

log = structlog.get_logger(__name__)

MAKE: Final = "list_export"
EXPIRE: Final = "list_export_expire"
ATTEMPTS: Final = 5
LIFETIME: Final = timedelta(hours=24)
_AT_ONCE: Final = 2
_TELL_EVERY: Final = 5_000
_LABEL: Final = "list_export"


class Exports:
    """The exports of one service."""

    def __init__(self, application: Application, settings: ServiceSettings) -> None:
        self.app = application
        self.files = FileStore(settings.files_url, f"exports/{application.source}")
        self.lists: Mapping[str, Served] = {}
        self._box = SecretBox(settings.master_key_bytes)
        self._most = settings.export_rows
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._state: State | None = None
        self._held: Held | None = None

    def offer(self, lists: Sequence[Served]) -> None:
        """Learn which lists are taken away; those without a permission for it are left alone."""
        self.lists = {one.path: one for one in lists if one.export is not None}

    def attach(self, state: State, held: Held | None) -> None:
        """Learn what the service's lists find at their application, and the policy it decides by."""
        self._state, self._held = state, held

    @property
    def tasks(self) -> dict[str, Handler]:
        """What runs in the background."""
        return {MAKE: self.make, EXPIRE: self.expire}

    # -- asking ------------------------------------------------------------------------------------------------------

    async def check(self, request: Request, caller: Caller, served: Served, asked: Mapping[str, Any]) -> Whole:
        """What would be taken away. RequestProblem or DomainError as the list itself would refuse it."""
        assert served.export is not None
        taking = exporting(caller, served.asks, served.export)
        return await self._whole(request.app.state, served, taking, asked)

    async def ask(
        self, uow: UnitOfWork, export_id: UUID, caller: Caller, served: Served, asked: Mapping[str, Any], wanted: Whole
    ) -> Any:
        """Remember the wish, with the view it names as that is now, and have it done."""
        view, told = wanted.saved, {"list": served.spec.name, "tree": wanted.told}
        kept = {**asked, "amr": sorted(caller.amr), "view": None if view is None else view.to_json()}
        if view is not None:
            told["view"] = {"id": str(view.id), "version": view.version}
        await jobs.add(
            uow.connection,
            id=export_id,
            list=served.spec.name,
            path=served.path,
            permission=served.export,
            format=asked["format"],
            asked=self._box.seal(json.dumps(kept), label=_LABEL),
            reason=uow.ctx.reason or "",
            requested_by=caller.id,
            requested_at=uow.ctx.occurred_at,
        )
        await self._record(uow, caller, "export.requested", export_id, served.export, told)
        await uow.schedule(MAKE, export_id, {})
        return await jobs.find(uow.connection, export_id)

    # -- making ------------------------------------------------------------------------------------------------------

    async def make(self, task: Task) -> None:
        """Make the file. One that ended meanwhile is left alone."""
        async with self._places:
            async with self.app.db.write() as connection:
                row = await jobs.begin(connection, task.id)
            if row is None:
                return
            try:
                await self._make(task, row)
            except (DomainError, Forbidden, RequestProblem) as refusal:
                await self._failed(task.id, getattr(refusal, "code", "forbidden"))
            except Exception as error:
                if task.attempts < ATTEMPTS:
                    raise
                log.exception("export_failed", export_id=str(task.id), exc_info=error)
                await self._failed(task.id, "export_not_made")

    async def _make(self, task: Task, row: Any) -> None:
        served = self.lists.get(row.path)
        if served is None or served.export is None or self._state is None or self._held is None:
            raise Forbidden
        await self._held.look()
        asked = json.loads(self._box.open(row.asked, label=_LABEL))
        caller = exporting(absent(row.requested_by, asked["amr"], self._held), served.asks, served.export)
        whole = await self._whole(self._state, served, caller, asked)
        place = f"{task.id}/{task.attempts}.{row.format}"
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            local = Path(folder) / f"rows.{row.format}"
            rows, cut = await self._write(local, row, served, whole)
            sha256, size = await self.files.keep(local, place)
        now = self.app.clock.now()
        done = {
            "state": ExportState.DONE,
            "rows": rows,
            "cut": cut,
            "sight": sight_hash(caller, served.spec),
            "file": place,
        }
        file = {"sha256": sha256, "size_bytes": size, "finished_at": now, "expires_at": now + LIFETIME}

        async def work(uow: UnitOfWork) -> None:
            await jobs.change(uow.connection, task.id, **done, **file)
            await uow.schedule(EXPIRE, task.id, {}, run_at=now + LIFETIME)

        await self.app.transact(work, self._system())

    async def _write(self, local: Path, row: Any, served: Served, whole: Whole) -> tuple[int, bool]:
        """The rows written, and whether there were more."""
        mark = f"{row.list} taken by staff {row.requested_by} at {row.requested_at.isoformat(timespec='seconds')}"
        writer: Writer = await asyncio.to_thread(WRITERS[row.format], local, whole.columns, mark)
        finish = served.finish(self._request(), whole.caller)
        try:
            written, found = 0, 0
            async with self.app.db.read() as connection:
                async for rows in whole.rows(connection, self._most + 1, finish):
                    found += len(rows)
                    kept = rows[: self._most - written]
                    await asyncio.to_thread(writer.rows, kept)
                    written += len(kept)
                    if written % _TELL_EVERY == 0:
                        await self._tell(row.id, written)
            about = about_of(row, whole.told, written, found > written)
            await asyncio.to_thread(writer.close, about)
        finally:
            writer.give_up()
        return written, found > written

    async def _tell(self, export_id: UUID, rows: int) -> None:
        async with self.app.db.write() as connection:
            await jobs.change(connection, export_id, rows=rows)

    async def _failed(self, export_id: UUID, code: str) -> None:
        async with self.app.db.write() as connection:
            await jobs.change(
                connection, export_id, state=ExportState.FAILED, code=code, finished_at=self.app.clock.now()
            )

    async def expire(self, task: Task) -> None:
        """Remove the file of one whose time is over."""
        async with self.app.db.write() as connection:
            row = await jobs.find(connection, task.id)
            if row is None or row.state != ExportState.DONE:
                return
            await jobs.change(connection, task.id, state=ExportState.EXPIRED)
        await self.files.remove(row.file)

    # -- fetching ----------------------------------------------------------------------------------------------------

    async def own(self, uow: UnitOfWork, caller: Caller, export_id: UUID) -> Any:
        """One of the caller's; ExportUnknown else."""
        row = await jobs.find(uow.connection, export_id)
        if row is None or row.requested_by != caller.id:
            raise ExportUnknown
        return row

    async def fetch(self, uow: UnitOfWork, caller: Caller, export_id: UUID) -> Any:
        """The row of a file that may be handed out now. That it was is recorded.

        Raises:
            DomainError: see `chassis.exports.errors`; Forbidden without the permissions.
        """
        row = await self.own(uow, caller, export_id)
        served = self.lists.get(row.path)
        if served is None or served.export is None:
            raise ExportUnknown
        now = exporting(caller, served.asks, served.export)
        if row.state == ExportState.FAILED:
            raise ExportFailed
        if row.state == ExportState.EXPIRED or (row.expires_at is not None and row.expires_at <= uow.ctx.occurred_at):
            raise ExportExpired
        if row.state != ExportState.DONE:
            raise ExportNotReady
        if sight_hash(now, served.spec) != row.sight:
            raise ExportOutdated
        told = {"list": row.list, "rows": row.rows, "sha256": row.sha256}
        await self._record(uow, caller, "export.downloaded", export_id, row.permission, told)
        return row

    def taker(self, caller: Caller, export: str) -> Caller:
        """Who takes a page of a list away as CSV, within what both permissions allow; Forbidden without them."""
        return exporting(caller, caller.admitted_by, export)

    async def took(
        self, request: Request, caller: Caller, name: str, export: str, told: Any, rows: int, content: bytes
    ) -> None:
        """Record that a page of a list left as CSV."""
        page_id = uuid7()
        details = {"list": name, "tree": told, "rows": rows, "sha256": hashlib.sha256(content).hexdigest()}

        async def work(uow: UnitOfWork) -> None:
            await self._record(uow, caller, "export.page", page_id, export, details)

        await self.app.transact(work, caller.context(request))

    async def content(self, row: Any) -> AsyncIterator[bytes]:
        """The file, piece by piece; ExportExpired when it is gone."""
        if not await self.files.exists(row.file):
            raise ExportExpired
        return self.files.read(row.file)

    async def about(self, row: Any, request: Request, caller: Caller) -> list[tuple[str, str]]:
        """What stands beside a file: who took what away, and when."""
        asked = json.loads(self._box.open(row.asked, label=_LABEL))
        told = (await self.check(request, caller, self.lists[row.path], asked)).told
        return about_of(row, told, row.rows, row.cut)

    # -- beneath -----------------------------------------------------------------------------------------------------

    async def _whole(self, state: State, served: Served, caller: Caller, asked: Mapping[str, Any]) -> Whole:
        tree = None if asked["filter"] is None else from_json(asked["filter"])
        saved = Saved.from_json(asked["view"]) if asked.get("view") is not None else None

        async def work(request: Request, where: Where) -> Whole:
            return await whole(served.spec, request, caller, self.app.db, where=where, tree=tree, saved=saved)

        return await again(served, state, asked["url"], caller, work)

    def _request(self) -> Request:
        """What completes the rows finds the application's state in the request."""
        assert self._state is not None
        return Request({"type": "http", "app": _Application(self._state), "headers": [], "query_string": b""})

    async def _record(
        self, uow: UnitOfWork, caller: Caller, action: str, export_id: UUID, permission: Any, details: Any
    ) -> None:
        fact = act(caller, uow.ctx, action, ("export", export_id), permission=permission, details=details)
        await uow.publish(fact, stream_id=f"list-export-{export_id}")

    def _system(self) -> Context:
        return Context.system("exports", self.app.clock)


class _Application:
    def __init__(self, state: State) -> None:
        self.state = state


def url_of(request: Request, columns: Sequence[str] | None) -> str:
    """The address of the list an export is asked of, with the columns."""
    pairs = [*request.query_params.multi_items(), *([("select", ",".join(columns))] if columns else [])]
    return f"{request.scope['path'].removesuffix('/exports')}?{urlencode(pairs)}"


def about_of(row: Any, told: Any, rows: int, cut: bool) -> list[tuple[str, str]]:
    """Label and text."""
    return [
        ("List", row.list),
        ("Taken by", f"staff {row.requested_by}"),
        ("Asked for at (UTC)", row.requested_at.isoformat(timespec="seconds")),
        ("Reason", row.reason),
        ("Filter", "none" if told is None else json.dumps(told, ensure_ascii=False, default=str)),
        ("Rows", f"{rows}, and there were more" if cut else str(rows)),
        *([("SHA-256", row.sha256)] if row.sha256 else []),
    ]
