"""A withdrawal that a player asks for on a provider's page: opened, looked at there, put on hold here or dropped there.

What a notification says of it moves nothing: the provider is asked. Its money is on hold before anybody approves it,
and what may not go out is dropped at the provider, so that nobody pays it there.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from chassis.domain import DomainError, uuid7
from chassis.store import ConcurrentChange, UnitOfWork
from payments.application.attempts import ask
from payments.application.deposits import notification_url
from payments.application.desk import Desk
from payments.application.errors import TooManyOpenPages
from payments.application.lanes import questions
from payments.application.ledger import InsufficientFunds, WalletUnknown
from payments.application.payout_course import WithdrawalWish, payout_flow
from payments.application.ports import NotThere, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.looking import Looking, sooner
from payments.application.processes.patience import SLOWEST_WEBHOOK, again_after
from payments.application.processes.payout_process import ARRIVED_WITHIN, PROVIDER_PATIENCE
from payments.application.processes.steps import state_of, tell_people
from payments.application.request_port import LookWord, NotYet, Over, Page, PageWish, Requested
from payments.application.requested import LOOK, PageRefused, PageUnavailable, page_flow
from payments.application.withdrawal_standing import ensure_few, withdrawal_standing
from payments.application.withdrawals import request_withdrawal
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.errors import WithdrawalAlreadyRequested
from payments.domain.withdrawal.policy import check, in_force
from payments.domain.withdrawal.states import Absent, Cancelled, Existing, Failed, Rejected, Withdrawal
from payments.domain.withdrawal.words import Declined

NAME = "request-process"

PAGE = timedelta(minutes=15)
"""How long a page is good for (Praxis)."""

MOST_PAGES = 10
"""How many pages may be open for a player: each is a session at the provider, a question to it, and one more withdrawal
that he may ask for."""

LOOKED_FOR = timedelta(days=1)
"""How long it is looked for what a player asked for. What is told later is looked at anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a player wants out, before the provider's page says where to."""

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    return_url: str
    locale: str | None = None


