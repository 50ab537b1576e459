"""Why something about a member of staff is refused."""

from chassis.domain import DomainError, NotFound


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


class BeyondOwnAccess(DomainError):
    """Whoever manages some casinos gives and takes no more than what is his there."""

    code = "beyond_own_access"
    status = 403

    @classmethod
    def default_detail(cls) -> str:
        return "This reaches beyond your own access."


class AssignmentUnknown(NotFound):
    pass
