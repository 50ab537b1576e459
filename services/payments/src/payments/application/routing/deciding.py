"""Which provider a deposit of a method is asked for: what is known now, put before the strategy in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Blame, Invalid, uuid7
from chassis.store import VersionConflict
from payments.application.desk import Desk
from payments.application.known import PlayerStanding
from payments.application.ports import DepositFlow, ProviderAccount, StepUp
from payments.application.routing.ports import LoggedDecision, RoutingOutcome, Segment
from payments.domain.deposit.bounds import bounds_of
from payments.domain.routing.choice import Asking, Bucket, Decision, Offer, choose, without
from payments.domain.routing.strategy import Direction, Ranking, Strategy, Way, unwritten
from payments.domain.routing.terms import MethodTerms


class Routed(Protocol):
    """A payment whose provider is chosen."""

    @property
    def payment_id(self) -> UUID: ...
    @property
    def casino_id(self) -> UUID: ...
    @property
    def player_id(self) -> UUID: ...
    @property
    def segment(self) -> Segment: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A deposit whose provider is to be chosen. `details`: what the player told beside; None: they were looked at.

    `step_up`: its payer is to be authenticated by his bank.
    """

    payment_id: UUID
    casino_id: UUID
    player_id: UUID
    method: str
    currency: str
    amount_minor: int
    details: Mapping[str, str] | None = field(default=None, repr=False)
    step_up: bool = False

    @property
    def segment(self) -> Segment:
        """What its attempts are counted by."""
        return Segment(self.method, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of providers now, beside what is set up with them.

    Attributes:
        restricted: those whose breakers are open.
        room_minor: how much more those whose holdings are bounded may hold of ours.
        windows: their latest buckets, where they are compared by them.
    """

    restricted: frozenset[str]
    room_minor: Mapping[str, int]
    windows: Mapping[str, tuple[Bucket, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was decided, of whom, and by which version of the casino's strategy (0: it has none).

    Attributes:
        known: some account of the casino offers the method, on or off.
        half_open: those whose breakers let one deposit try them now; see `claim_try`.
        if_told_more: where nobody is asked: who would be, first, if the player had given all that providers must know.
    """

    asking: Asking
    decision: Decision
    version: int
    known: bool = True
    half_open: frozenset[str] = frozenset()
    if_told_more: str | None = None


async def choose_provider(
    desk: Desk, connection: AsyncConnection, wished: Wished, player: PlayerStanding, now: datetime
) -> Choice:
    """Put the providers in order for a new deposit. Nothing is claimed: it may yet be refused, or go another way."""
    published = await desk.routing.strategy(connection, wished.casino_id, Direction.DEPOSIT)
    strategy = unwritten(Direction.DEPOSIT) if published is None else published.strategy
    new_player = not await desk.directory.paid_in_before(connection, wished.player_id)
    asking = asking_of(desk, wished, player, new_player=new_player)
    version = 0 if published is None else published.version
    return await _chosen(desk, connection, wished, asking, strategy, version, now)


async def choose_next(
    desk: Desk,
    connection: AsyncConnection,
    wished: Wished,
    player: PlayerStanding,
    now: datetime,
    *,
    route: Sequence[str],
    tried: Sequence[str],
) -> Choice:
    """The same for a deposit that goes on: in the order that was decided first, as far as it still holds."""
    published = await desk.routing.strategy(connection, wished.casino_id, Direction.DEPOSIT)
    strategy = Strategy(otherwise=Ranking(way=Way.ORDER, providers=(*tried, *route)))
    version = 0 if published is None else published.version
    asking = asking_of(desk, wished, player, new_player=False)
    choice = await _chosen(desk, connection, wished, asking, strategy, version, now)
    return replace(choice, decision=without(choice.decision, tried))


async def _chosen(
    desk: Desk,
    connection: AsyncConnection,
    wished: Wished,
    asking: Asking,
    strategy: Strategy,
    version: int,
    now: datetime,
) -> Choice:
    accounts = await desk.accounts.all_of(connection, wished.casino_id)
    breakers = await desk.routing.breakers(connection, wished.casino_id, wished.segment)
    restricted = frozenset(name for name, one in breakers.items() if one.restricts(now))
    circumstances = Circumstances(
        restricted=restricted,
        room_minor=await desk.reconciling.store.room_minor(connection, wished.casino_id, wished.currency),
        windows=await windows_of(desk, connection, wished, strategy, [one.provider for one in accounts]),
    )
    offers = offers_of(desk, wished, asking, accounts, circumstances)
    decision = choose(strategy, asking, offers)
    told = decision.route or choose(strategy, asking, [replace(one, detailed=True) for one in offers]).route
    return Choice(
        asking=asking,
        decision=decision,
        version=version,
        known=any(one.offers_method for one in offers),
        half_open=frozenset(name for name, one in breakers.items() if one.wants_probe) - restricted,
        if_told_more=told[0] if told and not decision.route else None,
    )


async def claim_try(
    desk: Desk, connection: AsyncConnection, wished: Wished, choice: Choice, provider: str, now: datetime
) -> None:
    """Be the one that tries the provider, where its breaker is half open. For whoever surely asks it: others pass by
    meanwhile.

    Raises:
        VersionConflict: another one was faster. Begun again, the deposit goes elsewhere.
    """
    if provider not in choice.half_open:
        return
    if not await desk.routing.claim_probe(connection, wished.casino_id, provider, wished.segment, now):
        raise VersionConflict(f"probe of {provider}")


async def windows_of(
    desk: Desk, connection: AsyncConnection, wished: Routed, strategy: Strategy, providers: Sequence[str]
) -> Mapping[str, tuple[Bucket, ...]]:
    """What became of earlier payments, where the strategy looks at that."""
    if not strategy.otherwise.learns:
        return {}
    return await desk.routing.windows(connection, wished.casino_id, wished.segment, providers, strategy.otherwise)


def lot_of(desk: Desk, payment_id: UUID) -> str:
    """What is drawn for a payment is drawn from this. Players may choose ids: without our key nobody can tell which one
    draws the provider he wants.
    """
    return desk.vault.blind_index(f"routing lot {payment_id}")


def asking_of(desk: Desk, wished: Wished, player: PlayerStanding, *, new_player: bool) -> Asking:
    """What rules look at."""
    return Asking(
        lot=lot_of(desk, wished.payment_id),
        method=wished.method,
        currency=wished.currency,
        amount_minor=wished.amount_minor,
        country=player.country,
        tags=player.tags,
        new_player=new_player,
        step_up=wished.step_up,
    )


def offers_of(
    desk: Desk,
    wished: Wished,
    asking: Asking,
    accounts: Sequence[ProviderAccount],
    circumstances: Circumstances,
) -> list[Offer]:
    """What each of the casino's accounts money comes in through offers for the deposit."""
    found = [(one, flow) for one in accounts if (flow := _flow(desk, one)) is not None]
    return [_offer(desk, wished, asking, account, flow, circumstances) for account, flow in found]


def _flow(desk: Desk, account: ProviderAccount) -> DepositFlow | None:
    provider = desk.providers.get(account.provider)
    return None if provider is None else provider.deposits


def _offer(
    desk: Desk,
    wished: Wished,
    asking: Asking,
    account: ProviderAccount,
    flow: DepositFlow,
    circumstances: Circumstances,
) -> Offer:
    terms = account.methods.get(asking.method, MethodTerms())
    bounds = bounds_of(account.deposit_bounds, asking.currency)
    players = terms.deposit_fee.of(asking.amount_minor, asking.currency)
    more_than_fee = max(bounds.min_minor or 0, players + 1) if players else bounds.min_minor
    return Offer(
        provider=account.provider,
        enabled=desk.may_call(account),
        offers_method=asking.method in account.methods,
        offers_currency=asking.currency in account.currencies,
        countries=frozenset(terms.countries) or None,
        min_minor=more_than_fee,
        max_minor=bounds.max_minor,
        exact=_is_exact(flow, asking),
        detailed=wished.details is None or fitting(flow, wished.details) is not None,
        restricted=account.provider in circumstances.restricted,
        steps_up=flow.step_up(account) is not StepUp.NEVER,
        fee_minor=terms.fee_minor(asking.amount_minor, asking.currency),
        room_minor=circumstances.room_minor.get(account.provider),
        window=circumstances.windows.get(account.provider, ()),
    )


def _is_exact(flow: DepositFlow, asking: Asking) -> bool:
    try:
        flow.check_amount(asking.amount_minor, asking.currency)
    except Invalid:
        return False
    return True


def fitting(flow: DepositFlow, details: Mapping[str, str]) -> dict[str, str] | None:
    """What of the player's details this provider takes; None when it must know more than that.

    A player who chose a method cannot know whose details he gives: each provider is told only what it asks for.
    """
    left, lacking = _sorted_out(flow, details)
    return None if lacking else left


def lacking(flow: DepositFlow, details: Mapping[str, str]) -> list[Blame]:
    """What this provider must know and was not told, or not in a form it takes; empty where it knows enough."""
    return _sorted_out(flow, details)[1]


def _sorted_out(flow: DepositFlow, details: Mapping[str, str]) -> tuple[dict[str, str], list[Blame]]:
    """What it takes of the details, and what it lacks."""
    left, refused = dict(details), dict[str, str]()
    while True:
        try:
            flow.check_details(left)
        except Invalid as refusal:
            name = (refusal.field or "").removeprefix("details.")
            refused.setdefault(name, refusal.detail)
            if left.pop(name, None) is None:
                break
        else:
            return left, []
    groups = [group for group in flow.needs if not left.keys() & set(group)]
    names = [next((one for one in group if one in details), group[0]) for group in groups] or [*refused][-1:]
    return left, [Blame(f"details.{one}", Invalid.code, refused.get(one, _missing(one))) for one in names]


def _missing(name: str) -> str:
    return f"The provider must know {name}."


def logged(
    choice: Choice, wished: Routed, *, attempt: int | None, now: datetime, provider: str | None, code: str | None = None
) -> LoggedDecision:
    """The decision as it is kept; without a provider `code` is why nobody was found."""
    asking = choice.asking
    return LoggedDecision(
        id=uuid7(),
        casino_id=wished.casino_id,
        player_id=wished.player_id,
        direction=wished.segment.direction,
        payment_id=wished.payment_id,
        attempt=attempt,
        method=asking.method,
        currency=asking.currency,
        amount_minor=asking.amount_minor,
        country=asking.country,
        tags=sorted(asking.tags),
        new_player=asking.new_player,
        strategy_version=choice.version,
        provider=provider,
        decision=choice.decision,
        decided_at=now,
        outcome=RoutingOutcome.NONE if provider is None else RoutingOutcome.PENDING,
        code=code,
    )
