"""The three ways to be turned away at the door. None of them says what would have opened it."""

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
