"""Where a withdrawal would go: what its player is owed by instrument, and what his providers can give back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Invalid
from payments.application.closed_loop.ports import PaidIn
from payments.application.desk import Desk
from payments.application.instruments.ports import KnownInstrument
from payments.application.instruments.sealed import opened
from payments.application.ports import ProviderAccount
from payments.application.requested import requested_there
from payments.domain.withdrawal.closed_loop import Plan, Portion, ReturnFirst, Source, plan
from payments.domain.withdrawal.going import Way
from payments.domain.withdrawal.not_back import Obstacle
from payments.domain.withdrawal.owed import owed
from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.domain.withdrawal.states import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Divide:
    """What shall be divided.

    `instrument_id`, `provider`: where the player wants it; by which `method` of the provider's, None: any.
    `failed`: instruments and deposits where it did not arrive.
    `elsewhere`: nothing waits until its source can receive again.
    """

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    instrument_id: UUID | None
    failed: frozenset[UUID] = frozenset()
    elsewhere: bool = False
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """A destination that reaches an instrument at its provider, and its end."""

    destination: Mapping[str, str] = field(repr=False)
    shown_as: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, how each instrument in it is reached, and how little is paid at once where the player wants it."""

    plan: Plan
    payees: Mapping[UUID, Payee]
    least_minor: int = 0


async def planned(desk: Desk, connection: AsyncConnection, what: Divide) -> Planned | None:
    """Where it would go now; None where the casino's policy lets all of it go where the player wants it."""
    policy = await desk.policies.find(connection, what.casino_id, what.currency)
    if policy is None or policy.closed_loop is None or what.provider in desk.cashiers:
        return None
    if requested_there(desk, what.provider) is not None:
        return None  # The player's request there is for all of it.
    planner = _Planner(desk, connection, what, policy)
    now = owed(await desk.sources.moved(connection, what.player_id), what.currency)
    sources = await planner.sources({place: exchanged for place, (_, exchanged) in now.items() if exchanged})
    first, owed_minor = ReturnFirst(policy.closed_loop), {place: sum(both) for place, both in now.items()}
    least = planner.least_minor
    made = plan(what.amount_minor, sources, owed_minor, first, elsewhere=what.elsewhere, least_minor=least)
    return Planned(made, planner.payees, least)


async def seen_now(desk: Desk, connection: AsyncConnection, order: Order) -> Planned:
    """Where an order would go now, all of it where the player wants it by the casino's policy or not."""
    return await seen(desk, connection, divide(order))


async def seen(desk: Desk, connection: AsyncConnection, what: Divide) -> Planned:
    """As people see it before they let it go."""
    return await planned(desk, connection, what) or Planned(Plan((Portion(what.amount_minor),)), {})


def divide(order: Order, amount_minor: int | None = None) -> Divide:
    """What is to be divided of an order: all of it, or what is left."""
    fact = order.fact
    return Divide(
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        provider=fact.provider,
        amount_minor=fact.amount_minor if amount_minor is None else amount_minor,
        currency=fact.currency,
        instrument_id=order.instrument_id,
        method=order.method,
    )


class _Planner:
    """Looks at each deposit once, and at each account and instrument once."""

    def __init__(self, desk: Desk, connection: AsyncConnection, what: Divide, policy: WithdrawalPolicy) -> None:
        self._desk, self._connection, self._what, self._policy = desk, connection, what, policy
        self._instruments: dict[UUID, KnownInstrument | None] = {}
        self._accounts: dict[str, ProviderAccount] = {}
        self.payees: dict[UUID, Payee] = {}

    async def sources(self, exchanged: Mapping[UUID, int]) -> list[Source]:
        """The player's deposits, each with its way back or what is in the way; and the newest of each place that is
        owed what was `exchanged` out of deposits in other currencies.
        """
        what = self._what
        accounts = await self._desk.accounts.all_of(self._connection, what.casino_id)
        self._accounts = {one.provider: one for one in accounts}
        found = await self._desk.sources.paid_in(self._connection, what.player_id)
        newest = {one.place: one for one in found if one.currency != what.currency}
        foreign = [replace(newest[one], left_minor=minor) for one, minor in exchanged.items() if one in newest]
        return [await self._source(one) for one in (*(own for own in found if own.currency == what.currency), *foreign)]

    @property
    def least_minor(self) -> int:
        """How little is paid at once where the player wants it, once the accounts are known."""
        account = self._accounts.get(self._what.provider)
        terms = {} if account is None else account.methods
        known = [one for method, one in terms.items() if self._what.method in (None, method)]
        return min((one.payout_min_minor.get(self._what.currency, 0) for one in known), default=0)

    async def _source(self, one: PaidIn) -> Source:
        known = None if one.instrument_id is None else await self._instrument(one.instrument_id)
        by_payout = known is not None and known.id in self.payees
        provider = known.provider if known is not None and by_payout else one.provider
        to_named = by_payout and one.instrument_id == self._what.instrument_id and provider == self._what.provider
        return Source(
            deposit_id=one.deposit_id,
            provider=provider,
            paid_at=one.paid_at,
            left_minor=one.left_minor,
            way=Way.PAYOUT if by_payout else Way.REFUND,
            instrument_id=one.instrument_id,
            to_named=to_named,
            obstacle=self._obstacle(one, known, provider, by_payout=by_payout),
        )

    def _obstacle(
        self, one: PaidIn, known: KnownInstrument | None, provider: str, *, by_payout: bool
    ) -> Obstacle | None:
        now, days, account = self._desk.now(), self._policy.refund_days, self._accounts.get(provider)
        strategy = self._desk.providers.get(provider)
        takes_it = account is None or self._what.currency in account.currencies
        if one.currency != self._what.currency and not (by_payout and takes_it):
            return Obstacle.OTHER_CURRENCY
        if not by_payout and (strategy is None or strategy.refunds is None):
            return Obstacle.NO_WAY_BACK
        if self._what.failed & {one.deposit_id, one.instrument_id if by_payout else None}:
            return Obstacle.FAILED_BEFORE
        if account is None or not self._desk.may_call(account) or self._what.currency not in account.currencies:
            return Obstacle.PROVIDER_OFF
        if known is not None and known.disabled and not known.disabled_by_player:
            return Obstacle.DISABLED
        if known is not None and known.expired(now.date()):
            return Obstacle.EXPIRED
        if by_payout and known is not None and known.disabled:
            return Obstacle.DISABLED_BY_PLAYER
        if not by_payout and days is not None and one.paid_at < now - timedelta(days=days):
            return Obstacle.TOO_OLD
        return None

    async def _instrument(self, instrument_id: UUID) -> KnownInstrument | None:
        if instrument_id not in self._instruments:
            known = await self._desk.instruments.find(self._connection, instrument_id)
            self._instruments[instrument_id] = known
            payee = None if known is None else await self._payee(known)
            if payee is not None:
                self.payees[instrument_id] = payee
        return self._instruments[instrument_id]

    async def _payee(self, known: KnownInstrument) -> Payee | None:
        """How it is paid to; None: its provider cannot, or nobody can read where it is any more."""
        strategy = self._desk.providers.get(known.provider)
        if strategy is None or strategy.payouts is None or known.sealed is None:
            return None
        plain = await self._desk.vault.decrypt(self._connection, known.player_id, known.sealed)
        destination = opened(plain).pays_to
        if not destination:
            return None
        try:
            strategy.payouts.check_amount(self._what.amount_minor, self._what.currency)
            return Payee(destination, strategy.payouts.check_destination(destination))
        except Invalid:
            return None
