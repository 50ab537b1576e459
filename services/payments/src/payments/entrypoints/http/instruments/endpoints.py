"""Instruments: what players pay with and are paid to, looked at and looked after."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, PlayerOr, Requires
from chassis.domain import Invalid, NotFound
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.http.once import OnceOnly, made_anew
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.instruments.deciding import Decision, decide_instrument, disable_own
from payments.domain.instrument.commands import (
    DecideOwnership,
    DecideVerification,
    DisableInstrument,
    EnableInstrument,
)
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.instruments.guarded import CLAIM, ClaimPayload
from payments.entrypoints.http.instruments.listing import INSTRUMENTS, opening
from payments.entrypoints.http.instruments.schemas import (
    ClaimBody,
    DisableBody,
    EnableBody,
    InstrumentItem,
    InstrumentView,
    OwnershipBody,
    VerificationBody,
)
from payments.read_models import instrument_list

router = APIRouter(prefix="/api/payments/v1/instruments", tags=["instruments"])

serve_list(
    router,
    "",
    INSTRUMENTS,
    PlayerOr(P.INSTRUMENT_LIST),
    item=InstrumentItem,
    finish=lambda request, _caller: opening(request.app.state.desk.vault),
    export=P.INSTRUMENT_EXPORT,
    summary="What players pay with and are paid to, newest first: a player's own, or those of the casinos staff see.",
)


@router.get("/{instrument_id}", response_model=InstrumentView)
async def show_instrument(
    caller: Annotated[Caller, PlayerOr(P.INSTRUMENT_LIST)], instrument_id: UUID, request: Request, db: Db, desk: TheDesk
) -> Response:
    """One instrument, with the other players of the casino who use it. Of the other
    casinos the caller sees only how many is told, and of those he does not see nothing.
    """
    async with db.read() as connection:
        view = await _view(desk, connection, caller, instrument_id)
    return as_listed(INSTRUMENTS, view, request, caller, view.casino_id)


@router.post("/{instrument_id}/ownership", response_model=InstrumentView)
async def decide_ownership(
    caller: Annotated[Caller, Requires(P.INSTRUMENT_VERIFY)],
    instrument_id: UUID,
    body: OwnershipBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Say whether its holder is the player. What is somebody else's is not verified, or no longer. That it is his takes
    two people where its holder has another name: propose it.
    """
    decision = DecideOwnership(ownership=body.ownership, decider=str(caller.id))
    return await _decided(desk, request, caller, once, instrument_id, decision, body.reason, P.INSTRUMENT_VERIFY)


@router.post("/{instrument_id}/claim", **PROPOSED)
async def propose_claim(
    caller: Annotated[Caller, Requires(P.INSTRUMENT_CLAIM, proposes=True)],
    instrument_id: UUID,
    body: ClaimBody,
    db: Db,
    once: Once,
    proposing: Proposing,
    desk: TheDesk,
) -> Response:
    """Propose that it is the player's whatever name is on it; a second person approves that."""
    async with db.read() as connection:
        known = await desk.instruments.find(connection, instrument_id)
    if known is None:
        raise NotFound
    caller.must_see(known.casino_id)
    return await proposing(caller, CLAIM, ClaimPayload(instrument_id=instrument_id), reason=body.reason, once=once)


@router.post("/{instrument_id}/verification", response_model=InstrumentView)
async def decide_verification(
    caller: Annotated[Caller, Requires(P.INSTRUMENT_VERIFY)],
    instrument_id: UUID,
    body: VerificationBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Say whether more than came from it may be paid to it."""
    decision = DecideVerification(verification=body.verification, decider=str(caller.id))
    return await _decided(desk, request, caller, once, instrument_id, decision, body.reason, P.INSTRUMENT_VERIFY)


@router.post("/{instrument_id}/disable", response_model=InstrumentView)
async def disable(
    caller: Annotated[Caller, PlayerOr(P.INSTRUMENT_DISABLE)],
    instrument_id: UUID,
    body: DisableBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Have nothing paid to it any more: a player for his own, staff for a reason. Money that comes from it is still
    the player's, and a person hears of it.
    """
    if caller.is_player:

        async def work(uow: UnitOfWork) -> InstrumentView:
            await disable_own(uow, instrument_id, caller.id)
            return await _view(desk, uow.connection, caller, instrument_id)

        return _shown(await once(caller, work, status=200), request, caller)
    if body.reason is None:
        raise Invalid("Say why.", field="reason")
    decision = DisableInstrument(by=str(caller.id))
    return await _decided(desk, request, caller, once, instrument_id, decision, body.reason, P.INSTRUMENT_DISABLE)


@router.post("/{instrument_id}/enable", response_model=InstrumentView)
async def enable(
    caller: Annotated[Caller, Requires(P.INSTRUMENT_DISABLE)],
    instrument_id: UUID,
    body: EnableBody,
    request: Request,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Take back that nothing is paid to it."""
    decision = EnableInstrument(by=str(caller.id))
    return await _decided(desk, request, caller, once, instrument_id, decision, body.reason, P.INSTRUMENT_DISABLE)


async def _decided(
    desk: Desk,
    request: Request,
    caller: Caller,
    once: OnceOnly,
    instrument_id: UUID,
    decision: Decision,
    reason: str,
    permission: P,
) -> Response:
    async def work(uow: UnitOfWork) -> InstrumentView:
        known = await desk.instruments.find(uow.connection, instrument_id)
        if known is None:
            raise NotFound
        caller.must_see(known.casino_id)
        caller.must(permission, known.casino_id)
        await decide_instrument(desk, uow, instrument_id, decision)
        return await _view(desk, uow.connection, caller, instrument_id)

    return _shown(await once(caller, work, status=200, reason=reason), request, caller)


def _shown(answer: Response, request: Request, caller: Caller) -> Response:
    """The answer, by what the caller may see when it is given: a repeat may come after his roles changed."""
    view = InstrumentView.model_validate_json(bytes(answer.body))
    return made_anew(as_listed(INSTRUMENTS, view, request, caller, view.casino_id), answer)


async def _view(desk: Desk, connection: Any, caller: Caller, instrument_id: UUID) -> InstrumentView:
    row = await instrument_list.find(connection, instrument_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    caller.must_be(row["player_id"])
    [finished] = await opening(desk.vault)(connection, [row])
    casino_id, fingerprint = row["casino_id"], row["fingerprint"]
    known = await desk.instruments.find(connection, instrument_id)
    shared_with: list[UUID] | None = None
    named_by: list[UUID] | None = None
    elsewhere: int | None = None
    if not caller.is_player and row["recognisable"]:
        sharers = await desk.instruments.sharers(connection, casino_id, fingerprint)
        others = [one for one in sharers if one.player_id != row["player_id"]]
        shared_with = [one.player_id for one in others if one.counts]
        named_by = [one.player_id for one in others if not one.counts]
        seen = caller.reach(P.INSTRUMENT_LIST)
        elsewhere = await desk.instruments.players_elsewhere(connection, casino_id, fingerprint, seen)
    return InstrumentView(
        **{**finished, "instrument_id": row["id"]},
        proved=None if caller.is_player or known is None else known.proved,
        shared_with=shared_with,
        named_by=named_by,
        players_elsewhere=elsewhere,
    )
