"""Where views are kept, found for those who may use them, shared and changed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.db.tables import list_view_version as versions
from chassis.domain import Invalid
from chassis.http.listing.fields import label_of
from chassis.http.listing.query import read_query
from chassis.http.listing.saved import Saved, unusable
from chassis.http.listing.served import Served
from chassis.http.listing.sight import Sight, sight_of
from chassis.http.problems import FieldError, RequestProblem
from chassis.privacy import SecretBox
from chassis.settings import ServiceSettings
from chassis.store import Application, UnitOfWork
from chassis.views import rows
from chassis.views.content import ViewContent, Written, opened, require_written_out, saved, sealed, shown_to, tree_of
from chassis.views.errors import DefaultTaken, TooManyViews, ViewChanged, ViewUnknown
from chassis.views.who import (
    admitted,
    is_for_staff,
    may_change,
    may_see,
    of_roles,
    offered,
    refuse,
    require_share,
    shared_by,
    visible,
)
from contracts.platform.events import SettingChanged

MOST: Final = 50
"""Views one person keeps of one list."""

MOST_PINNED: Final = 20

_BLAMED: Final = {"order": "order", "select": "columns", "q": "q"}
_TOLD: Final = ("name", "visibility", "role_id", "casino_id", "role_default")


class Target(Protocol):
    """With whom a view is shared, and under which name."""

    name: str
    role_id: UUID | None
    casino_id: UUID | None
    role_default: bool

    @property
    def visibility(self) -> str:
        """`private`, `role` or `casino`."""
        ...


class Views:
    """The views of one service's lists.

    Args:
        lists: all that it serves.
    """

    def __init__(self, application: Application, lists: Sequence[Served], settings: ServiceSettings) -> None:
        self.app = application
        self.lists: Mapping[str, Served] = {one.path: one for one in lists if is_for_staff(one)}
        self.share = f"{application.source}.view.share"
        self.address = f"/api/{application.source}/v1/views"
        self._box = SecretBox(settings.master_key_bytes)

    # -- what lists ask ----------------------------------------------------------------------------------------------

    async def find(self, caller: Caller, path: str, view_id: UUID) -> Saved | None:
        """See SavedViews."""
        served = self.lists.get(path)
        if served is None or not may_see(caller, served):
            return None
        async with self.app.db.read() as connection:
            row = await rows.find(connection, view_id, visible(caller, served, self.share))
        return None if row is None else saved(view_id, row.version, self.written(view_id, row).content)

    async def about(self, caller: Caller, path: str) -> dict[str, Any] | None:
        """See SavedViews: where they are, which one the caller begins with, and which stand in what order on top."""
        served = self.lists.get(path)
        if served is None or not may_see(caller, served):
            return None
        async with self.app.db.read() as connection:
            default, pinned = (await self.chosen(connection, caller, [path]))[path]
        return {"at": self.address, "list": path, "default": default, "pinned": pinned}

    async def chosen(
        self, connection: AsyncConnection, caller: Caller, paths: Sequence[str]
    ) -> dict[str, tuple[str | None, list[str]]]:
        """By list: the view the caller begins with, their own choice before that of a role, and the pinned ones.

        What was chosen and is not there for them any more is left out.
        """
        there = self.visible(caller, paths)
        own = await rows.choices_of(connection, caller.id, paths)
        with_roles = or_(false(), *(of_roles(caller, one) for one in self._of(paths)))
        defaults = await rows.defaults_of_roles(connection, with_roles)
        named = {UUID(one) for row in own.values() for one in row.pinned}
        named |= {row.default_id for row in own.values() if row.default_id is not None}
        left = await rows.known(connection, sorted(named), there) if named else set()
        found: dict[str, tuple[str | None, list[str]]] = {}
        for path in paths:
            row = own.get(path)
            wanted = row.default_id if row is not None and row.default_id in left else defaults.get(path)
            pinned = [one for one in row.pinned if UUID(one) in left] if row is not None else []
            found[path] = (None if wanted is None else str(wanted), pinned)
        return found

    # -- looking -----------------------------------------------------------------------------------------------------

    def visible(self, caller: Caller, paths: Sequence[str] | None = None) -> ColumnElement[bool]:
        """All views that are there for the caller, or those of some lists."""
        return or_(false(), *(visible(caller, one, self.share) for one in self._of(paths)))

    async def offered(self, connection: AsyncConnection, caller: Caller, view_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these views that are the caller's own or shared with them."""
        return await rows.known(connection, view_ids, or_(false(), *(offered(caller, one) for one in self._of(None))))

    async def row(self, connection: AsyncConnection, caller: Caller, view_id: UUID) -> Any:
        """The view as it is; ViewUnknown unless it is there for the caller."""
        row = await rows.find(connection, view_id, self.visible(caller))
        if row is None:
            raise ViewUnknown
        return row

    async def kept(self, connection: AsyncConnection, caller: Caller, view_id: UUID) -> Any:
        """The view, removed or not, for whoever may change it; ViewUnknown for all others."""
        row = await rows.find(connection, view_id)
        served = None if row is None else self.lists.get(row.list)
        if served is None or not may_see(caller, served) or not may_change(caller, self.share, row):
            raise ViewUnknown
        return row

    def versions_for(self, caller: Caller, row: Any) -> list[ColumnElement[bool]]:
        """The versions of a view whose history somebody may read: of another's, those that were shared with them to
        look after."""
        mine = true() if row.owner_id == caller.id else shared_by(caller, self.share, versions.c)
        return [versions.c.view_id == row.id, mine]

    def written(self, view_id: UUID, row: Any) -> Written:
        """What a view, or a version of one, holds."""
        return opened(self._box, view_id, row.content)

    def shown(self, caller: Caller, path: str, view_id: UUID, row: Any) -> tuple[ViewContent, list[str]]:
        """What a view holds as the caller may read it, and the labels of fields in it that they cannot use."""
        served, written = self.lists[path], self.written(view_id, row)
        content = written.content
        sight = self._sight(caller, served)
        names = unusable(saved(view_id, row.version, content), read_query([]), sight)
        told = content if written.author == caller.id else shown_to(sight, content, served.spec.search)
        fields = served.spec.fields
        return told, [label_of(name, fields[name]) if name in fields else name for name in names]

    # -- changing ----------------------------------------------------------------------------------------------------

    def served(self, path: str) -> Served:
        """The list at an address; Invalid when the service has none there."""
        served = self.lists.get(path)
        if served is None:
            raise Invalid("There is no such list here; `/meta` of a list says its address.", field="list")
        return served

    async def check(self, request: Request, caller: Caller, path: str, target: Target, content: ViewContent) -> None:
        """That the caller could ask this of the list themselves, and share it so.

        Raises:
            RequestProblem: as the list itself would refuse it, with the part of the view that is to blame.
            DomainError: see `require_share`; Forbidden without the list's permission.
        """
        served = self.served(path)
        caller = admitted(caller, served)
        require_share(caller, self.share, served, target)
        asked = [("order", content.order), ("q", content.q)]
        words = [(name, text) for name, text in asked if text is not None]
        if content.columns:
            words.append(("select", ",".join(one.name for one in content.columns)))
        if len({one.name for one in content.columns}) < len(content.columns):
            raise Invalid("A column is named twice.", field="columns")
        try:
            tree = tree_of(content)
            require_written_out(tree, content.q, sight_of(caller, served.spec.fields))
            await served.spec.ask(request, caller, self.app.db, read_query(words), tree=tree, where=[true()])
        except RequestProblem as problem:
            raise _about_the_view(problem) from None

    async def create(
        self, uow: UnitOfWork, view_id: UUID, caller: Caller, path: str, target: Target, content: ViewContent
    ) -> None:
        """Keep a new one that was checked."""
        await rows.lock(uow.connection, path)
        await self._require_room(uow, caller.id, path)
        values = self._values(uow, caller, view_id, target, Written(content, caller.id))
        await self._require_default(uow, path, view_id, target)
        await rows.add(uow.connection, {"id": view_id, "list": path, "owner_id": caller.id, **values})
        await self._tell(uow, view_id, None, await rows.find(uow.connection, view_id))

    async def change(
        self, uow: UnitOfWork, caller: Caller, row: Any, match: str, target: Target, written: Written
    ) -> None:
        """The next version, which was checked. A view that was removed is there again."""
        before = await self._locked(uow, caller, row, match)
        if before.deleted:
            await self._require_room(uow, before.owner_id, before.list)
        await self._require_default(uow, before.list, before.id, target)
        values = self._values(uow, caller, before.id, target, written)
        await rows.change(uow.connection, before.id, before.version + 1, values)
        await self._tell(uow, before.id, before, await rows.find(uow.connection, before.id))

    async def remove(self, uow: UnitOfWork, caller: Caller, row: Any, match: str) -> int:
        """Remove it, which is a version too. Its number."""
        before = await self._locked(uow, caller, row, match)
        if before.deleted:
            raise ViewUnknown
        kept = {name: getattr(before, name) for name in rows.VERSIONED}
        values = {**kept, "role_default": False, "changed_at": uow.ctx.occurred_at, "changed_by": caller.id}
        await rows.change(uow.connection, before.id, before.version + 1, values, deleted=True)
        await self._tell(uow, before.id, before, None)
        return int(before.version) + 1

    async def choose(
        self, uow: UnitOfWork, caller: Caller, path: str, default_id: UUID | None, pinned: Sequence[UUID]
    ) -> None:
        """Remember which view the caller begins with, and which stand on top; ViewUnknown when one is not there."""
        admitted(caller, self.served(path))
        named = {*pinned, *([default_id] if default_id is not None else [])}
        if named - await rows.known(uow.connection, sorted(named), self.visible(caller, [path])):
            raise ViewUnknown
        await rows.choose(uow.connection, caller.id, path, default_id, pinned, uow.ctx.occurred_at)

    # -- beneath -----------------------------------------------------------------------------------------------------

    def _of(self, paths: Sequence[str] | None) -> list[Served]:
        return [served for path, served in self.lists.items() if paths is None or path in paths]

    def _sight(self, caller: Caller, served: Served) -> Sight:
        return sight_of(admitted(caller, served), served.spec.fields)

    async def _locked(self, uow: UnitOfWork, caller: Caller, row: Any, match: str) -> Any:
        """The row as it is now, for whoever may change it and knows its version."""
        await rows.lock(uow.connection, row.list)
        now = await rows.find(uow.connection, row.id)
        if not may_change(caller, self.share, now):
            refuse(caller, self.share, now.casino_id)
        if match not in ("*", f'"{now.version}"'):
            raise ViewChanged(f"The view is in version {now.version} by now: read it again.")
        return now

    async def _require_room(self, uow: UnitOfWork, owner_id: UUID, path: str) -> None:
        if await rows.count(uow.connection, owner_id, path) >= MOST:
            raise TooManyViews(f"One person keeps at most {MOST} views of a list: remove one.")

    async def _require_default(self, uow: UnitOfWork, path: str, view_id: UUID, target: Target) -> None:
        if not target.role_default or target.role_id is None:
            return
        other = await rows.default_of_role(uow.connection, path, target.role_id, target.casino_id)
        if other not in (None, view_id):
            raise DefaultTaken("The role has another default view of this list: take that from it first.")

    def _values(
        self, uow: UnitOfWork, caller: Caller, view_id: UUID, target: Target, written: Written
    ) -> dict[str, Any]:
        kept = {name: getattr(target, name) for name in _TOLD}
        text = sealed(self._box, view_id, written)
        return {**kept, "content": text, "changed_at": uow.ctx.occurred_at, "changed_by": caller.id}

    async def _tell(self, uow: UnitOfWork, view_id: UUID, before: Any, after: Any) -> None:
        """What changed about a view that others see, without its name and what it asks for: that may be of somebody."""
        if not any(one is not None and one.visibility != "private" for one in (before, after)):
            return
        fact = SettingChanged(
            element=f"{self.app.source}.view",
            element_id=str(view_id),
            casino_id=next((one.casino_id for one in (after, before) if one is not None and one.casino_id), None),
            before=None if before is None or before.deleted else _told(before),
            after=None if after is None else _told(after),
        )
        await uow.publish(fact)


def _told(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("list", "owner_id", "version", *_TOLD[1:])}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in told.items()}


def _about_the_view(problem: RequestProblem) -> RequestProblem:
    """A list's refusal that blames the part of the view."""
    blamed = [
        FieldError(field=_BLAMED.get(one.field.removeprefix("query."), "filter"), code=one.code, message=one.message)
        for one in problem.errors
    ]
    return RequestProblem(
        problem.status_code, problem.code, problem.detail, errors=blamed, headers=problem.headers, hint=problem.hint
    )
