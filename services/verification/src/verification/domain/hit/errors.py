"""Why a hit refuses."""

from chassis.domain import DomainError, Invalid, NotFound


class HitUnknown(NotFound):
    """There is no such hit."""

    code = "hit_unknown"


class HitAlreadyDecided(DomainError):
    """Somebody decided otherwise before."""

    code = "hit_already_decided"


class HitGone(DomainError):
    """The hit was withdrawn: the listed entity changed or left its list."""

    code = "hit_withdrawn"


class ReasonMissing(Invalid):
    """A decision that nobody can explain later is none."""

    code = "reason_missing"
