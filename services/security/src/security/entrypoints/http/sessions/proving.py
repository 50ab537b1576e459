"""A second factor, proved: a code by time, a recovery code, or a key."""

import secrets
from typing import Any

from chassis.store import UnitOfWork
from contracts.security.events import Proof, RecoveryCodeUsed
from security.adapters import factors, tickets, ties
from security.application.door import DoorKeeper
from security.application.factors import counter_of, written_alike
from security.application.relying_party import KeyRefused, named_key
from security.entrypoints.http.sessions.schemas import FactorProof


async def prove(uow: UnitOfWork, door: DoorKeeper, kept: Any, proof: FactorProof, ticket: Any | None) -> str | None:
    """The method that was proved (RFC 8176); None when it was not. The caller holds the credential and counts.

    Args:
        ticket: holds the challenge that a key has signed.
    """
    if proof.code is not None:
        return await _code(uow, door, kept, proof.code)
    if proof.recovery_code is not None:
        return await _recovery_code(uow, door, kept, proof.recovery_code)
    assert proof.key is not None
    if ticket is None or ticket.challenge is None:
        return None
    await tickets.ask(uow, ticket, None)
    return await _key(uow, door, kept, proof.key, ticket.challenge)


def kind_of(proof: FactorProof) -> Proof:
    """What was tried, for whoever reads of failures."""
    if proof.code is not None:
        return "totp"
    return "recovery_code" if proof.recovery_code is not None else "webauthn"


def new_challenge() -> bytes:
    """What a key signs: 256 random bits."""
    return secrets.token_bytes(32)


def digest_of(door: DoorKeeper, subject_id: Any, code: str) -> str:
    """A recovery code as it is kept: hashed with its owner under a key, so that a stolen table is worth nothing."""
    return door.index.of(f"{subject_id}:{written_alike(code)}")


async def _code(uow: UnitOfWork, door: DoorKeeper, kept: Any, code: str) -> str | None:
    for one in await factors.of(uow.connection, kept.subject_id):
        if one.kind != "totp":
            continue
        counter = counter_of(door.box.open(one.sealed_secret, label=str(one.id)), code, uow.ctx.occurred_at)
        if counter is not None and await factors.use_counter(uow, one.id, counter):
            await ties.proved(uow, kept.subject_id, one.confirmed_at)
            return "otp"
    return None


async def _recovery_code(uow: UnitOfWork, door: DoorKeeper, kept: Any, code: str) -> str | None:
    if not await factors.use_recovery_code(uow, kept.subject_id, digest_of(door, kept.subject_id, code)):
        return None
    left = await factors.recovery_codes_left(uow.connection, kept.subject_id)
    await uow.publish(RecoveryCodeUsed(subject_kind=kept.subject_kind, subject_id=kept.subject_id, left=left))
    return "otp"


async def _key(uow: UnitOfWork, door: DoorKeeper, kept: Any, answer: dict[str, Any], challenge: bytes) -> str | None:
    try:
        named = named_key(answer)
        known = {one.credential_id: one for one in await factors.of(uow.connection, kept.subject_id)}
        if named not in known:
            return None
        key = known[named]
        count = door.relying_party.used(
            answer, challenge, subject_id=kept.subject_id, public_key=key.public_key, sign_count=key.sign_count
        )
    except KeyRefused:
        return None
    await factors.use_key(uow, key.id, count)
    await ties.proved(uow, kept.subject_id, key.confirmed_at)
    return str(key.method)
