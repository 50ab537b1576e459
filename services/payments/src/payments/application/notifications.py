"""Providers' notifications: verified over the raw bytes, handled once, applied where that is legal, else set aside."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from prometheus_client import Counter

from chassis.domain import DomainError, NotFound
from chassis.store import UnitOfWork
from chassis.telemetry.metrics import REGISTRY
from payments.application.deposits import hear_about_deposit, hear_about_instrument, look_at_deposit
from payments.application.desk import Desk, set_aside, set_aside_once
from payments.application.dispute_port import AboutDispute
from payments.application.disputes import hear_about_dispute
from payments.application.instruments.ports import AboutInstrument
from payments.application.look_port import LookAtDeposit, LookAtPayout, LookAtRefund
from payments.application.outcomes import NotificationOutcome as Became
from payments.application.ports import (
    AboutDeposit,
    AboutPayout,
    AboutRefund,
    MayTake,
    NotGenuine,
    Nothing,
    Notification,
    PaymentProvider,
    ProviderAccount,
    Reply,
    Unclear,
)
from payments.application.refunds import hear_about_refund, look_at_refund
from payments.application.refunds_named import refund_meant
from payments.application.requested import look_at_request, requested_there
from payments.application.stores import Handled
from payments.application.unreadable import storable
from payments.application.withdrawal_news import KEPT_BACK, is_kept_back
from payments.application.withdrawals import hear_about_payee, hear_about_payout, look_at_payout
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.cascade import deposit_of
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.states import Absent, Refused, provider_of
from payments.domain.deposit.words import DepositWord, GivenBack, TakenBack
from payments.domain.dispute.errors import UnlawfulDisputeWord
from payments.domain.refund.aggregate import refund
from payments.domain.refund.errors import UnlawfulRefundWord
from payments.domain.refund.states import Absent as NoRefund
from payments.domain.refund.words import Accepted
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.checks import may_be_debited
from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.states import Absent as NoWithdrawal
from payments.domain.withdrawal.states import Existing
from payments.domain.withdrawal.words import Taken

SEALED: Final = "notification"
SEALED_HEADERS: Final = "notification-headers"

RECEIVED = Counter(
    "provider_notifications_total", "Notifications of payment providers", ["provider", "outcome"], registry=REGISTRY
)

BY_REPLACED = Counter(
    "provider_notifications_by_replaced_secret_total",
    "Notifications signed with a secret that was replaced and is still heard",
    ["provider"],
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A notification as it arrived. Header names are in lower case."""

    casino_id: UUID
    provider: str
    raw: bytes
    headers: dict[str, str]
    ip: str | None


class NotificationNotGenuine(DomainError):
    """Whoever sent it is not the provider, as far as we can tell."""

    code = "notification_not_genuine"
    status = 401


async def receive_notification(desk: Desk, mail: Mail) -> Reply:
    """Handle one notification and return the answer.

    A repeat is answered as the first one was, and does nothing else.

    Raises:
        NotificationNotGenuine: nothing was believed and nothing was stored; also when there is no such account or
            provider, so that strangers learn nothing from the difference.
    """
    provider = desk.providers.get(mail.provider)
    if provider is None:
        raise _not_genuine(replace(mail, provider="unknown"))
    async with desk.app.db.read() as connection:
        account = await desk.accounts.find(connection, mail.casino_id, mail.provider)
    if account is None:
        raise _not_genuine(mail)
    read = read_genuine(provider, account, mail, desk.now())
    if read is None:
        raise _not_genuine(mail)
    account, notification = read
    handled = await desk.app.transact(
        lambda uow: _handle(desk, uow, mail, notification), desk.theirs(mail.provider, mail.casino_id, mail.ip)
    )
    RECEIVED.labels(mail.provider, "repeated" if handled.repeated else handled.outcome).inc()
    return _answer(provider, account, notification, handled)


