"""What a draft would have changed: recorded decisions are decided again, and their outcome is estimated.

One pass over the log, the oldest first. Whoever would still have been asked counts as it went; whoever would have been
asked instead counts with the rate it had in the period, by method and currency.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.desk import Desk
from payments.application.routing.deciding import lot_of
from payments.application.routing.ports import LoggedDecision, RoutingOutcome
from payments.domain.routing.choice import Asking, Bucket, Decision, LeftOut, Offer, choose
from payments.domain.routing.strategy import Direction, Ranking, Strategy

MOST_DECISIONS: Final = 100_000
"""So many are replayed at once; a longer period is cut short and says so."""

_BY_STRATEGY: Final = (LeftOut.NOT_IN_STRATEGY, LeftOut.TRIED_BEFORE)
"""What kept a provider out then, and need not keep it out of a draft."""

Where = tuple[str, str, str]
"""Provider, method, currency."""

Way = tuple[str | None, str | None, str, str]
"""From which provider (None: nobody was asked) to which, method, currency."""

EXAMPLES: Final = 5
"""So many decisions are named of each move."""


@dataclass(slots=True)
class Tally:
    """First attempts of one provider, method and currency: as they were, and as they would have been.

    `was_settled` of `was_decided` were paid. `kept_settled` and `kept_decided`: of those it would have been asked for
    as well. Fees in minor units, of what was paid alone: a provider keeps nothing of what nobody paid.
    `kept_fees_minor`: of those it would have been asked for as well; `moved_fees_minor`: of all that would have moved
    here, had it been paid.
    """

    was: int = 0
    was_decided: int = 0
    was_settled: int = 0
    was_fees_minor: int = 0
    would_be: int = 0
    kept_decided: int = 0
    kept_settled: int = 0
    moved_here: int = 0
    kept_fees_minor: int = 0
    moved_fees_minor: int = 0

    @property
    def rate_percent(self) -> Decimal | None:
        """How many of a hundred that were decided were paid; None: none was decided."""
        return None if self.was_decided == 0 else _hundredths(Fraction(100 * self.was_settled, self.was_decided))

    @property
    def expected_settled(self) -> Decimal | None:
        """How many would have been paid; None: nothing is known of what would have moved here."""
        if self.moved_here == 0:
            return _hundredths(Fraction(self.kept_settled))
        if self.was_decided == 0:
            return None
        return _hundredths(self.kept_settled + Fraction(self.moved_here * self.was_settled, self.was_decided))

    @property
    def would_be_fees_minor(self) -> int | None:
        """Of as many as would have been paid, rounded down; None: nothing is known of what would have moved here."""
        if self.moved_here == 0:
            return self.kept_fees_minor
        if self.was_decided == 0:
            return None
        return self.kept_fees_minor + self.moved_fees_minor * self.was_settled // self.was_decided


@dataclass(slots=True)
class Move:
    """Decisions that the draft takes from one provider, or (None) from nobody, to another, or (None) to nobody.

    `examples`: ids of the first of them. `why`: of what would go to nobody, how often who was left out for what.
    """

    decisions: int = 0
    amount_minor: int = 0
    examples: list[UUID] = field(default_factory=list)
    why: Counter[tuple[str, LeftOut]] = field(default_factory=Counter)


@dataclass(slots=True)
class Simulated:
    """What the draft would have changed, and from whom to whom by method and currency.

    `unserved`: decisions for which it would have asked nobody; `served`: for which nobody was asked, and it would have
    asked somebody.
    """

    decisions: int = 0
    changed: int = 0
    unserved: int = 0
    served: int = 0
    truncated: bool = False
    tallies: defaultdict[Where, Tally] = field(default_factory=lambda: defaultdict(Tally))
    moves: defaultdict[Way, Move] = field(default_factory=lambda: defaultdict(Move))


async def simulate(
    desk: Desk,
    connection: AsyncConnection,
    casino_id: UUID,
    direction: Direction,
    draft: Strategy,
    since: datetime,
    until: datetime,
) -> Simulated:
    """Replay the period's first attempts, and the requests that nobody took, against the draft."""
    result, heard = Simulated(), Heard(draft.otherwise)
    async for past in desk.routing.replay(connection, casino_id, direction, since, until, MOST_DECISIONS + 1):
        if result.decisions == MOST_DECISIONS:
            result.truncated = True
            break
        _replay(draft, past, lot_of(desk, past.payment_id), heard, result)
    return result


