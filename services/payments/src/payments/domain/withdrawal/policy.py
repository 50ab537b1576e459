"""How many people must approve a withdrawal, and who may have one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from payments.domain.withdrawal.errors import AmountOutsidePolicy, DebtOutstanding, DisputeOpen, VerificationRequired
from payments.domain.withdrawal.states import Yes

FIRST_YES_COUNTS = timedelta(hours=24)
"""As long as other proposals wait for a second person."""

LEVELS = ("none", "basic", "verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPolicy:
    """A casino's rules for one currency, amounts in minor units.

    Attributes:
        second_person_above_minor: above it a second person must approve as well.
        automatic_up_to_minor: up to it nobody has to; None: somebody always has to.
        minimum_minor, maximum_minor: what may be asked for at once; None: no bound.
    """

    second_person_above_minor: int
    automatic_up_to_minor: int | None = None
    minimum_minor: int | None = None
    maximum_minor: int | None = None


STRICTEST = WithdrawalPolicy(second_person_above_minor=0)
"""In force where a casino has set none: two people look at everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalStanding:
    """What is known about a player the moment he wants money out.

    `level` he has reached, `required_level` by his casino's rules; `under_review`: a confirmed screening hit is open.
    `in_debt`: he owes money of deposits that were taken back. `disputed`: a bank wants one back, which is not decided.
    `people`: how many the casino's rules against fraud want to approve it at least.
    """

    level: str = "none"
    required_level: str = "none"
    under_review: bool = False
    in_debt: bool = False
    disputed: bool = False
    people: int = 0


def approvals_needed(policy: WithdrawalPolicy, standing: WithdrawalStanding, amount_minor: int) -> int:
    """0: the policy itself approves; 1: one person; 2: a second one after him.

    >>> policy = WithdrawalPolicy(second_person_above_minor=100_00, automatic_up_to_minor=10_00)
    >>> [approvals_needed(policy, WithdrawalStanding(), amount) for amount in (10_00, 10_01, 100_00, 100_01)]
    [0, 1, 1, 2]
    """
    if standing.under_review or amount_minor > policy.second_person_above_minor:
        return 2
    if policy.automatic_up_to_minor is not None and amount_minor <= policy.automatic_up_to_minor:
        return standing.people
    return max(1, standing.people)


def counts(yes: Yes, now: datetime) -> bool:
    """Whether a first yes still counts: a second person is meant to look at what the first one saw lately.

    >>> moment = datetime(2026, 3, 1)
    >>> [counts(Yes("ann", moment), moment + timedelta(hours=hours)) for hours in (0, 23, 24)]
    [True, True, False]
    """
    return yes.at is not None and now < yes.at + FIRST_YES_COUNTS


def check(policy: WithdrawalPolicy, standing: WithdrawalStanding, amount_minor: int) -> None:
    """Raise VerificationRequired, DebtOutstanding, DisputeOpen or AmountOutsidePolicy when he may not have it."""
    if LEVELS.index(standing.level) < LEVELS.index(standing.required_level):
        raise VerificationRequired
    if standing.in_debt:
        raise DebtOutstanding
    if standing.disputed:
        raise DisputeOpen
    too_little = policy.minimum_minor is not None and amount_minor < policy.minimum_minor
    too_much = policy.maximum_minor is not None and amount_minor > policy.maximum_minor
    if too_little or too_much:
        raise AmountOutsidePolicy(field="amount_minor")
