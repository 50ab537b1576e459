"""The permissions verification asks for."""

from enum import StrEnum


class VerificationPermission(StrEnum):
    """`verification.resource.action`."""

    CASE_LIST = "verification.case.list"
    CASE_VIEW = "verification.case.view"
    DOCUMENT_LIST = "verification.document.list"
    DOCUMENT_VIEW = "verification.document.view"
    DOCUMENT_UPLOAD = "verification.document.upload"
    DOCUMENT_DECIDE = "verification.document.decide"
    HIT_LIST = "verification.hit.list"
    HIT_DECIDE = "verification.hit.decide"
    LIST_VIEW = "verification.list.view"
