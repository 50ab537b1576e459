"""Why a case refuses."""

from chassis.domain import DomainError, Invalid, NotFound


class CaseUnknown(NotFound):
    """The player has no case: he never registered, or the news is still on its way."""

    code = "case_unknown"


class DocumentUnknown(NotFound):
    """The case has no such document."""

    code = "document_unknown"


class DocumentNotShown(DomainError):
    """The caller opens documents, and sees no sensitive data in clear."""

    code = "document_not_shown"
    status = 403


class DocumentKindUnknown(Invalid):
    """Not a kind of document the catalogue knows."""

    code = "document_kind_unknown"


class RejectReasonUnknown(Invalid):
    """Not a reason the catalogue knows."""

    code = "reject_reason_unknown"


class DocumentExpired(DomainError):
    """A document that is past its date cannot be accepted; reject it with the reason `expired`."""

    code = "document_expired"


class DocumentAlreadyDecided(DomainError):
    """Somebody decided otherwise before."""

    code = "document_already_decided"


class UploaderCannotDecide(DomainError):
    """Who brings a document does not judge it."""

    code = "uploader_cannot_decide"


class CaseClosed(DomainError):
    """A document was refused for good; no other one is looked at."""

    code = "case_closed"


class CaseGone(DomainError):
    """The player's personal data was erased."""

    code = "case_erased"
