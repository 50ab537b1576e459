"""A deposit we gave up, or whose player must not pay in any more: the provider is told to take no money for it.

Until it confirms, the player could still pay. What he paid before it heard us is his, and is credited.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from payments.application.attempts import ask, ask_about_deposit
from payments.application.deposit_course import deposit_flow
from payments.application.deposits import give_up
from payments.application.desk import Desk
from payments.application.ports import HttpCall, NotThere, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.deposit_process import DepositProcess
from payments.application.processes.patience import again_after
from payments.application.processes.steps import tell_people
from payments.application.restrictions import restricted_by
from payments.domain.deposit.cascade import earlier_of
from payments.domain.deposit.commands import StopDeposit
from payments.domain.deposit.standing import LONGEST_OPEN
from payments.domain.deposit.states import Absent, Earlier, Expired, Failed, Refused, asked
from payments.domain.deposit.step_up import payable_as
from payments.domain.deposit.words import Declined, DepositWord, Settled, Unanswered

NAME = "closing-process"

FOUND_WITHIN = timedelta(hours=1)
"""After this a provider surely finds what it has by our reference (Stripe's search lags behind by minutes)."""

PAGE_OVER = timedelta(days=1)
"""After this nobody pays any more on a page that only time ends."""


@dataclass(frozen=True, slots=True)
class Try:
    """One of the attempts to close a deposit: its number, and how long ago the first one was."""

    number: int
    age: timedelta


class ClosingProcess:
    """The conversation with a provider about a deposit that must not be paid any more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stop(self, player_id: UUID, casino_id: UUID) -> None:
        """Give up what a restricted player has open; nothing when the restriction is over already."""
        async with self._desk.app.db.read() as connection:
            rules = await self._desk.casino(connection, casino_id)
            player = await self._desk.directory.player(connection, player_id, self._desk.now(), rules.time_zone)
            code = await restricted_by(self._desk, connection, player) if player else None
            if code is None:
                return
            undecided = await self._desk.directory.undecided_deposits(connection, player_id)
        for deposit_id in undecided:
            work = partial(give_up, self._desk, deposit_id=deposit_id, command=StopDeposit(code=code))
            await self._desk.app.transact(work, self._desk.ours(NAME, casino_id))

    async def close(self, deposit_id: UUID, casino_id: UUID, this: Try) -> timedelta | None:
        """Have the provider close it; the pause before it is told again, or None when there is nothing to tell."""
        process = DepositProcess(self._desk)
        state = await process.state(deposit_id, casino_id)
        if not isinstance(state, Failed | Expired) or state.closed:
            return None
        account = await self._desk.account(casino_id, asked(state).fact.provider)
        if self._desk.now() - asked(state).requested_at > LONGEST_OPEN:
            await self._leave_to_people(account, deposit_id, payable_as(state))
            return None
        if await is_same_customer(self._desk, account, deposit_id, asked(state).sent_as):
            word = await self._end(account, deposit_id, payable_as(state), this)
            state = await process.record(account, deposit_id, word)
        still_open = isinstance(state, Failed | Expired) and not state.closed
        return again_after(this.age) if still_open else None

    async def close_earlier(self, deposit_id: UUID, casino_id: UUID, provider: str, this: Try) -> timedelta | None:
        """The same for a provider that the deposit was passed on from, or that another was faster than."""
        process = DepositProcess(self._desk)
        known = await self._left_behind(process, deposit_id, casino_id, provider)
        if known is None:
            return None
        account = await self._desk.account(casino_id, provider)
        if this.age > LONGEST_OPEN:
            await self._leave_to_people(account, deposit_id, known.reference)
            return None
        if await is_same_customer(self._desk, account, deposit_id, known.sent_as):
            await process.record(account, deposit_id, await self._end(account, deposit_id, known.reference, this))
        left = await self._left_behind(process, deposit_id, casino_id, provider)
        return None if left is None else again_after(this.age)

    async def _left_behind(
        self, process: DepositProcess, deposit_id: UUID, casino_id: UUID, provider: str
    ) -> Earlier | None:
        """What is known of the provider's part, while it could still be paid."""
        state = await process.state(deposit_id, casino_id)
        known = None if isinstance(state, Absent | Refused) else earlier_of(state, provider)
        return None if known is None or known.closed or known.paid_as is not None else known

    async def _end(self, account: ProviderAccount, deposit_id: UUID, known: str | None, this: Try) -> DepositWord:
        """Cancel it, and ask what became of that where the answer is not the end."""
        if account.provider in self._desk.cashiers:
            return Declined(reference=known, code="given_up", final=True)  # It cannot be told; late money is credited.
        flow = deposit_flow(self._desk, account.provider)
        if known is None:
            found = await self._question(account, deposit_id, None)
            if isinstance(found, NotThere):
                never = Declined(reference=None, code="not_there", final=True)
                return never if this.age > FOUND_WITHIN else Unanswered()
            if _ends(found) or isinstance(found, Unanswered) or found.reference is None:
                return found
            known = found.reference
        call = flow.build_cancel(account, deposit_id, known, this.number)
        if call is not None:
            said = await ask(self._desk, account, "deposit.cancel", deposit_id, call, flow.parse_cancel)
            if _ends(said):
                return said
        found = await self._question(account, deposit_id, known)
        if call is None and this.age > PAGE_OVER and isinstance(found, NotThere | Declined):
            return _over(flow.build_question(account, deposit_id, known), found)
        return Unanswered() if isinstance(found, NotThere) else found

    async def _question(self, account: ProviderAccount, deposit_id: UUID, known: str | None) -> DepositWord | NotThere:
        flow = deposit_flow(self._desk, account.provider)
        return await ask_about_deposit(self._desk, account, flow, deposit_id, known, take=False)

    async def _leave_to_people(self, account: ProviderAccount, deposit_id: UUID, known: str | None) -> None:
        await tell_people(self._desk, NAME, account, deposit_id, "left_open_at_provider", {"reference": known})


def _over(question: HttpCall | NotThere, found: Declined | NotThere) -> DepositWord:
    """It is over where the provider, when it was asked, knew of no payment; not where it cannot be asked."""
    if isinstance(question, NotThere):
        return Unanswered()
    return (
        replace(found, final=True)
        if isinstance(found, Declined)
        else Declined(reference=None, code="not_there", final=True)
    )


def _ends(word: DepositWord) -> bool:
    return isinstance(word, Settled) or (isinstance(word, Declined) and word.final)
