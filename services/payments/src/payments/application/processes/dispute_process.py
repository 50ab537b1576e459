"""An answer to a dispute after it was ordered: its files are given, it is sent, and what became of it is found out.

An unknown outcome is never taken for a refusal. It goes out again, with the same keys, only once the provider surely
still awaits it; else the provider's own word on how the dispute stands is waited for, and after a day people are told.
"""

import base64
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from chassis.store import Context, UnitOfWork
from payments.application.attempts import ask
from payments.application.desk import Desk
from payments.application.dispute_answers import answer_flow, hear_about_answer
from payments.application.dispute_evidence import EvidenceDiffers, EvidenceGone, read_evidence
from payments.application.dispute_port import AnswerOrder, EvidenceFile, Kept
from payments.application.ports import NotThere, ProviderAccount
from payments.application.processes.customer import is_same_customer
from payments.application.processes.deposit_process import REPEATABLE
from payments.application.processes.patience import again_after
from payments.application.processes.payout_process import ARRIVED_WITHIN, PROVIDER_OFF, PROVIDER_PATIENCE
from payments.application.processes.steps import state_of, tell_people
from payments.domain.dispute.aggregate import dispute
from payments.domain.dispute.commands import StartAnswer
from payments.domain.dispute.states import Answer, Dispute, Told
from payments.domain.dispute.words import AnswerWord, Refused, Unanswered

NAME = "dispute-process"
LATE = timedelta(days=1)
"""So long before the deadline people hear that the provider does not have the answer yet."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """An answer, the account it goes to, and the deposit its calls are kept with."""

    account: ProviderAccount
    order: AnswerOrder
    deposit_id: UUID


class DisputeProcess:
    """The conversation with a provider about one answer to a dispute."""

    def __init__(self, desk: Desk, dispute_id: UUID, answer_id: UUID, casino_id: UUID) -> None:
        self._desk = desk
        self._dispute_id = dispute_id
        self._answer_id = answer_id
        self._casino_id = casino_id

    async def send(self, age: timedelta) -> timedelta | None:
        """Record the intention, send the answer, record what was said. `age`: since the first attempt.

        Returns the pause before it is sent or asked about again, or None when nothing is to do any more.
        """
        state: Dispute | None = await self._state()
        answer = self._ours(state)
        if answer is None:
            return None
        first = answer.sent_as is None
        if first:
            before, state = state, await self._start()
            answer = self._ours(state)
            if state is None and isinstance(before, Told):
                await self._tell_if_late(before, age)
        if answer is None or not isinstance(state, Told):
            return PROVIDER_OFF
        errand = await self._errand(state, answer)
        word: AnswerWord = Unanswered()
        if isinstance(errand, Refused):
            word = errand if first else word
        elif errand is not None:
            word = await self._order(errand) if first else await self._find_out(errand, age)
        state = await self._record(word)
        if self._ours(state) is None or not isinstance(state, Told):
            return None
        await self._tell_if_late(state, age)
        return again_after(age) if age <= PROVIDER_PATIENCE else None

    def _ours(self, state: Dispute | None) -> Answer | None:
        """The answer, while it is the one that is on its way."""
        answer = state.answer if isinstance(state, Told) else None
        return answer if answer is not None and answer.id == self._answer_id else None

    async def _start(self) -> Dispute | None:
        """Record who it will be sent as, while nobody changes the account; None when it may not be called."""

        async def work(uow: UnitOfWork) -> Dispute | None:
            state = (await uow.load(dispute, self._dispute_id)).state
            provider = state.fact.provider if isinstance(state, Told) else ""
            account = await self._desk.accounts.find(uow.connection, self._casino_id, provider, lock="share")
            if account is None or not self._desk.may_call(account):
                return None
            command = StartAnswer(answer_id=self._answer_id, sent_as=self._desk.sent_as(account))
            return (await uow.decide(dispute, self._dispute_id, command)).state

        return await self._desk.app.transact(work, self._ctx())

    async def _errand(self, state: Told, answer: Answer) -> _Errand | Refused | None:
        """What is sent or asked about, as whom; None when we are not the same customer of the provider any more."""
        account = await self._desk.account(self._casino_id, state.fact.provider)
        if not await is_same_customer(self._desk, account, self._answer_id, answer.sent_as or ""):
            return None
        try:
            files = await self._files(state, answer)
        except (EvidenceGone, EvidenceDiffers) as unsent:  # It is refused before anything is sent.
            return Refused(code=unsent.code)
        order = AnswerOrder(
            answer_id=answer.id,
            reference=state.fact.reference,
            status=answer.status,
            defence=answer.defence,
            files=files,
        )
        return _Errand(account, order, state.fact.deposit_id)

    async def _files(self, state: Told, answer: Answer) -> tuple[EvidenceFile, ...]:
        """The files, opened; what `read_evidence` raises where one is not as it was brought."""

        async def work(uow: UnitOfWork) -> tuple[EvidenceFile, ...]:
            files = []
            for sent in answer.evidence:
                known, content = await read_evidence(self._desk, uow, self._dispute_id, state, sent.evidence_id)
                files.append(
                    EvidenceFile(
                        evidence_id=sent.evidence_id,
                        document=sent.document,
                        media_type=known,
                        content=base64.b64decode(content),
                    )
                )
            return tuple(files)

        return await self._desk.app.transact(work, self._ctx())

    async def _order(self, errand: _Errand) -> AnswerWord:
        """Give it the files, then the answer. A file it does not take ends it: nothing was submitted."""
        account, order = errand.account, errand.order
        flow = answer_flow(self._desk, account.provider)
        kept: dict[UUID, str] = {}
        for file in order.files:
            upload = flow.build_file(account, order, file)
            if upload is None:
                continue
            read = partial(flow.parse_file, file)
            given = await ask(self._desk, account, "dispute.file", errand.deposit_id, upload, read)
            if not isinstance(given, Kept):
                return given
            kept[file.evidence_id] = given.name
        call = flow.build_call(account, order, kept)
        said = partial(flow.parse_answer, order)
        return await ask(self._desk, account, "dispute.answer", errand.deposit_id, call, said)

    async def _find_out(self, errand: _Errand, age: timedelta) -> AnswerWord:
        """Whether the provider has it; sent again where it surely still awaits it, and surely knows a repeat."""
        account, order = errand.account, errand.order
        flow = answer_flow(self._desk, account.provider)
        call = flow.build_question(account, order)
        read = partial(flow.parse_question, order)
        word = await ask(self._desk, account, "dispute.ask", errand.deposit_id, call, read)
        if not isinstance(word, NotThere):
            return word
        return await self._order(errand) if ARRIVED_WITHIN <= age < REPEATABLE else Unanswered()

    async def _record(self, word: AnswerWord) -> Dispute:
        async def work(uow: UnitOfWork) -> Dispute:
            return await hear_about_answer(uow, self._dispute_id, self._answer_id, word)

        return await self._desk.app.transact(work, self._ctx())

    async def _tell_if_late(self, state: Told, age: timedelta) -> None:
        """Tell people while there is still time to answer on the provider's pages."""
        due_soon = state.due_at is not None and state.due_at - self._desk.now() <= LATE
        if age < REPEATABLE and not due_soon:
            return
        facts = {"reference": state.fact.reference, "dispute_id": str(self._dispute_id)}
        await tell_people(self._desk, NAME, state.fact, self._answer_id, "dispute_answer_left_unknown", facts)

    async def _state(self) -> Dispute:
        return await state_of(self._desk, dispute, self._dispute_id, self._ctx())

    def _ctx(self) -> Context:
        return self._desk.ours(NAME, self._casino_id)