def read_genuine(
    provider: PaymentProvider, account: ProviderAccount, mail: Mail, now: datetime
) -> tuple[ProviderAccount, Notification] | None:
    """What it says, and the generation of the account it was signed for: its answer is signed alike. None: it is not
    genuine, or was not at that moment.
    """
    for one in account.generations(now):
        with suppress(NotGenuine):
            notification = storable(provider.read_notification(one, mail.raw, mail.headers, now))
            if one is not account:
                BY_REPLACED.labels(mail.provider).inc()
            return one, notification
    return None


async def _handle(desk: Desk, uow: UnitOfWork, mail: Mail, notification: Notification) -> Handled:
    earlier = await desk.notifications.claim(uow.connection, mail.casino_id, mail.provider, notification)
    if earlier is not None:
        if notification.may_be_news:
            await _look_at_repeat(desk, uow, mail, notification)
        return replace(earlier, repeated=True)
    handled, code = await apply_notification(desk, uow, mail, notification)
    aside = handled.outcome == Became.SET_ASIDE
    await desk.notifications.note(
        uow.connection,
        mail.casino_id,
        mail.provider,
        notification,
        handled,
        code=code,
        **(sealed(desk, mail) if aside or handled.outcome == Became.ASKING else {"sealed": None}),
    )
    if aside:
        await set_aside(
            uow,
            casino_id=mail.casino_id,
            provider=mail.provider,
            notification_id=notification.id,
            code=code or "unclear",
            facts={"kind": notification.kind, **notification.facts},
        )
    return handled


async def _look_at_repeat(desk: Desk, uow: UnitOfWork, mail: Mail, notification: Notification) -> None:
    """The same word moves nothing twice. Where it says that money is there which was taken back since, nobody knows
    whether it came again or the word was only late: a person looks, once for each payment.
    """
    said = notification.said
    if not isinstance(said, AboutDeposit) or said.deposit_id is None:
        return
    try:
        await _hear(desk, uow, mail, said, notification.said_at)
    except UnlawfulDepositWord as unlawful:
        await set_aside_once(
            desk,
            uow,
            casino_id=mail.casino_id,
            provider=mail.provider,
            about=said.deposit_id,
            code=unlawful.why,
            facts={**notification.facts, "kind": notification.kind, "our_reference": str(said.deposit_id)},
        )


def sealed(desk: Desk, mail: Mail) -> dict[str, str]:
    """What came, as it is kept for people, and to be read again."""
    headers = msgspec.json.encode(mail.headers)
    return {
        "sealed": desk.box.seal(mail.raw, label=SEALED),
        "sealed_headers": desk.box.seal(headers, label=SEALED_HEADERS),
    }


async def apply_notification(
    desk: Desk, uow: UnitOfWork, mail: Mail, notification: Notification
) -> tuple[Handled, str | None]:
    """What becomes of it, and the code of the anomaly when it is set aside.

    Only the provider's word can be set aside. What goes wrong on our side ends the transaction, and the provider, who
    gets no answer, sends it again.
    """
    try:
        said = await refund_meant(desk, uow, mail.casino_id, mail.provider, notification.said)
        if isinstance(said, AboutRefund) and not await _is_refund(uow, mail.provider, said.refund_id):
            said = said.else_
        match said:
            case AboutDeposit() | AboutRefund() | AboutPayout():
                news = await _hear(desk, uow, mail, said, notification.said_at)
                return Handled(outcome=Became.APPLIED if news else Became.NOTHING_NEW, accepted=True), None
            case AboutDispute():
                return await _dispute(desk, uow, mail, said, notification.said_at)
            case LookAtDeposit() | LookAtPayout() | AboutInstrument():
                return await _beside(desk, uow, mail, said), None
            case LookAtRefund():
                return await _look_at_refund(desk, uow, mail, said)
            case MayTake():
                return await _may_take(desk, uow, mail.provider, said)
            case Nothing():
                return Handled(outcome=Became.WITHOUT_CONSEQUENCE, accepted=True), None
            case Unclear():
                return Handled(outcome=Became.SET_ASIDE, accepted=True), said.why
    except (UnlawfulDepositWord, UnlawfulRefundWord, UnlawfulDisputeWord, UnlawfulPayoutWord) as unlawful:
        return Handled(outcome=Became.SET_ASIDE, accepted=not isinstance(notification.said, MayTake)), unlawful.why


