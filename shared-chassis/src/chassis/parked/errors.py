"""Why something about a parked message is refused."""

from chassis.domain import DomainError, NotFound


class ParkedUnknown(NotFound):
    """There is no such message, or the caller may not know of it."""


class ParkedResolved(DomainError):
    """The message was handled again or given up already."""

    code = "parked_resolved"
