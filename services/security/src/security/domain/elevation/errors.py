"""Why something about more access for some hours is refused."""

from chassis.domain import DomainError, NotFound


class ElevationUnknown(NotFound):
    pass


class ElevationAnswered(DomainError):
    """Somebody has approved or refused it, or it was taken back."""

    code = "elevation_answered"


class ElevationLapsed(DomainError):
    """Nobody answered in time; whoever still needs it asks again."""

    code = "elevation_lapsed"


class ElevationOver(DomainError):
    """It is over already."""

    code = "elevation_over"


class OwnElevation(DomainError):
    """Nobody answers his own wish."""

    code = "own_elevation"

    @classmethod
    def default_detail(cls) -> str:
        return "Your own wish is answered by a colleague."
