"""Answers to disputes that staff order: checked, sent by a process, and taken by the provider's word alone."""

from dataclasses import dataclass
from uuid import UUID

from chassis.domain import DomainError, Invalid
from chassis.store import UnitOfWork
from payments.application.attempts import ask
from payments.application.desk import Desk
from payments.application.dispute_port import Defences, DisputeFlow, FileWish
from payments.application.disputes import answer_dispute, find_dispute
from payments.application.errors import ProviderNotOffered
from payments.application.lanes import orders
from payments.domain.dispute.aggregate import dispute
from payments.domain.dispute.commands import HearAnswer, OrderAnswer
from payments.domain.dispute.errors import EvidenceUnknown
from payments.domain.dispute.states import Dispute, Told
from payments.domain.dispute.words import AnswerWord, EvidenceSent, Status

SEND = "payments.dispute_answer"
"""The background task that sends an answer, and finds out what became of it."""


class DisputeNotAnswerable(DomainError):
    """The provider takes no answers to disputes from us: it is answered on its pages, and that is said here."""

    code = "dispute_not_answerable"


class ProviderSilent(DomainError):
    """The provider was asked and gave no answer that can be believed. Try again later."""

    code = "provider_silent"
    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The evidence that staff send: files that are kept, and as which of the provider's kinds (None: the usual one)."""

    answer_id: UUID
    dispute_id: UUID
    files: tuple[tuple[UUID, str | None], ...]
    defence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """That a dispute is not contested. `by_hand`: it was accepted at the provider, and is only noted here."""

    answer_id: UUID
    dispute_id: UUID
    by_hand: bool


async def submit_evidence(desk: Desk, uow: UnitOfWork, wish: Submission) -> None:
    """Record what shall be sent, and have it sent.

    Raises:
        NotFound: no such dispute, or another casino's.
        DisputeNotOpen, DisputeAnswerUnderway: no answer is awaited, or one is on its way.
        DisputeNotAnswerable, ProviderNotOffered: its provider takes none from us, or not now.
        EvidenceUnknown, Invalid: a file is not kept, or the provider does not take it like that.
    """
    state = await find_dispute(uow, wish.dispute_id)
    flow = await _flow(desk, uow, state)
    kept = {one["evidence_id"]: one for one in await desk.evidence.of(uow.connection, wish.dispute_id)}
    if len({one for one, _ in wish.files}) < len(wish.files):
        raise Invalid("A file is named twice.", field="files")
    if any(one not in kept for one, _ in wish.files):
        raise EvidenceUnknown(field="files")
    wanted = [
        FileWish(kind=kept[one]["kind"], media_type=kept[one]["media_type"], size=kept[one]["size"], document=document)
        for one, document in wish.files
    ]
    documents = flow.check_evidence(wish.defence, wanted)
    command = OrderAnswer(
        answer_id=wish.answer_id,
        status=Status.CHALLENGED,
        now=uow.ctx.occurred_at,
        evidence=tuple(
            EvidenceSent(evidence_id=one, document=document)
            for (one, _), document in zip(wish.files, documents, strict=True)
        ),
        defence=wish.defence,
    )
    await _order(uow, wish.dispute_id, state, command)


async def check_acceptance(desk: Desk, uow: UnitOfWork, wish: Acceptance) -> Told:
    """The dispute, where it could be accepted now; raises what `accept` raises."""
    state = await find_dispute(uow, wish.dispute_id)
    if not wish.by_hand:
        await _flow(desk, uow, state)
        dispute.decide(_accepting(uow, wish), state)
    return state


async def accept(desk: Desk, uow: UnitOfWork, wish: Acceptance) -> None:
    """Have the provider told, or note that it was.

    Raises:
        NotFound: no such dispute, or another casino's.
        DisputeNotOpen, DisputeAnswerUnderway: no answer is awaited, or one is on its way.
        DisputeNotAnswerable, ProviderNotOffered: its provider takes none from us, or not now.
    """
    state = await find_dispute(uow, wish.dispute_id)
    if wish.by_hand:
        await answer_dispute(uow, wish.dispute_id, Status.ACCEPTED)
        return
    await _flow(desk, uow, state)
    await _order(uow, wish.dispute_id, state, _accepting(uow, wish))


async def hear_about_answer(uow: UnitOfWork, dispute_id: UUID, answer_id: UUID, word: AnswerWord) -> Dispute:
    """Apply what the provider said to our answer; the dispute as it is then."""
    command = HearAnswer(answer_id=answer_id, word=word, now=uow.ctx.occurred_at)
    return (await uow.decide(dispute, dispute_id, command)).state


async def ask_defences(desk: Desk, state: Told) -> Defences:
    """For which reasons the provider lets us defend it; none where it does not ask for one.

    Raises: DisputeNotAnswerable, ProviderNotOffered, ProviderSilent.
    """
    fact = state.fact
    flow = answer_flow(desk, fact.provider)
    account = await desk.account(fact.casino_id, fact.provider)
    if not desk.may_call(account):
        raise ProviderNotOffered
    call = flow.build_defences(account, fact.reference)
    if call is None:
        return Defences(())
    found = await ask(desk, account, "dispute.defences", fact.deposit_id, call, flow.parse_defences)
    if not isinstance(found, Defences):
        raise ProviderSilent
    return found


def answer_flow(desk: Desk, provider: str) -> DisputeFlow:
    """How disputes are answered through this provider; DisputeNotAnswerable."""
    flow = desk.provider(provider).disputes
    if flow is None:
        raise DisputeNotAnswerable
    return flow


async def _flow(desk: Desk, uow: UnitOfWork, state: Told) -> DisputeFlow:
    """The same, where the casino's account may be called; until the transaction ends nobody changes it."""
    flow = answer_flow(desk, state.fact.provider)
    account = await desk.accounts.find(uow.connection, state.fact.casino_id, state.fact.provider, lock="share")
    if account is None or not desk.may_call(account):
        raise ProviderNotOffered
    return flow


def _accepting(uow: UnitOfWork, wish: Acceptance) -> OrderAnswer:
    return OrderAnswer(answer_id=wish.answer_id, status=Status.ACCEPTED, now=uow.ctx.occurred_at)


async def _order(uow: UnitOfWork, dispute_id: UUID, state: Told, command: OrderAnswer) -> None:
    outcome = await uow.decide(dispute, dispute_id, command)
    if outcome.events:
        payload = {"casino_id": str(state.fact.casino_id), "dispute_id": str(dispute_id)}
        await uow.schedule(SEND, command.answer_id, payload, lane=orders(state.fact.provider))
