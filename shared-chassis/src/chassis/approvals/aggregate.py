"""Decides whether a proposal may be executed, and that nobody is his own second."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from chassis.approvals.commands import (
    ApprovalCommand,
    Approve,
    Draft,
    Edit,
    Execute,
    Expire,
    Propose,
    Reject,
    Void,
    Withdraw,
)
from chassis.approvals.errors import (
    AnotherPersonNeeded,
    ApprovalEnded,
    ApprovalExpired,
    ApprovalOfAnother,
    ApprovalUnknown,
    PayloadDiffers,
    SubjectChanged,
)
from chassis.approvals.events import (
    ApprovalEvent,
    ApprovalLapsed,
    Approved,
    Edited,
    Executed,
    Expired,
    Proposed,
    Rejected,
    Voided,
    Withdrawn,
)
from chassis.auth.errors import StepUpNeeded
from chassis.domain import Decider


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing was proposed under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """It waits for people, or to be executed."""

    command: str
    permission: str
    approve: str
    casino_id: UUID | None
    requester_id: UUID
    reason: str | None
    reason_permission: str | None = None
    payload_sha256: str
    subject_sha256: str
    barred: frozenset[UUID]
    needed: int
    expires_at: datetime
    step_up_s: int
    approved_by: tuple[UUID, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether as many people approved it as must."""
        return len(self.approved_by) >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Nothing happens to it any more."""

    outcome: type[Executed | Rejected | Withdrawn | Expired | Voided]
    approved_by: tuple[UUID, ...] = ()


Approval = Absent | Open | Ended
"""Every state a proposal can be in."""


def decide(command: ApprovalCommand, state: Approval) -> Sequence[ApprovalEvent]:
    """What happens because of a command."""
    if isinstance(command, Propose):
        return _propose(command, state)
    match state:
        case Absent():
            raise ApprovalUnknown
        case Ended():
            return _after_the_end(command, state)
        case Open():
            return [replace(one, reason_permission=state.reason_permission) for one in _about_open(command, state)]
        case _:
            assert_never(state)


def _propose(command: Propose, state: Approval) -> Sequence[ApprovalEvent]:
    if not isinstance(state, Absent):
        return []
    whole = {name: getattr(command, name) for name in _OF_A_PROPOSAL}
    return [Proposed(**whole, **asdict(command.draft))]


_OF_A_PROPOSAL = (
    "command", "permission", "approve", "risk", "casino_id", "requester_id", "needed", "expires_at", "step_up_s",
    "reason", "reason_permission",
)  # fmt: skip


def _after_the_end(
    command: Edit | Approve | Reject | Withdraw | Expire | Void | Execute, state: Ended
) -> Sequence[ApprovalEvent]:
    if isinstance(command, Approve) and command.by in state.approved_by:
        return []  # Sent twice: it was done.
    same = {Reject: Rejected, Withdraw: Withdrawn}.get(type(command))
    if same is state.outcome or isinstance(command, (Expire, Void, Execute)):
        return []
    raise ApprovalEnded


def _about_open(
    command: Edit | Approve | Reject | Withdraw | Expire | Void | Execute, state: Open
) -> Sequence[ApprovalEvent]:
    match command:
        case Edit():
            return _edit(command, state)
        case Approve():
            return _approve(command, state)
        case Reject():
            if command.by == state.requester_id:
                raise AnotherPersonNeeded("Withdraw what you proposed yourself.")
            return [Rejected(rejected_by=command.by)]
        case Withdraw():
            if command.by != state.requester_id:
                raise ApprovalOfAnother
            return [Withdrawn()]
        case Expire():
            return [Expired()] if command.now >= state.expires_at else []
        case Void():
            return [Voided(code=command.code)]
        case Execute():
            return _execute(command, state)
        case _:
            assert_never(command)


def _edit(command: Edit, state: Open) -> Sequence[ApprovalEvent]:
    if command.by != state.requester_id:
        raise ApprovalOfAnother
    _in_time(state, command.now)
    draft = command.draft
    if (draft.payload_sha256, draft.subject_sha256) == (state.payload_sha256, state.subject_sha256):
        return []
    return [
        Edited(
            edited_by=command.by,
            payload_sha256=draft.payload_sha256,
            subject_sha256=draft.subject_sha256,
            before=draft.before,
            after=draft.after,
            barred=draft.barred,
            summary=draft.summary,
        )
    ]


def _approve(command: Approve, state: Open) -> Sequence[ApprovalEvent]:
    _in_time(state, command.now)
    if command.by == state.requester_id or command.by in state.barred:
        raise AnotherPersonNeeded
    if command.payload_sha256 != state.payload_sha256:
        raise PayloadDiffers
    if command.subject_sha256 != state.subject_sha256:
        raise SubjectChanged
    oldest = command.now - timedelta(seconds=state.step_up_s)
    if command.proved_at is None or command.proved_at < oldest:
        raise StepUpNeeded(state.step_up_s)
    if command.by in state.approved_by or state.enough:
        return []
    given = len(state.approved_by) + 1
    return [Approved(approved_by=command.by, payload_sha256=state.payload_sha256, given=given, needed=state.needed)]


def _execute(command: Execute, state: Open) -> Sequence[ApprovalEvent]:
    if command.now >= state.expires_at:
        return [Expired()]
    if not state.enough:
        return []
    if not command.requester_may:
        return [Voided(code="requester_may_not")]
    if command.payload_sha256 != state.payload_sha256:
        return [Voided(code=PayloadDiffers.code)]
    if command.subject_sha256 != state.subject_sha256:
        return [Voided(code=SubjectChanged.code)]
    lapsed = [ApprovalLapsed(approved_by=one) for one in state.approved_by if one not in command.may]
    if len(state.approved_by) - len(lapsed) < state.needed:
        return lapsed
    still = tuple(one for one in state.approved_by if one in command.may)
    return [*lapsed, Executed(payload_sha256=state.payload_sha256, requester_id=state.requester_id, approved_by=still)]


def _in_time(state: Open, now: datetime) -> None:
    if now >= state.expires_at:
        raise ApprovalExpired


def evolve(state: Approval, event: ApprovalEvent) -> Approval:
    """The state after an event."""
    match event:
        case Proposed():
            return _opened(event)
        case Executed():
            return Ended(outcome=Executed, approved_by=event.approved_by)
        case Rejected() | Withdrawn() | Expired() | Voided():
            return Ended(outcome=type(event))
        case Edited() | Approved() | ApprovalLapsed():
            return _moved(state, event) if isinstance(state, Open) else state
        case _:
            assert_never(event)


def _opened(event: Proposed) -> Open:
    return Open(
        command=event.command,
        permission=event.permission,
        approve=event.approve,
        casino_id=event.casino_id,
        requester_id=event.requester_id,
        reason=event.reason,
        reason_permission=event.reason_permission,
        payload_sha256=event.payload_sha256,
        subject_sha256=event.subject_sha256,
        barred=frozenset(event.barred),
        needed=event.needed,
        expires_at=event.expires_at,
        step_up_s=event.step_up_s,
    )


def _moved(state: Open, event: Edited | Approved | ApprovalLapsed) -> Open:
    match event:
        case Edited():
            return replace(
                state,
                payload_sha256=event.payload_sha256,
                subject_sha256=event.subject_sha256,
                barred=state.barred | frozenset(event.barred),
                approved_by=(),
            )
        case Approved():
            return replace(state, approved_by=(*state.approved_by, event.approved_by))
        case ApprovalLapsed():
            return replace(state, approved_by=tuple(one for one in state.approved_by if one != event.approved_by))
        case _:
            assert_never(event)


approval: Decider[ApprovalCommand, Approval, ApprovalEvent] = Decider("approval", Absent(), decide, evolve)

__all__ = ["Absent", "Approval", "Draft", "Ended", "Open", "approval", "decide", "evolve"]
