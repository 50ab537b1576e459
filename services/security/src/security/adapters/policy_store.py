"""The policy as it was published, the key it is signed with, and the copy by which security itself decides."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.jwk import OKPKey
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.policy import signing, wire
from chassis.auth.policy.local import HEARTBEAT_S, REMEMBERED, LocalPolicy
from chassis.auth.policy.model import Policy
from chassis.auth.policy.news import Confirmed
from chassis.auth.policy.pull import Pulled
from chassis.domain import Clock
from chassis.store import Application, Context, UnitOfWork
from contracts.security.events import PolicyChanged, PolicyConfirmed
from security.adapters.policy_keys import PolicyKeys
from security.adapters.tables import policy_version, session

_ONE_AT_A_TIME: Final = 0x706F6C69
_LARGEST_MESSAGE: Final = 800_000
LOOK_EVERY_S: Final = 0.5
MADE_ANEW: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=7)
"""How long a version stays that another one followed: nobody decides by it, but somebody may want to look."""

Read = Callable[[AsyncConnection, datetime], Awaitable[Policy]]
"""Makes the policy that holds by what is committed now; its version is nobody's."""


Stamp = Callable[[AsyncConnection], Awaitable[Any]]
"""Another one whenever what the policy is made of is another; far cheaper than making it."""

Then = Callable[[UnitOfWork], Awaitable[None]]
"""What follows from a new version, in the transaction that keeps it."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What the version was found to say, when."""

    stamp: Any
    version: int
    at: datetime


