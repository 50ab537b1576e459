"""The codes with which security refuses by its own rules: who may come in and what he may do."""

from enum import StrEnum


class SecurityError(StrEnum):
    """Stable; see `contracts.errors`."""

    BEYOND_OWN_ACCESS = "beyond_own_access"
    """Nobody gives or takes more access than is theirs: a permission they do not hold, a casino they do not manage."""
    EMAIL_TAKEN = "email_taken"
    """A registered player of this casino has this e-mail."""
    LOG_IN_REFUSED = "log_in_refused"
    """Wrong name, wrong password, locked, disabled: whoever asks is not told which (GLI-19 2.5.3)."""
    OWN_ACCESS = "own_access"
    """Nobody changes their own access: a second person keeps the first one honest."""
    PASSWORD_TOO_WEAK = "password_too_weak"
    """Guessing would be too easy."""
    PERMISSION_UNKNOWN = "permission_unknown"
    """No service declares it, so it would protect nothing and mislead whoever reads the role."""
    ROLE_EXISTS = "role_exists"
    """Another role has this name."""
    SESSION_OVER = "session_over"
    """The refresh token opens nothing any more."""
    STAFF_MEMBER_EXISTS = "staff_member_exists"
    """Another member of staff has this log-in."""
    STAFF_MEMBER_IS_ACTIVE = "staff_member_is_active"
    """Only who was disabled can come back."""
    STAFF_MEMBER_IS_DISABLED = "staff_member_is_disabled"
    """The member of staff was disabled and comes in no more."""
