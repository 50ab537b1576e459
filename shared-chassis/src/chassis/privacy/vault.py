"""Personal data under a key per person. Erasing the key erases the data everywhere: tables, events, backups."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.tables import subject_key
from chassis.domain import DomainError
from chassis.privacy.keys import (
    KEY_BYTES,
    BlindIndex,
    MasterKey,
    SecretUnreadable,
    decrypt,
    derive,
    encrypt,
    from_text,
    to_text,
)

PREFIX: Final = "pd1:"
"""Marks a ciphertext of personal data, so that logs can recognise one."""


class SubjectErased(DomainError):
    """The person's data was erased; nothing new may be stored about them."""

    code: ClassVar[str] = "subject_erased"


class SubjectVault:
    """Encrypts what belongs to a person, inside the transaction at hand.

    Each person has a random key, kept in `subject_key` and wrapped under a key derived from the master key. A
    ciphertext is bound to its person: moved to another's row it does not open.

        token = await vault.encrypt(uow.connection, player_id, "Ann")       # 'pd1:...'
        await vault.decrypt(connection, player_id, token)                   # 'Ann', or None once erased
    """

    def __init__(self, master_key: MasterKey) -> None:
        self._wrapping_key = derive(master_key, "subject-keys")
        self._index = BlindIndex(master_key)

    def blind_index(self, value: str) -> str:
        """For exact search: equal for equal values, whatever their case and the blanks around them."""
        return self._index.of(value)

    async def encrypt(self, connection: AsyncConnection, subject_id: UUID, text: str) -> str:
        """The text under the person's key, which is made when there is none yet; SubjectErased when it was erased."""
        return (await self.encrypt_all(connection, subject_id, {"": text}))[""]

    async def encrypt_all(
        self, connection: AsyncConnection, subject_id: UUID, texts: Mapping[str, str]
    ) -> dict[str, str]:
        """Several texts of one person by name, with one look at the key."""
        key = await self._key_for_writing(connection, subject_id)
        bound = _bound_to(subject_id)
        return {name: PREFIX + to_text(encrypt(key, text.encode("utf-8"), bound)) for name, text in texts.items()}

    async def decrypt(self, connection: AsyncConnection, subject_id: UUID, token: str) -> str | None:
        """The text; None once it was erased; SecretUnreadable when the token was altered or is another person's."""
        return (await self.decrypt_all(connection, [(subject_id, token)]))[0]

    async def decrypt_all(
        self, connection: AsyncConnection, tokens: Sequence[tuple[UUID, str | None]]
    ) -> list[str | None]:
        """Many tokens of many people, in order, with one look at the keys: for lists. None stays None."""
        wanted = {subject_id for subject_id, token in tokens if token is not None}
        keys = await self._keys(connection, wanted) if wanted else {}
        return [None if token is None else self._open(keys, subject_id, token) for subject_id, token in tokens]

    async def erase(self, connection: AsyncConnection, subject_id: UUID) -> None:
        """Forget the person's key for ever. It works for people without a key too, and twice."""
        erased = {"wrapped_key": None, "erased_at": func.clock_timestamp()}
        await connection.execute(
            insert(subject_key)
            .values(subject_id=subject_id, **erased)
            .on_conflict_do_update(index_elements=["subject_id"], set_=erased, where=subject_key.c.erased_at.is_(None))
        )

    async def rewrap(self, connection: AsyncConnection, earlier: MasterKey, subject_ids: Iterable[UUID]) -> int:
        """Wrap these people's keys under the present master key, when it took the place of `earlier`. How many were."""
        before, done = derive(earlier, "subject-keys"), 0
        for subject_id, wrapped in (await self._wrapped(connection, set(subject_ids))).items():
            if wrapped is not None:
                bound = _bound_to(subject_id)
                again = encrypt(self._wrapping_key, decrypt(before, wrapped, bound), bound)
                mine = subject_key.c.subject_id == subject_id
                await connection.execute(update(subject_key).where(mine).values(wrapped_key=again))
                done += 1
        return done

    async def _key_for_writing(self, connection: AsyncConnection, subject_id: UUID) -> bytes:
        keys = await self._wrapped(connection, {subject_id})
        if subject_id not in keys:
            fresh = encrypt(self._wrapping_key, secrets.token_bytes(KEY_BYTES), _bound_to(subject_id))
            await connection.execute(
                insert(subject_key).values(subject_id=subject_id, wrapped_key=fresh).on_conflict_do_nothing()
            )
            keys = await self._wrapped(connection, {subject_id})  # Whoever was first made the key.
        wrapped = keys[subject_id]
        if wrapped is None:
            raise SubjectErased
        return decrypt(self._wrapping_key, wrapped, _bound_to(subject_id))

    async def _keys(self, connection: AsyncConnection, subject_ids: set[UUID]) -> dict[UUID, bytes]:
        found = await self._wrapped(connection, subject_ids)
        return {
            subject_id: decrypt(self._wrapping_key, wrapped, _bound_to(subject_id))
            for subject_id, wrapped in found.items()
            if wrapped is not None
        }

    async def _wrapped(self, connection: AsyncConnection, subject_ids: set[UUID]) -> dict[UUID, bytes | None]:
        statement = select(subject_key.c.subject_id, subject_key.c.wrapped_key)
        rows = await connection.execute(statement.where(subject_key.c.subject_id.in_(subject_ids)))
        return {row.subject_id: row.wrapped_key for row in rows}

    def _open(self, keys: Mapping[UUID, bytes], subject_id: UUID, token: str) -> str | None:
        if not token.startswith(PREFIX):
            raise SecretUnreadable("not personal data of ours")
        key = keys.get(subject_id)
        if key is None:
            return None
        return decrypt(key, from_text(token.removeprefix(PREFIX)), _bound_to(subject_id)).decode("utf-8")


def _bound_to(subject_id: UUID) -> bytes:
    return PREFIX.encode() + subject_id.bytes
