"""How many people must approve a withdrawal, and who may have one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chassis.domain import DomainError
from payments.domain.deposit.bounds import euro_minor
from payments.domain.withdrawal.errors import (
    AmountOutsidePolicy,
    DebtOutstanding,
    DestinationDisabled,
    DisputeOpen,
    VerificationRequired,
)
from payments.domain.withdrawal.states import Yes

FIRST_YES_COUNTS = timedelta(hours=24)
"""As long as other proposals wait for a second person."""

LEVELS = ("none", "basic", "verified")
VERIFIED = LEVELS[-1]
"""He proved who he is: every document that the casino wants was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPolicy:
    """A casino's rules for one currency, amounts in minor units.

    Attributes:
        second_person_above_minor: above it a second person must approve as well, be it this one or all he asked for in
            24 hours.
        automatic_up_to_minor: up to it nobody has to; None: somebody always has to.
        minimum_minor, maximum_minor: what may be asked for at once; None: no bound, but see `in_force`.
        due_within_minutes: how long people have to decide, and the provider to pay; None: `DUE_WITHIN`.
        automatic_level: what he must have reached, for nobody to have to look.
        automatic_after_days: how long he must have been here; None: any time.
        automatic_day_total_minor: up to which all he asked for in 24 hours may go without anybody; None: as much as may
            at once.
        automatic_only_verified: only to what people found to be his own.
        closed_loop: withdrawals go back to where the money came from first, in this order (see `ReturnFirst`); None:
            all of it goes where the player wants it.
        refund_days: how old a deposit may be that is refunded with a withdrawal; None: any age.
        in_batches: what is approved waits until two people release it together with others.
    """

    second_person_above_minor: int
    automatic_up_to_minor: int | None = None
    minimum_minor: int | None = None
    maximum_minor: int | None = None
    due_within_minutes: int | None = None
    automatic_level: str = LEVELS[0]
    automatic_after_days: int | None = None
    automatic_day_total_minor: int | None = None
    automatic_only_verified: bool = False
    closed_loop: str | None = None
    refund_days: int | None = None
    in_batches: bool = False


DUE_WITHIN = timedelta(days=3)
"""How long people and the provider have where the casino did not say."""


class Stop(StrEnum):
    """Why the casino's policy did not approve by itself."""

    NEVER_AUTOMATIC = "never_automatic"
    """The casino wants somebody to look at each."""
    AMOUNT = "amount"
    """More than goes without anybody."""
    UNDER_REVIEW = "under_review"
    """The player is being looked into."""
    LEVEL = "level"
    """He is not verified well enough."""
    ACCOUNT_AGE = "account_age"
    """He has not been here long enough, or nobody knows how long."""
    DAY_TOTAL = "day_total"
    """With what else he asked for within 24 hours it is more than goes without anybody."""
    SECOND_PERSON_DAY_TOTAL = "second_person_day_total"
    """With what else he asked for within 24 hours it is more than one person lets go."""
    DESTINATION = "destination"
    """Nobody found yet that it goes to what is his own."""
    SHARED_DESTINATION = "shared_destination"
    """Another player of the casino uses what it goes to."""
    FRAUD_RULES = "fraud_rules"
    """The casino's rules against fraud want somebody to look."""
    DEBT_OUTSTANDING = "debt_outstanding"
    """He owes money of what was taken back: found when an order that never left was to be sent again."""
    DISPUTE_OPEN = "dispute_open"
    """A bank wants a payment of his back: found then as well."""
    DESTINATION_DISABLED = "destination_disabled"
    """Nothing is paid there any more: found then as well."""
    PLAN_CHANGED = "plan_changed"
    """More than whoever said yes could see would go to a place: back to a source, or where the player wants it."""


SUSPICIONS = frozenset({Stop.UNDER_REVIEW, Stop.SHARED_DESTINATION, Stop.FRAUD_RULES})
"""Those that tell of a suspicion against the player: not for everybody who sees his withdrawals to know."""

HINDRANCES = frozenset({Stop.DEBT_OUTSTANDING, Stop.DISPUTE_OPEN, Stop.DESTINATION_DISABLED})
"""Those over which nobody says yes: they keep it back whoever knows of them, for as long as they hold."""

