"""What is said about routing."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from chassis.http import NO_CARD_NUMBER, KnownCountry, StrictModel
from contracts.money import AmountMinor, KnownCurrency
from payments.application.routing.ports import RoutingOutcome
from payments.domain.routing.breaker import BreakerState
from payments.domain.routing.choice import LeftOut
from payments.domain.routing.float import FloatState
from payments.domain.routing.strategy import (
    MOST_ATTEMPTS,
    MOST_EXPLORATION,
    MOST_RULES,
    Direction,
    Strategy,
    Way,
    attempts_unless_said,
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60), NO_CARD_NUMBER]
Names = Annotated[list[Name], Field(max_length=20)]


class RankingBody(StrictModel):
    """How providers are put in order."""

    way: Way
    providers: Names = Field(default=[], description="Of an order or a split")
    percents: Annotated[list[Annotated[int, Field(strict=True, ge=1, le=100)]], Field(max_length=20)] = Field(
        default=[], description="Of a split, 100 in all"
    )
    exploration_percent: Annotated[int, Field(strict=True, ge=0, le=MOST_EXPLORATION)] = 0
    bucket_size: Annotated[int, Field(strict=True, ge=1, le=100)] = 5
    buckets_max: Annotated[int, Field(strict=True, ge=1, le=20)] = 8
    min_aggregates: Annotated[int, Field(strict=True, ge=1, le=20)] = 5


class ConditionBody(StrictModel):
    """Which payments a rule is about; what is empty says nothing."""

    methods: Names = Field(default=[])
    currencies: Annotated[list[KnownCurrency], Field(max_length=200)] = Field(default=[])
    countries: Annotated[list[KnownCountry], Field(max_length=250)] = Field(default=[])
    tags: Annotated[list[Tag], Field(max_length=40)] = Field(default=[])
    min_minor: AmountMinor | None = None
    max_minor: AmountMinor | None = None
    new_player: Annotated[bool, Field(strict=True)] | None = Field(
        default=None, description="He has not, or has, paid in before"
    )


class RuleBody(StrictModel):
    """What is done with the payments it is about."""

    name: Name
    when: ConditionBody
    then: RankingBody = Field(description="An order or a split")


class StrategyBody(StrictModel):
    """A routing strategy. The first rule that is about a payment decides."""

    direction: Direction = Field(default=Direction.DEPOSIT, description="Whether it is for deposits or for withdrawals")
    rules: Annotated[list[RuleBody], Field(max_length=MOST_RULES)] = Field(default=[])
    otherwise: RankingBody
    fallback: Names = Field(default=[], description="Asked after those that were put in order")
    attempts_max: Annotated[int, Field(strict=True, ge=1, le=MOST_ATTEMPTS)] | None = Field(
        default=None, description="2 of deposits where it is not said; a payout goes to one provider alone"
    )

    def strategy(self) -> Strategy:
        """The same for the domain."""
        told = self.model_dump(mode="json", include=set(StrategyBody.model_fields) - {"direction"})
        told["attempts_max"] = self.attempts_max or attempts_unless_said(self.direction)
        return msgspec.convert(told, Strategy)


class StrategyView(BaseModel):
    """A version of a casino's strategy; 0: it has published none, and this is what holds then."""

    casino_id: UUID
    direction: Direction
    version: int
    strategy: dict[str, Any]
    proposed_by: str | None = None
    approved_by: str | None = None
    published_at: datetime | None = None


class WatchedView(BaseModel):
    """How a provider does by one method, currency and way."""

    provider: str
    method: str
    currency: str
    direction: Direction
    enabled: bool = Field(description="The account is on")
    state: BreakerState = Field(description="Of its breaker; half_open: the next payment tries it for all")
    open_until: datetime | None = Field(description="From then on one payment may try it; null: the breaker is closed")
    opened: int = Field(description="How often in a row it was opened; 0: it is closed")
    counted: int = Field(
        description="The latest payments, settled or declined, of which a success rate is made: at most as many as "
        "the casino's strategy looks back"
    )
    settled: int = Field(description="Those of them that were paid")
    last_ended_at: datetime | None = Field(description="When the newest of them ended; null: there is none")


