"""Casinos: opened, listed, given new rules."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from backoffice.domain.casino.aggregate import casino
from backoffice.domain.casino.commands import AdoptProfile, OpenCasino
from backoffice.domain.casino.errors import CasinoExists, CasinoUnknown
from backoffice.entrypoints.http.casinos.listing import CASINOS
from backoffice.entrypoints.http.casinos.schemas import AdoptProfileBody, CasinoOpenedReply, CasinoView, OpenCasinoBody
from backoffice.entrypoints.http.done import Done
from backoffice.read_models import casino_list
from chassis.auth import Caller, Forbidden, Requires
from chassis.domain import uuid7
from chassis.http import App, Db, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/casinos", tags=["casinos"])


@router.post("", status_code=201, response_model=CasinoOpenedReply)
async def open_casino(caller: Annotated[Caller, Requires(P.CASINO_OPEN)], body: OpenCasinoBody, once: Once) -> Response:
    """Open a casino under the rules of its licence, by a name that no other has. It takes somebody who works for the
    whole operator.
    """
    if not caller.scope().unlimited:
        raise Forbidden
    casino_id = uuid7()

    async def work(uow: UnitOfWork) -> CasinoOpenedReply:
        if await casino_list.is_called(uow.connection, body.name):
            raise CasinoExists("Another casino has this name.", field="name")
        command = OpenCasino(
            name=body.name,
            jurisdiction=body.jurisdiction,
            currency=body.currency,
            time_zone=body.time_zone,
            gaming_day_starts_at_hour=body.gaming_day_starts_at_hour,
            profile=body.profile.to_domain(),
        )
        uow.ctx = uow.ctx.for_casino(casino_id)
        await uow.decide(casino, casino_id, command)
        return CasinoOpenedReply(casino_id=casino_id)

    return await once(caller, work)


serve_list(
    router,
    "",
    CASINOS,
    Requires(P.CASINO_LIST),
    item=CasinoView,
    summary="The caller's casinos by name, with every version of their rules.",
)


@router.get("/{casino_id}")
async def show_casino(caller: Annotated[Caller, Requires(P.CASINO_LIST)], casino_id: UUID, db: Db) -> CasinoView:
    """A casino with every version of its rules."""
    caller.must_see(casino_id)
    async with db.read() as connection:
        row = await casino_list.find(connection, casino_id)
    if row is None:
        raise CasinoUnknown
    return CasinoView.model_validate(row)


@router.put("/{casino_id}/profile")
async def adopt_profile(
    caller: Annotated[Caller, Requires(P.PROFILE_ADOPT)],
    casino_id: UUID,
    body: AdoptProfileBody,
    request: Request,
    app: App,
) -> Done:
    """Adopt a new version of the rules, in force at once or from a moment to come."""
    ctx = caller.context(request, reason=body.reason)
    command = AdoptProfile(
        profile=body.profile.to_domain(), effective_from=body.effective_from or ctx.occurred_at, now=ctx.occurred_at
    )
    await app.execute(casino, casino_id, command, ctx)
    return Done()
