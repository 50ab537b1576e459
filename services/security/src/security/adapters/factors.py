"""The factors of people. Whoever uses or changes one holds its owner's credential, so that two never do at once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from security.adapters.factor_tables import factor, recovery_code
from security.application.factors import FactorKind
from security.application.relying_party import NewKey


async def of(connection: AsyncConnection, subject_id: UUID) -> Sequence[Any]:
    """The factors that count, the oldest first."""
    statement = select(factor).where(factor.c.subject_id == subject_id, factor.c.confirmed_at.is_not(None))
    return (await connection.execute(statement.order_by(factor.c.created_at, factor.c.id))).all()


async def begin_totp(uow: UnitOfWork, factor_id: UUID, subject_id: UUID, name: str, sealed: str) -> None:
    """A secret that counts once its first code was told. An earlier one that was never confirmed goes."""
    await uow.connection.execute(
        delete(factor).where(
            factor.c.subject_id == subject_id, factor.c.kind == "totp", factor.c.confirmed_at.is_(None)
        )
    )
    await _add(uow, factor_id, subject_id, "totp", name, sealed_secret=sealed)


async def begun_totp(uow: UnitOfWork, subject_id: UUID, factor_id: UUID) -> Any | None:
    """A secret that was not confirmed yet; None when there is none such."""
    statement = select(factor).where(
        factor.c.id == factor_id,
        factor.c.subject_id == subject_id,
        factor.c.kind == "totp",
        factor.c.confirmed_at.is_(None),
    )
    return (await uow.connection.execute(statement)).one_or_none()


async def confirm(uow: UnitOfWork, factor_id: UUID) -> None:
    """From now on it counts."""
    await uow.connection.execute(
        update(factor).where(factor.c.id == factor_id).values(confirmed_at=uow.ctx.occurred_at)
    )


async def use_counter(uow: UnitOfWork, factor_id: UUID, counter: int) -> bool:
    """Use up the code of these 30 seconds; False when it, or a later one, was used before (ASVS 6.5.1)."""
    statement = (
        update(factor)
        .where(factor.c.id == factor_id, func.coalesce(factor.c.last_counter, -1) < counter)
        .values(last_counter=counter, last_used_at=uow.ctx.occurred_at)
        .returning(factor.c.id)
    )
    return (await uow.connection.execute(statement)).first() is not None


async def add_key(uow: UnitOfWork, factor_id: UUID, subject_id: UUID, name: str, key: NewKey) -> bool:
    """A key that counts at once; False when it is registered already, be it by somebody else."""
    statement = select(factor.c.id).where(factor.c.credential_id == key.credential_id)
    if (await uow.connection.execute(statement)).first() is not None:
        return False
    await _add(
        uow,
        factor_id,
        subject_id,
        "webauthn",
        name,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        method=key.method,
        confirmed_at=uow.ctx.occurred_at,
    )
    return True


async def use_key(uow: UnitOfWork, factor_id: UUID, sign_count: int) -> None:
    """Keep the key's new count."""
    await uow.connection.execute(
        update(factor).where(factor.c.id == factor_id).values(sign_count=sign_count, last_used_at=uow.ctx.occurred_at)
    )


async def remove(uow: UnitOfWork, subject_id: UUID, factor_id: UUID) -> Any | None:
    """Take one away; None when the person has none such that counts."""
    statement = (
        delete(factor)
        .where(factor.c.id == factor_id, factor.c.subject_id == subject_id, factor.c.confirmed_at.is_not(None))
        .returning(factor.c.id, factor.c.kind, factor.c.name)
    )
    return (await uow.connection.execute(statement)).one_or_none()


async def clear(uow: UnitOfWork, subject_id: UUID) -> int:
    """Take all of them away, with the recovery codes; returns how many counted."""
    gone = await uow.connection.execute(
        delete(factor).where(factor.c.subject_id == subject_id).returning(factor.c.confirmed_at)
    )
    await put_recovery_codes(uow, subject_id, ())
    return sum(1 for row in gone if row.confirmed_at is not None)


async def put_recovery_codes(uow: UnitOfWork, subject_id: UUID, digests: Iterable[str]) -> None:
    """Replace whatever codes there were."""
    await uow.connection.execute(delete(recovery_code).where(recovery_code.c.subject_id == subject_id))
    rows = [{"digest": one, "subject_id": subject_id, "made_at": uow.ctx.occurred_at} for one in digests]
    if rows:
        await uow.connection.execute(insert(recovery_code), rows)


async def use_recovery_code(uow: UnitOfWork, subject_id: UUID, digest: str) -> bool:
    """Use a code up; False when it is none of theirs, or was used before."""
    statement = (
        update(recovery_code)
        .where(
            recovery_code.c.digest == digest,
            recovery_code.c.subject_id == subject_id,
            recovery_code.c.used_at.is_(None),
        )
        .values(used_at=uow.ctx.occurred_at)
        .returning(recovery_code.c.digest)
    )
    return (await uow.connection.execute(statement)).first() is not None


async def recovery_codes_left(connection: AsyncConnection, subject_id: UUID) -> int:
    """How many were not used yet."""
    statement = select(func.count()).where(recovery_code.c.subject_id == subject_id, recovery_code.c.used_at.is_(None))
    return int((await connection.execute(statement)).scalar_one())


async def _add(uow: UnitOfWork, factor_id: UUID, subject_id: UUID, kind: FactorKind, name: str, **values: Any) -> None:
    await uow.connection.execute(
        insert(factor).values(
            id=factor_id, subject_id=subject_id, kind=kind, name=name, created_at=uow.ctx.occurred_at, **values
        )
    )