STRICTEST = WithdrawalPolicy(second_person_above_minor=0)
"""In force where a casino has set none: two people look at everything."""

_WORTH_A_LEAST = 10
"""How many times the least somebody must hold for it to count: whoever has little takes out all of it."""


def in_force(policy: WithdrawalPolicy | None, currency: str, cash_minor: int) -> WithdrawalPolicy:
    """The policy that counts for a player who holds so much.

    Where the casino named no least it is about a euro, since each withdrawal is a payment to be made and looked at;
    not for whoever has less than ten times that, so that nothing of his is kept back by a figure nobody set.

    >>> in_force(None, "EUR", 10_00).minimum_minor, in_force(None, "EUR", 9_99).minimum_minor
    (100, None)
    """
    found = policy or STRICTEST
    least = euro_minor(currency)
    if found.minimum_minor is not None or cash_minor < least * _WORTH_A_LEAST:
        return found
    return replace(found, minimum_minor=least if found.maximum_minor is None else min(least, found.maximum_minor))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalStanding:
    """What is known about a player the moment he wants money out.

    `level` he has reached, `required_level` by his casino's rules; `under_review`: a confirmed screening hit is open.
    `in_debt`: he owes money of what was taken back. `disputed`: a bank wants a deposit back, which is not decided.
    `days_here`: whole days since he registered; None: nobody knows. `day_total_minor`: what else he asked for in the
    last 24 hours. `destination_verified`, `destination_shared`, `destination_disabled`: what is known of the instrument
    it goes to.
    `people`: how many the casino's rules against fraud want to approve it at least, and `rules` which of them held.
    """

    level: str = "none"
    required_level: str = "none"
    under_review: bool = False
    in_debt: bool = False
    disputed: bool = False
    people: int = 0
    rules: tuple[str, ...] = ()
    days_here: int | None = None
    day_total_minor: int = 0
    destination_verified: bool = False
    destination_shared: bool = False
    destination_disabled: bool = False


def stops(policy: WithdrawalPolicy, standing: WithdrawalStanding, amount_minor: int) -> tuple[Stop, ...]:
    """Every rule that keeps the policy from approving by itself; none: it does.

    >>> policy = WithdrawalPolicy(second_person_above_minor=100_00, automatic_up_to_minor=10_00, automatic_after_days=7)
    >>> stops(policy, WithdrawalStanding(days_here=7), 10_00)
    ()
    >>> [str(one) for one in stops(policy, WithdrawalStanding(days_here=6, destination_shared=True), 10_01)]
    ['amount', 'account_age', 'shared_destination']
    """
    most, days, total = policy.automatic_up_to_minor, policy.automatic_after_days, policy.automatic_day_total_minor
    day_minor = standing.day_total_minor + amount_minor
    of_two = amount_minor <= policy.second_person_above_minor < day_minor
    # Without a total it would be split into as many as it takes, each small enough.
    of_day = most is not None and amount_minor <= most < day_minor if total is None else day_minor > total
    applies = {
        Stop.NEVER_AUTOMATIC: most is None,
        Stop.AMOUNT: most is not None and amount_minor > most,
        Stop.UNDER_REVIEW: standing.under_review,
        Stop.LEVEL: LEVELS.index(standing.level) < LEVELS.index(policy.automatic_level),
        Stop.ACCOUNT_AGE: days is not None and (standing.days_here is None or standing.days_here < days),
        Stop.DAY_TOTAL: of_day,
        Stop.SECOND_PERSON_DAY_TOTAL: of_two,
        # What does not come back to its source goes there as well; of what another cashier pays, all of it does.
        Stop.DESTINATION: (policy.automatic_only_verified or policy.closed_loop is not None)
        and not standing.destination_verified,
        Stop.SHARED_DESTINATION: standing.destination_shared,
        Stop.FRAUD_RULES: standing.people > 0,
    }
    return tuple(stop for stop, stopped in applies.items() if stopped)


