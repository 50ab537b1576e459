"""Passwords against their hashes, failures counted, and a lock after too many (GLI-19 2.5.3)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from contracts.security.events import LogInFailed, Proof
from security.adapters import factors, tickets
from security.adapters.tables import credential, player_account
from security.application.policies import DoorPolicy

STAFF = "staff"


async def find(uow: UnitOfWork, realm: str, handle: str) -> Any | None:
    """The confirmed credential behind a log-in, locked against others who count failures; None when there is none."""
    statement = select(credential).where(
        credential.c.realm == realm, credential.c.handle == handle, credential.c.confirmed
    )
    return (await uow.connection.execute(statement.with_for_update())).one_or_none()


async def look(connection: AsyncConnection, realm: str, handle: str) -> Any | None:
    """What a password is to be matched with: the confirmed credential, before there is one the latest of the
    registrations under way, or None. It is one, so that the number of hashes tells nothing.
    """
    statement = (
        select(credential)
        .where(credential.c.realm == realm, credential.c.handle == handle)
        .order_by(credential.c.confirmed.desc(), credential.c.changed_at.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).one_or_none()


async def failed(
    uow: UnitOfWork, kept: Any, policy: DoorPolicy, casino_id: UUID | None, proof: Proof = "password"
) -> None:
    """Count a failure; the one too many locks. Passwords, codes and keys are counted as one."""
    failures = kept.failures + 1
    locked_until = uow.ctx.occurred_at + policy.lock if failures >= policy.failures else None
    await uow.connection.execute(
        update(credential)
        .where(credential.c.subject_id == kept.subject_id)
        .values(failures=0 if locked_until else failures, locked_until=locked_until)
    )
    await uow.publish(
        LogInFailed(
            subject_kind=kept.subject_kind,
            subject_id=kept.subject_id,
            casino_id=casino_id,
            failures=failures,
            locked_until=locked_until,
            proof=proof,
        )
    )


async def succeeded(uow: UnitOfWork, kept: Any) -> None:
    """Forget earlier failures."""
    if kept.failures or kept.locked_until:
        await uow.connection.execute(
            update(credential).where(credential.c.subject_id == kept.subject_id).values(failures=0, locked_until=None)
        )


async def unlock(uow: UnitOfWork, login: str) -> UUID | None:
    """Lift the lock of a colleague's log-in; who that is, None when nobody has it. The password stays as it is."""
    mine = (credential.c.realm == STAFF, credential.c.handle == login, credential.c.confirmed)
    lifted = update(credential).where(*mine).values(failures=0, locked_until=None)
    found: UUID | None = (await uow.connection.execute(lifted.returning(credential.c.subject_id))).scalar_one_or_none()
    return found


async def add_staff(uow: UnitOfWork, staff_id: UUID, login: str, password_hash: str, *, usable_until: datetime) -> bool:
    """A one-time password for a new colleague; False when somebody has this log-in already."""
    added = await uow.connection.execute(
        insert(credential)
        .values(
            subject_id=staff_id,
            subject_kind="staff",
            realm=STAFF,
            handle=login,
            password_hash=password_hash,
            must_change=True,
            usable_until=usable_until,
            changed_at=uow.ctx.occurred_at,
            confirmed=True,
        )
        .on_conflict_do_nothing()
        .returning(credential.c.subject_id)
    )
    return added.first() is not None


async def put_player(uow: UnitOfWork, player_id: UUID, casino_id: UUID, handle: str, password_hash: str) -> bool:
    """A player's password, before the registration is final; False when a registered player has this e-mail.

    Passwords of registrations under way lie side by side, even with the same e-mail: which of them becomes an account
    is not decided here. None of them opens anything before `confirm_player`.
    """
    same = (credential.c.realm == str(casino_id), credential.c.handle == handle, credential.c.confirmed)
    owner = (await uow.connection.execute(select(credential.c.subject_id).where(*same))).scalar_one_or_none()
    if owner is not None:
        return bool(owner == player_id)
    announced = await uow.connection.execute(
        select(player_account.c.player_id).where(player_account.c.player_id == player_id)
    )
    values = {
        "subject_kind": "player",
        "realm": str(casino_id),
        "handle": handle,
        "password_hash": password_hash,
        "must_change": False,
        "changed_at": uow.ctx.occurred_at,
        "confirmed": announced.first() is not None,
    }
    statement = insert(credential).values(subject_id=player_id, **values)
    await uow.connection.execute(statement.on_conflict_do_update(index_elements=["subject_id"], set_=values))
    return True


