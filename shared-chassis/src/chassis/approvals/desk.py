"""Where proposals are made, decided and carried out: the shell around the aggregate.

A proposal, an approval and an execution are a transaction each. That of the execution holds the end of the proposal and
what the command does, so both happened or neither; whoever comes second finds the end and does nothing.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from pydantic import BaseModel

from chassis.approvals import approval_list as listed
from chassis.approvals.aggregate import Open, approval
from chassis.approvals.approval_list import approval_list
from chassis.approvals.authority import Authority, PolicyAuthority
from chassis.approvals.canonical import canonical, sha256_of
from chassis.approvals.command import GuardedCommand, Subject
from chassis.approvals.commands import Approve, Edit, Execute, Expire, Propose, Reject, Void, Withdraw
from chassis.approvals.errors import AnotherPersonNeeded, ApprovalUnknown, SubjectChanged
from chassis.approvals.events import APPROVAL_EVENTS, Executed
from chassis.approvals.payloads import Payloads
from chassis.approvals.publishing import publish
from chassis.auth.errors import PolicyStale
from chassis.auth.policy.model import Wish
from chassis.domain import DomainError, uuid7
from chassis.privacy import SecretBox
from chassis.store import Actor, Application, CasinoScope, Context, Row, UnitOfWork
from chassis.store.application import ConcurrentChange
from chassis.tasks import Handler, Retry, Task

log = structlog.get_logger(__name__)

EXECUTE: Final = "approval_execute"
EXPIRE: Final = "approval_expire"
_ASK_AGAIN: Final = timedelta(seconds=2)
_COMPARE_EVERY: Final = timedelta(minutes=1)
"""How often what waits is compared with what it is about, which locks that for a moment."""

Within = Callable[[str, Subject], None]
"""Raises unless whoever is there holds the permission for what is moved."""

Check = Callable[[UnitOfWork], Awaitable[None]]
"""What else is looked at before something is proposed, in the same transaction; it raises to refuse."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a command: its proposal, or what it answered because nobody else was needed."""

    proposal: Row | None = None
    done: BaseModel | None = None


