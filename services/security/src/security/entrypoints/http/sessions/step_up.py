"""Stepping up: who it is, proved anew within a session (RFC 9470), and what asks for it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, StepUpNeeded, Unauthenticated
from chassis.domain import DomainError
from chassis.store import Application, Context, UnitOfWork
from contracts.security.events import SteppedUp as SteppedUpEvent
from security.adapters import credentials, factors, sessions, tickets
from security.application.door import DoorKeeper
from security.application.factors import amr_of
from security.entrypoints.http.sessions.issuing import Entered
from security.entrypoints.http.sessions.log_in import TRIES, Changed, LogInRefused
from security.entrypoints.http.sessions.proving import kind_of, new_challenge, prove
from security.entrypoints.http.sessions.schemas import KeyRequest, StepUp


class FactorNeeded(DomainError):
    """There is a second factor, so the password alone proves nothing here."""

    code = "factor_needed"
    status = 403

    @classmethod
    def default_detail(cls) -> str:
        return "Use your second factor."


async def step_up(app: Application, door: DoorKeeper, caller: Caller, ctx: Context, body: StepUp) -> Entered:
    """The same session, in which it was proved just now who it is.

    Whoever has a second factor proves that one; the password was proved when the session began. Failures are counted
    in the session and end it, so that whoever stole a token cannot guess on; those at the door do not count here.

    Raises:
        LogInRefused: the proof is wrong, or the log-in is disabled or its one-time password out of date.
        FactorNeeded: a password came, and there is a factor.
        Unauthenticated: the session is over.
    """
    found = await app.transact(lambda uow: credentials.is_live(uow, caller.id), ctx)
    if found is None or not credentials.usable_within(found, ctx.occurred_at):
        raise LogInRefused
    kept: Any = found

    async def finish(uow: UnitOfWork) -> Entered | Changed | None:
        now = await credentials.is_live(uow, caller.id, lock=True)
        if now is None or not credentials.usable_within(now, ctx.occurred_at):
            return None
        session = await sessions.live(uow, caller.session_id, caller.id)
        if session is None:
            raise Unauthenticated("The session is over.")
        if body.password is not None and now.password_hash != kept.password_hash:
            return Changed(now)
        method = await _method(uow, door, caller, now, body, right=right)
        if method is None:
            tried = "password" if body.password is not None else kind_of(body)
            await sessions.proof_failed(uow, session, door.policy, tried)
            return None
        methods = {method, *({"pwd"} & set(session.amr))}
        opened = await sessions.authenticate(uow, session, amr_of(methods))
        await _tell(uow, opened)
        return Entered(now, opened)

    for _ in range(TRIES if body.password is not None else 1):
        right = body.password is not None and await door.passwords.matches(body.password, kept.password_hash)
        outcome = await app.transact(finish, ctx)
        if isinstance(outcome, Entered):
            return outcome
        if outcome is None:
            break
        kept = outcome.now
    raise LogInRefused


async def ask_for_key(app: Application, door: DoorKeeper, caller: Caller, ctx: Context) -> KeyRequest:
    """What a key is asked for stepping up."""
    challenge = new_challenge()

    async def work(uow: UnitOfWork) -> KeyRequest:
        known = [one.credential_id for one in await factors.of(uow.connection, caller.id) if one.kind == "webauthn"]
        ticket = await tickets.issue(
            uow, "step_up", caller.id, door.policy.ticket, session_id=caller.session_id, challenge=challenge
        )
        return KeyRequest(
            ticket=ticket,
            public_key=door.relying_party.request(known, challenge),
            expires_in_s=int(door.policy.ticket.total_seconds()),
        )

    return await app.transact(work, ctx)


async def require_fresh(uow: UnitOfWork, door: DoorKeeper, caller: Caller) -> Any:
    """The caller's credential, held until the transaction ends.

    Raises:
        StepUpNeeded: it was proved too long ago who this is, or without the factor there is (ASVS 7.5.1).
        Unauthenticated: the session is over.
    """
    kept = await credentials.is_live(uow, caller.id, lock=True)
    session = await sessions.live(uow, caller.session_id, caller.id)
    if kept is None or session is None:
        raise Unauthenticated("The session is over.")
    old = session.authenticated_at + door.policy.fresh <= uow.ctx.occurred_at
    if old or (await _has_factor(uow.connection, caller) and "mfa" not in session.amr):
        raise StepUpNeeded(int(door.policy.fresh.total_seconds()))
    return kept


async def _method(
    uow: UnitOfWork, door: DoorKeeper, caller: Caller, kept: Any, body: StepUp, *, right: bool
) -> str | None:
    if body.password is not None:
        if await _has_factor(uow.connection, caller):
            raise FactorNeeded
        return "pwd" if right else None
    ticket = None
    if body.ticket is not None:
        ticket = await tickets.held(uow, body.ticket, "step_up")
        if ticket is None or ticket.subject_id != caller.id or ticket.session_id != caller.session_id:
            return None
        await tickets.spend(uow, ticket)
    return await prove(uow, door, kept, body, ticket)


async def _has_factor(connection: AsyncConnection, caller: Caller) -> bool:
    return bool(await factors.of(connection, caller.id))


async def _tell(uow: UnitOfWork, session: sessions.Opened) -> None:
    event = SteppedUpEvent(
        subject_kind=session.subject_kind, subject_id=session.subject_id, session_id=session.id, amr=session.amr
    )
    await uow.publish(event, stream_id=f"session-{session.id}")
