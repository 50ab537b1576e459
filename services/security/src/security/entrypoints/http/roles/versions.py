"""Versions of a role: drafted, published, shown, compared. A published version never changes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from chassis.approvals import Proposing
from chassis.auth import Caller, Requires
from chassis.http import App, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.domain.role.aggregate import role
from security.domain.role.commands import DraftVersion
from security.entrypoints.access import role_with_versions
from security.entrypoints.http.reach import require_whole_operator
from security.entrypoints.http.roles.guarded import PUBLISH_VERSION, PublishRole, require_possible
from security.entrypoints.http.roles.listing import VERSIONS
from security.entrypoints.http.roles.schemas import (
    Difference,
    DraftBody,
    PublishBody,
    VersionListed,
    VersionPublished,
    VersionView,
)
from security.entrypoints.http.roles.views import difference, shown, version_of, version_view
from security.entrypoints.http.sessions.schemas import Done
from security.entrypoints.second_person import ALSO_PROPOSED
from security.read_models import role_versions

router = APIRouter(prefix="/api/security/v1/roles/{role_id}", tags=["roles"])


async def of_role(role_id: UUID, app: App) -> list[Any]:
    """The role in the path, which must exist."""
    async with app.db.read() as connection:
        await role_with_versions(app, connection, role_id)
    return [role_versions.table.c.role_id == role_id]


serve_list(
    router,
    "/versions",
    VERSIONS,
    Requires(P.ROLE_LIST),
    item=VersionListed,
    export=P.ROLE_EXPORT,
    narrow=of_role,
    summary="Every version the role ever had, the newest first.",
)


@router.get("/versions/{version}", dependencies=[Requires(P.ROLE_LIST)])
async def show_version(role_id: UUID, version: int, app: App) -> VersionView:
    """A version with its lines, and what these stand for now."""
    async with app.db.read() as connection:
        found = version_of(await role_with_versions(app, connection, role_id), version)
        return version_view(found, await catalogue.load(connection))


@router.get("/diff", dependencies=[Requires(P.ROLE_LIST)])
async def compare_versions(
    role_id: UUID,
    app: App,
    before: Annotated[int, Query(ge=1, description="a version")],
    after: Annotated[int, Query(ge=1, description="another one")],
) -> Difference:
    """What one version allows or denies that the other does not: lines, and the permissions they stand for."""
    async with app.db.read() as connection:
        found = await role_with_versions(app, connection, role_id)
        first, second = version_of(found, before), version_of(found, after)
        return difference(first.grants, second.grants, await catalogue.load(connection))


@router.put("/draft")
async def draft_version(
    caller: Annotated[Caller, Requires(P.ROLE_DRAFT)], role_id: UUID, body: DraftBody, request: Request, app: App
) -> Done:
    """Keep the lines of the next version. Nothing of it holds before it is published."""
    require_whole_operator(caller)

    async def work(uow: UnitOfWork) -> None:
        command = DraftVersion(grants=body.given(), catalogue=await catalogue.load(uow.connection))
        await uow.decide(role, role_id, command)

    await app.transact(work, caller.context(request))
    return Done()


@router.post("/versions", status_code=201, response_model=VersionPublished, responses=ALSO_PROPOSED)
async def publish_version(
    caller: Annotated[Caller, Requires(P.ROLE_DEFINE, proposes=True)],
    role_id: UUID,
    body: PublishBody,
    app: App,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Let a new version hold. Whoever holds the role asks a colleague to do it. What is added must be held, for the
    whole operator, by whoever adds it, and so must be what is no longer denied: everybody with the role has it then.
    What is critical and new, in a role that somebody holds, takes a second person (202).
    """
    require_whole_operator(caller)
    lines = body.lines()
    if lines is None:
        async with app.db.read() as connection:
            lines = (await role_with_versions(app, connection, role_id)).draft
    said = body.model_dump(exclude={"reason", "grants", "permissions"})
    payload = PublishRole(role_id=role_id, grants=shown(lines) if lines is not None else None, **said)

    async def check(uow: UnitOfWork) -> None:
        await require_possible(uow, caller.id, payload)

    return await proposing(caller, PUBLISH_VERSION, payload, reason=body.reason, once=once, check=check, done=201)
