"""Why a session refuses."""

from chassis.domain import DomainError, NotFound


class SessionUnknown(NotFound):
    """There is no such session."""


class SessionAlreadyOpened(DomainError):
    """The id is taken."""

    code = "session_already_opened"


class SessionIsClosed(DomainError):
    """It takes no more bets and cannot be launched again."""

    code = "session_closed"
