"""Files that prove our side of a dispute: small, sealed with the player's key, and opened on record."""

import base64
import binascii
import hashlib
from typing import Any, ClassVar
from uuid import UUID

from chassis.auth import Caller
from chassis.auth.acts import act
from chassis.domain import DomainError, Invalid, NotFound, uuid7
from chassis.domain.numbers import refuse_card_number
from chassis.privacy import SubjectErased
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.disputes import find_dispute
from payments.domain.dispute.aggregate import dispute
from payments.domain.dispute.commands import AddEvidence
from payments.domain.dispute.states import Told

LONGEST = 2_000_000
"""Bytes of one file: what Adyen takes as a PDF (docs.adyen.com, "Dispute defense documents"); Stripe takes more."""

STATEMENT = "statement"
"""The kind of what is written by us, and not a file of others."""

LONGEST_STATEMENT = 20_000
"""Characters."""

_TYPES = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class EvidenceGone(DomainError):
    """The player's data was erased, and the file with it."""

    code: ClassVar[str] = "evidence_gone"
    status: ClassVar[int] = 410


class EvidenceDiffers(DomainError):
    """The file that is kept is not the one that was brought: nobody is shown it, and it is sent nowhere."""

    code: ClassVar[str] = "evidence_differs"


class EvidenceTypeUnknown(DomainError):
    """The first bytes are those of no type that is accepted: PDF, PNG or JPEG; or a statement is no short text."""

    code: ClassVar[str] = "evidence_type_unknown"
    status: ClassVar[int] = 415


class EvidenceTooLarge(DomainError):
    """More bytes than one file of evidence may have."""

    code: ClassVar[str] = "evidence_too_large"
    status: ClassVar[int] = 413


async def add_evidence(
    desk: Desk, uow: UnitOfWork, dispute_id: UUID, kind: str, content: str, by: str
) -> dict[str, Any]:
    """Keep a file, and say on record that it is there; what may be shown of it.

    Raises:
        NotFound, DisputeNotOpen: nothing is proved there, or not any more.
        Invalid, EvidenceTypeUnknown, EvidenceTooLarge: the bytes are not a file that may be kept, or a statement may
            hold the number of a card.
        EvidenceGone: the player's data was erased.
    """
    raw = _bytes(content)
    known = _text(raw) if kind == STATEMENT else media_type(raw)
    state = await find_dispute(uow, dispute_id)
    file: dict[str, Any] = {
        "kind": kind,
        "media_type": known,
        "size": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    evidence_id = uuid7()
    await uow.decide(dispute, dispute_id, AddEvidence(evidence_id=evidence_id, **file))
    try:
        sealed = await desk.vault.encrypt(uow.connection, state.fact.player_id, content)
    except SubjectErased:
        raise EvidenceGone from None
    shown = {"evidence_id": evidence_id, **file, "added_by": by, "added_at": uow.ctx.occurred_at}
    await desk.evidence.keep(uow.connection, dispute_id, shown, sealed)
    return shown


async def open_evidence(
    desk: Desk, uow: UnitOfWork, caller: Caller, dispute_id: UUID, evidence_id: UUID
) -> tuple[str, str]:
    """The type and the content (base64) of a file; that it was seen is recorded before it leaves.

    Raises:
        NotFound: there is none, or not for this caller.
        EvidenceGone, EvidenceDiffers: the player's data was erased, or the file was changed.
    """
    state = await find_dispute(uow, dispute_id)
    fact = state.fact
    caller.must(P.DISPUTE_VIEW_EVIDENCE, fact.casino_id)
    known, content = await read_evidence(desk, uow, dispute_id, state, evidence_id)
    uow.ctx = uow.ctx.for_casino(fact.casino_id)
    seen = act(
        caller,
        uow.ctx,
        "payments.dispute.evidence",
        ("player", fact.player_id),
        permission=P.DISPUTE_VIEW_EVIDENCE,
        casino_id=fact.casino_id,
        details={"dispute_id": str(dispute_id), "evidence_id": str(evidence_id)},
    )
    await uow.publish(seen)
    return known, content


async def read_evidence(
    desk: Desk, uow: UnitOfWork, dispute_id: UUID, state: Told, evidence_id: UUID
) -> tuple[str, str]:
    """The type and the content (base64) of a file as it was brought.

    Raises:
        NotFound: there never was one.
        EvidenceGone: the player's data was erased, or the file alone.
        EvidenceDiffers: it was changed since.
    """
    if evidence_id not in state.evidence:
        raise NotFound
    known, sealed = await desk.evidence.sealed(uow.connection, dispute_id, evidence_id) or ("", "")
    content = sealed and await desk.vault.decrypt(uow.connection, state.fact.player_id, sealed)
    if not content:
        raise EvidenceGone
    if hashlib.sha256(base64.b64decode(content)).hexdigest() != state.evidence[evidence_id]:
        raise EvidenceDiffers
    return known, content


def media_type(raw: bytes) -> str:
    """The type that the first bytes tell, whatever was said about it.

    >>> media_type(b"%PDF-1.7 ...")
    'application/pdf'
    """
    for beginning, name in _TYPES:
        if raw.startswith(beginning):
            return name
    raise EvidenceTypeUnknown(field="content")


def _text(raw: bytes) -> str:
    """text/plain, where it is one that a person can read and that holds no card's number."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise EvidenceTypeUnknown(field="content") from None
    readable = all(one.isprintable() or one in "\n\t" for one in text)
    if not readable or not text.strip() or len(text) > LONGEST_STATEMENT:
        raise EvidenceTypeUnknown(field="content")
    refuse_card_number(text, field="content")
    return "text/plain"


def _bytes(content: str) -> bytes:
    try:
        raw = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("It is not base64.", field="content") from None
    if len(raw) > LONGEST:
        raise EvidenceTooLarge(field="content")
    return raw
