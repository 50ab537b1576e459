"""The permissions verification asks for."""

from enum import StrEnum


class VerificationPermission(StrEnum):
    """`verification.resource.action`."""

    CASE_LIST = "verification.case.list"
    """See the verification cases."""
    CASE_VIEW = "verification.case.view"
    """See one case with its documents and decisions."""
    DOCUMENT_LIST = "verification.document.list"
    """See which documents came in; their pictures stay closed."""
    DOCUMENT_VIEW = "verification.document.view"
    """Open a document itself; it is logged."""
    DOCUMENT_UPLOAD = "verification.document.upload"
    """Add a document for a player."""
    DOCUMENT_DECIDE = "verification.document.decide"
    """Accept or reject a document."""
    HIT_LIST = "verification.hit.list"
    """See the possible matches with sanctions and PEP lists."""
    HIT_DECIDE = "verification.hit.decide"
    """Decide whether a possible match is the player."""
    LIST_VIEW = "verification.list.view"
    """See which lists are in force, and since when."""
    CASE_EXPORT = "verification.case.export"
    """Take cases away as a file."""
    HIT_EXPORT = "verification.hit.export"
    """Take screening hits away as a file."""
