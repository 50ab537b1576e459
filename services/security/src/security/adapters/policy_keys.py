"""The keys that policies are signed with: two during a change, so that nobody meets a policy he cannot check.

A new key is told to services ten minutes before it signs, and an old one is believed for an hour after that. A service
that has not asked meanwhile learns of the new one with the first message it signed: it asks security for all of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.jwk import OKPKey
from sqlalchemy import delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.policy import signing
from chassis.db import Database
from chassis.domain import Clock, uuid7
from chassis.privacy import SecretBox
from security.adapters.tables import policy_key

PUBLISHED_BEFORE: Final = timedelta(minutes=10)
TRUSTED_AFTER: Final = timedelta(hours=1)
"""Longer than any message waits on the bus before a service that listens has read it."""

LOOKED_UP: Final = timedelta(minutes=1)
"""How old what is known of the keys may be; shorter than a new one is published before it signs."""

_ONE_AT_A_TIME: Final = 0x706F6C6B


class PolicyKeys:
    """The keys of the installation, as this process knows them."""

    def __init__(self, db: Database, box: SecretBox, clock: Clock) -> None:
        self._db, self._box, self._clock = db, box, clock
        self._keys: dict[str, OKPKey] = {}
        self._signs: list[tuple[datetime, str]] = []
        self._loaded_at: datetime | None = None

    async def current(self) -> OKPKey:
        """The private key that signs now."""
        await self._known()
        now = self._clock.now()
        return self._keys[max(one for one in self._signs if one[0] <= now)[1]]

    async def document(self) -> Mapping[str, Any]:
        """The public halves of all that are believed (RFC 7517), one that does not sign yet among them."""
        await self._known()
        return signing.document_of(self._keys)

    async def rotate(self) -> str:
        """Make a key that signs in ten minutes; those of before are believed for an hour after that. Its id."""
        await self._refresh()  # Where there is none yet, one is made that signs meanwhile.
        signs_from = self._clock.now() + PUBLISHED_BEFORE
        async with self._db.write() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
            earlier = update(policy_key).where(policy_key.c.trusted_until.is_(None))
            await connection.execute(earlier.values(trusted_until=signs_from + TRUSTED_AFTER))
            kid = await self._make(connection, signs_from)
        await self._refresh()
        return kid

    async def rotate_if_older(self, age: timedelta) -> bool:
        """Rotate when the newest key is older than that; whether it did."""
        await self._known()
        if max(self._signs)[0] + age > self._clock.now():
            return False
        await self.rotate()
        return True

    async def forget(self) -> int:
        """Delete keys that nobody believes any more; how many."""
        async with self._db.write() as connection:
            gone = delete(policy_key).where(policy_key.c.trusted_until < self._clock.now())
            return int((await connection.execute(gone)).rowcount)

    async def _known(self) -> None:
        now = self._clock.now()
        if self._loaded_at is None or not timedelta(0) <= now - self._loaded_at < LOOKED_UP:
            await self._refresh()

    async def _refresh(self) -> None:
        now = self._clock.now()
        rows = await self._trusted(now)
        if not rows:
            async with self._db.write() as connection:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
                if (await connection.execute(select(policy_key.c.kid))).first() is None:
                    await self._make(connection, now)
            rows = await self._trusted(now)
        self._keys = {row.kid: self._opened(row) for row in rows}
        self._signs = [(row.signs_from, row.kid) for row in rows]
        self._loaded_at = now

    async def _trusted(self, now: datetime) -> list[Any]:
        trusted = or_(policy_key.c.trusted_until.is_(None), policy_key.c.trusted_until > now)
        async with self._db.read() as connection:
            return list(await connection.execute(select(policy_key).where(trusted)))

    def _opened(self, row: Any) -> OKPKey:
        known = self._keys.get(row.kid)
        if known is not None:
            return known
        return OKPKey.import_key(self._box.open(row.sealed_private_key, label=row.kid), {"kid": row.kid, "use": "sig"})

    async def _make(self, connection: AsyncConnection, signs_from: datetime) -> str:
        kid = str(uuid7())
        sealed = self._box.seal(signing.new_key(kid).as_pem(private=True).decode(), label=kid)
        values = {"kid": kid, "sealed_private_key": sealed, "created_at": self._clock.now(), "signs_from": signs_from}
        await connection.execute(insert(policy_key).values(values))
        return kid
