"""The codes with which verification refuses by its own rules: documents and screening hits."""

from enum import StrEnum


class VerificationError(StrEnum):
    """Stable; see `contracts.errors`."""

    CASE_CLOSED = "case_closed"
    """A document was refused for good; no other one is looked at."""
    CASE_ERASED = "case_erased"
    """The player's personal data was erased."""
    CASE_UNKNOWN = "case_unknown"
    """The player has no case: he never registered, or the news is still on its way."""
    DOCUMENT_ALREADY_DECIDED = "document_already_decided"
    """Somebody decided otherwise before."""
    DOCUMENT_EXPIRED = "document_expired"
    """A document that is past its date cannot be accepted; reject it with the reason `expired`."""
    DOCUMENT_KIND_UNKNOWN = "document_kind_unknown"
    """Not a kind of document the catalogue knows."""
    DOCUMENT_UNKNOWN = "document_unknown"
    """The case has no such document."""
    HIT_ALREADY_DECIDED = "hit_already_decided"
    """Somebody decided otherwise before."""
    HIT_UNKNOWN = "hit_unknown"
    """There is no such hit."""
    HIT_WITHDRAWN = "hit_withdrawn"
    """The hit was withdrawn: the listed entity changed or left its list."""
    REASON_MISSING = "reason_missing"
    """A decision that nobody can explain later is none."""
    REJECT_REASON_UNKNOWN = "reject_reason_unknown"
    """Not a reason the catalogue knows."""
    UPLOADER_CANNOT_DECIDE = "uploader_cannot_decide"
    """Who brings a document does not judge it."""
