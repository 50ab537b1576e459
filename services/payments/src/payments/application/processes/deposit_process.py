"""A deposit after its request: the call to the provider, and questions until it is decided.

Nothing here holds a transaction open while it talks to the outside. What is lost between two steps is found by the
task: the request scheduled it in its own transaction.
"""

from datetime import timedelta
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.attempts import ask, ask_about_deposit
from payments.application.deposit_course import deposit_flow
from payments.application.deposits import (
    PATIENCE,
    details_of,
    give_up,
    hear_about_deposit,
    notification_url,
    return_url,
    schedule_question,
)
from payments.application.desk import Desk, set_aside_once
from payments.application.ports import DepositIntent, NotThere, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.looking import Looking
from payments.application.processes.patience import SLOWEST_WEBHOOK, again_after
from payments.application.processes.steps import state_of
from payments.application.restrictions import restricted_by
from payments.application.routing.ports import Segment
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.cascade import earlier_of
from payments.domain.deposit.commands import ExpireDeposit
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.states import (
    Absent,
    ActionRequired,
    Deposit,
    GivenUp,
    Processing,
    Refused,
    Requested,
    Succeeded,
    Unknown,
    Waiting,
    asked,
    provider_of,
    reference,
)
from payments.domain.deposit.words import DepositWord, Settled, Unanswered, Underway

NAME = "deposit-process"

REPEATABLE = timedelta(hours=23)
"""How long a provider surely remembers an idempotency key (Stripe: 24 hours). After that nothing is repeated."""

PLAYER_PATIENCE = timedelta(hours=24)
PROVIDER_PATIENCE = timedelta(days=7)


