"""Providers are asked what they hold of a casino's money, and people are told where it runs low or nobody knows.

A loop and no task: what is asked follows from the accounts as they are, and there is nothing to make up for.
"""

import asyncio
from collections import Counter
from functools import partial
from typing import Final

from prometheus_client import Gauge

from chassis.domain import uuid7
from chassis.pausing import pause
from chassis.store import Context, UnitOfWork
from chassis.telemetry.metrics import REGISTRY
from contracts.payments.errors import SetAside
from payments.application.attempts import ask
from payments.application.desk import Desk, set_aside_once
from payments.application.floats.ports import Balances, TellsBalance, Told, Watched
from payments.application.ports import ProviderAccount
from payments.domain.routing.float import TOLD_HOLDS, FloatSource

EVERY_S: Final = 60.0
ASKED_AT_ONCE: Final = 8
NAME: Final = "float-watch"
FLOATS: Final = Gauge(
    "provider_floats",
    "Floats of casinos at providers that pay out: known, stale, unknown; and low: below what people want to hear of",
    ["provider", "currency", "state"],
    registry=REGISTRY,
)
LOW: Final = "low"


class FloatWatch:
    """A loop of the worker; several may run, and each question is asked by one of them."""

    __name__ = "provider_floats"

    def __init__(self, desk: Desk, *, every_s: float = EVERY_S) -> None:
        self._desk, self._every_s = desk, every_s

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look()
            await pause(stop, self._every_s)

    async def look(self) -> None:
        """Once: ask where it is time to, then tell of what is known."""
        desk = self._desk
        async with desk.app.db.read() as connection:
            accounts = [one for one in await desk.accounts.enabled(connection) if _pays(desk, one)]
        await desk.app.transact(
            lambda uow: desk.floats.ensure(uow.connection, accounts, uow.ctx.occurred_at),
            Context.system(NAME, desk.app.clock),
        )
        places = asyncio.Semaphore(ASKED_AT_ONCE)
        tell = [one for one in accounts if isinstance(desk.provider(one.provider).payouts, TellsBalance)]
        failed = await asyncio.gather(*(self._ask(one, places) for one in tell), return_exceptions=True)
        await self._tell(accounts)
        for one in failed:
            if one is not None:
                raise one  # Once all others were asked and told of: whoever runs the loop logs it.

    async def _ask(self, account: ProviderAccount, places: asyncio.Semaphore) -> None:
        async with places:
            await self._asked(account)

    async def _asked(self, account: ProviderAccount) -> None:
        """The question is made outside any transaction, by whoever claimed it."""
        desk, casino_id, provider = self._desk, account.casino_id, account.provider
        ctx, asked_at = desk.ours(NAME, casino_id), desk.now()

        async def claim(uow: UnitOfWork) -> bool:
            return await desk.floats.claim(uow.connection, casino_id, provider, asked_at)

        if not await desk.app.transact(claim, ctx):
            return
        opened, flow, question_id = await desk.account(casino_id, provider), _flow(desk, provider), uuid7()
        call, read = flow.build_balance(opened, question_id), partial(flow.parse_balance, opened, question_id)
        word = await ask(desk, opened, "payout.balance", question_id, call, read)
        if not isinstance(word, Balances):
            return

        async def keep(uow: UnitOfWork) -> None:
            await desk.floats.answered(uow.connection, casino_id, provider, asked_at)
            for currency in sorted(word.minor.keys() & account.currencies):
                told = Told(
                    balance_minor=word.minor[currency],
                    source=FloatSource.PROVIDER,
                    told_by=None,
                    told_at=asked_at,
                    fresh_until=asked_at + TOLD_HOLDS,
                )
                await desk.floats.told(uow.connection, casino_id, provider, currency, told)

        await desk.app.transact(keep, ctx)

    async def _tell(self, accounts: list[ProviderAccount]) -> None:
        """Of floats of accounts that are on; what is off pays nothing."""
        on = {(one.casino_id, one.provider, currency) for one in accounts for currency in one.currencies}
        counted: Counter[tuple[str, str, str]] = Counter()
        for casino_id in sorted({one.casino_id for one in accounts}, key=str):
            async with self._desk.app.db.read() as connection:
                floats = await self._desk.floats.watched(connection, casino_id)
            for one in floats:
                if (one.casino_id, one.provider, one.currency) not in on:
                    continue
                alarm = self._alarm(one)
                if alarm != one.alarm:
                    await self._alarmed(one, alarm)
                counted[one.provider, one.currency, one.known.state(self._desk.now())] += 1
                counted[one.provider, one.currency, LOW] += alarm is SetAside.FLOAT_LOW
        FLOATS.clear()
        for labels, number in counted.items():
            FLOATS.labels(*labels).set(number)

    def _alarm(self, one: Watched) -> SetAside | None:
        """What people are to hear; nothing where the casino did not say how low is low."""
        if one.low_minor is None:
            return None
        now = self._desk.now()
        free = one.known.free_minor(now)
        if free is None:
            return SetAside.FLOAT_UNKNOWN
        return SetAside.FLOAT_LOW if free < one.low_minor else None

    async def _alarmed(self, one: Watched, alarm: SetAside | None) -> None:
        desk, now = self._desk, self._desk.now()
        free = one.known.free_minor(now)

        async def work(uow: UnitOfWork) -> None:
            if not await desk.floats.alarmed(uow.connection, one.id, alarm, now) or alarm is None:
                return
            await set_aside_once(
                desk,
                uow,
                casino_id=one.casino_id,
                provider=one.provider,
                about=uuid7(),
                code=alarm,
                facts={"currency": one.currency, "free_minor": free, "low_minor": one.low_minor},
            )

        await desk.app.transact(work, desk.ours(NAME, one.casino_id))


def _pays(desk: Desk, account: ProviderAccount) -> bool:
    known = desk.providers.get(account.provider)
    return known is not None and known.payouts is not None and desk.may_call(account)


def _flow(desk: Desk, provider: str) -> TellsBalance:
    flow: object = desk.provider(provider).payouts
    assert isinstance(flow, TellsBalance), "only such providers are asked"
    return flow