async def _hear(
    desk: Desk, uow: UnitOfWork, mail: Mail, said: AboutDeposit | AboutRefund | AboutPayout, said_at: datetime
) -> bool:
    """Whether there is news in it."""
    match said:
        case AboutDeposit():
            named = said.deposit_id or await _called(desk, uow, mail, said.word)
            deposit_id = await _deposit_of(uow, mail.provider, named)
            heard = await hear_about_deposit(desk, uow, deposit_id, said.word, said_at, provider=mail.provider)
            return bool(heard.events)
        case AboutRefund():
            return bool((await hear_about_refund(desk, uow, said.refund_id, said.word, said_at)).events)
        case AboutPayout():
            withdrawal_id, _ = await _withdrawal_of(uow, mail.provider, said.withdrawal_id)
            return bool((await hear_about_payout(desk, uow, withdrawal_id, said.word)).events)


async def _dispute(
    desk: Desk, uow: UnitOfWork, mail: Mail, said: AboutDispute, said_at: datetime
) -> tuple[Handled, str | None]:
    named = said.deposit_id
    if named is None:
        named = await desk.directory.deposit_called(uow.connection, mail.casino_id, mail.provider, said.word.payment)
    deposit_id = await _deposit_of(uow, mail.provider, named)
    heard = await hear_about_dispute(desk, uow, deposit_id, mail.provider, said, said_at)
    if heard.why is not None:
        return Handled(outcome=Became.SET_ASIDE, accepted=True), heard.why
    return Handled(outcome=Became.APPLIED if heard.news else Became.NOTHING_NEW, accepted=True), None


async def _instrument(desk: Desk, uow: UnitOfWork, mail: Mail, said: AboutInstrument) -> Handled:
    """What is told of a payment that is none of ours has no consequence: it moves no money."""
    try:
        deposit_id = await _deposit_of(uow, mail.provider, said.payment_id)
        await hear_about_instrument(desk, uow, deposit_id, said.instrument, provider=mail.provider)
    except UnlawfulDepositWord:
        try:
            withdrawal_id, state = await _withdrawal_of(uow, mail.provider, said.payment_id)
        except UnlawfulPayoutWord:
            return Handled(outcome=Became.WITHOUT_CONSEQUENCE, accepted=True)
        await hear_about_payee(desk, uow, withdrawal_id, state.order.fact, said.instrument)
    return Handled(outcome=Became.APPLIED, accepted=True)


async def _beside(
    desk: Desk, uow: UnitOfWork, mail: Mail, said: LookAtDeposit | LookAtPayout | AboutInstrument
) -> Handled:
    """What moves no money itself."""
    if isinstance(said, AboutInstrument):
        return await _instrument(desk, uow, mail, said)
    if isinstance(said, LookAtDeposit):
        deposit_id = await _deposit_of(uow, mail.provider, said.deposit_id)
        await look_at_deposit(uow, deposit_id, mail.casino_id, mail.provider)
        about = deposit_id
    elif said.withdrawal_id is not None and await _begins_there(desk, uow, mail.provider, said.withdrawal_id):
        await look_at_request(uow, said.withdrawal_id, mail.provider, mail.casino_id)
        about = said.withdrawal_id
    else:
        about, _ = await _withdrawal_of(uow, mail.provider, said.withdrawal_id)
        if said.reference is not None:
            await hear_about_payout(desk, uow, about, Taken(reference=said.reference))
        await look_at_payout(uow, about, mail.provider, mail.casino_id)
    return Handled(outcome=Became.ASKING, accepted=True, about=about, told=said.told)


