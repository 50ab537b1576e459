"""Why something about a member of staff is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class StaffMemberUnknown(NotFound):
    pass


class StaffMemberExists(DomainError):
    code = "staff_member_exists"


class StaffMemberIsDisabled(DomainError):
    code = "staff_member_is_disabled"


class StaffMemberIsActive(DomainError):
    """Only who was disabled can come back."""

    code = "staff_member_is_active"


class OwnAccess(DomainError):
    """Nobody changes their own access: a second person keeps the first one honest."""

    code = "own_access"

    @classmethod
    def default_detail(cls) -> str:
        return "Your own access is changed by a colleague."


class OwnGift(DomainError):
    """A review is somebody else's look: whoever gave the access knows already why he did."""

    code = "own_gift"


class OwnColleague(DomainError):
    """Whoever made an account may have made it for himself: somebody else says that its access is needed."""

    code = "own_colleague"


class OwnAlarm(DomainError):
    """Whoever an alarm is about does not say that all is well."""

    code = "own_alarm"


class BeyondOwnAccess(DomainError):
    """Whoever manages some casinos gives and takes no more than what is his there."""

    code = "beyond_own_access"
    status = 403

    @classmethod
    def default_detail(cls) -> str:
        return "This reaches beyond your own access."


class AssignmentUnknown(NotFound):
    pass


class AssignmentTimesInvalid(Invalid):
    """It would be over before it began."""

    code = "assignment_times_invalid"


class ContractorNeedsEnd(Invalid):
    """People of other companies are forgotten more easily than our own: their access ends by itself."""

    code = "contractor_needs_end"


class DutiesConflict(DomainError):
    """One person would hold what is kept with two, so that one cannot do harm alone."""

    code = "duties_conflict"
