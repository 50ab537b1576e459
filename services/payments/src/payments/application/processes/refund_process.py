"""A refund after it was ordered: sent, and asked about until an answer is believed.

An unknown outcome is never taken for a refusal. Where the provider can be asked, the order goes out again, with the
same key, only once the provider surely never took it; where it cannot, the same order is the question as long as the
provider surely knows its key, and after that a person has to look there. That an order sent again is refused says
nothing of the first, which may be the reason: the provider is asked, or a person has to look.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from chassis.store import Context, UnitOfWork
from payments.application.attempts import ask
from payments.application.desk import Desk, set_aside_once
from payments.application.ports import NotThere, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.deposit_process import REPEATABLE
from payments.application.processes.looking import Looking, sooner
from payments.application.processes.patience import SLOWEST_WEBHOOK, again_after
from payments.application.processes.payout_process import ARRIVED_WITHIN, PROVIDER_OFF, PROVIDER_PATIENCE
from payments.application.processes.steps import state_of, tell_people
from payments.application.refund_port import RefundOrder
from payments.application.refunds import GONE, hear_about_refund, is_gone, is_held, refund_flow, stop_refund
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import HoldRefund, StartRefund
from payments.domain.refund.errors import UnlawfulRefundWord
from payments.domain.refund.events import RefundFact
from payments.domain.refund.states import (
    Absent,
    Begun,
    Ordered,
    Pending,
    Refund,
    Sending,
    Succeeded,
    Unknown,
    reference,
)
from payments.domain.refund.words import UNDER_REVIEW, Refunded, RefundWord, Refused, Unanswered
from payments.domain.withdrawal.going import Held

NAME = "refund-process"


@dataclass(frozen=True, slots=True)
class _Errand:
    """An order, the account it goes to, and how the provider calls it."""

    fact: RefundFact
    account: ProviderAccount
    order: RefundOrder
    reference: str | None


class RefundProcess:
    """The conversation with a provider about one refund."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def send(self, refund_id: UUID, casino_id: UUID, age: timedelta) -> timedelta | None:
        """Record the intention, send the order, record the answer. `age`: since the first attempt.

        Returns the pause before it is sent or asked about again, or None when the provider has it, or nothing is to do.
        """
        state = await self._state(refund_id, casino_id)
        first = isinstance(state, Ordered)
        if isinstance(state, Ordered):
            started = await self._start(refund_id, casino_id, state)
            if started is None:
                return PROVIDER_OFF
            state = started
        if not isinstance(state, Sending | Unknown):
            return None
        errand = await self._errand(refund_id, casino_id, state)
        word: RefundWord = Unanswered()
        if errand is not None:
            word = await self._order(errand) if first else await self._find_out(errand, age)
        after = await self._record(casino_id, state.fact.provider, refund_id, word)
        if not isinstance(after, Sending | Unknown):
            return None
        if age >= REPEATABLE and errand is not None:
            await self._tell_people(errand, None)
        return again_after(age) if age <= PROVIDER_PATIENCE else None

    async def ask(self, refund_id: UUID, casino_id: UUID, age: timedelta) -> timedelta | None:
        """Ask what became of a refund the provider took: its notification may be late, or lost."""
        state = await self._state(refund_id, casino_id)
        if isinstance(state, Absent):
            return None
        looking = Looking(self._desk, casino_id, state.fact.provider, refund_id)
        asked_for = await looking.asked()
        if isinstance(state, Sending):  # Its order is on its way; what comes of that is asked about.
            return await looking.heard(asked_for, Unanswered(), news=False)
        wanted = isinstance(state, Pending | Succeeded) and age <= PROVIDER_PATIENCE
        if isinstance(state, Ordered) or not (wanted or asked_for):
            return await looking.heard(asked_for, None, news=False)
        errand = await self._errand(refund_id, casino_id, state)
        word = await self._question(errand) if errand else None
        after: Refund = state
        if word is not None and not isinstance(word, NotThere):
            after = await self._record(casino_id, state.fact.provider, refund_id, word)
        again = await looking.heard(asked_for, word or Unanswered(), news=after != state)
        watched = word is not None and isinstance(after, Pending) and age <= PROVIDER_PATIENCE
        return sooner(again, max(again_after(age), SLOWEST_WEBHOOK) if watched else None)

    async def _start(self, refund_id: UUID, casino_id: UUID, ordered: Ordered) -> Refund | None:
        """Record who the order will be sent as, while nobody changes the account; None when it may not be called.

        What is to go back goes though the provider is off. A part of a withdrawal waits then: it may go another way.
        Each waits after a hit was confirmed that nobody knew who had it sent.
        What others took of the deposit meanwhile is not sent to its payer a second time.
        """

        async def work(uow: UnitOfWork) -> Refund | None:
            fact = ordered.fact
            account = await self._desk.reachable(uow.connection, casino_id, fact.provider)
            if account is None or (fact.withdrawal_id is not None and not account.enabled):
                await self._hold(uow, refund_id, Held.PROVIDER_OFF)
                return None
            await self._desk.ledger.lock_wallet(uow.connection, casino_id, fact.player_id, fact.currency)
            if await is_gone(uow, fact):
                return (await stop_refund(self._desk, uow, refund_id, fact)).state
            if await self._is_held(uow, refund_id, fact):
                await self._hold(uow, refund_id, UNDER_REVIEW)
                return None
            command = StartRefund(sent_as=self._desk.sent_as(account))
            return (await uow.decide(refund, refund_id, command)).state

        return await self._desk.app.transact(work, self._ctx(casino_id))

    async def _hold(self, uow: UnitOfWork, refund_id: UUID, why: str) -> None:
        """It is not sent now. What holds it stands in the list."""
        await uow.decide(refund, refund_id, HoldRefund(why=why))

    async def _errand(self, refund_id: UUID, casino_id: UUID, state: Begun) -> _Errand | None:
        """What is sent or asked about, as whom; None when we are not the same customer of the provider any more."""
        fact = state.fact
        account = await self._desk.account(casino_id, fact.provider)
        if not await is_same_customer(self._desk, account, refund_id, state.sent_as):
            return None
        order = RefundOrder(
            refund_id=refund_id,
            deposit_id=fact.deposit_id,
            payment=fact.payment,
            amount_minor=fact.amount_minor,
            currency=fact.currency,
        )
        return _Errand(fact, account, order, reference(state))

    async def _order(self, errand: _Errand) -> RefundWord:
        account, order = errand.account, errand.order
        flow = refund_flow(self._desk, account.provider)
        call = flow.build_call(account, order)
        still = partial(self._may_go, errand)
        return await ask(self._desk, account, "refund.order", order.refund_id, call, flow.parse_answer, still=still)

    async def _may_go(self, errand: _Errand, uow: UnitOfWork) -> bool:
        """Whether nobody decided it meanwhile, which people may who wait for the same wallet, and no hit holds it: an
        order that is sent again may be the first to arrive.
        """
        fact, refund_id = errand.fact, errand.order.refund_id
        await self._desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
        if not isinstance((await uow.load(refund, refund_id)).state, Sending | Unknown):
            return False
        return not await self._is_held(uow, refund_id, fact)

    async def _is_held(self, uow: UnitOfWork, refund_id: UUID, fact: RefundFact) -> bool:
        """As `is_held`; people hear of it, once."""
        if not await is_held(self._desk, uow, fact):
            return False
        await set_aside_once(
            self._desk,
            uow,
            casino_id=fact.casino_id,
            provider=fact.provider,
            about=refund_id,
            code="refund_awaits_people",
            facts={"amount_minor": fact.amount_minor, "currency": fact.currency},
        )
        return True

    async def _find_out(self, errand: _Errand, age: timedelta) -> RefundWord:
        """What became of an order without a believable answer; sent again where the provider surely never took it."""
        word = await self._question(errand)
        if word is not None and not isinstance(word, NotThere):
            return word
        if word is not None and age < ARRIVED_WITHIN:
            return Unanswered()
        if word is not None and await self._is_gone(errand):
            return Refused(code=GONE)
        call = refund_flow(self._desk, errand.account.provider).build_call(errand.account, errand.order)
        known_for = REPEATABLE if word is None and call.repeatable_for is None else call.repeatable_for
        if known_for is not None and age >= known_for:  # It may have forgotten the order, and would refund it twice.
            await self._tell_people(errand, None)
            return Unanswered()
        return await self._order_again(errand)

    async def _order_again(self, errand: _Errand) -> RefundWord:
        """The first order may have been carried out, and be why this one is refused."""
        word = await self._order(errand)
        if not isinstance(word, Refused) or word.reference is not None:
            return word
        found = await self._question(errand)
        if isinstance(found, NotThere):
            return word
        if found is None:
            await self._tell_people(errand, word.code)
        return found or Unanswered()

    async def _is_gone(self, errand: _Errand) -> bool:
        async def work(uow: UnitOfWork) -> bool:
            return await is_gone(uow, errand.fact)

        return await self._desk.app.transact(work, self._ctx(errand.account.casino_id))

    async def _question(self, errand: _Errand) -> RefundWord | NotThere | None:
        """None: the provider cannot be asked."""
        account, order = errand.account, errand.order
        flow = refund_flow(self._desk, account.provider)
        call = flow.build_question(account, order, errand.reference)
        if call is None:
            return None
        read = partial(flow.parse_question, order)
        return await ask(self._desk, account, "refund.ask", order.refund_id, call, read)

    async def _record(self, casino_id: UUID, provider: str, refund_id: UUID, word: RefundWord) -> Refund:
        async def work(uow: UnitOfWork) -> Refund:
            try:
                return (await hear_about_refund(self._desk, uow, refund_id, word, uow.ctx.occurred_at)).state
            except (UnlawfulRefundWord, UnlawfulDepositWord) as unlawful:
                await set_aside_once(
                    self._desk,
                    uow,
                    casino_id=casino_id,
                    provider=provider,
                    about=refund_id,
                    code=unlawful.why,
                    facts=_facts(word),
                    each=True,
                )
                return (await uow.load(refund, refund_id)).state

        return await self._desk.app.transact(work, self._ctx(casino_id))

    async def _tell_people(self, errand: _Errand, refused_as: str | None) -> None:
        order = errand.order
        known = {"reference": order.payment, "refused_as": refused_as}
        facts = {**known, "amount_minor": order.amount_minor}
        await tell_people(self._desk, NAME, errand.account, order.refund_id, "refund_left_unknown", facts)

    async def _state(self, refund_id: UUID, casino_id: UUID) -> Refund:
        return await state_of(self._desk, refund, refund_id, self._ctx(casino_id))

    def _ctx(self, casino_id: UUID) -> Context:
        return self._desk.ours(NAME, casino_id)


def _facts(word: RefundWord) -> dict[str, str | int | None]:
    """What people may read of a word that was not applied."""
    said: dict[str, str | int | None] = {"word": type(word).__name__}
    if isinstance(word, Refunded):
        said |= {"reference": word.reference, "amount_minor": word.amount_minor, "currency": word.currency}
    return said
