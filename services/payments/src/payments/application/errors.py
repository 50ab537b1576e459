"""Refusals that are about settings and circumstances rather than about one deposit or withdrawal."""

from typing import ClassVar

from chassis.domain import DomainError
from chassis.privacy import SubjectErased


class CasinoUnknown(DomainError):
    """Payments has not heard of this casino, or not yet."""

    code: ClassVar[str] = "casino_unknown"


class PlayerUnknown(DomainError):
    """Payments has not heard of this player, or not yet."""

    code: ClassVar[str] = "player_unknown"


class ProviderNotOffered(DomainError):
    """The casino does not offer this provider for this currency."""

    code: ClassVar[str] = "provider_not_offered"


class NoProviderAvailable(DomainError):
    """No provider of the casino takes a deposit, or pays out, by this method in this amount and currency now."""

    code: ClassVar[str] = "no_provider_available"


class MethodNotOffered(DomainError):
    """No provider of the casino deals in this method, that way."""

    code: ClassVar[str] = "method_not_offered"
    status: ClassVar[int] = 422


class ProviderAccountInUse(DomainError):
    """Payments begun as this customer of the provider are still open; who we are there cannot change before."""

    code: ClassVar[str] = "provider_account_in_use"


class SelfExcluded(DomainError):
    """The player excluded himself."""

    code: ClassVar[str] = "self_excluded"


class AccountBlocked(DomainError):
    """Staff stopped the account."""

    code: ClassVar[str] = "account_blocked"


class ChargebackUnpaid(DomainError):
    """The player owes what a chargeback took back; until it is paid, or people let him, he neither pays in nor bets."""

    code: ClassVar[str] = "chargeback_unpaid"


class AccountUnderReview(DomainError):
    """The account is being looked into."""

    code: ClassVar[str] = "account_under_review"


class RestrictionFeedStale(DomainError):
    """Our copy of the players' restrictions is too old, or not complete enough, to take money by it."""

    code: ClassVar[str] = "restriction_feed_stale"


class DepositNotPossible(DomainError):
    """A deposit is not possible now. Try again later."""

    code: ClassVar[str] = "deposit_not_possible"


class FraudDeclined(DomainError):
    """A rule against fraud refused the deposit."""

    code: ClassVar[str] = "fraud_declined"


class FraudBlocked(DomainError):
    """A rule against fraud refused the deposit, and others like it for a while."""

    code: ClassVar[str] = "fraud_blocked"


class FraudUnproven(DomainError):
    """A rule against fraud wants the payer to prove who he is, and no provider can have him do it."""

    code: ClassVar[str] = "fraud_unproven"


class FeeChanged(DomainError):
    """What it costs is more now than the player was told."""

    code: ClassVar[str] = "fee_changed"


class DepositLimitReached(DomainError):
    """The player's own deposit limit does not allow this amount now."""

    code: ClassVar[str] = "deposit_limit_reached"


class TooManyOpenDeposits(DomainError):
    """So many deposits of the player are open that he has to end one of them, or wait, before he begins another."""

    code: ClassVar[str] = "too_many_open_deposits"


class TooManyOpenPages(DomainError):
    """So many pages were opened for the player on which he may ask for a withdrawal that he has to use one, or wait."""

    code: ClassVar[str] = "too_many_open_pages"


class TooManyRefusedDeposits(DomainError):
    """So many deposits of the player were refused within the last hour that he has to wait before he asks again."""

    code: ClassVar[str] = "too_many_refused_deposits"


class TooManyOpenWithdrawals(DomainError):
    """So many withdrawals of the player are open that he has to wait for one of them before he asks for another."""

    code: ClassVar[str] = "too_many_open_withdrawals"


DEPOSIT_REFUSALS: dict[str, type[DomainError]] = {
    **{
        error.code: error
        for error in (SubjectErased, SelfExcluded, AccountBlocked, ChargebackUnpaid, DepositLimitReached)
    },
    AccountUnderReview.code: DepositNotPossible,
    RestrictionFeedStale.code: DepositNotPossible,
    FraudDeclined.code: DepositNotPossible,
    FraudBlocked.code: DepositNotPossible,
    FraudUnproven.code: DepositNotPossible,
}
"""The refusal a player is answered with, by the code recorded with it.

Nobody is told that he is looked into: the answer is the one that our own stale copy gives to anybody. A block would not
do, since whoever is blocked cannot log in.
"""
