"""The ways to be turned away at the door. The first two do not say what would have opened it."""

from chassis.domain import DomainError


class Unauthenticated(DomainError):
    """There is no token, or not one that can be believed."""

    code = "unauthenticated"
    status = 401

    def __init__(self, detail: str = "A valid access token is needed.") -> None:
        super().__init__(detail)


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403

    def __init__(self, detail: str = "You may not do this.") -> None:
        super().__init__(detail)


class PasswordChangeRequired(DomainError):
    """The caller must choose a new password before anything else."""

    code = "password_change_required"
    status = 403

    def __init__(self) -> None:
        super().__init__("Change your password first.")


class FactorRequired(DomainError):
    """The caller must add a second factor before anything else."""

    code = "factor_required"
    status = 403

    def __init__(self) -> None:
        super().__init__("Add a second factor first.")


class StepUpNeeded(DomainError):
    """The proof of who it is is too old, or not strong enough, for what is asked (RFC 9470).

    Attributes:
        max_age_s: how old it may be, in seconds.
    """

    code = "insufficient_user_authentication"
    status = 401

    def __init__(self, max_age_s: int) -> None:
        super().__init__("Prove again who you are.")
        self.max_age_s = max_age_s

    @property
    def headers(self) -> dict[str, str]:
        """The challenge: RFC 9470 section 3."""
        return {"WWW-Authenticate": f'Bearer error="{self.code}", max_age="{self.max_age_s}"'}


class PolicyStale(DomainError):
    """The copy of the policy here is too old to decide this, or older than the token; nobody is let in by guessing."""

    code = "policy_stale"
    status = 503

    def __init__(self) -> None:
        super().__init__("Permissions cannot be checked at the moment.")


class ApprovalNeeded(DomainError):
    """It takes a second person, and this way there is none."""

    code = "approval_needed"
    status = 403

    def __init__(self) -> None:
        super().__init__("This takes the approval of a second person.")
