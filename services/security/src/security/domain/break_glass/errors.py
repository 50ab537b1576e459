"""Why something about emergency access is refused."""

from chassis.domain import DomainError, NotFound


class BreakGlassUnknown(NotFound):
    pass


class BreakGlassIsOpen(DomainError):
    """It is under way: it is not opened twice, nor reviewed before it is over."""

    code = "break_glass_is_open"


class ReviewAwaited(DomainError):
    """An emergency of theirs waits for its review: until somebody has looked at what was done, they open no other."""

    code = "review_awaited"

    @classmethod
    def default_detail(cls) -> str:
        return "Your last emergency was not reviewed yet. Have a colleague review it, or open this one."


class SecurityKeyNeeded(DomainError):
    """It is opened with a security key, which is there before the night in which it is needed."""

    code = "security_key_needed"
    status = 403

    @classmethod
    def default_detail(cls) -> str:
        return "Emergency access is opened with a security key, and you have none. Add one first, then step up with it."


class BreakGlassOver(DomainError):
    """It is over already."""

    code = "break_glass_over"


class BreakGlassIsReviewed(DomainError):
    """Somebody has closed the review."""

    code = "break_glass_is_reviewed"


class NoEmergencyRole(DomainError):
    """There is no role that is for emergencies, or it was retired."""

    code = "no_emergency_role"


class OwnReview(DomainError):
    """Nobody reviews what he did himself."""

    code = "own_review"

    @classmethod
    def default_detail(cls) -> str:
        return "Your own emergency is reviewed by a colleague."
