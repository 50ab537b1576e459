"""A new password, chosen by its owner: the old one is the proof, and guessing it is counted as at the door."""

from typing import Any

from chassis.auth import Caller, act
from chassis.store import Application, Context, UnitOfWork
from contracts.security.events import PlayerPasswordChanged
from security.adapters import credentials, sessions
from security.application.door import DoorKeeper
from security.application.passwords import require_strong
from security.entrypoints.http.sessions.log_in import TRIES, Changed, LogInRefused
from security.entrypoints.http.sessions.schemas import ChangePassword


async def change_own_password(
    app: Application, door: DoorKeeper, caller: Caller, ctx: Context, body: ChangePassword
) -> None:
    """Keep the new password and end every other session of the caller.

    As at a log-in, a password that was changed meanwhile is compared anew, and no failure is counted for it.

    Raises:
        LogInRefused: the current password is wrong, or the log-in is locked, disabled or blocked.
        PasswordTooWeak: the new one is too easy to guess, or the old one again.
    """
    found = await app.transact(lambda uow: credentials.is_live(uow, caller.id), ctx)
    if found is None or not credentials.usable(found, ctx.occurred_at):
        raise LogInRefused
    kept: Any = found
    handle = kept.handle if kept.subject_kind == "staff" else ""

    async def finish(uow: UnitOfWork) -> bool | Changed:
        now = await credentials.is_live(uow, caller.id, lock=True)
        if now is None or not credentials.usable(now, ctx.occurred_at):
            return False
        if now.password_hash != kept.password_hash:
            return Changed(now)
        if not right:
            await credentials.failed(uow, now, door.policy, caller.casino_id)
            return False
        if caller.is_player and not await credentials.player_may_come_in(uow, caller.id, lock=True):
            return False
        await credentials.change(uow, caller.id, fresh)
        await sessions.end_sessions(uow, caller.id, "password_changed", but=caller.session_id)
        await _tell(uow, caller)
        return True

    for _ in range(TRIES):
        right = await door.passwords.matches(body.current_password, kept.password_hash)
        fresh = await _fresh(door, kept, handle, body) if right else ""
        outcome = await app.transact(finish, ctx)
        if outcome is True:
            return
        if outcome is False:
            break
        kept = outcome.now
    raise LogInRefused


async def _tell(uow: UnitOfWork, caller: Caller) -> None:
    """The audit log, of every password that its owner changed; payments, of a player's."""
    fact = act(caller, uow.ctx, "password.change", (caller.kind, caller.id), casino_id=caller.casino_id)
    await uow.publish(fact, stream_id=f"access-{caller.id}")
    if caller.is_player and caller.casino_id is not None:
        told = PlayerPasswordChanged(subject_kind="player", subject_id=caller.id, casino_id=caller.casino_id)
        await uow.publish(told, stream_id=f"access-{caller.id}")


async def _fresh(door: DoorKeeper, kept: Any, handle: str, body: ChangePassword) -> str:
    require_strong(kept.subject_kind, body.new_password, handle)
    if body.new_password == body.current_password:
        require_strong(kept.subject_kind, "", handle)
    return await door.passwords.hash(body.new_password)
