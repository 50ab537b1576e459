"""A payout after its approval: recorded, sent, and asked about until an answer is believed.

A provider pays identical orders once. So where it cannot be asked what became of one, the order itself is the safe
question after an unknown outcome, as long as the provider surely knows its key; where it can, the order is sent again
only once the provider surely never took it. That an order sent again is refused says nothing of the first, which may be
the reason: the provider is asked, or a person has to look.
It never goes to another provider, nor to the same one as another customer of it, who would pay again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec

from chassis.domain import uuid7
from chassis.store import Context, UnitOfWork
from payments.application.attempts import ask
from payments.application.closed_loop.splitting import split_off, switched_off
from payments.application.deposits import notification_url
from payments.application.desk import Desk, set_aside_once
from payments.application.payout_course import payout_flow
from payments.application.ports import NotThere, PayoutOrder, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.deposit_process import REPEATABLE
from payments.application.processes.looking import Looking, sooner
from payments.application.processes.patience import SLOWEST_WEBHOOK, again_after
from payments.application.processes.steps import state_of, tell_people
from payments.application.reconciliation.terms import may_be_paid_out
from payments.application.routing.payouts_ended import ERASED
from payments.application.routing.ports import Segment
from payments.application.withdrawal_moves import decide_withdrawal
from payments.application.withdrawal_news import call_back, stop_on_news
from payments.application.withdrawals import hear_about_payout
from payments.domain.routing.strategy import Direction
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.closed_loop import Plan
from payments.domain.withdrawal.commands import HoldPayout, StartPayout
from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.going import Held
from payments.domain.withdrawal.states import (
    Absent,
    Approved,
    AwaitingApproval,
    Existing,
    Failed,
    Order,
    Paid,
    Returned,
    Sending,
    Sent,
    Unknown,
    Withdrawal,
)
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Unanswered

NAME = "payout-process"

PROVIDER_OFF = timedelta(minutes=1)
"""The pause before looking again whether a provider that is off, or may not be called, is on."""


PROVIDER_PATIENCE = timedelta(days=30)
"""How long an order the provider took is asked about."""


HEARD_WITHIN = timedelta(days=7)
"""How long the provider of an order it took may say nothing of its end, before people are told."""


ARRIVED_WITHIN = timedelta(minutes=15)
"""How long an order may be on its way before the provider's word that there is none is believed: not every provider
knows a repeat by its key.
"""


@dataclass(frozen=True, slots=True)
class _Errand:
    """An order, the account it goes to, and how the provider calls it."""

    account: ProviderAccount
    order: PayoutOrder
    reference: str | None


class PayoutProcess:
    """The conversation with a provider about one payout."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def send(self, withdrawal_id: UUID, casino_id: UUID, age: timedelta) -> timedelta | None:
        """Record the intention, send the order, record the answer. `age`: since the first attempt.

        Returns the pause before it is sent again, or None when the provider has it, or nothing is to be sent.
        """
        state = await self._state(withdrawal_id, casino_id)
        first = isinstance(state, Approved)
        if isinstance(state, Approved):
            started = await self._start(withdrawal_id, casino_id, state)
            if started is None:
                return PROVIDER_OFF
            state = started
        if not isinstance(state, Sending | Unknown):
            return None
        errand = await self._errand(withdrawal_id, casino_id, state)
        counted = _segment(state.order) if first else None
        asked = errand and (self._order(errand, counted) if first else self._find_out(errand, age))
        word = await asked if asked else Unanswered()
        after = await self._record(casino_id, state.order.fact.provider, withdrawal_id, word)
        if not isinstance(after, Sending | Unknown):
            return None
        if age >= REPEATABLE and errand is not None:
            await self._leave_to_people(errand)
        return again_after(age) if age <= PROVIDER_PATIENCE else None

    async def ask(self, withdrawal_id: UUID, casino_id: UUID, age: timedelta) -> timedelta | None:
        """Ask what became of an order that was sent: its notification may be late, lost, or tell nothing.

        Of what is still on its way after HEARD_WITHIN people are told, once, whether it can be asked about or not.
        Returns the pause before the next look, or None where there is nothing to ask or to wait for.
        """
        state = await self._state(withdrawal_id, casino_id)
        if isinstance(state, Absent):
            return None
        looking = Looking(self._desk, casino_id, state.order.fact.provider, withdrawal_id)
        asked_for = await looking.asked()
        if isinstance(state, Sending):  # Its order is on its way; what comes of that is asked about.
            return await looking.heard(asked_for, Unanswered(), news=False)
        wanted = asked_for is not None or age <= PROVIDER_PATIENCE
        if not wanted or not isinstance(state, Sent | Unknown | Paid | Returned | Failed):
            return await looking.heard(asked_for, None, news=False)
        word = await self._said(withdrawal_id, casino_id, state)
        after: Withdrawal = state
        if word is not None and not isinstance(word, NotThere):
            after = await self._record(casino_id, state.order.fact.provider, withdrawal_id, word)
        again = await looking.heard(asked_for, word or Unanswered(), news=after != state)
        return sooner(again, await self._watch(withdrawal_id, after, word, age))

    async def _watch(
        self, withdrawal_id: UUID, state: Withdrawal, word: PayoutWord | NotThere | None, age: timedelta
    ) -> timedelta | None:
        """The pause before what is on its way is asked about again; people are told of what is for long."""
        if not isinstance(state, Sent) or age > PROVIDER_PATIENCE:
            return None
        if age >= HEARD_WITHIN:
            await self._tell_people(withdrawal_id, state)
        if word is not None:
            return max(again_after(age), SLOWEST_WEBHOOK)
        return HEARD_WITHIN - age if age < HEARD_WITHIN else None

    async def _said(self, withdrawal_id: UUID, casino_id: UUID, state: Existing) -> PayoutWord | NotThere | None:
        """What the provider answers; None: it is not asked."""
        if state.order.fact.provider in self._desk.cashiers:
            return None  # It tells us by itself.
        errand = await self._errand(withdrawal_id, casino_id, state)
        return await self._question(errand) if errand else None

    async def _tell_people(self, withdrawal_id: UUID, state: Sent) -> None:
        """It is on hold here, and may be paid or not."""
        fact = state.order.fact
        reference = state.order.errand.reference if state.order.errand else None
        facts = {"reference": reference, "amount_minor": fact.amount_minor, "currency": fact.currency}
        await tell_people(self._desk, NAME, fact, withdrawal_id, "left_sent_at_provider", facts)

    async def _start(self, withdrawal_id: UUID, casino_id: UUID, approved: Approved) -> Withdrawal | None:
        """Record who the order will be sent as, while nobody changes the account. Where money is returned to its source
        it may be divided instead; its parts go by themselves.

        None when it may not be called, a bank has taken, or wants, money of the player's back, its destination was
        switched off, or a prefunded provider holds too little. Why stands in the queue, and people may still reject it.
        Where something became known that nobody knew who let it go, it waits for people again.
        """
        fact, request_id = approved.order.fact, uuid7()
        provider = fact.provider

        async def work(uow: UnitOfWork) -> Withdrawal | None:
            account = await self._desk.accounts.find(uow.connection, casino_id, provider, lock="share")
            if account is None or not self._desk.may_call(account):
                return await self._held(uow, withdrawal_id, Held.PROVIDER_OFF)
            wallet = await self._desk.ledger.lock_wallet(uow.connection, casino_id, fact.player_id, fact.currency)
            if wallet is not None and wallet.in_debt:
                return await self._held(uow, withdrawal_id, Held.DEBT_OUTSTANDING)
            if await self._desk.directory.disputed(uow.connection, fact.player_id, uow.ctx.occurred_at):
                return await self._held(uow, withdrawal_id, Held.DISPUTE_OPEN)
            if await switched_off(self._desk, uow, approved.order):
                return await self._held(uow, withdrawal_id, Held.DESTINATION_DISABLED)
            stopped = await stop_on_news(self._desk, uow, withdrawal_id, approved.order)
            if stopped is not None:
                return stopped.state
            went = await split_off(self._desk, uow, withdrawal_id, approved)
            if not isinstance(went, Plan):
                return went
            if not await may_be_paid_out(self._desk, uow, casino_id, provider, fact.currency, fact.amount_minor):
                return await self._held(uow, withdrawal_id, Held.FLOAT_TOO_SMALL)
            sent_as = self._desk.sent_as(account)
            command = StartPayout(
                request_id=request_id, sent_as=sent_as, winnings_minor=went.winnings_minor, left_out=went.left_out
            )
            return (await uow.decide(withdrawal, withdrawal_id, command)).state

        return await self._desk.app.transact(work, self._ctx(casino_id))

    async def _held(self, uow: UnitOfWork, withdrawal_id: UUID, why: Held) -> Withdrawal | None:
        """None: it is not sent now."""
        await decide_withdrawal(self._desk, uow, withdrawal_id, HoldPayout(why=why))
        return None

    async def _errand(self, withdrawal_id: UUID, casino_id: UUID, state: Existing) -> _Errand | None:
        """What is sent or asked about, as whom; None when we are not the same customer of the provider any more."""
        fact, sent = state.order.fact, state.order.errand
        account = await self._desk.account(casino_id, fact.provider)
        if sent is None or not await is_same_customer(self._desk, account, withdrawal_id, sent.sent_as):
            return None
        async with self._desk.app.db.read() as connection:
            destination = await self._desk.vault.decrypt(connection, fact.player_id, state.order.destination)
        order = PayoutOrder(
            withdrawal_id=withdrawal_id,
            request_id=sent.request_id,
            player_id=fact.player_id,
            amount_minor=fact.amount_minor,
            currency=fact.currency,
            destination=_decoded(destination) if destination else {},
            notification_url=notification_url(self._desk, account),
        )
        return _Errand(account, order, sent.reference)

    async def _order(self, errand: _Errand, counted: Segment | None = None) -> PayoutWord:
        """`counted`: by what the breaker counts it, the first time; a repeat says nothing new of the provider."""
        account, order = errand.account, errand.order
        if not order.destination:
            return Declined(code=ERASED)
        flow = payout_flow(self._desk, account.provider)
        call = flow.build_call(account, order)
        read = partial(flow.parse_answer, account, order)
        still = partial(self._is_undecided, account.casino_id, order)
        about = order.withdrawal_id
        return await ask(self._desk, account, "payout.order", about, call, read, segment=counted, still=still)

    async def _is_undecided(self, casino_id: UUID, order: PayoutOrder, uow: UnitOfWork) -> bool:
        """Whether nobody decided it meanwhile: people may, and wait for the same wallet."""
        await self._desk.ledger.lock_wallet(uow.connection, casino_id, order.player_id, order.currency)
        return isinstance((await uow.load(withdrawal, order.withdrawal_id)).state, Sending | Unknown)

    async def _is_kept_back(self, errand: _Errand, *, missing: bool) -> bool:
        """Whether it is not sent once more, for what has become known. `missing`: the provider says that it has none.

        What surely never left is called back then: people decide anew. What may have left stays unknown; where the
        provider cannot be asked, people hear of it.
        """
        account, order = errand.account, errand.order

        async def work(uow: UnitOfWork) -> tuple[bool, bool]:
            if not await self._is_undecided(account.casino_id, order, uow):
                return True, False
            left = await self._desk.attempts.left(uow.connection, order.withdrawal_id, "payout.order")
            never_left = left is None or (missing and uow.ctx.occurred_at >= left + ARRIVED_WITHIN)
            kept_back = await call_back(self._desk, uow, order.withdrawal_id, never_left=never_left)
            return kept_back, kept_back and not never_left and not missing

        kept_back, untold = await self._desk.app.transact(work, self._ctx(account.casino_id))
        if untold:
            facts: dict[str, str | int | None] = {"amount_minor": order.amount_minor, "currency": order.currency}
            await tell_people(self._desk, NAME, account, order.withdrawal_id, "payout_awaits_people", facts)
        return kept_back

    async def _find_out(self, errand: _Errand, age: timedelta) -> PayoutWord:
        """What became of an order without a believable answer; sent again where the provider surely never took it."""
        word = await self._question(errand)
        if isinstance(word, NotThere) and age < ARRIVED_WITHIN:
            return Unanswered()
        if word is not None and not isinstance(word, NotThere):
            return word
        if await self._is_kept_back(errand, missing=word is not None):
            return Unanswered()
        call = payout_flow(self._desk, errand.account.provider).build_call(errand.account, errand.order)
        known_for = REPEATABLE if word is None and call.repeatable_for is None else call.repeatable_for
        if known_for is not None and age >= known_for:  # It may have forgotten the order, and would pay it twice.
            await self._leave_to_people(errand)
            return Unanswered()
        return await self._order_again(errand)

    async def _order_again(self, errand: _Errand) -> PayoutWord:
        """The first order may have been taken, and be why this one is refused; not where it never left us."""
        alone = not await self._may_have_left(errand)
        word = await self._order(errand)
        if alone or not isinstance(word, Declined) or word.for_all:
            return word
        found = await self._question(errand)
        if isinstance(found, NotThere):
            return word
        if found is None:
            await self._leave_to_people(errand, word.code)
        return found or Unanswered()

    async def _may_have_left(self, errand: _Errand) -> bool:
        async def work(uow: UnitOfWork) -> bool:
            left = await self._desk.attempts.left(uow.connection, errand.order.withdrawal_id, "payout.order")
            return left is not None

        return await self._desk.app.transact(work, self._ctx(errand.account.casino_id))

    async def _leave_to_people(self, errand: _Errand, refused_as: str | None = None) -> None:
        """It is on hold here, and may be paid or not."""
        order = errand.order
        facts: dict[str, str | int | None] = {"amount_minor": order.amount_minor, "currency": order.currency}
        facts["refused_as"] = refused_as
        await tell_people(self._desk, NAME, errand.account, order.withdrawal_id, "order_not_repeatable", facts)

    async def _question(self, errand: _Errand) -> PayoutWord | NotThere | None:
        """None: the provider cannot be asked, or only by sending the order again."""
        account, order = errand.account, errand.order
        flow = payout_flow(self._desk, account.provider)
        call = flow.build_question(account, order, errand.reference)
        if call is None:
            return None
        read = partial(flow.parse_question, account, order)
        return await ask(self._desk, account, "payout.ask", order.withdrawal_id, call, read)

    async def _record(self, casino_id: UUID, provider: str, withdrawal_id: UUID, word: PayoutWord) -> Withdrawal:
        async def work(uow: UnitOfWork) -> Withdrawal:
            if isinstance(word, Unanswered):
                state = (await uow.load(withdrawal, withdrawal_id)).state
                if isinstance(state, AwaitingApproval | Approved):
                    return state  # It was called back instead of being sent again.
            try:
                return (await hear_about_payout(self._desk, uow, withdrawal_id, word)).state
            except UnlawfulPayoutWord as unlawful:
                await set_aside_once(
                    self._desk,
                    uow,
                    casino_id=casino_id,
                    provider=provider,
                    about=withdrawal_id,
                    code=unlawful.why,
                    facts=_facts(word),
                    each=True,
                )
                return (await uow.load(withdrawal, withdrawal_id)).state

        return await self._desk.app.transact(work, self._ctx(casino_id))

    async def _state(self, withdrawal_id: UUID, casino_id: UUID) -> Withdrawal:
        return await state_of(self._desk, withdrawal, withdrawal_id, self._ctx(casino_id))

    def _ctx(self, casino_id: UUID) -> Context:
        return self._desk.ours(NAME, casino_id)


def _segment(order: Order) -> Segment | None:
    return None if order.method is None else Segment(order.method, order.fact.currency, Direction.WITHDRAWAL)


def _facts(word: PayoutWord) -> Mapping[str, str | int | None]:
    """What people may read of a word that was not applied."""
    said = {"word": type(word).__name__}
    if not isinstance(word, Confirmed | SentBack):
        return said
    return {**said, "reference": word.reference, "amount_minor": word.amount_minor, "currency": word.currency}


def _decoded(destination: str) -> Mapping[str, str]:
    return msgspec.json.decode(destination, type=dict[str, str])