class CandidateView(BaseModel):
    """A provider of a decision."""

    provider: str
    place: int | None = Field(description="Among those that would be asked, from 1; null: left out")
    score: int | None = Field(description="Successes in a million, or the value in minor units")
    fee_minor: int
    left_out: LeftOut | None
    float_state: FloatState | None = Field(
        default=None, description="Of a withdrawal: whether it was known what it could pay out; stale: no longer"
    )
    float_minor: int | None = Field(default=None, description="How much, less what it was chosen to pay")


class RoutingDecisionItem(BaseModel):
    """One attempt, and what it was decided by."""

    decision_id: UUID
    casino_id: UUID
    player_id: UUID
    direction: Direction
    deposit_id: UUID | None = Field(description="Of a deposit")
    withdrawal_id: UUID | None = Field(description="Of a withdrawal")
    attempt: int | None = Field(description="Null: nobody takes it, and it was refused")
    method: str
    currency: str
    amount_minor: int
    country: str | None
    new_player: bool
    strategy_version: int = Field(description="0: the casino had published none")
    way: Way
    rule: str | None = Field(description="Null: no rule was about it")
    explored: bool
    provider: str | None = Field(description="Who was asked; null: nobody")
    outcome: RoutingOutcome = Field(description="`none`: nobody takes it; there is no such payment")
    code: str | None = Field(description="The provider's reason, where it said no; or why nobody takes it")
    decided_at: datetime
    ended_at: datetime | None


class RoutingDecisionView(RoutingDecisionItem):
    """A decision with every candidate."""

    candidates: list[CandidateView]


class SimulationBody(StrictModel):
    """A draft, and the period whose decisions are replayed against it."""

    since: AwareDatetime
    until: AwareDatetime
    strategy: StrategyBody


class SimulatedProvider(BaseModel):
    """First attempts of a provider by method and currency: as they were, and as they would have been."""

    provider: str
    method: str
    currency: str
    was: int
    was_decided: int
    was_settled: int
    was_fees_minor: int = Field(description="What the provider keeps of those that were paid; of the others nothing")
    rate_percent: str | None = Field(
        description="How many of a hundred that were decided were paid, `66.66`; null: none was decided"
    )
    would_be: int
    would_be_fees_minor: int | None = Field(
        description="Likewise, of as many as would have been paid; null: nothing is known of what moved here"
    )
    moved_here: int
    expected_settled: str | None = Field(
        description="How many of `would_be` would have been paid, `24.50`; null: nothing is known of what moved here"
    )


class LeftOutView(BaseModel):
    """Why a provider could not take what nobody would have been asked for."""

    provider: str
    left_out: LeftOut
    decisions: int = Field(description="Of how many of them")


class SimulatedMove(BaseModel):
    """First attempts, and requests that nobody took, that would have gone to another provider than they did."""

    was: str | None = Field(description="The provider that was asked; null: nobody")
    would_be: str | None = Field(description="The one that would have been asked; null: nobody")
    method: str
    currency: str
    decisions: int
    amount_minor: int = Field(description="Of all of them")
    examples: list[UUID] = Field(description="The ids of the first of them, for `/routing/decisions/{decision_id}`")
    why: list[LeftOutView] = Field(description="Where nobody would have been asked: who was left out and for what")


class SimulationView(BaseModel):
    """What the draft would have changed."""

    decisions: int
    changed: int = Field(description="Another provider would have been asked first")
    unserved: int = Field(description="Nobody would have been asked")
    served: int = Field(description="Nobody was asked, and somebody would have been: some of `changed`")
    truncated: bool = Field(description="There were more decisions than are replayed at once: choose a shorter period")
    moves: list[SimulatedMove] = Field(description="What `changed` is made of, the most first")
    moves_left_out: int = Field(description="Decisions that changed and are in none of `moves`, which are bounded")
    providers: list[SimulatedProvider]
