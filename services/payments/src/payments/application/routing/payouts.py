"""Which provider a withdrawal of a method goes to: what is known when it is asked for, before the strategy in force.

One provider is chosen and none comes after it. A payout whose outcome is unknown goes nowhere else; one that is refused
has failed, and its money is the player's again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Invalid
from payments.application.desk import Desk
from payments.application.destinations import Whither
from payments.application.known import PlayerStanding
from payments.application.ports import PayoutFlow, ProviderAccount
from payments.application.routing.deciding import Choice, lot_of, windows_of
from payments.application.routing.ports import Segment
from payments.domain.routing.choice import Asking, Bucket, Offer, choose
from payments.domain.routing.float import Float
from payments.domain.routing.strategy import Direction, unwritten
from payments.domain.routing.terms import MethodTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A withdrawal whose provider is to be chosen. `where` None: the player has not said where to.

    `pays_minor`: by provider, what of it goes out there; whoever is not in it pays all of it.
    """

    payment_id: UUID
    casino_id: UUID
    player_id: UUID
    method: str
    currency: str
    amount_minor: int
    where: Whither | None = field(repr=False)
    pays_minor: Mapping[str, int] = field(default_factory=dict)

    @property
    def segment(self) -> Segment:
        """What its attempts are counted by."""
        return Segment(self.method, self.currency, Direction.WITHDRAWAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayersNow:
    """What is known of providers now, beside what is set up with them.

    Attributes:
        restricted: those whose breakers of payouts are open.
        now: when that is.
        floats: what they hold, where that is kept.
        cash_minor: what the player holds; None: he has no wallet of the currency.
        windows: their latest buckets, where they are compared by them.
    """

    now: datetime
    restricted: frozenset[str]
    floats: Mapping[str, Float]
    cash_minor: int | None
    windows: Mapping[str, tuple[Bucket, ...]] = field(default_factory=dict)


async def choose_payer(
    desk: Desk, connection: AsyncConnection, outgoing: Outgoing, player: PlayerStanding, now: datetime
) -> Choice:
    """Put the providers in order; the first of them is asked, once the withdrawal is approved.

    It may be sent much later, so nobody claims to be the one that tries a provider whose breaker is half open: once
    the pause is over it takes part again, and the first order that is sent says whether it works.
    """
    published = await desk.routing.strategy(connection, outgoing.casino_id, Direction.WITHDRAWAL)
    strategy = unwritten(Direction.WITHDRAWAL) if published is None else published.strategy
    accounts = paying(desk, await desk.accounts.all_of(connection, outgoing.casino_id))
    windows = await windows_of(desk, connection, outgoing, strategy, [one.provider for one in accounts])
    asking = payout_asking(
        desk, outgoing, player, new_player=not await desk.directory.paid_in_before(connection, player.player_id)
    )
    payers = await payers_now(desk, connection, outgoing, now, windows)
    offers = payout_offers(desk, outgoing, accounts, payers)
    return Choice(
        asking=asking,
        decision=choose(strategy, asking, offers),
        version=0 if published is None else published.version,
        known=any(one.offers_method for one in offers),
    )


async def payers_now(
    desk: Desk,
    connection: AsyncConnection,
    outgoing: Outgoing,
    now: datetime,
    windows: Mapping[str, tuple[Bucket, ...]] | None = None,
) -> PayersNow:
    """What is known of them for this method and currency."""
    breakers = await desk.routing.breakers(connection, outgoing.casino_id, outgoing.segment)
    restricted = frozenset(name for name, one in breakers.items() if one.restricts(now))
    wallet = await desk.ledger.find_wallet(connection, outgoing.casino_id, outgoing.player_id, outgoing.currency)
    return PayersNow(
        now=now,
        restricted=restricted,
        floats=await desk.floats.of_currency(connection, outgoing.casino_id, outgoing.currency),
        cash_minor=None if wallet is None else wallet.cash_minor,
        windows=windows or {},
    )


def paying(desk: Desk, accounts: Sequence[ProviderAccount]) -> list[ProviderAccount]:
    """Those of the casino's accounts that money goes out through."""
    known = desk.providers
    return [one for one in accounts if one.provider in known and known[one.provider].payouts is not None]


def payout_asking(desk: Desk, outgoing: Outgoing, player: PlayerStanding, *, new_player: bool = False) -> Asking:
    """What rules look at. A new player is one who has not paid in, as for deposits."""
    return Asking(
        lot=lot_of(desk, outgoing.payment_id),
        method=outgoing.method,
        currency=outgoing.currency,
        amount_minor=outgoing.amount_minor,
        country=player.country,
        tags=player.tags,
        new_player=new_player,
    )


def payout_offers(
    desk: Desk, outgoing: Outgoing, accounts: Sequence[ProviderAccount], payers: PayersNow
) -> list[Offer]:
    """What each of the accounts offers for the withdrawal."""
    found = [(one, desk.provider(one.provider).payouts) for one in accounts]
    return [_offer(desk, outgoing, account, flow, payers) for account, flow in found if flow is not None]


def _offer(desk: Desk, outgoing: Outgoing, account: ProviderAccount, flow: PayoutFlow, payers: PayersNow) -> Offer:
    terms = account.methods.get(outgoing.method, MethodTerms())
    amount, currency, where, cash = outgoing.amount_minor, outgoing.currency, outgoing.where, payers.cash_minor
    known = payers.floats.get(account.provider, Float())
    return Offer(
        provider=account.provider,
        enabled=desk.may_call(account),
        offers_method=outgoing.method in account.methods,
        offers_currency=currency in account.currencies,
        countries=frozenset(terms.countries) or None,
        min_minor=terms.payout_min_minor.get(currency),
        max_minor=terms.payout_max_minor.get(currency),
        exact=is_exact(flow, amount, currency),
        payable=bool(flow.destinations) if where is None else where.payable_by(account.provider, flow, currency),
        restricted=account.provider in payers.restricted,
        float_state=known.state(payers.now),
        float_minor=known.free_minor(payers.now),
        pays_minor=outgoing.pays_minor.get(account.provider),
        funds_minor=None if cash is None else terms.withdrawal_fee.leaves(cash, currency),
        fee_minor=terms.payout_fee_minor(amount, currency),
        window=payers.windows.get(account.provider, ()),
    )


def is_exact(flow: PayoutFlow, amount_minor: int, currency: str) -> bool:
    """Whether its protocol can express the amount."""
    try:
        flow.check_amount(amount_minor, currency)
    except Invalid:
        return False
    return True
