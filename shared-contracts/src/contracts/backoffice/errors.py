"""The codes with which backoffice refuses by its own rules: casinos, players and what a player may do."""

from enum import StrEnum


class BackofficeError(StrEnum):
    """Stable; see `contracts.errors`."""

    BORN_IN_THE_FUTURE = "born_in_the_future"
    """The date of birth is still to come."""
    CASINO_EXISTS = "casino_exists"
    """A casino with this id or name is open already."""
    CURRENCY_NOT_OFFERED = "currency_not_offered"
    """The casino keeps no wallets in this currency."""
    EXCLUSION_TOO_LONG = "exclusion_too_long"
    """Longer than the jurisdiction lets a self-exclusion last."""
    EXCLUSION_TOO_SHORT = "exclusion_too_short"
    """Shorter than the jurisdiction lets a self-exclusion last."""
    LIMIT_IN_ANOTHER_CURRENCY = "limit_in_another_currency"
    """A limit is in the currency of the player's wallet."""
    PASSWORD_TOO_WEAK = "password_too_weak"
    """Security finds the password too easy to guess."""
    PLAYER_EXISTS = "player_exists"
    """There is an account with this e-mail, or of this person, at this casino already."""
    PLAYER_TOO_YOUNG = "player_too_young"
    """Younger than the casino's jurisdiction allows."""
    PROFILE_FROM_THE_PAST = "profile_from_the_past"
    """Rules cannot have been in force before anybody knew them."""
    PROFILE_INCONSISTENT = "profile_inconsistent"
    """Two rules of the profile contradict each other, or one names a level there is not."""
    REGISTRATION_REFUSED = "registration_refused"
    """The person excluded himself at a casino of this operator. He is told no more than that."""
    TOO_MANY_TAGS = "too_many_tags"
    """The player has as many tags as one may have."""
