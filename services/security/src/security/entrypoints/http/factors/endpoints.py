"""Second factors: a person's own, and those a colleague has lost."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from chassis.auth import AnyStaff, Caller, Requires
from chassis.domain import uuid7
from chassis.http import App, Db, Once
from chassis.http.once import REPLAYED
from chassis.store import UnitOfWork
from contracts.security import events as contract
from contracts.security.permissions import SecurityPermission as P
from security.adapters import credentials, factors, sessions, tickets, ties
from security.application.factors import new_secret, otpauth_uri
from security.domain.staff.errors import OwnAccess, StaffMemberUnknown
from security.entrypoints.http.factors.changes import (
    FactorRefused,
    NoFactor,
    add_key,
    confirm_totp,
    make_recovery_codes,
    remove,
    require_room,
)
from security.entrypoints.http.factors.schemas import (
    AddKey,
    BeginTotp,
    ConfirmTotp,
    FactorAdded,
    FactorItem,
    Factors,
    FactorsReset,
    NewKeyRequest,
    RecoveryCodes,
    ResetFactors,
    TotpBegun,
)
from security.entrypoints.http.reach import require_as_much, require_colleague
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.sessions.proving import new_challenge
from security.entrypoints.http.sessions.schemas import Done
from security.entrypoints.http.sessions.step_up import require_fresh

router = APIRouter(prefix="/api/security/v1", tags=["factors"])

Owner = Annotated[Caller, AnyStaff(allow_factor_enrolment=True)]

M = TypeVar("M", bound=BaseModel)


@router.get("/factors")
async def list_factors(caller: Owner, db: Db) -> Factors:
    """The caller's own factors."""
    async with db.read() as connection:
        found = await factors.of(connection, caller.id)
        left = await factors.recovery_codes_left(connection, caller.id)
    items = [
        FactorItem(
            factor_id=one.id,
            kind=one.kind,
            name=one.name,
            created_at=one.created_at,
            last_used_at=one.last_used_at,
        )
        for one in found
    ]
    return Factors(factors=items, recovery_codes_left=left)


@router.post("/factors/totp", status_code=201, response_model=TotpBegun)
async def begin_totp(caller: Owner, body: BeginTotp, door: Door, once: Once) -> Response:
    """A secret for codes by time, shown once. It counts once its first code was told; it takes a fresh proof of who
    it is, and so does every other change of factors.
    """
    factor_id, secret = uuid7(), new_secret()
    shown: dict[str, str] = {}

    async def work(uow: UnitOfWork) -> TotpBegun:
        kept = await require_fresh(uow, door, caller)
        await require_room(uow, caller)
        sealed = door.box.seal(secret, label=str(factor_id))
        await factors.begin_totp(uow, factor_id, caller.id, body.name, sealed)
        shown.update(secret=secret, otpauth_uri=otpauth_uri(secret, kept.handle))
        return TotpBegun(factor_id=factor_id)

    return _with(await once(caller, work), TotpBegun, **shown)


@router.post("/factors/totp/{factor_id}/confirm", response_model=FactorAdded)
async def confirm(caller: Owner, factor_id: UUID, body: ConfirmTotp, door: Door, once: Once) -> Response:
    """The first code makes the secret a factor. With a first factor come recovery codes, shown once, and every other
    session ends.
    """
    codes: list[str] = []

    async def work(uow: UnitOfWork) -> FactorAdded:
        codes[:] = await confirm_totp(uow, door, caller, factor_id, body.code)
        return FactorAdded(factor_id=factor_id)

    return _with(await once(caller, work, status=200), FactorAdded, recovery_codes=codes or None)


@router.post("/factors/webauthn/options")
async def new_key_options(caller: Owner, request: Request, app: App, door: Door) -> NewKeyRequest:
    """What a new key is asked. The question is good for one answer, within minutes."""
    challenge = new_challenge()

    async def work(uow: UnitOfWork) -> NewKeyRequest:
        kept = await require_fresh(uow, door, caller)
        await require_room(uow, caller)
        known = [one.credential_id for one in await factors.of(uow.connection, caller.id) if one.kind == "webauthn"]
        ticket = await tickets.issue(
            uow, "new_key", caller.id, door.policy.ticket, session_id=caller.session_id, challenge=challenge
        )
        return NewKeyRequest(
            ticket=ticket,
            public_key=door.relying_party.creation(caller.id, kept.handle, known, challenge),
            expires_in_s=int(door.policy.ticket.total_seconds()),
        )

    return await app.transact(work, caller.context(request))


@router.post("/factors/webauthn", status_code=201)
async def register_key(caller: Owner, body: AddKey, request: Request, app: App, door: Door) -> FactorAdded:
    """Register a key under a name. Its ticket stands in for an idempotency key: it is good once."""
    added = await app.transact(lambda uow: add_key(uow, door, caller, body), caller.context(request))
    if added is None:
        raise FactorRefused(field="key")
    factor_id, codes = added
    return FactorAdded(factor_id=factor_id, recovery_codes=codes or None)


@router.delete("/factors/{factor_id}")
async def remove_factor(caller: Owner, factor_id: UUID, request: Request, app: App, door: Door) -> Done:
    """Take a factor away; every other session ends."""
    await app.transact(lambda uow: remove(uow, door, caller, factor_id), caller.context(request))
    return Done()


@router.post("/factors/recovery-codes", status_code=201, response_model=RecoveryCodes)
async def renew_recovery_codes(caller: Owner, door: Door, once: Once) -> Response:
    """Ten new recovery codes, shown once; the earlier ones open nothing any more."""
    codes: list[str] = []

    async def work(uow: UnitOfWork) -> RecoveryCodes:
        kept = await require_fresh(uow, door, caller)
        if not await factors.of(uow.connection, caller.id):
            raise NoFactor
        codes[:] = await make_recovery_codes(uow, door, caller, kept.subject_kind)
        return RecoveryCodes()

    return _with(await once(caller, work), RecoveryCodes, recovery_codes=codes or None)


@router.post("/staff/{staff_id}/factors/reset", response_model=FactorsReset)
async def reset_factors(
    caller: Annotated[Caller, Requires(P.STAFF_RESET_FACTORS)], staff_id: UUID, body: ResetFactors, once: Once
) -> Response:
    """Take away every factor of a colleague who lost them, with the recovery codes; every session ends. It takes
    somebody who may do all that the colleague may, and never oneself.
    """
    if caller.id == staff_id:
        raise OwnAccess

    async def work(uow: UnitOfWork) -> FactorsReset:
        await require_colleague(uow.connection, caller, staff_id)
        await require_as_much(uow, caller, staff_id)
        kept = await credentials.is_live(uow, staff_id, lock=True)
        if kept is None:
            raise StaffMemberUnknown
        gone = await factors.clear(uow, staff_id)
        await tickets.drop(uow, staff_id)
        await ties.bind(uow, staff_id, caller.id)
        event = contract.FactorsReset(subject_kind="staff", subject_id=staff_id, factors=gone)
        await uow.publish(event)
        await sessions.end_sessions(uow, staff_id, "factors_changed")
        return FactorsReset(factors=gone)

    return await once(caller, work, status=200, reason=body.reason)


def _with(answer: Response, shape: type[M], **secrets: object) -> Response:
    """The first answer with its secrets in it; what is kept for repeats is without."""
    if REPLAYED in answer.headers:
        return answer
    shown = shape.model_validate_json(bytes(answer.body)).model_copy(update=secrets)
    return Response(shown.model_dump_json(), status_code=answer.status_code, media_type="application/json")
