"""The cashier: by which methods a player may pay in now, and why not by the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.deposit_room import too_many
from payments.application.desk import Desk
from payments.application.errors import DEPOSIT_REFUSALS, DepositLimitReached
from payments.application.fees import fee_of_method
from payments.application.late import deposit_standing
from payments.application.ports import ProviderAccount
from payments.application.routing.deciding import Circumstances, Wished, asking_of, offers_of
from payments.domain.deposit.bounds import bounds_of
from payments.domain.deposit.standing import obstacle as obstacle_of
from payments.domain.instrument.events import Direction
from payments.domain.routing.choice import Asking, LeftOut, Offer, choose, nearest, obstacle, within_reach
from payments.domain.routing.strategy import Direction as Way
from payments.domain.routing.strategy import Strategy, unwritten
from payments.domain.routing.terms import PlayerFee
from payments.domain.withdrawal.destination import Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeAt:
    """What the player pays at this provider; `fee_minor` of the amount he has in mind, None: he has not said."""

    provider: str
    bps: int
    fixed_minor: int
    min_minor: int | None
    max_minor: int | None
    fee_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtCashier:
    """A method as the player meets it.

    Attributes:
        why_missing: the stable code of why it is not offered now; None: it is.
        min_minor, max_minor: at once, both included, what his own limits leave him among them, or what he holds of
            what he could be paid; None: no bound.
        details: what he is asked for; `required_details`: those without which nobody takes it.
        destinations: of being paid: where to, each of them.
        providers: by whom.
        fees: what he pays at which of them, where he does.
    """

    method: str
    why_missing: str | None
    min_minor: int | None
    max_minor: int | None
    details: tuple[str, ...]
    required_details: tuple[str, ...]
    providers: tuple[str, ...]
    fees: tuple[FeeAt, ...]
    destinations: tuple[Accepted, ...] = ()

    @property
    def fee_minor(self) -> int | None:
        """The most that he pays, whichever of them it is; None: it depends on the amount."""
        fees = [one.fee_minor for one in self.fees]
        return None if None in fees else max((one for one in fees if one is not None), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who stands at the cashier, with what in mind; `amount_minor` None: he has not said."""

    casino_id: UUID
    player_id: UUID
    currency: str
    amount_minor: int | None
    now: datetime


async def deposit_methods(desk: Desk, connection: AsyncConnection, visit: Visit) -> list[AtCashier]:
    """The methods of paying in that the casino has set up, by name."""
    rules = await desk.casino(connection, visit.casino_id)
    player = await desk.player(connection, visit.player_id, rules)
    standing = await deposit_standing(desk, connection, player, visit.currency, rules.time_zone, visit.now)
    code = obstacle_of(standing, visit.amount_minor or 1)
    refused = None if code is None else DEPOSIT_REFUSALS[code].code
    if refused is None and (crowded := await too_many(desk, connection, visit.player_id, visit.now)) is not None:
        refused = crowded.code
    left = min((use.limit_minor - use.used_minor for use in standing.limits), default=None)
    room = await desk.reconciling.store.room_minor(connection, visit.casino_id, visit.currency)
    accounts = await desk.accounts.all_of(connection, visit.casino_id)
    takers = [one for one in accounts if desk.provider(one.provider).deposits is not None]
    published = await desk.routing.strategy(connection, visit.casino_id, Way.DEPOSIT)
    strategy = unwritten(Way.DEPOSIT) if published is None else published.strategy
    new_player = not await desk.directory.paid_in_before(connection, visit.player_id)
    found = []
    for method in methods_of(takers):
        wished = Wished(
            payment_id=UUID(int=0),
            casino_id=visit.casino_id,
            player_id=visit.player_id,
            method=method,
            currency=visit.currency,
            amount_minor=visit.amount_minor or 1,
        )
        breakers = await desk.routing.breakers(connection, visit.casino_id, wished.segment)
        restricted = frozenset(name for name, one in breakers.items() if one.restricts(visit.now))
        asking = asking_of(desk, wished, player, new_player=new_player)
        offers = offers_of(desk, wished, asking, takers, Circumstances(restricted=restricted, room_minor=room))
        spans = {one.provider: _span(one, method, visit.currency, room.get(one.provider), left) for one in takers}
        why: Mapping[str, str | None]
        if visit.amount_minor is None:
            offers = [replace(one, exact=True, min_minor=None, max_minor=None) for one in offers]
            why = {one.provider: _why_of_no_amount(strategy, asking, one, spans[one.provider]) for one in offers}
        else:
            why = {one.provider: one.left_out for one in choose(strategy, asking, offers).candidates}
        asks = {one.provider: _asks(desk, one, method) for one in takers}
        found.append(_met(method, visit, takers, why, refused, spans, asks))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """What the player may pay in at one provider at once.

    Attributes:
        least_minor: more than his fee, and as much as the casino takes; None: the fee takes the whole of any amount.
        bound_minor: the most that the casino takes.
        room_minor: how much more the provider may hold; None: not bounded.
        left_minor: what his own limits leave him; None: he has none.
    """

    least_minor: int | None
    bound_minor: int | None
    room_minor: int | None
    left_minor: int | None

    @property
    def most_minor(self) -> int | None:
        """By all of them."""
        return within(within(self.bound_minor, self.room_minor), self.left_minor)