class DepositProcess:
    """The conversation with a provider about one deposit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def begin(self, deposit_id: UUID, casino_id: UUID) -> Deposit:
        """Make the call of a deposit just requested, record the answer, and return where it stands.

        Where the answer leads on to another provider, that one is called as well. Called again, or for a deposit that
        is further on, it only returns where that stands.
        """
        state, asked_of = await self.state(deposit_id, casino_id), set[tuple[str, bool]]()
        while (
            isinstance(state, Requested)
            and self._age(state) < REPEATABLE
            and (state.fact.provider, state.stepped_up is not None) not in asked_of
        ):
            account = await self._desk.account(casino_id, state.fact.provider)
            if not await is_same_customer(self._desk, account, deposit_id, state.sent_as):
                return state
            asked_of.add((account.provider, state.stepped_up is not None))
            word = await self._call(account, deposit_id, state)
            state = await self.record(account, deposit_id, word, patience=PATIENCE)
        return state

    async def ask(self, deposit_id: UUID, casino_id: UUID) -> timedelta | None:
        """Find out what became of it; the pause before the next question, or None when there is none to ask."""
        state = await self.state(deposit_id, casino_id)
        if not isinstance(state, Requested | ActionRequired | Processing | Unknown):
            return None
        age = self._age(state)
        if age > (PLAYER_PATIENCE if isinstance(state, ActionRequired) else PROVIDER_PATIENCE):
            ctx = self._desk.ours(NAME, casino_id)
            await self._desk.app.transact(lambda uow: give_up(self._desk, uow, deposit_id, ExpireDeposit()), ctx)
            return None
        account = await self._desk.account(casino_id, asked(state).fact.provider)
        if account.provider in self._desk.cashiers:
            return again_after(age)  # It tells us by itself, and is not asked.
        if not await is_same_customer(self._desk, account, deposit_id, asked(state).sent_as):
            return again_after(age)
        word = await self._question(account, deposit_id, state, age)
        return self._pause(await self.record(account, deposit_id, word), age)

    async def look(self, deposit_id: UUID, casino_id: UUID, provider: str | None = None) -> timedelta | None:
        """Ask because the provider said that something happened, whatever became of the deposit here; the pause before
        it is asked again, or None.
        """
        state = await self.state(deposit_id, casino_id)
        if isinstance(state, Absent):
            return None
        looking = Looking(self._desk, casino_id, provider or provider_of(state), deposit_id)
        asked_for = await looking.asked()
        word, news = await self._look(deposit_id, casino_id, provider)
        return await looking.heard(asked_for, word, news=news)

    async def _look(
        self, deposit_id: UUID, casino_id: UUID, provider: str | None
    ) -> tuple[DepositWord | NotThere | None, bool]:
        """What the provider answers (None: there is nothing to ask about), and whether that changed anything here."""
        state = await self.state(deposit_id, casino_id)
        if isinstance(state, Absent | Refused):
            return None, False
        earlier = earlier_of(state, provider)
        if earlier is not None and earlier.paid_as is not None:
            return await self._look(earlier.paid_as, casino_id, None)
        known, sent_as = reference(state), asked(state).sent_as
        if earlier is not None:
            known, sent_as = earlier.reference, earlier.sent_as
        account = await self._desk.account(casino_id, provider or asked(state).fact.provider)
        if not await is_same_customer(self._desk, account, deposit_id, sent_as):
            return Unanswered(), False
        flow = deposit_flow(self._desk, account.provider)
        waiting = isinstance(state, Requested | ActionRequired | Processing | Unknown) and earlier is None
        take = waiting and await self._may_pay(state)
        said = await ask_about_deposit(
            self._desk,
            account,
            flow,
            deposit_id,
            known,
            take=take,
            known_as=asked(state).known_as,
            segment=_segment(asked(state)),
        )
        if isinstance(said, NotThere | Unanswered):
            return said, False
        return said, await self.record(account, deposit_id, said) != state

    def _age(self, state: Waiting) -> timedelta:
        return self._desk.now() - asked(state).requested_at

    def _pause(self, state: Deposit, age: timedelta) -> timedelta | None:
        match state:
            case Requested() | Unknown():
                return again_after(age)
            case ActionRequired() | Processing():
                return max(again_after(age), SLOWEST_WEBHOOK)
            case _:
                return None

    async def _question(
        self, account: ProviderAccount, deposit_id: UUID, state: Waiting, age: timedelta
    ) -> DepositWord:
        again = isinstance(state, Requested) or (isinstance(state, Unknown) and asked(state).stepped_up is not None)
        if again and age < REPEATABLE:  # What it says of the attempt before a step up is no answer to this one.
            return await self._call(account, deposit_id, asked(state))
        flow, known = deposit_flow(self._desk, account.provider), reference(state)
        take = await self._may_pay(state)
        counted = _segment(asked(state))
        said = await ask_about_deposit(self._desk, account, flow, deposit_id, known, take=take, segment=counted)
        if not isinstance(said, NotThere):
            return said
        if known is None and age < REPEATABLE:
            # It does not know us, so our call may never have arrived. The same call with the same key is safe even
            # if it did: the provider answers with what came of the first.
            return await self._call(account, deposit_id, asked(state))
        return Unanswered()

    async def _may_pay(self, state: Waiting | Succeeded | GivenUp) -> bool:
        """Whether what the player agreed to may be taken: not once he is excluded or blocked, however soon after."""
        fact = asked(state).fact
        async with self._desk.app.db.read() as connection:
            rules = await self._desk.casino(connection, fact.casino_id)
            player = await self._desk.directory.player(connection, fact.player_id, self._desk.now(), rules.time_zone)
            return player is not None and await restricted_by(self._desk, connection, player) is None

    async def _call(self, account: ProviderAccount, deposit_id: UUID, requested: Requested) -> DepositWord:
        flow = deposit_flow(self._desk, account.provider)
        async with self._desk.app.db.read() as connection:
            back_to = await return_url(self._desk, connection, requested)
            details = await details_of(self._desk, connection, requested)
        if details is None:
            return Unanswered()  # What we would send now is not what was sent.
        intent = DepositIntent(
            deposit_id=deposit_id,
            player_id=requested.fact.player_id,
            amount_minor=requested.fact.amount_minor,
            currency=requested.fact.currency,
            return_url=back_to,
            notification_url=notification_url(self._desk, account),
            details=details,
            step_up=requested.step_up,
            before=requested.stepped_up,
        )
        call = flow.build_call(account, intent)
        counted = _segment(requested)
        return await ask(self._desk, account, "deposit.create", deposit_id, call, flow.parse_answer, segment=counted)

    async def record(
        self, account: ProviderAccount, deposit_id: UUID, word: DepositWord, *, patience: timedelta = timedelta(0)
    ) -> Deposit:
        """Apply what the provider answered, or set it aside, and return where the deposit stands.

        `patience`: how long the caller has to go on by himself, before the task looks after it.
        """
        casino_id, provider = account.casino_id, account.provider

        async def work(uow: UnitOfWork) -> Deposit:
            try:
                now = uow.ctx.occurred_at
                outcome = await hear_about_deposit(self._desk, uow, deposit_id, word, now, provider=provider)
            except UnlawfulDepositWord as unlawful:
                await self._tell(uow, account, deposit_id, unlawful.why, word)
                return (await uow.load(deposit, deposit_id)).state
            if isinstance(word, Underway) and word.concern is not None:
                await self._tell(uow, account, deposit_id, word.concern.code, word)
            pause = self._pause(outcome.state, timedelta(0)) if outcome.events else None
            if pause is not None and isinstance(outcome.state, Requested):
                pause = patience
            if pause is not None:
                await schedule_question(uow, deposit_id, outcome.state, pause)
            return outcome.state

        return await self._desk.app.transact(work, self._desk.ours(NAME, casino_id))

    async def _tell(
        self, uow: UnitOfWork, account: ProviderAccount, deposit_id: UUID, code: str, word: DepositWord
    ) -> None:
        """Set aside what the provider answered, once."""
        await set_aside_once(
            self._desk,
            uow,
            casino_id=account.casino_id,
            provider=account.provider,
            about=deposit_id,
            code=code,
            facts=_facts(word),
            each=True,
        )

    async def state(self, deposit_id: UUID, casino_id: UUID) -> Deposit:
        """Where the deposit stands."""
        return await state_of(self._desk, deposit, deposit_id, self._desk.ours(NAME, casino_id))


def _segment(requested: Requested) -> Segment | None:
    return None if requested.method is None else Segment(requested.method, requested.fact.currency)


def _facts(word: DepositWord) -> dict[str, str | int | None]:
    """What a person needs to know of what was answered, as of how much is there."""
    facts: dict[str, str | int | None] = {"word": type(word).__name__}
    if isinstance(word, Settled):
        facts |= {"reference": word.reference, "amount_minor": word.amount_minor, "currency": word.currency}
    if isinstance(word, Underway) and word.concern is not None:
        worth = word.concern
        facts |= {"reference": word.reference, "amount_minor": worth.amount_minor, "currency": worth.currency}
    return facts