class RequestProcess:
    """The conversation with a provider about what a player asks for on its page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, wish: Wish) -> tuple[UUID, str]:
        """The id the withdrawal will have, and its page. Nothing is on hold; kept is whose it is and how
        long it is open.

        Raises:
            Invalid, PlayerUnknown, WalletUnknown, ProviderNotOffered: it makes no sense.
            VerificationRequired, DebtOutstanding, DisputeOpen, AmountOutsidePolicy, TooManyOpenWithdrawals,
                InsufficientFunds: as when he asks for it; all of it is looked at again then.
            TooManyOpenPages: MOST_PAGES were asked for in the last PAGE, whatever came of them but a withdrawal.
            PageUnavailable, PageRefused: the provider has no page for him.
        """
        flow, withdrawal_id = page_flow(self._desk, wish.provider), uuid7()
        ctx = self._desk.ours(NAME, wish.casino_id)
        account = await self._desk.app.transact(partial(self._may_ask, withdrawal_id, wish), ctx)
        told = PageWish(
            withdrawal_id=withdrawal_id,
            player_id=wish.player_id,
            amount_minor=wish.amount_minor,
            currency=wish.currency,
            return_url=wish.return_url,
            notification_url=notification_url(self._desk, account),
            locale=wish.locale,
        )
        call = flow.build_page(account, told)
        said = await ask(self._desk, account, "payout.page", withdrawal_id, call, flow.parse_page)
        if isinstance(said, Declined):
            raise PageRefused
        if not isinstance(said, Page):
            raise PageUnavailable
        await self._desk.app.transact(partial(self._look_later, withdrawal_id, wish), ctx)
        return withdrawal_id, said.url

    async def look(self, withdrawal_id: UUID, casino_id: UUID, provider: str, age: timedelta) -> timedelta | None:
        """Look what was asked for, and put it on hold or drop it; the pause before the next look, or None."""
        looking = Looking(self._desk, casino_id, provider, withdrawal_id)
        asked_for = await looking.asked()
        if not isinstance(await self._state(withdrawal_id, casino_id), Absent):
            return await looking.heard(asked_for, None, news=False)
        account = await self._desk.account(casino_id, provider)
        said = await self._seen(account, withdrawal_id)
        pause = await self._seen_there(account, withdrawal_id, said, age)
        return sooner(pause, await looking.heard(asked_for, said, news=isinstance(said, Requested)))

    async def _seen_there(
        self, account: ProviderAccount, withdrawal_id: UUID, said: LookWord, age: timedelta
    ) -> timedelta | None:
        """Act on what is there; the pause before the next look."""
        match said:
            case Requested():
                refused = await self._hold(account, withdrawal_id, said)
                if refused is None:
                    return None
                await self._tell_people(account, withdrawal_id, "request_refused", refused)
                await self._drop(account, withdrawal_id, said)
            case NotThere() if age >= ARRIVED_WITHIN:
                await self._tell_people(account, withdrawal_id, "unknown_reference", None)
                return None
            case Over():
                if said.carried_out:
                    await self._tell_people(account, withdrawal_id, "paid_without_us", said.code)
                return None
        pause = max(again_after(age), SLOWEST_WEBHOOK) if isinstance(said, NotYet) else again_after(age)
        return pause if age < LOOKED_FOR else None

    async def drop(self, withdrawal_id: UUID, casino_id: UUID, age: timedelta) -> timedelta | None:
        """Have a request that will not be paid dropped there; the pause before the next attempt, or None."""
        state = await self._state(withdrawal_id, casino_id)
        if not isinstance(state, Rejected | Cancelled | Failed):
            return None
        account = await self._desk.account(casino_id, state.order.fact.provider)
        said = await self._seen(account, withdrawal_id)
        if isinstance(said, Over):
            if said.carried_out:
                await self._tell_people(account, withdrawal_id, "paid_without_us", said.code)
            return None
        if isinstance(said, NotThere):
            return None
        if age > PROVIDER_PATIENCE:
            await self._tell_people(account, withdrawal_id, "request_left_open", None)
            return None
        if isinstance(said, Requested) and await self._is_same_customer(account, withdrawal_id, state):
            await self._drop(account, withdrawal_id, said)
        return again_after(age)

    async def _may_ask(self, withdrawal_id: UUID, wish: Wish, uow: UnitOfWork) -> ProviderAccount:
        desk, connection = self._desk, uow.connection
        rules = await desk.casino(connection, wish.casino_id)
        player = await desk.player(connection, wish.player_id, rules)
        wallet = await desk.ledger.lock_wallet(connection, wish.casino_id, wish.player_id, wish.currency)
        if wallet is None:
            raise WalletUnknown(field="currency")
        account = await desk.offered(connection, wish.casino_id, wish.provider, wish.currency)
        payout_flow(desk, wish.provider).check_amount(wish.amount_minor, wish.currency)
        policy = await desk.policies.find(connection, wish.casino_id, wish.currency)
        standing = await withdrawal_standing(desk, connection, rules, player, wallet, uow.ctx.occurred_at)
        check(in_force(policy, wish.currency, wallet.cash_minor), standing, wish.amount_minor)
        await ensure_few(desk, connection, wish.player_id)
        if wallet.cash_minor < wish.amount_minor:
            raise InsufficientFunds
        now = uow.ctx.occurred_at
        if await desk.payment_ids.open_pages(connection, wish.player_id, now) >= MOST_PAGES:
            raise TooManyOpenPages
        await desk.payment_ids.claim_page(connection, withdrawal_id, wish.player_id, now + PAGE)
        return account

    async def _look_later(self, withdrawal_id: UUID, wish: Wish, uow: UnitOfWork) -> None:
        """Its notification normally decides; where that is lost, this finds what he asked for."""
        payload = {"casino_id": str(wish.casino_id), "provider": wish.provider}
        later = uow.ctx.occurred_at + SLOWEST_WEBHOOK
        await uow.schedule(LOOK, withdrawal_id, payload, run_at=later, lane=questions(wish.provider))

    async def _hold(self, account: ProviderAccount, withdrawal_id: UUID, seen: Requested) -> str | None:
        """By the rules of every withdrawal; the code of the refusal, or None when its money is on hold."""
        wish = WithdrawalWish(
            withdrawal_id=withdrawal_id,
            player_id=seen.player_id,
            casino_id=account.casino_id,
            provider=account.provider,
            amount_minor=seen.amount_minor,
            currency=seen.currency,
            destination=seen.destination,
            hosted_as=seen.shown_as,
            instrument=seen.instrument,
        )
        ctx = self._desk.theirs(account.provider, account.casino_id, None)
        try:
            await self._desk.app.transact(lambda uow: request_withdrawal(self._desk, uow, wish), ctx)
        except ConcurrentChange:
            raise
        except WithdrawalAlreadyRequested:
            return None  # Somebody looked at the same time.
        except DomainError as refusal:
            if refusal.status >= 500:
                raise
            return refusal.code
        return None

    async def _seen(self, account: ProviderAccount, withdrawal_id: UUID) -> LookWord:
        flow = page_flow(self._desk, account.provider)
        call = flow.build_look(account, withdrawal_id)
        return await ask(self._desk, account, "payout.look", withdrawal_id, call, flow.parse_look)

    async def _drop(self, account: ProviderAccount, withdrawal_id: UUID, seen: Requested) -> None:
        """Whether that worked, the next look tells."""
        flow = page_flow(self._desk, account.provider)
        call = flow.build_drop(account, seen.destination)
        await ask(self._desk, account, "payout.drop", withdrawal_id, call, flow.parse_drop)

    async def _is_same_customer(self, account: ProviderAccount, withdrawal_id: UUID, state: Existing) -> bool:
        errand = state.order.errand
        return errand is None or await is_same_customer(self._desk, account, withdrawal_id, errand.sent_as)

    async def _tell_people(self, account: ProviderAccount, withdrawal_id: UUID, code: str, why: str | None) -> None:
        await tell_people(self._desk, NAME, account, withdrawal_id, code, {"code": why})

    async def _state(self, withdrawal_id: UUID, casino_id: UUID) -> Withdrawal:
        return await state_of(self._desk, withdrawal, withdrawal_id, self._desk.ours(NAME, casino_id))
