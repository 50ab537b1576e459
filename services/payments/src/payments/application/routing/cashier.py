"""The cashier: by which methods a player may pay in now, and why not by the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.deposit_room import too_many
from payments.application.desk import Desk
from payments.application.errors import DEPOSIT_REFUSALS
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
        if visit.amount_minor is None:
            offers = [replace(one, exact=True, min_minor=None, max_minor=None) for one in offers]
            fees = {one.provider: fee_of_method(one, method, Direction.IN) for one in takers}
            why = {one.provider: _why_of_no_amount(strategy, asking, one, fees[one.provider]) for one in offers}
        else:
            why = {one.provider: one.left_out for one in choose(strategy, asking, offers).candidates}
        asks = {one.provider: _asks(desk, one, method) for one in takers}
        found.append(_met(method, visit, takers, why, refused, left, room, asks))
    return found


def _why_of_no_amount(strategy: Strategy, asking: Asking, offer: Offer, fee: PlayerFee) -> LeftOut | None:
    found = obstacle(asking, offer)
    if found is None and fee.least(asking.currency) is None:
        return LeftOut.AMOUNT_TOO_SMALL
    return LeftOut.NOT_IN_STRATEGY if found is None and not within_reach(strategy, asking, offer) else found


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
    why: Mapping[str, LeftOut | None],
    refused: str | None,
    left: int | None,
    room: Mapping[str, int],
    asks: Mapping[str, _Asks],
) -> AtCashier:
    """`left`: what his own limits leave him; None: he has none. `room`: what providers may hold more, where bounded."""
    able = [one for one in accounts if why[one.provider] is None]
    shown = able or [one for one in accounts if method in one.methods]
    bounds = {one.provider: bounds_of(one.deposit_bounds, visit.currency) for one in shown}
    fees = {one.provider: fee_of_method(one, method, Direction.IN) for one in shown}
    least = [_least(one.min_minor, fees[provider], visit.currency) for provider, one in bounds.items()]
    most = [within(one.max_minor, room.get(provider)) for provider, one in bounds.items()]
    closest = None if able else nearest(why[one.provider] for one in shown)
    missing = refused or (None if closest is None else closest.value)
    told = [asks[one.provider] for one in shown]
    return AtCashier(
        method=method,
        why_missing=missing,
        min_minor=None if None in least else min((one for one in least if one is not None), default=None),
        max_minor=within(max((one for one in most if one is not None), default=None), left),
        details=tuple(sorted({name for one in told for name in one.names})),
        required_details=tuple(sorted(frozenset.intersection(*(one.must for one in told)))) if told else (),
        providers=tuple(one.provider for one in able) if missing is None else (),
        fees=fees_at(visit, shown, method, Direction.IN),
    )


def _least(bound: int | None, fee: PlayerFee, currency: str) -> int | None:
    """More than the fee, where there is one."""
    least = fee.least(currency)
    return bound if least is None or not fee.charges(currency) else max(bound or 0, least)


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
