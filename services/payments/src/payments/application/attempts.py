"""Calls out to providers: each is kept before it is made, then with how it went, whatever becomes of the payment."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import perf_counter
from typing import Final, TypeVar
from uuid import UUID

from chassis.domain import uuid7
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.dispute_port import Defences, Kept
from payments.application.floats.ports import Balances
from payments.application.metrics import PROVIDER_CALLS
from payments.application.outcomes import AttemptOutcome
from payments.application.ports import Category, DepositFlow, HttpAnswer, HttpCall, NotSent, NotThere, ProviderAccount
from payments.application.request_port import DropWord, LookWord, NotYet, Over, Page, PageWord, Requested
from payments.application.routing.ports import Segment
from payments.application.stores import Attempt, Operation
from payments.domain.deposit import words as deposit
from payments.domain.dispute import words as dispute
from payments.domain.refund import words as refund
from payments.domain.routing.breaker import COUNTED_WITHIN
from payments.domain.withdrawal import words as payout

NAME = "provider-attempts"

Word = (
    deposit.DepositWord
    | payout.PayoutWord
    | PageWord
    | LookWord
    | DropWord
    | refund.RefundWord
    | dispute.AnswerWord
    | Kept
    | Defences
    | Balances
    | NotThere
)
W = TypeVar("W", bound=Word)
Still = Callable[[UnitOfWork], Awaitable[bool]]

OUTCOMES: Final[dict[type, AttemptOutcome]] = {
    deposit.ActionNeeded: AttemptOutcome.ACTION_NEEDED,
    deposit.Underway: AttemptOutcome.UNDERWAY,
    deposit.Settled: AttemptOutcome.SETTLED,
    deposit.Declined: AttemptOutcome.DECLINED,
    deposit.TakenBack: AttemptOutcome.TAKEN_BACK,
    deposit.GivenBack: AttemptOutcome.GIVEN_BACK,
    deposit.Unanswered: AttemptOutcome.UNANSWERED,
    refund.Accepted: AttemptOutcome.TAKEN,
    refund.Refunded: AttemptOutcome.REFUNDED,
    refund.Refused: AttemptOutcome.DECLINED,
    refund.Unanswered: AttemptOutcome.UNANSWERED,
    dispute.Taken: AttemptOutcome.TAKEN,
    dispute.Refused: AttemptOutcome.DECLINED,
    dispute.Unanswered: AttemptOutcome.UNANSWERED,
    Kept: AttemptOutcome.TAKEN,
    Defences: AttemptOutcome.CONFIRMED,
    Balances: AttemptOutcome.CONFIRMED,
    payout.Taken: AttemptOutcome.TAKEN,
    payout.Declined: AttemptOutcome.DECLINED,
    payout.Unanswered: AttemptOutcome.UNANSWERED,
    payout.Confirmed: AttemptOutcome.CONFIRMED,
    payout.SentBack: AttemptOutcome.SENT_BACK,
    Page: AttemptOutcome.ACTION_NEEDED,
    NotYet: AttemptOutcome.ACTION_NEEDED,
    Requested: AttemptOutcome.ACTION_NEEDED,
    Over: AttemptOutcome.CONFIRMED,
    NotThere: AttemptOutcome.NOT_THERE,
}
"""What an answer says, as a class."""

_WITH_CODE = deposit.Declined | deposit.TakenBack | payout.Declined | payout.SentBack | refund.Refused | dispute.Refused


async def ask(
    desk: Desk,
    account: ProviderAccount,
    operation: Operation,
    payment_id: UUID,
    call: HttpCall,
    read: Callable[[HttpAnswer | None], W],
    earlier: HttpAnswer | None = None,
    segment: Segment | None = None,
    still: Still | None = None,
) -> W:
    """Keep that the call is made, make it, keep how it went, and return what its answer says; the same of the call that
    follows from it, if one does.

    It is kept in transactions of its own: nothing is held open while a provider thinks. `segment`: what the breaker
    counts it by, once, by the last of the calls. A question about a deposit is asked again and again and not counted;
    what follows from it takes the money, and is. `still`: asked in the transaction that keeps a call; where it says no,
    it is not made and not kept.
    """
    counted = None if operation == "deposit.ask" and earlier is None else segment
    asked = Attempt(
        id=uuid7(),
        casino_id=account.casino_id,
        provider=account.provider,
        operation=operation,
        payment_id=payment_id,
        key=call.key,
        outcome=AttemptOutcome.ASKED,
        at=desk.now(),
        method=None if counted is None else counted.method,
        currency=None if counted is None else counted.currency,
    )
    if not await _keep(desk, asked, still=still):
        return read(None)
    began = perf_counter()
    sent = await desk.call(account, call)
    unsent, answer = (sent, None) if isinstance(sent, NotSent) else (None, sent)
    if answer is not None and call.also is not None:
        half = await desk.call(account, call.also)
        answer = replace(answer, also=None if isinstance(half, NotSent) else half)
    lasted_s = perf_counter() - began
    if answer is not None and call.genuine is not None and not call.genuine(answer):
        believed = None
    else:
        believed = None if answer is None else replace(answer, earlier=earlier, to=call)
    word = read(believed)
    if unsent is not None and earlier is None and isinstance(word, deposit.Unanswered):
        word = replace(word, sent=False)
    following = None if believed is None or call.then is None else call.then(believed)
    code = word.code if isinstance(word, _WITH_CODE) else None
    # Where another call takes the money, that the payer may go on is not yet what the provider is for.
    goes_on = following is not None or (call.then is not None and isinstance(word, deposit.ActionNeeded))
    says_nothing = goes_on or (unsent is not None and unsent.by_us)
    answered = replace(
        asked,
        outcome=OUTCOMES[type(word)] if unsent is None else AttemptOutcome.NOT_SENT,
        http_status=None if answer is None else answer.status,
        code=code,
        duration_ms=round(lasted_s * 1000),
        provider_failed=None if counted is None or says_nothing else _by_its_fault(desk, account, word, code),
    )
    await _keep(desk, answered, counted)
    PROVIDER_CALLS.labels(account.provider, operation, answered.outcome).observe(lasted_s)
    if following is None:
        return word
    return await ask(desk, account, operation, payment_id, following, read, believed, segment, still)


def _by_its_fault(desk: Desk, account: ProviderAccount, word: Word, code: str | None) -> bool:
    """No usable answer, or a no because it does not work at the moment: a bank's or a player's no is an answer."""
    meaning = None if code is None else desk.provider(account.provider).codes.get(code)
    return isinstance(word, deposit.Unanswered | payout.Unanswered) or (
        meaning is not None and meaning.category is Category.PROVIDER
    )


async def ask_about_deposit(
    desk: Desk,
    account: ProviderAccount,
    flow: DepositFlow,
    deposit_id: UUID,
    reference: str | None,
    *,
    take: bool,
    known_as: UUID | None = None,
    segment: Segment | None = None,
) -> deposit.DepositWord | NotThere:
    """Ask what became of a deposit, where there is something to ask. `take`: what its player agreed to pay may be
    taken; of one that was given up nothing is. `known_as`: the provider knows it by another id of ours. `segment`: what
    the breaker counts the taking by.
    """
    call = flow.build_question(account, known_as or deposit_id, reference)
    if isinstance(call, NotThere):
        return call
    call = call if take else replace(call, then=None)
    return await ask(desk, account, "deposit.ask", deposit_id, call, flow.parse_question, segment=segment)


async def _keep(desk: Desk, attempt: Attempt, segment: Segment | None = None, still: Still | None = None) -> bool:
    async def work(uow: UnitOfWork) -> bool:
        if still is not None and not await still(uow):
            return False
        await desk.attempts.note(uow.connection, attempt)
        if segment is not None and attempt.provider_failed is not None:
            await desk.routing.count(
                uow.connection,
                attempt.casino_id,
                attempt.provider,
                segment,
                failed=attempt.provider_failed,
                now=uow.ctx.occurred_at,
                within=COUNTED_WITHIN,
            )
        return True

    return await desk.app.transact(work, desk.ours(NAME, attempt.casino_id))
