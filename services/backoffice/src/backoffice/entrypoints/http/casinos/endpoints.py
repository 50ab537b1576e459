"""Casinos: opened, listed, given new rules."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from backoffice.domain.casino.errors import CasinoUnknown
from backoffice.entrypoints.http.casinos.guarded import (
    ADOPT_PROFILE,
    OPEN_CASINO,
    AdoptProfilePayload,
    OpenCasinoPayload,
)
from backoffice.entrypoints.http.casinos.listing import CASINOS
from backoffice.entrypoints.http.casinos.schemas import AdoptProfileBody, CasinoView, OpenCasinoBody
from backoffice.read_models import casino_list
from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/casinos", tags=["casinos"])


@router.post("", **PROPOSED)
async def open_casino(
    caller: Annotated[Caller, Requires(P.CASINO_OPEN, proposes=True)],
    body: OpenCasinoBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose a casino under the rules of its licence, by a name that no other has; a second person approves it. It
    takes people who work for the whole operator. `subject_id` is the id it will have.
    """
    caller.must_everywhere()
    payload = OpenCasinoPayload(casino_id=uuid7(), **body.model_dump())
    return await proposing(caller, OPEN_CASINO, payload, once=once)


serve_list(
    router,
    "",
    CASINOS,
    Requires(P.CASINO_LIST),
    item=CasinoView,
    export=P.CASINO_EXPORT,
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


@router.put("/{casino_id}/profile", **PROPOSED)
async def adopt_profile(
    caller: Annotated[Caller, Requires(P.PROFILE_ADOPT, proposes=True)],
    casino_id: UUID,
    body: AdoptProfileBody,
    proposing: Proposing,
) -> Response:
    """Propose a new version of the rules; a second person approves it. It is in force as soon as it is approved, or
    from a moment to come.
    """
    payload = AdoptProfilePayload(casino_id=casino_id, **body.model_dump(exclude={"reason"}))
    return await proposing(caller, ADOPT_PROFILE, payload, reason=body.reason)