def approvals_needed(policy: WithdrawalPolicy, standing: WithdrawalStanding, amount_minor: int) -> int:
    """0: the policy itself approves; 1: one person; 2: a second one after him.

    >>> policy = WithdrawalPolicy(second_person_above_minor=100_00, automatic_up_to_minor=10_00)
    >>> [approvals_needed(policy, WithdrawalStanding(), amount) for amount in (10_00, 10_01, 100_00, 100_01)]
    [0, 1, 1, 2]
    >>> [approvals_needed(policy, WithdrawalStanding(day_total_minor=99_00), amount) for amount in (1_00, 1_01)]
    [1, 2]
    """
    if standing.under_review or standing.day_total_minor + amount_minor > policy.second_person_above_minor:
        return 2
    return max(1 if stops(policy, standing, amount_minor) else 0, standing.people)


_OF_THE_PLAYER = frozenset({Stop.UNDER_REVIEW, Stop.LEVEL, Stop.DESTINATION, Stop.SHARED_DESTINATION})
"""What is about him or where it goes. The rest is about the request: amounts, his days here, how often people look."""


def reasons(policy: WithdrawalPolicy, standing: WithdrawalStanding, amount_minor: int) -> frozenset[str]:
    """What speaks against letting it go without people who know of it, by stable names: stops, and rules by their own.

    >>> policy = WithdrawalPolicy(second_person_above_minor=100_00, automatic_up_to_minor=10_00)
    >>> sorted(reasons(policy, WithdrawalStanding(under_review=True, people=2, rules=("CB-WARNING",)), 50_00))
    ['CB-WARNING', 'under_review']
    >>> sorted(reasons(policy, WithdrawalStanding(required_level="basic"), 50_00))
    ['level']
    """
    found = {str(one) for one in stops(policy, standing, amount_minor) if one in _OF_THE_PLAYER}
    if LEVELS.index(standing.level) < LEVELS.index(standing.required_level):
        found.add(str(Stop.LEVEL))
    return frozenset(found.union(standing.rules))


def hindrances(standing: WithdrawalStanding) -> frozenset[str]:
    """Over what nobody says yes, of what came after the request.

    >>> sorted(hindrances(WithdrawalStanding(in_debt=True, destination_disabled=True)))
    ['debt_outstanding', 'destination_disabled']
    """
    applies = {
        Stop.DEBT_OUTSTANDING: standing.in_debt,
        Stop.DISPUTE_OPEN: standing.disputed,
        Stop.DESTINATION_DISABLED: standing.destination_disabled,
    }
    return frozenset(str(stop) for stop, holds in applies.items() if holds)


def counts(yes: Yes, now: datetime) -> bool:
    """Whether a first yes still counts: a second person is meant to look at what the first one saw lately.

    >>> moment = datetime(2026, 3, 1)
    >>> [counts(Yes("ann", moment), moment + timedelta(hours=hours)) for hours in (0, 23, 24)]
    [True, True, False]
    """
    return yes.at is not None and now < yes.at + FIRST_YES_COUNTS


def obstacle(standing: WithdrawalStanding) -> type[DomainError] | None:
    """What keeps him from having anything at all, wherever to: his level, a debt or a dispute; None: nothing does.

    >>> obstacle(WithdrawalStanding(disputed=True)).code
    'dispute_open'
    """
    if LEVELS.index(standing.level) < LEVELS.index(standing.required_level):
        return VerificationRequired
    if standing.in_debt:
        return DebtOutstanding
    return DisputeOpen if standing.disputed else None


def check(policy: WithdrawalPolicy, standing: WithdrawalStanding, amount_minor: int) -> None:
    """Raise a refusal when he may not have it: by his standing, where it shall go, or the amount."""
    refusal = obstacle(standing)
    if refusal is not None:
        raise refusal
    if standing.destination_disabled:
        raise DestinationDisabled(field="destination")
    too_little = policy.minimum_minor is not None and amount_minor < policy.minimum_minor
    too_much = policy.maximum_minor is not None and amount_minor > policy.maximum_minor
    if too_little or too_much:
        raise AmountOutsidePolicy(field="amount_minor")
