"""The second step of a log-in: a ticket, and the factor it waits for."""

from chassis.store import Application, Context, UnitOfWork
from security.adapters import credentials, factors, tickets
from security.adapters.sessions import Client
from security.application.door import DoorKeeper
from security.entrypoints.http.sessions.issuing import Entered
from security.entrypoints.http.sessions.log_in import LogInRefused, as_owner, open_for
from security.entrypoints.http.sessions.proving import kind_of, new_challenge, prove
from security.entrypoints.http.sessions.schemas import FactorProof, KeyRequest


async def second_step(
    app: Application, door: DoorKeeper, ctx: Context, token: str, proof: FactorProof, client: Client
) -> Entered:
    """A session for a ticket and a factor. A wrong one counts like a wrong password, and the ticket stays good.

    Raises:
        LogInRefused: the factor is wrong, or the ticket is not good here and now, or the log-in is locked or disabled.
    """
    purpose: tickets.Purpose = "browser_log_in" if client.browser else "log_in"

    async def work(uow: UnitOfWork) -> Entered | None:
        owner = await tickets.owner_of(uow.connection, token)
        kept = None if owner is None else await credentials.is_live(uow, owner, lock=True)
        if kept is None or not credentials.usable(kept, ctx.occurred_at):
            return None
        uow.ctx = as_owner(ctx, kept)
        ticket = await tickets.held(uow, token, purpose)
        if ticket is None:
            return None
        method = await prove(uow, door, kept, proof, ticket)
        if method is None:
            await credentials.failed(uow, kept, door.policy, ticket.casino_id, kind_of(proof))
            return None
        await tickets.spend(uow, ticket)
        return await open_for(uow, door, kept, ticket.casino_id, ["pwd", method], client)

    entered = await app.transact(work, ctx)
    if entered is None:
        raise LogInRefused
    return entered


async def ask_for_key(app: Application, door: DoorKeeper, ctx: Context, token: str, *, browser: bool) -> KeyRequest:
    """What a key is asked in the second step. Asking again makes the earlier question void.

    Raises:
        LogInRefused: the ticket is not good here and now.
    """
    purpose: tickets.Purpose = "browser_log_in" if browser else "log_in"
    challenge = new_challenge()

    async def work(uow: UnitOfWork) -> KeyRequest | None:
        owner = await tickets.owner_of(uow.connection, token)
        kept = None if owner is None else await credentials.is_live(uow, owner, lock=True)
        ticket = None if kept is None else await tickets.held(uow, token, purpose)
        if kept is None or ticket is None:
            return None
        await tickets.ask(uow, ticket, challenge)
        found = await factors.of(uow.connection, kept.subject_id)
        known = [one.credential_id for one in found if one.kind == "webauthn"]
        left = int((ticket.expires_at - ctx.occurred_at).total_seconds())
        asked = door.relying_party.request(known, challenge)
        return KeyRequest(ticket=token, public_key=asked, expires_in_s=left)

    asked = await app.transact(work, ctx)
    if asked is None:
        raise LogInRefused
    return asked
