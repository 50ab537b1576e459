"""Why something about a casino is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class CasinoUnknown(NotFound):
    pass


class CasinoExists(DomainError):
    code = "casino_exists"


class ProfileFromThePast(Invalid):
    """Rules cannot have been in force before anybody knew them."""

    code = "profile_from_the_past"


class ProfileInconsistent(Invalid):
    code = "profile_inconsistent"
