"""The cashier for withdrawals: by which methods a player may be paid now, where to, and why not by the others.

It asks what the request asks, by the same functions: what is offered is accepted, and what is not is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.desk import Desk
from payments.application.destinations import Whither, reaching
from payments.application.errors import TooManyOpenWithdrawals
from payments.application.instruments.ports import KnownInstrument
from payments.application.ledger import Wallet, WalletUnknown
from payments.application.ports import PayoutFlow, ProviderAccount
from payments.application.routing.cashier import AtCashier, Visit, fees_at, methods_of
from payments.application.routing.payouts import (
    Outgoing,
    is_exact,
    payers_now,
    paying,
    payout_asking,
    payout_offers,
)
from payments.application.withdrawal_standing import ensure_few, withdrawal_standing
from payments.domain.instrument.events import Direction
from payments.domain.routing.choice import Asking, LeftOut, Offer, choose
from payments.domain.routing.strategy import Direction as Way
from payments.domain.routing.strategy import Strategy, unwritten
from payments.domain.withdrawal.destination import Accepted, DestinationKind
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding, in_force
from payments.domain.withdrawal.policy import obstacle as refusal_of

NOBODY: Final = UUID(int=0)
"""Of a withdrawal nobody asked for: what is drawn by its id says who comes first, not whether anybody comes."""

INSTRUMENTS_SHOWN: Final = 50
"""Those that were used last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counter:
    """What is the same for every method. `refused`: why he may have nothing now, whatever he asks for."""

    desk: Desk
    visit: Visit
    strategy: Strategy
    policy: WithdrawalPolicy
    wallet: Wallet | None
    refused: str | None
    instruments: Sequence[tuple[KnownInstrument, Whither]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is said of one amount: by whom it would be paid, or why by nobody."""

    amount_minor: int
    route: tuple[str, ...]
    why: str | None


async def withdrawal_methods(desk: Desk, connection: AsyncConnection, visit: Visit) -> list[AtCashier]:
    """The methods of being paid that the casino has set up, by name."""
    rules = await desk.casino(connection, visit.casino_id)
    player = await desk.player(connection, visit.player_id, rules)
    wallet = await desk.ledger.find_wallet(connection, visit.casino_id, visit.player_id, visit.currency)
    standing = await withdrawal_standing(desk, connection, rules, player, wallet, visit.now)
    published = await desk.routing.strategy(connection, visit.casino_id, Way.WITHDRAWAL)
    known = await desk.instruments.of_player(connection, visit.casino_id, visit.player_id, INSTRUMENTS_SHOWN)
    policy = await desk.policies.find(connection, visit.casino_id, visit.currency)
    counter = _Counter(
        desk=desk,
        visit=visit,
        strategy=unwritten(Way.WITHDRAWAL) if published is None else published.strategy,
        policy=in_force(policy, visit.currency, 0 if wallet is None else wallet.cash_minor),
        wallet=wallet,
        refused=await _refused(desk, connection, visit, standing, wallet),
        instruments=[(one, await reaching(desk, connection, one)) for one in known if not one.disabled],
    )
    accounts = paying(desk, await desk.accounts.all_of(connection, visit.casino_id))
    new_player = not await desk.directory.paid_in_before(connection, visit.player_id)
    found = []
    for method in methods_of(accounts):
        outgoing = Outgoing(
            payment_id=NOBODY,
            casino_id=visit.casino_id,
            player_id=visit.player_id,
            method=method,
            currency=visit.currency,
            amount_minor=visit.amount_minor or 1,
            where=None,
        )
        payers = await payers_now(desk, connection, outgoing, visit.now)
        asking = payout_asking(desk, outgoing, player, new_player=new_player)
        found.append(_met(counter, asking, accounts, payout_offers(desk, outgoing, accounts, payers)))
    return found


async def _refused(
    desk: Desk, connection: AsyncConnection, visit: Visit, standing: WithdrawalStanding, wallet: Wallet | None
) -> str | None:
    """Restrictions keep nobody from his money."""
    refusal = refusal_of(standing)
    if refusal is not None:
        return refusal.code
    if wallet is None:
        return WalletUnknown.code
    try:
        await ensure_few(desk, connection, visit.player_id)
    except TooManyOpenWithdrawals:
        return TooManyOpenWithdrawals.code
    return None


def _met(counter: _Counter, asking: Asking, accounts: Sequence[ProviderAccount], offers: Sequence[Offer]) -> AtCashier:
    visit, policy = counter.visit, counter.policy
    of_method = [one for one in offers if one.offers_method]
    tried = [_told(counter, asking, offers, amount) for amount in _edges(counter, of_method)]
    taken = [one.amount_minor for one in tried if one.why is None]
    asked = tried if visit.amount_minor is None else [_told(counter, asking, offers, visit.amount_minor)]
    why = None if any(one.why is None for one in asked) else _nearest(one.why for one in asked)
    able = {name for one in asked if one.why is None for name in one.route}
    shown = [one for one in accounts if one.provider in able or (not able and asking.method in one.methods)]
    most = [_most(policy, one) for one in of_method]
    bound = None if None in most else max((one for one in most if one is not None), default=None)
    return AtCashier(
        method=asking.method,
        why_missing=why,
        min_minor=None if taken[:1] == [1] else min(taken, default=policy.minimum_minor),
        max_minor=max(taken, default=bound),
        details=(),
        required_details=(),
        destinations=_destinations(counter, able),
        providers=tuple(one.provider for one in shown) if able else (),
        fees=fees_at(visit, shown, asking.method, Direction.OUT),
    )


def _told(counter: _Counter, asking: Asking, offers: Sequence[Offer], amount_minor: int) -> _Told:
    """What the request of so much would be answered."""
    policy, why = counter.policy, counter.refused
    found: tuple[str, ...] = ()
    if why is None and policy.minimum_minor is not None and amount_minor < policy.minimum_minor:
        why = LeftOut.AMOUNT_TOO_SMALL.value
    if why is None and policy.maximum_minor is not None and amount_minor > policy.maximum_minor:
        why = LeftOut.AMOUNT_TOO_LARGE.value
    if why is None:
        flows = {one.provider: _flow(counter.desk, one.provider) for one in offers}
        exact = [replace(one, exact=is_exact(flows[one.provider], amount_minor, asking.currency)) for one in offers]
        decision = choose(counter.strategy, replace(asking, amount_minor=amount_minor), exact)
        found = decision.route
        why = None if found else _nearest(one.left_out for one in decision.candidates)
    return _Told(amount_minor=amount_minor, route=found, why=why)


def _nearest(codes: Iterable[str | None]) -> str | None:
    """Of why not, what is nearest to being offered; what is no reason of a provider's is the same everywhere. Who does
    not offer the method at all says nothing of it.
    """
    order = [str(one) for one in LeftOut]
    said = [str(one) for one in codes if one and one != LeftOut.METHOD_NOT_OFFERED]
    return max(said, key=lambda one: order.index(one) if one in order else -1, default=None)


def _edges(counter: _Counter, offers: Sequence[Offer]) -> list[int]:
    """The amounts at which the answer may change, as far as he may have any of them; and the least he may ask for, of
    the casino and of each provider: where he cannot have that, the answer says why not.
    """
    least = counter.policy.minimum_minor or 1
    whens = [one.when for one in counter.strategy.rules]
    most = [_most(counter.policy, one) for one in offers]
    edges = {one for one in most if one is not None}
    edges |= {amount for one in whens if one.min_minor is not None for amount in (one.min_minor - 1, one.min_minor)}
    edges |= {amount for one in whens if one.max_minor is not None for amount in (one.max_minor, one.max_minor + 1)}
    top = max((one for one in most if one is not None), default=least)
    leasts = {max(least, one.min_minor or 1) for one in offers}
    return sorted({least, *leasts, *(one for one in edges if least <= one <= top)})


def _most(policy: WithdrawalPolicy, offer: Offer) -> int | None:
    """The most of one provider, by its own bound, the casino's, what it holds and what the player has; None: any."""
    bounds = (policy.maximum_minor, offer.max_minor, offer.float_minor, offer.funds_minor)
    known = [one for one in bounds if one is not None]
    return max(min(known), 0) if known else None


def _destinations(counter: _Counter, able: Iterable[str]) -> tuple[Accepted, ...]:
    """Where these can pay to, each way once; of his instruments those that they know how to reach."""
    found, reached, currency = list[Accepted](), set[str](), counter.visit.currency
    for name in sorted(able):
        flow = _flow(counter.desk, name)
        found += [one for one in flow.accepts(currency) if one not in found]
        reached |= {str(known.id) for known, to in counter.instruments if to.payable_by(name, flow, currency)}
    if reached:
        found.append(Accepted(kind=DestinationKind.INSTRUMENT, one_of={"instrument_id": frozenset(reached)}))
    return tuple(found)


def _flow(desk: Desk, name: str) -> PayoutFlow:
    flow = desk.provider(name).payouts
    assert flow is not None, "only accounts that money goes out through are looked at"
    return flow