class PolicyStore(LocalPolicy):
    """Security's own copy: it is what was published last, and whoever asks gets it from here.

    Args:
        application: publishes a new version in the transaction that keeps it.
        read: makes the policy that holds.
        stamp: tells whether there is anything to make anew.
        then: what else is to be done once it is another.
        keys: what it is signed with.
    """

    def __init__(
        self, application: Application, read: Read, stamp: Stamp, then: Then, keys: PolicyKeys, clock: Clock
    ) -> None:
        super().__init__(clock=clock)
        self._read = read
        self._stamp = stamp
        self._then = then
        self._app = application
        self.keys = keys
        self._made: _Made | None = None
        self._looked_at = -LOOK_EVERY_S
        self._due = asyncio.Event()

    def wake(self) -> None:
        """See at once what changed: something was committed that may have taken something away."""
        self._looked_at = -LOOK_EVERY_S
        self._due.set()

    async def renew(self) -> Policy:
        """Publish a new version when what holds is another than what was published; the newest one."""
        async with self._app.db.read() as connection:
            # The stamp first: what is committed between it and what is read is made once more, and never overlooked.
            stamp, latest = await self._stamp(connection), await _latest(connection, self.policy)
            if latest is not None and latest.version == self.version and self._is_made(stamp, latest.version):
                return latest
            rules = await self._read(connection, self.now())
        if latest is None or not wire.same_rules(latest, rules):
            key = await self.keys.current()
            latest = await self._app.transact(
                lambda uow: _publish(uow, key, self._read, self._then), Context.system("policy", self._clock)
            )
        if latest.version != self.version:
            self.hold(latest)
        self._made = _Made(stamp, latest.version, self.now())
        return latest

    def _is_made(self, stamp: Any, version: int) -> bool:
        """Whether the policy was made of just this. Once an hour it is made anew all the same: what ended long ago is
        forgotten by the clock.
        """
        made = self._made
        fresh = made is not None and timedelta(0) <= self.now() - made.at < MADE_ANEW
        return made is not None and fresh and (made.stamp, made.version) == (stamp, version)

    async def at_least(self, version: int) -> bool:
        """Whether it is of this version: there is nobody to wait for."""
        return (await self.renew()).version >= version

    async def pulled(self) -> Pulled:
        """Everything a service asks for."""
        policy, key, now = await self.renew(), await self.keys.current(), self.now()
        async with self._app.db.read() as connection:
            ended = await _ended(connection, now)
        return Pulled(
            policy=signing.sign(wire.encode(policy), "policy+jws", key),
            confirmed=Confirmed(policy.version, now).sign(key),
            keys=await self.keys.document(),
            ended=ended,
        )

    async def look(self) -> None:
        """See what changed, at most every half second, so that another process's change is known here soon."""
        moment = asyncio.get_running_loop().time()
        if moment - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = moment
            await self.renew()
            async with self._app.db.read() as connection:
                for session_id, at in (await _ended(connection, self.now())).items():
                    self.end(session_id, at)
            self._look()

    async def keep(self, stop: asyncio.Event) -> None:
        """Publish what changed, and confirm every few seconds that the policy still holds."""
        loop, confirmed_at = asyncio.get_running_loop(), -HEARTBEAT_S
        while not stop.is_set():
            self._due.clear()
            await self.look()
            if loop.time() - confirmed_at >= HEARTBEAT_S:
                confirmed_at = loop.time()
                await self.confirm_to_all()
            await self._due_or(stop)

    async def _due_or(self, stop: asyncio.Event) -> None:
        """Wait for a change, for the end, or for the next look."""
        waiting = [asyncio.create_task(one.wait()) for one in (self._due, stop)]
        await asyncio.wait(waiting, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()

    async def confirm_to_all(self) -> None:
        """Tell every service that the policy still holds."""
        key, version, now = await self.keys.current(), self.version, self.now()
        signed = Confirmed(version, now).sign(key)
        fact = PolicyConfirmed(installation="pitboss", policy_version=version, signed=signed)
        await self._app.transact(lambda uow: uow.publish(fact), Context.system("policy", self._clock))

    async def forget(self) -> int:
        """Delete versions that nobody needs any more: all but the newest, once they are old; how many."""
        newest = select(func.max(policy_version.c.version)).scalar_subquery()
        old = policy_version.c.issued_at < self.now() - KEPT
        async with self._app.db.write() as connection:
            gone = await connection.execute(delete(policy_version).where(policy_version.c.version < newest, old))
            return int(gone.rowcount)


async def _publish(uow: UnitOfWork, key: OKPKey, read: Read, then: Then) -> Policy:
    await uow.connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
    latest, now = await _latest(uow.connection), uow.ctx.occurred_at
    built = await read(uow.connection, now)
    if latest is not None and wire.same_rules(latest, built):
        return latest
    # Never below the clock, so that versions grow even where the database of before was lost.
    version = max((latest.version if latest is not None else 0) + 1, int(now.timestamp()))
    policy = replace(built, version=version)
    document = wire.encode(policy).decode()
    await uow.connection.execute(insert(policy_version).values(version=version, issued_at=now, document=document))
    if latest is None:
        signed = signing.sign(document.encode(), "policy+jws", key)
    else:
        signed = signing.sign(wire.encode(wire.delta(latest, policy)), "policy-delta+jws", key)
    fits = len(signed) <= _LARGEST_MESSAGE
    await uow.publish(PolicyChanged(installation="pitboss", policy_version=version, signed=signed if fits else ""))
    await then(uow)
    return policy


async def _latest(connection: AsyncConnection, held: Policy | None = None) -> Policy | None:
    """The newest policy that was published; what is held is not read again."""
    version = await connection.scalar(select(func.max(policy_version.c.version)))
    if version is None:
        return None
    if held is not None and held.version == version:
        return held
    statement = select(policy_version.c.document).where(policy_version.c.version == version)
    return wire.decode((await connection.execute(statement)).scalar_one())


async def _ended(connection: AsyncConnection, now: datetime) -> dict[Any, datetime]:
    statement = select(session.c.id, session.c.ended_at).where(session.c.ended_at > now - REMEMBERED)
    return {row.id: row.ended_at for row in await connection.execute(statement)}
