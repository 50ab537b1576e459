"""The words that stand in the chassis' tables: whoever writes a row has them from here, as its list does."""

from enum import StrEnum


class ApprovalState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    """For one more person."""
    APPROVED = "approved"
    """Enough people said yes; it is about to be executed."""
    EXECUTED = "executed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOIDED = "voided"
    """What it is about changed meanwhile."""


class ExportState(StrEnum):
    """How far an export is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    """The file is there no more."""


class BulkState(StrEnum):
    """How far a bulk job is."""

    FROZEN = "frozen"
    PROPOSED = "proposed"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class BulkResult(StrEnum):
    """What became of a row of a bulk job."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    SKIPPED = "skipped"