async def _look_at_refund(desk: Desk, uow: UnitOfWork, mail: Mail, said: LookAtRefund) -> tuple[Handled, str | None]:
    """One that others made there cannot be looked at by an order of ours: a person has to."""
    if said.refund_id is None or not await _is_refund(uow, mail.provider, said.refund_id):
        return Handled(outcome=Became.SET_ASIDE, accepted=True), "refund_not_ours"
    if said.reference is not None:
        await hear_about_refund(desk, uow, said.refund_id, Accepted(reference=said.reference), uow.ctx.occurred_at)
    await look_at_refund(uow, said.refund_id, mail.provider, mail.casino_id)
    return Handled(outcome=Became.ASKING, accepted=True, about=said.refund_id, told=said.told), None


async def _begins_there(desk: Desk, uow: UnitOfWork, provider: str, withdrawal_id: UUID) -> bool:
    """Whether it is nothing of ours yet, and the provider is one on whose page players ask for their money."""
    if requested_there(desk, provider) is None:
        return False
    try:
        return isinstance((await uow.load(withdrawal, withdrawal_id)).state, NoWithdrawal)
    except NotFound:
        return False  # Another casino's.


async def _may_take(desk: Desk, uow: UnitOfWork, provider: str, asked_for: MayTake) -> tuple[Handled, str | None]:
    """The provider asks before it pays. A no changes nothing here: the money stays on hold until it says the end."""
    withdrawal_id, state = await _withdrawal_of(uow, provider, asked_for.withdrawal_id)
    fact = state.order.fact
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    _, state = await _withdrawal_of(uow, provider, withdrawal_id)
    if not may_be_debited(state, asked_for.amount_minor, asked_for.currency):
        return Handled(outcome=Became.SET_ASIDE, accepted=False), "debit_not_on_hold"
    if await is_kept_back(desk, uow, withdrawal_id, state.order):
        return Handled(outcome=Became.SET_ASIDE, accepted=False), KEPT_BACK
    return Handled(outcome=Became.NOTHING_NEW, accepted=True), None


async def _called(desk: Desk, uow: UnitOfWork, mail: Mail, word: DepositWord) -> UUID | None:
    """What is taken or given back may be told by the provider's own reference of the payment alone."""
    if not isinstance(word, TakenBack | GivenBack):
        return None
    return await desk.directory.deposit_called(uow.connection, mail.casino_id, mail.provider, word.reference)


async def _deposit_of(uow: UnitOfWork, provider: str, deposit_id: UUID | None) -> UUID:
    """The deposit, which must be this casino's and this provider's, now or before it was passed on."""
    try:
        state = (await uow.load(deposit, deposit_id)).state if deposit_id else Absent()
    except NotFound:
        state = Absent()
    if deposit_id is None or isinstance(state, Absent):
        raise UnlawfulDepositWord("unknown_reference")
    if not isinstance(state, Refused):
        return deposit_of(state, deposit_id, provider)
    if provider_of(state) != provider:
        raise UnlawfulDepositWord("unknown_reference")
    return deposit_id


async def _is_refund(uow: UnitOfWork, provider: str, refund_id: UUID) -> bool:
    """Whether it is a refund that this casino ordered through this provider."""
    try:
        state = (await uow.load(refund, refund_id)).state
    except NotFound:
        return False
    return not isinstance(state, NoRefund) and state.fact.provider == provider


async def _withdrawal_of(uow: UnitOfWork, provider: str, withdrawal_id: UUID | None) -> tuple[UUID, Existing]:
    """The withdrawal, which must be this casino's and this provider's."""
    try:
        state = (await uow.load(withdrawal, withdrawal_id)).state if withdrawal_id else None
    except NotFound:
        state = None
    if withdrawal_id is None or not isinstance(state, Existing) or state.order.fact.provider != provider:
        raise UnlawfulPayoutWord("unknown_reference")
    return withdrawal_id, state


def _answer(provider: PaymentProvider, account: ProviderAccount, notification: Notification, handled: Handled) -> Reply:
    return provider.answer_notification(account, notification, accepted=handled.accepted)


def _not_genuine(mail: Mail) -> NotificationNotGenuine:
    RECEIVED.labels(mail.provider, "not_genuine").inc()
    return NotificationNotGenuine()