async def confirm_player(uow: UnitOfWork, player_id: UUID) -> None:
    """The player is registered: his password is the one of his e-mail, and those of lost registrations go.

    A confirmed one of somebody else goes too. Backoffice gives an e-mail to one account of a casino, so its earlier
    owner was erased, and the news of that is still on its way.
    """
    statement = select(credential.c.realm, credential.c.handle).where(
        credential.c.subject_id == player_id, credential.c.confirmed.is_(False)
    )
    kept = (await uow.connection.execute(statement.with_for_update())).one_or_none()
    if kept is None:
        return
    await uow.connection.execute(
        credential.delete().where(
            credential.c.realm == kept.realm, credential.c.handle == kept.handle, credential.c.subject_id != player_id
        )
    )
    await uow.connection.execute(update(credential).where(credential.c.subject_id == player_id).values(confirmed=True))


async def change(uow: UnitOfWork, subject_id: UUID, password_hash: str) -> None:
    """Keep a new password that its owner chose."""
    await uow.connection.execute(
        update(credential)
        .where(credential.c.subject_id == subject_id)
        .values(password_hash=password_hash, must_change=False, usable_until=None, changed_at=uow.ctx.occurred_at)
    )
    await tickets.drop(uow, subject_id)


async def replace_staff(uow: UnitOfWork, staff_id: UUID, password_hash: str, *, usable_until: datetime) -> bool:
    """A one-time password instead of whatever there was, with which a lock and an end of access are lifted; False when
    there is nothing to replace.
    """
    replaced = await uow.connection.execute(
        update(credential)
        .where(credential.c.subject_id == staff_id, credential.c.subject_kind == "staff")
        .values(
            password_hash=password_hash,
            must_change=True,
            usable_until=usable_until,
            failures=0,
            locked_until=None,
            disabled=False,
            changed_at=uow.ctx.occurred_at,
        )
        .returning(credential.c.subject_id)
    )
    await tickets.drop(uow, staff_id)
    return replaced.first() is not None


async def disable(uow: UnitOfWork, subject_id: UUID) -> None:
    """No password opens this any more, and no ticket."""
    await uow.connection.execute(update(credential).where(credential.c.subject_id == subject_id).values(disabled=True))
    await tickets.drop(uow, subject_id)


async def forget(uow: UnitOfWork, subject_id: UUID) -> None:
    """Erase the credential itself, its e-mail index included, and what belongs to it."""
    await uow.connection.execute(credential.delete().where(credential.c.subject_id == subject_id))
    await factors.clear(uow, subject_id)
    await tickets.drop(uow, subject_id)


def usable(kept: Any, now: datetime) -> bool:
    """Whether this credential opens anything at all just now."""
    return usable_within(kept, now) and (kept.locked_until is None or kept.locked_until <= now)


def usable_within(kept: Any, now: datetime) -> bool:
    """Whether it proves anything within a session that goes on. The lock of the log-in does not count there: whoever
    knows a log-in name could put it on from outside, and keep its owner from what takes a fresh proof.
    """
    return not kept.disabled and (kept.usable_until is None or kept.usable_until > now)


async def player_may_come_in(uow: UnitOfWork, player_id: UUID, *, lock: bool = False) -> bool:
    """Whether the player is registered and not blocked.

    Whoever begins a session takes the lock: a block that comes now waits, and then ends that session with the others.
    """
    statement = select(player_account.c.blocked).where(player_account.c.player_id == player_id)
    row = (await uow.connection.execute(statement.with_for_update(read=True) if lock else statement)).one_or_none()
    return row is not None and not row.blocked


async def is_live(uow: UnitOfWork, subject_id: UUID, *, lock: bool = False) -> Any | None:
    """The credential of a subject whose session goes on; None when it was disabled or erased.

    Whoever counts a failure takes the lock and reads anew: a guess must not be counted from a number that another
    guess, sent at the same time, has read as well.
    """
    statement = select(credential).where(credential.c.subject_id == subject_id, credential.c.disabled.is_(False))
    return (await uow.connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
