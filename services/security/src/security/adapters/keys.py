"""Signing keys: made here, sealed in the database, rotated without a token becoming invalid.

A new key is published before it signs, so that every verifier has fetched it by then; an old one stays published until
the last token it signed has expired.
"""

from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import insert, or_, select, text, update

from chassis.db import Database
from chassis.domain import Clock, uuid7
from chassis.privacy import SecretBox
from security.adapters.tables import signing_key

PUBLISHED_BEFORE = timedelta(minutes=10)
"""Longer than any verifier keeps its copy of the keys."""

TRUSTED_AFTER = timedelta(hours=1)
"""Longer than any token lives."""

_ONE_AT_A_TIME = 0x6B657973


class SigningKeys:
    """The keys tokens are signed with. `refresh` must have run once before anything else."""

    def __init__(self, db: Database, box: SecretBox, clock: Clock) -> None:
        self._db = db
        self._box = box
        self._clock = clock
        self._public: dict[str, ECKey] = {}
        self._signing: tuple[str, ECKey] | None = None
        self._loaded_at: datetime | None = None

    async def key(self, kid: str) -> ECKey | None:
        """The public key with this id, for checking our own tokens; None when we have none such."""
        if kid not in self._public and self._stale(timedelta(seconds=3)):
            await self.refresh()
        return self._public.get(kid)

    def document(self) -> dict[str, Any]:
        """The JWKS document (RFC 7517)."""
        return {
            "keys": [
                {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "ES256"}
                for kid, key in self._public.items()
            ]
        }

    async def current(self) -> tuple[str, ECKey]:
        """The id and the private key that signs now; looked up again every minute."""
        if self._signing is None or self._stale(timedelta(minutes=1)):
            await self.refresh()
        assert self._signing is not None
        return self._signing

    def _stale(self, after: timedelta) -> bool:
        return self._loaded_at is None or self._clock.now() - self._loaded_at > after

    async def refresh(self) -> None:
        """Read the keys; make the first one when there is none."""
        now = self._clock.now()
        rows = await self._rows(now)
        if not any(row.signs_from <= now for row in rows):
            await self._make(signs_from=now, only_if_none=True)
            rows = await self._rows(now)
        private = {row.kid: ECKey.import_key(self._box.open(row.sealed_private_key)) for row in rows}
        newest = max((row for row in rows if row.signs_from <= now), key=lambda row: row.signs_from)
        self._public = {kid: ECKey.import_key(key.as_dict(private=False)) for kid, key in private.items()}
        self._signing = (newest.kid, private[newest.kid])
        self._loaded_at = now

    async def rotate(self) -> str:
        """Make a new key that signs in ten minutes; the old ones stay trusted for an hour after that."""
        await self.refresh()  # Where there is no key yet, one is made that signs meanwhile.
        signs_from = self._clock.now() + PUBLISHED_BEFORE
        kid = await self._make(signs_from=signs_from, only_if_none=False)
        await self.refresh()
        return kid

    async def rotate_if_older(self, age: timedelta) -> bool:
        """Rotate when the newest key is older than `age`; whether it did."""
        now = self._clock.now()
        if max(row.signs_from for row in await self._rows(now)) + age > now:
            return False
        await self.rotate()
        return True

    async def _rows(self, now: datetime) -> list[Any]:
        column = signing_key.c
        trusted = or_(column.trusted_until.is_(None), column.trusted_until > now)
        async with self._db.read() as connection:
            return list(await connection.execute(select(signing_key).where(trusted)))

    async def _make(self, *, signs_from: datetime, only_if_none: bool) -> str:
        key, kid = ECKey.generate_key("P-256"), str(uuid7())
        async with self._db.write() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
            existing = (await connection.execute(select(signing_key.c.kid))).first()
            if only_if_none and existing is not None:
                return str(existing.kid)
            await connection.execute(
                update(signing_key)
                .where(signing_key.c.trusted_until.is_(None))
                .values(trusted_until=signs_from + TRUSTED_AFTER)
            )
            await connection.execute(
                insert(signing_key).values(
                    kid=kid,
                    sealed_private_key=self._box.seal(key.as_pem(private=True).decode()),
                    public_key=key.as_dict(private=False),
                    created_at=self._clock.now(),
                    signs_from=signs_from,
                )
            )
        return kid
