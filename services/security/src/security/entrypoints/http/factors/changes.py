"""Factors change: what it takes, what else happens with it, and why it is refused."""

from typing import Any
from uuid import UUID

from chassis.auth import Caller
from chassis.domain import DomainError, Invalid, NotFound, uuid7
from chassis.store import UnitOfWork
from contracts.security import events as contract
from security.adapters import factors, sessions, tickets
from security.application.door import DoorKeeper
from security.application.factors import MOST_FACTORS, FactorKind, counter_of, recovery_codes
from security.application.relying_party import KeyRefused
from security.entrypoints.http.factors.schemas import AddKey
from security.entrypoints.http.sessions.proving import digest_of
from security.entrypoints.http.sessions.step_up import require_fresh


class FactorRefused(Invalid):
    """The code or the answer of the key is not the one that was asked for; each is good once."""

    code = "factor_refused"

    @classmethod
    def default_detail(cls) -> str:
        return "This is not the answer that was asked for. Try again."


class FactorExists(DomainError):
    """This key is registered already."""

    code = "factor_exists"


class TooManyFactors(DomainError):
    """Nobody has more than ten."""

    code = "too_many_factors"


class LastFactor(DomainError):
    """A second factor is asked for here: add another one before this one goes."""

    code = "last_factor"


class NoFactor(DomainError):
    """Recovery codes stand in for a factor, and there is none."""

    code = "no_factor"


async def confirm_totp(uow: UnitOfWork, door: DoorKeeper, caller: Caller, factor_id: UUID, code: str) -> list[str]:
    """The first code of a new secret makes it a factor; it is used up by that.

    Raises:
        NotFound: there is no such secret of the caller's, or it is a factor already.
        FactorRefused: the code is not that of this moment.
    """
    await require_fresh(uow, door, caller)
    begun = await factors.begun_totp(uow, caller.id, factor_id)
    if begun is None:
        raise NotFound
    await require_room(uow, caller)
    counter = counter_of(door.box.open(begun.sealed_secret, label=str(begun.id)), code, uow.ctx.occurred_at)
    if counter is None:
        raise FactorRefused(field="code")
    await factors.use_counter(uow, factor_id, counter)
    await factors.confirm(uow, factor_id)
    return await _added(uow, door, caller, factor_id, "totp", begun.name)


async def add_key(uow: UnitOfWork, door: DoorKeeper, caller: Caller, body: AddKey) -> tuple[UUID, list[str]] | None:
    """A key that was registered; None when its answer is not right. Its ticket is spent either way.

    Raises:
        FactorExists: this key is a factor already.
    """
    await require_fresh(uow, door, caller)
    ticket = await tickets.held(uow, body.ticket, "new_key")
    if ticket is None or ticket.subject_id != caller.id or ticket.session_id != caller.session_id:
        return None
    await tickets.spend(uow, ticket)
    try:
        key = door.relying_party.created(dict(body.key), ticket.challenge)
    except KeyRefused:
        return None
    await require_room(uow, caller)
    factor_id = uuid7()
    if not await factors.add_key(uow, factor_id, caller.id, body.name, key):
        raise FactorExists
    return factor_id, await _added(uow, door, caller, factor_id, "webauthn", body.name)


async def remove(uow: UnitOfWork, door: DoorKeeper, caller: Caller, factor_id: UUID) -> None:
    """Take a factor away; with the last one the recovery codes go.

    Raises:
        NotFound: the caller has no such factor.
        LastFactor: one must be there.
    """
    kept = await require_fresh(uow, door, caller)
    gone = await factors.remove(uow, caller.id, factor_id)
    if gone is None:
        raise NotFound
    if not await factors.of(uow.connection, caller.id):
        if door.policy.require_factor:
            raise LastFactor
        await factors.clear(uow, caller.id)
    event = contract.FactorRemoved(
        subject_kind=kept.subject_kind, subject_id=caller.id, factor_id=factor_id, kind=gone.kind, name=gone.name
    )
    await uow.publish(event)
    await sessions.end_sessions(uow, caller.id, "factors_changed", but=caller.session_id)


async def make_recovery_codes(uow: UnitOfWork, door: DoorKeeper, caller: Caller, kind: Any) -> list[str]:
    """Ten new codes instead of those before."""
    codes = recovery_codes()
    await factors.put_recovery_codes(uow, caller.id, [digest_of(door, caller.id, one) for one in codes])
    await uow.publish(contract.RecoveryCodesMade(subject_kind=kind, subject_id=caller.id))
    return codes


async def require_room(uow: UnitOfWork, caller: Caller) -> None:
    """TooManyFactors when there are ten."""
    if len(await factors.of(uow.connection, caller.id)) >= MOST_FACTORS:
        raise TooManyFactors


async def _added(
    uow: UnitOfWork, door: DoorKeeper, caller: Caller, factor_id: UUID, kind: FactorKind, name: str
) -> list[str]:
    """Told to everybody. With the first one come recovery codes, and every session ends that was opened without it."""
    event = contract.FactorAdded(subject_kind="staff", subject_id=caller.id, factor_id=factor_id, kind=kind, name=name)
    await uow.publish(event)
    if len(await factors.of(uow.connection, caller.id)) > 1:
        return []
    await sessions.end_sessions(uow, caller.id, "factors_changed", but=caller.session_id)
    return await make_recovery_codes(uow, door, caller, "staff")