class Approvals:
    """The proposals of one service.

    Args:
        application: the service's; it learns the events, the list and what others hear of them.
        commands: what this service does only with a second person.
        box: seals payloads, which may hold secrets.
        authority: what people hold when something is executed; until there is one, nothing is.
    """

    def __init__(
        self,
        application: Application,
        commands: Sequence[GuardedCommand[Any]],
        *,
        box: SecretBox,
        authority: Authority | None = None,
    ) -> None:
        self.app = application
        self.commands = {command.name: command for command in commands}
        self.authority: Authority = authority or PolicyAuthority()
        self._payloads = Payloads(box)
        self._compare_at = datetime.min.replace(tzinfo=UTC)
        source = application.source
        application.extend(APPROVAL_EVENTS, lambda recorded: publish(source, recorded), approval_list)

    async def ask(
        self,
        uow: UnitOfWork,
        requester_id: UUID,
        command: GuardedCommand[Any],
        payload: BaseModel,
        within: Within,
        check: Check | None = None,
    ) -> Asked:
        """Propose it; or do it at once where its size is beneath the threshold of its rule.

        The same again is the same proposal, as long as nobody decided it and what it is about is as it was. Somebody
        who asks twice at once waits for himself.

        Raises:
            DomainError: it could not be done as things are, or not by them.
        """
        await listed.take_turns(uow.connection, f"approvals/{requester_id}/{command.name}")
        if check is not None:
            await check(uow)
        content = payload.model_dump(mode="json")
        subject = await command.describe(uow, payload)
        within(command.rule.permission, subject)
        uow.ctx = replace(uow.ctx, casino_id=subject.casino_id)
        if not command.rule.takes_two(subject.size):
            return Asked(done=await command.execute(uow, payload))
        sha256 = sha256_of(content)
        same = await self._same(uow, requester_id, command, sha256, subject)
        if same is not None:
            return Asked(proposal=same)
        approval_id = uuid7()
        await uow.decide(approval, approval_id, _proposal(command, subject, sha256, requester_id, uow.ctx))
        await self._payloads.keep(uow.connection, approval_id, canonical(content))
        await uow.schedule(EXPIRE, approval_id, {}, run_at=uow.ctx.occurred_at + command.rule.expires)
        row = await self.row(uow, approval_id)
        if command.proposed is not None:
            await command.proposed(uow, payload, row)
        return Asked(proposal=row)

    async def edit(self, uow: UnitOfWork, approval_id: UUID, by: UUID, content: Any, within: Within) -> None:
        """Propose something else in its place; whoever approved it has approved nothing.

        Raises:
            pydantic.ValidationError: it is no payload of this command.
            DomainError: it could not be done as things are; or it is another's proposal, or an ended one.
        """
        row = await self.row(uow, approval_id)
        command = self.commands[row["command"]]
        payload = command.payload.model_validate(content)
        elsewhere = ApprovalUnknown("It is about something else: propose that by itself.")
        if getattr(payload, "casino_id", row["casino_id"]) != row["casino_id"]:
            raise elsewhere  # Before it is looked at: whether there is such a casino is not told.
        subject = await command.describe(uow, payload)
        if (subject.casino_id, subject.kind, subject.id) != (row["casino_id"], row["subject_kind"], row["subject_id"]):
            raise elsewhere
        within(command.rule.permission, subject)
        as_json = payload.model_dump(mode="json")
        edited = Edit(by=by, draft=subject.draft(sha256_of(as_json)), now=uow.ctx.occurred_at)
        outcome = await uow.decide(approval, approval_id, edited)
        if outcome.events:
            await self._payloads.keep(uow.connection, approval_id, canonical(as_json))

    async def approve(
        self, uow: UnitOfWork, approval_id: UUID, by: UUID, sha256: str, proved_at: datetime | None, within: Within
    ) -> None:
        """Say yes to the payload of this hash. With the last yes that is needed, its execution is scheduled.

        Raises:
            DomainError: see `chassis.approvals.errors`.
            PolicyStale: nobody can tell at the moment whether these people are apart.
        """
        state = (await uow.load(approval, approval_id)).state
        subject = await self._subject(uow, approval_id, state) if isinstance(state, Open) else None
        if isinstance(state, Open) and subject is not None:
            within(state.approve, subject)
            self._require_apart(by, {state.requester_id, *state.barred, *state.approved_by}, uow.ctx.occurred_at)
        decided = await uow.decide(
            approval,
            approval_id,
            Approve(
                by=by,
                payload_sha256=sha256,
                subject_sha256=subject.sha256 if subject else "",
                proved_at=proved_at,
                now=uow.ctx.occurred_at,
            ),
        )
        if isinstance(decided.state, Open) and decided.state.enough:
            await uow.schedule(EXECUTE, approval_id, {"since": uow.ctx.occurred_at.isoformat()})

    async def reject(self, uow: UnitOfWork, approval_id: UUID, by: UUID) -> None:
        """Say no, for good."""
        await uow.decide(approval, approval_id, Reject(by=by, now=uow.ctx.occurred_at))

    async def withdraw(self, uow: UnitOfWork, approval_id: UUID, by: UUID) -> None:
        """Take back what one proposed."""
        await uow.decide(approval, approval_id, Withdraw(by=by, now=uow.ctx.occurred_at))

    async def execute(self, approval_id: UUID, since: datetime) -> BaseModel | None:
        """Do what was approved, once, if everything still holds. What the command answered; None when nothing was done.

        What the command refuses now voids the proposal, with the refusal's code.

        Args:
            since: when the last approval was given.

        Raises:
            PolicyStale: nobody can tell at the moment whether these people still may; it waits.
        """

        async def work(uow: UnitOfWork) -> BaseModel | None:
            return await self._execute(uow, approval_id, since)

        await self.authority.look()
        try:
            return await self.app.transact(work, self._system())
        except (ConcurrentChange, PolicyStale):
            raise
        except DomainError as refusal:
            log.info("approval_voided", approval_id=str(approval_id), code=refusal.code)
            await self.void(approval_id, refusal.code)
            return None

    async def void(self, approval_id: UUID, code: str) -> None:
        """End a proposal that cannot be executed any more."""
        await self.app.execute(approval, approval_id, Void(code=code), self._system())

    async def sweep(self) -> int:
        """Void what was proposed by people who may not do it any more, the disabled among them, and what is about
        something that is another by now, so that nobody is asked about it in vain; how many.

        What nobody can tell at the moment is left as it is.
        """
        await self.authority.look()
        async with self.app.db.read() as connection:
            waiting = await listed.open_ones(connection)
        now, voided = self.app.clock.now(), 0
        compares = now >= self._compare_at
        if compares:
            self._compare_at = now + _COMPARE_EVERY
        for one in waiting:
            code = "requester_may_not" if self._gone(one, now) else None
            if code is None and compares:
                code = await self._outdated(one.id)
            if code is not None:
                await self.void(one.id, code)
                voided += 1
        return voided

    async def _outdated(self, approval_id: UUID) -> str | None:
        """Why nobody can approve it any more, whatever he thinks of it."""

        async def work(uow: UnitOfWork) -> str | None:
            return SubjectChanged.code if await self._changed(uow, approval_id) else None

        try:
            return await self.app.transact(work, self._system())
        except DomainError:
            return None  # It cannot be done as things are; that may pass.

    async def _changed(self, uow: UnitOfWork, approval_id: UUID) -> bool:
        """Whether it is open, and what it is about is another by now. Raises what describing it raises."""
        state = (await uow.load(approval, approval_id)).state
        if not isinstance(state, Open):
            return False
        return (await self._subject(uow, approval_id, state)).sha256 != state.subject_sha256

    async def _same(
        self, uow: UnitOfWork, requester_id: UUID, command: GuardedCommand[Any], sha256: str, subject: Subject
    ) -> Row | None:
        """What they have proposed already, the same, and still stands. What nobody can approve any more is
        voided, so that it is not in the way of what is proposed now.
        """
        alike = listed.comes_to(subject, uow.ctx.reason) if command.own_id else listed.has_payload(sha256)
        row = await listed.same_open(uow.connection, requester_id, command.name, alike)
        if row is None or row["expires_at"] <= uow.ctx.occurred_at:
            return None
        if not await self._changed(uow, row["id"]):
            return row
        ctx, uow.ctx = uow.ctx, replace(self._system(), correlation_id=uow.ctx.correlation_id)
        await uow.decide(approval, row["id"], Void(code=SubjectChanged.code))
        uow.ctx = ctx
        return None

    def _require_apart(self, by: UUID, others: set[UUID], now: datetime) -> None:
        if any(not self.authority.apart(by, one, now=now) for one in others - {by}):
            raise AnotherPersonNeeded.not_apart()

    def _gone(self, one: listed.Waiting, now: datetime) -> bool:
        wish = Wish(permission=one.permission, casino_id=one.casino_id)
        try:
            return not self.authority.may(one.requester_id, wish, since=one.since, now=now)
        except PolicyStale:
            return False

    @property
    def tasks(self) -> dict[str, Handler]:
        """What is due later, or was cut short."""

        async def execute(task: Task) -> None:
            try:
                await self.execute(task.id, datetime.fromisoformat(task.payload["since"]))
            except PolicyStale as error:
                raise Retry(_ASK_AGAIN) from error

        async def expire(task: Task) -> None:
            await self.app.execute(approval, task.id, Expire(now=self.app.clock.now()), self._system())

        return {EXECUTE: execute, EXPIRE: expire}

    async def row(self, uow: UnitOfWork, approval_id: UUID) -> Row:
        """A proposal as people look at it; ApprovalUnknown when there is none in scope."""
        row = await listed.find(uow.connection, approval_id)
        if row is None or not uow.ctx.scope.allows(row["casino_id"]):
            raise ApprovalUnknown
        return row

    async def _execute(self, uow: UnitOfWork, approval_id: UUID, since: datetime) -> BaseModel | None:
        row = await listed.find(uow.connection, approval_id)
        if row is None:
            return None
        # Before anything is looked at, so that of several about one thing each sees what the one before it left: what
        # is not there yet has no row to be locked, and rules for withdrawals were overwritten by who never saw them.
        await listed.take_turns(uow.connection, f"approval/{row['subject_kind']}/{row['subject_id']}")
        state = (await uow.load(approval, approval_id)).state
        if not isinstance(state, Open) or not state.enough:
            return None
        command = self.commands[state.command]
        plain = await self._payloads.of(uow.connection, approval_id)
        payload = command.payload.model_validate_json(plain)
        subject = await command.describe(uow, payload)
        attempt = self._attempt(state, plain, subject, (row["proposed_at"], since), uow.ctx.occurred_at)
        uow.ctx = _in_the_name_of(state, attempt, uow.ctx)
        outcome = await uow.decide(approval, approval_id, attempt)
        if not any(isinstance(one, Executed) for one in outcome.events):
            return None
        return await command.execute(uow, payload)

    def _attempt(
        self, state: Open, plain: str, subject: Subject, since: tuple[datetime, datetime], now: datetime
    ) -> Execute:
        may, (proposed_at, approved_at) = self.authority.may, since
        size = subject.size if subject.size is not None and subject.size.is_money else None
        propose = Wish(
            permission=state.permission,
            casino_id=state.casino_id,
            amount_minor=None if size is None else size.amount,
            currency=None if size is None else size.unit,
        )
        approve = replace(propose, permission=state.approve)
        still = [one for one in state.approved_by if may(one, approve, since=approved_at, now=now)]
        return Execute(
            payload_sha256=sha256_of(json.loads(plain)),
            subject_sha256=subject.sha256,
            requester_may=may(state.requester_id, propose, since=proposed_at, now=now),
            may=frozenset(still),
            now=now,
        )

    async def _subject(self, uow: UnitOfWork, approval_id: UUID, state: Open) -> Subject:
        command = self.commands[state.command]
        plain = await self._payloads.of(uow.connection, approval_id)
        return await command.describe(uow, command.payload.model_validate_json(plain))

    def _system(self) -> Context:
        return Context.system("approvals", self.app.clock)


def _proposal(command: GuardedCommand[Any], subject: Subject, sha256: str, requester_id: UUID, ctx: Context) -> Propose:
    rule = command.rule
    return Propose(
        command=command.name,
        permission=rule.permission,
        approve=rule.approve,
        risk=command.risk,
        casino_id=subject.casino_id,
        requester_id=requester_id,
        needed=rule.needed,
        expires_at=ctx.occurred_at + rule.expires,
        step_up_s=rule.step_up_s,
        reason=ctx.reason,
        reason_permission=command.reason_permission,
        draft=subject.draft(sha256),
    )


def _in_the_name_of(state: Open, attempt: Execute, ctx: Context) -> Context:
    """What is done is the requester's doing, authorised by those who approved, and reaches no other casino."""
    authorised_by = ",".join(str(one) for one in state.approved_by if one in attempt.may)
    return replace(
        ctx,
        actor=Actor("staff", str(state.requester_id)),
        casino_id=state.casino_id,
        scope=CasinoScope.everything() if state.casino_id is None else CasinoScope.of(state.casino_id),
        reason=state.reason,
        authorised_by=authorised_by or None,
    )
