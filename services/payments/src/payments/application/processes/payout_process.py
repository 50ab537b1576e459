"""A payout after its approval: recorded, sent, and sent again in identical form until an answer is believed.

The provider does not process an identical request twice, so the order itself is the safe question after an unknown
outcome. It never goes to another provider, nor to the same one as another customer of it, who would pay again.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec

from chassis.domain import uuid7
from chassis.store import Context, UnitOfWork
from payments.application.attempts import ask
from payments.application.desk import Desk, set_aside
from payments.application.ports import PayoutOrder, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.patience import again_after
from payments.application.withdrawals import hear_about_payout, payout_flow
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import StartPayout
from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.states import Approved, Sending, Unknown, Withdrawal
from payments.domain.withdrawal.words import Declined, PayoutWord, Unanswered

NAME = "payout-process"

PROVIDER_OFF = timedelta(minutes=1)
"""The pause before looking again whether a provider that is off, or may not be called, is on."""


class PayoutProcess:
    """The conversation with a provider about one payout."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def send(self, withdrawal_id: UUID, casino_id: UUID, age: timedelta) -> timedelta | None:
        """Record the intention, send the order, record the answer. `age`: since the first attempt.

        Returns the pause before it is sent again, or None when the provider has it, or nothing is to be sent.
        """
        state = await self._state(withdrawal_id, casino_id)
        if isinstance(state, Approved):
            started = await self._start(withdrawal_id, casino_id, state)
            if started is None:
                return PROVIDER_OFF
            state = started
        if not isinstance(state, Sending | Unknown):
            return None
        account = await self._desk.account(casino_id, state.order.fact.provider)
        same = await is_same_customer(self._desk, account, withdrawal_id, state.sent_as)
        word = await self._order(account, withdrawal_id, state) if same else Unanswered()
        after = await self._record(account, withdrawal_id, word)
        return again_after(age) if isinstance(after, Sending | Unknown) else None

    async def _start(self, withdrawal_id: UUID, casino_id: UUID, approved: Approved) -> Withdrawal | None:
        """Record who the order will be sent as, while nobody changes the account; None when it may not be called."""
        provider, request_id = approved.order.fact.provider, uuid7()

        async def work(uow: UnitOfWork) -> Withdrawal | None:
            account = await self._desk.accounts.find(uow.connection, casino_id, provider, lock="share")
            if account is None or not self._desk.may_call(account):
                return None
            command = StartPayout(request_id=request_id, sent_as=self._desk.sent_as(account))
            return (await uow.decide(withdrawal, withdrawal_id, command)).state

        return await self._desk.app.transact(work, self._ctx(casino_id))

    async def _order(self, account: ProviderAccount, withdrawal_id: UUID, state: Sending | Unknown) -> PayoutWord:
        fact = state.order.fact
        async with self._desk.app.db.read() as connection:
            destination = await self._desk.vault.decrypt(connection, fact.player_id, state.order.destination)
        if destination is None:
            return Declined(code="destination_erased")
        flow = payout_flow(self._desk, account.provider)
        order = PayoutOrder(
            withdrawal_id=withdrawal_id,
            request_id=state.request_id,
            player_id=fact.player_id,
            amount_minor=fact.amount_minor,
            currency=fact.currency,
            destination=_decoded(destination),
            notification_url=f"{self._desk.public_base_url}/partner/{account.provider}/{account.casino_id}/notifications",
        )
        call = flow.build_call(account, order)
        read = partial(flow.parse_answer, account, order)
        return await ask(self._desk, account, "payout.order", withdrawal_id, call, read)

    async def _record(self, account: ProviderAccount, withdrawal_id: UUID, word: PayoutWord) -> Withdrawal:
        async def work(uow: UnitOfWork) -> Withdrawal:
            try:
                return (await hear_about_payout(self._desk, uow, withdrawal_id, word)).state
            except UnlawfulPayoutWord as unlawful:
                await set_aside(
                    uow,
                    casino_id=account.casino_id,
                    provider=account.provider,
                    notification_id=f"answer:{withdrawal_id}",
                    code=unlawful.why,
                    facts={"our_reference": str(withdrawal_id), "word": type(word).__name__},
                )
                return (await uow.load(withdrawal, withdrawal_id)).state

        return await self._desk.app.transact(work, self._ctx(account.casino_id))

    async def _state(self, withdrawal_id: UUID, casino_id: UUID) -> Withdrawal:
        async def work(uow: UnitOfWork) -> Withdrawal:
            return (await uow.load(withdrawal, withdrawal_id)).state

        return await self._desk.app.transact(work, self._ctx(casino_id))

    def _ctx(self, casino_id: UUID) -> Context:
        return self._desk.ours(NAME, casino_id)


def _decoded(destination: str) -> Mapping[str, str]:
    return msgspec.json.decode(destination, type=dict[str, str])