@dataclass(slots=True)
class Heard:
    """What was known of each provider at each moment of the replay, as the draft's ranking counts it."""

    ranking: Ranking
    outcomes: defaultdict[Where, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def windows(self, method: str, currency: str, providers: list[str]) -> Mapping[str, tuple[Bucket, ...]]:
        """The latest buckets, newest first."""
        if not self.ranking.learns:
            return {}
        size = self.ranking.bucket_size
        found = {}
        for provider in providers:
            known = self.outcomes.get((provider, method, currency), [])[::-1]
            lots = [known[at : at + size] for at in range(0, len(known), size)]
            found[provider] = tuple(Bucket(len(lot), sum(lot)) for lot in lots)
        return found

    def hear(self, where: Where, settled: bool) -> None:
        """One more is decided; what is older than the window is forgotten."""
        known = self.outcomes[where]
        known.append(settled)
        del known[: -self.ranking.bucket_size * self.ranking.buckets_max]


def _replay(draft: Strategy, past: LoggedDecision, lot: str, heard: Heard, result: Simulated) -> None:
    names = [one.provider for one in past.decision.candidates]
    windows = heard.windows(past.method, past.currency, names)
    offers = [
        Offer(
            provider=one.provider,
            enabled=one.left_out is None or one.left_out in _BY_STRATEGY,
            fee_minor=one.fee_minor,
            window=windows.get(one.provider, ()),
        )
        for one in past.decision.candidates
    ]
    chosen = choose(draft, _asking(past, lot), offers)
    would_be = chosen.route[0] if chosen.route else None
    fees = {one.provider: one.fee_minor for one in past.decision.candidates}
    decided = past.outcome in (RoutingOutcome.SETTLED, RoutingOutcome.DECLINED)
    settled = past.outcome is RoutingOutcome.SETTLED
    if past.provider is not None:
        was = result.tallies[(past.provider, past.method, past.currency)]
        was.was, was.was_fees_minor = was.was + 1, was.was_fees_minor + settled * fees.get(past.provider, 0)
        was.was_decided, was.was_settled = was.was_decided + decided, was.was_settled + settled
    result.decisions += 1
    result.unserved += would_be is None
    if would_be != past.provider:
        result.changed += 1
        result.served += past.provider is None
        _moved(past, would_be, chosen, result)
    if would_be is not None:
        then = result.tallies[(would_be, past.method, past.currency)]
        then.would_be += 1
        same, fee_minor = would_be == past.provider, fees.get(would_be, 0)
        then.kept_fees_minor += same and settled and fee_minor
        then.moved_fees_minor += not same and fee_minor
        then.kept_decided += same and decided
        then.kept_settled += same and settled
        then.moved_here += not same
    if decided and past.provider is not None:
        heard.hear((past.provider, past.method, past.currency), settled)


def _moved(past: LoggedDecision, to: str | None, chosen: Decision, result: Simulated) -> None:
    move = result.moves[(past.provider, to, past.method, past.currency)]
    move.decisions += 1
    move.amount_minor += past.amount_minor
    if len(move.examples) < EXAMPLES:
        move.examples.append(past.id)
    if to is None:
        then = {one.provider: one.left_out for one in past.decision.candidates if one.left_out not in _BY_STRATEGY}
        whys = ((one.provider, then.get(one.provider) or one.left_out) for one in chosen.candidates)
        move.why.update((provider, why) for provider, why in whys if why is not None)


def _hundredths(value: Fraction) -> Decimal:
    return Decimal(int(value * 100)).scaleb(-2)


def _asking(past: LoggedDecision, lot: str) -> Asking:
    return Asking(
        lot=lot,
        method=past.method,
        currency=past.currency,
        amount_minor=past.amount_minor,
        country=past.country,
        tags=frozenset(past.tags),
        new_player=past.new_player,
    )