def _span(account: ProviderAccount, method: str, currency: str, room: int | None, left: int | None) -> _Span:
    bounds, more_than_fee = bounds_of(account.deposit_bounds, currency), _fee(account, method).least(currency)
    return _Span(
        least_minor=None if more_than_fee is None else max(bounds.min_minor or 1, more_than_fee),
        bound_minor=bounds.max_minor,
        room_minor=room,
        left_minor=left,
    )


def _fee(account: ProviderAccount, method: str) -> PlayerFee:
    return fee_of_method(account, method, Direction.IN)


def _why_of_no_amount(strategy: Strategy, asking: Asking, offer: Offer, span: _Span) -> str | None:
    """Why the provider would be asked for no amount at all; None: for some it would."""
    found, least, most = obstacle(asking, offer), span.least_minor, span.bound_minor
    if found is not None:
        return found
    if least is None or (most is not None and least > most):
        return LeftOut.AMOUNT_TOO_SMALL
    for bound, why in (
        (most, LeftOut.NOT_IN_STRATEGY),
        (span.room_minor, LeftOut.HOLDS_TOO_MUCH),
        (span.left_minor, DepositLimitReached.code),
    ):
        most = within(most, bound)
        if (most is not None and least > most) or not within_reach(strategy, asking, offer.provider, least, most):
            return why
    return None


@dataclass(frozen=True, slots=True)
class _Asks:
    """The details a provider is told; `must`: those it does not do without."""

    names: frozenset[str]
    must: frozenset[str]


def _asks(desk: Desk, account: ProviderAccount, method: str) -> _Asks:
    """What the casino lists, and what its provider must know besides, listed or not."""
    listed = account.methods[method].details if method in account.methods else ()
    flow = desk.provider(account.provider).deposits
    must = set()
    for group in () if flow is None else flow.needs:
        named = [one for one in group if one in listed]
        must |= {*(named or group[:1])} if len(named) < 2 else set()
    return _Asks(frozenset(listed) | must, frozenset(must))


def _met(
    method: str,
    visit: Visit,
    accounts: Sequence[ProviderAccount],
    why: Mapping[str, str | None],
    refused: str | None,
    spans: Mapping[str, _Span],
    asks: Mapping[str, _Asks],
) -> AtCashier:
    """`why` not, by provider, and `refused`: by none of them."""
    able = [one for one in accounts if why[one.provider] is None]
    shown = able or [one for one in accounts if method in one.methods]
    least = [spans[one.provider].least_minor for one in shown]
    most = [spans[one.provider].most_minor for one in shown]
    missing = refused or (None if able else _nearest(why[one.provider] for one in shown))
    told = [asks[one.provider] for one in shown]
    return AtCashier(
        method=method,
        why_missing=missing,
        min_minor=None if 1 in least else min((one for one in least if one is not None), default=None),
        max_minor=max((one for one in most if one is not None), default=None),
        details=tuple(sorted({name for one in told for name in one.names})),
        required_details=tuple(sorted(frozenset.intersection(*(one.must for one in told)))) if told else (),
        providers=tuple(one.provider for one in able) if missing is None else (),
        fees=fees_at(visit, shown, method, Direction.IN),
    )


def _nearest(whys: Iterable[str | None]) -> str | None:
    """What is nearest to being asked: where the player's own limit alone is in the way, everything else is not."""
    known = set(whys) - {None}
    if DepositLimitReached.code in known:
        return DepositLimitReached.code
    return nearest(one for one in LeftOut if one in known)


def fees_at(visit: Visit, accounts: Iterable[ProviderAccount], method: str, direction: Direction) -> tuple[FeeAt, ...]:
    """What a method costs the player at each of these, where it does."""
    terms = [(one.provider, fee_of_method(one, method, direction)) for one in accounts]
    amount, currency = visit.amount_minor, visit.currency
    return tuple(
        FeeAt(
            provider=provider,
            bps=fee.bps,
            fixed_minor=fee.fixed_minor.get(currency, 0),
            min_minor=fee.min_minor.get(currency),
            max_minor=fee.max_minor.get(currency),
            fee_minor=None if amount is None else fee.of(amount, currency),
        )
        for provider, fee in terms
        if fee.charges(currency)
    )


def within(most: int | None, room: int | None) -> int | None:
    """The lesser of two bounds, not below zero; None: none."""
    return most if room is None else max(room if most is None else min(most, room), 0)


def methods_of(accounts: Iterable[ProviderAccount]) -> list[str]:
    """All that they offer, by name."""
    return sorted({method for one in accounts for method in one.methods})
