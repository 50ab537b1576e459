"""Why something about a player's account is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class PlayerUnknown(NotFound):
    pass


class PlayerExists(DomainError):
    """There is an account with this e-mail, or of this person, at this casino already."""

    code = "player_exists"


class PlayerHasMoney(DomainError):
    """Erased, he could be paid no more: there is money of his, or some is on its way."""

    code = "player_has_money"


class AccountClosed(DomainError):
    """The player's personal data was erased, and with it his account ended."""

    code = "account_closed"

    @classmethod
    def default_detail(cls) -> str:
        return "This player was erased; the account is closed for good."


class PlayerIsExcluded(DomainError):
    """His name is what recognises him at another casino; it is corrected when the exclusion is over."""

    code = "player_is_excluded"


class PlayerTooYoung(Invalid):
    code = "player_too_young"


class BornInTheFuture(Invalid):
    code = "born_in_the_future"


class BornTooLongAgo(Invalid):
    """Nobody is as old as that."""

    code = "born_too_long_ago"


class CountryUnknown(Invalid):
    """ISO 3166-1 has no country with this code."""

    code = "country_unknown"


class CurrencyNotOffered(Invalid):
    code = "currency_not_offered"


class RegistrationRefused(DomainError):
    """The person excluded himself at a casino of this operator. He is told no more than that."""

    code = "registration_refused"


class TooManyTags(Invalid):
    code = "too_many_tags"
