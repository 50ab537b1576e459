"""The routes about proposals, the same in every service."""

import functools
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from chassis.approvals.desk import Approvals
from chassis.approvals.errors import ApprovalUnknown
from chassis.approvals.proposing import within
from chassis.auth import AnyStaff, Caller, Forbidden, Requires
from chassis.auth.errors import PolicyStale
from chassis.auth.permissions import PermissionSpec, Risk
from chassis.db.states import ApprovalState
from chassis.db.tables import approval_list as table
from chassis.domain import NotFound
from chassis.http.listing import Field as Listed
from chassis.http.listing import ListSpec, serve_list
from chassis.http.listing.events import read_by
from chassis.http.models import StrictModel
from chassis.http.reasons import Reason
from chassis.store import Context, Row, UnitOfWork

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

APPROVALS = ListSpec(
    "approvals",
    table,
    casino_column=table.c.casino_id,
    fields={
        "id": Listed(table.c.id),
        "casino_id": Listed(table.c.casino_id),
        "command": Listed(table.c.command),
        "permission": Listed(table.c.permission),
        "approve_permission": Listed(table.c.approve_permission),
        "risk": Listed(table.c.risk, values=get_args(Risk)),
        "subject_kind": Listed(table.c.subject_kind),
        "subject_id": Listed(table.c.subject_id),
        "summary": Listed(table.c.summary, ops=()),
        "requester_id": Listed(table.c.requester_id),
        "state": Listed(table.c.state, values=ApprovalState),
        "approved_by": Listed(table.c.approved_by),
        "needed": Listed(table.c.needed),
        "proposed_at": Listed(table.c.proposed_at, sortable=True),
        "expires_at": Listed(table.c.expires_at, sortable=True),
        "ended_at": Listed(table.c.ended_at),
    },
    default_order="proposed_at.desc",
)


class ApprovalItem(BaseModel):
    """A proposal in the list."""

    id: UUID
    casino_id: UUID | None
    command: str
    permission: str
    approve_permission: str
    risk: str
    subject_kind: str
    subject_id: str
    summary: str
    requester_id: UUID
    state: str
    approved_by: list[UUID]
    needed: int
    proposed_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class ApprovalView(ApprovalItem):
    """A proposal with the difference it would make."""

    payload_sha256: str = Field(description="Of what would be executed; whoever approves names it")
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None = Field(description="Why it was proposed; null for whoever may not read it")
    code: str | None = Field(description="Why it was voided")


class ApproveBody(StrictModel):
    payload_sha256: Sha256 = Field(description="Of the proposal as it was looked at")
    reason: Reason | None = None


class RejectBody(StrictModel):
    reason: Reason


class EditBody(StrictModel):
    payload: dict[str, Any] = Field(description="What shall be executed instead; its form is the command's")


async def _approvals(request: Request) -> Any:
    return request.app.state.approvals


TheApprovals = Annotated[Approvals, Depends(_approvals)]


@functools.lru_cache
def approvals_router(service: str, permissions: tuple[PermissionSpec, ...], *, listed: bool = True) -> APIRouter:
    """The routes of one service. `listed=False` where a list of its own stands at the same address. The list is taken
    away as a file where one of its permissions says so.
    """
    router = APIRouter(prefix=f"/api/{service}/v1/approvals", tags=["approvals"])
    may_list = f"{service}.approval.list"
    if listed:
        summary = "What waits for a second person, or did, newest first."
        known, may_take = {str(spec.id) for spec in permissions}, f"{service}.approval.export"
        export = may_take if may_take in known else None
        serve_list(router, "", APPROVALS, Requires(may_list), item=ApprovalItem, export=export, summary=summary)
    _add_proposal(router)
    _add_decisions(router)
    return router


def _add_proposal(router: APIRouter) -> None:
    @router.get("/{approval_id}")
    async def show_approval(
        caller: Annotated[Caller, AnyStaff()], approval_id: UUID, request: Request, approvals: TheApprovals
    ) -> ApprovalView:
        """A proposal with what would change: for whoever made it, may approve it, or may list proposals there."""
        return await _shown(caller, approval_id, request, approvals)

    @router.put("/{approval_id}/payload")
    async def edit_approval(
        caller: Annotated[Caller, AnyStaff()],
        approval_id: UUID,
        body: EditBody,
        request: Request,
        approvals: TheApprovals,
    ) -> ApprovalView:
        """Propose something else about the same thing in its place. Only the requester may; every approval is void."""

        async def work(uow: UnitOfWork) -> Row:
            row = await _row(caller, uow, approval_id, approvals, "permission")
            require(caller, row, "permission")
            await approvals.edit(uow, approval_id, caller.id, body.payload, within(caller))
            return await approvals.row(uow, approval_id)

        try:
            return _view(caller, approvals, await approvals.app.transact(work, _context(caller, request)))
        except ValidationError as error:
            errors = [{**one, "loc": ("body", "payload", *one["loc"])} for one in error.errors(include_url=False)]
            raise RequestValidationError(errors) from error


def _add_decisions(router: APIRouter) -> None:
    @router.post("/{approval_id}/approve")
    async def approve_approval(
        caller: Annotated[Caller, AnyStaff()],
        approval_id: UUID,
        body: ApproveBody,
        request: Request,
        approvals: TheApprovals,
    ) -> ApprovalView:
        """Say yes to what one saw, named by its hash. With the last yes that is needed it is executed, once."""

        async def work(uow: UnitOfWork) -> bool:
            row = await _row(caller, uow, approval_id, approvals, "approve_permission")
            require(caller, row, "approve_permission")
            seen, proof = body.payload_sha256, proved_at(caller)
            await approvals.approve(uow, approval_id, caller.id, seen, proof, within(caller))
            return bool((await approvals.row(uow, approval_id))["state"] == ApprovalState.APPROVED)

        ctx = _context(caller, request, body.reason)
        if await approvals.app.transact(work, ctx):
            with suppress(PolicyStale):  # The scheduled task goes on asking.
                await approvals.execute(approval_id, ctx.occurred_at)
        return await _shown(caller, approval_id, request, approvals)

    @router.post("/{approval_id}/reject")
    async def reject_approval(
        caller: Annotated[Caller, AnyStaff()],
        approval_id: UUID,
        body: RejectBody,
        request: Request,
        approvals: TheApprovals,
    ) -> ApprovalView:
        """Say no, for good."""

        async def work(uow: UnitOfWork) -> Row:
            row = await _row(caller, uow, approval_id, approvals, "approve_permission")
            require(caller, row, "approve_permission")
            await approvals.reject(uow, approval_id, caller.id)
            return await approvals.row(uow, approval_id)

        return _view(caller, approvals, await approvals.app.transact(work, _context(caller, request, body.reason)))

    @router.post("/{approval_id}/withdraw")
    async def withdraw_approval(
        caller: Annotated[Caller, AnyStaff()], approval_id: UUID, request: Request, approvals: TheApprovals
    ) -> ApprovalView:
        """Take back what one proposed."""

        async def work(uow: UnitOfWork) -> Row:
            await _row(caller, uow, approval_id, approvals, "permission")
            await approvals.withdraw(uow, approval_id, caller.id)
            return await approvals.row(uow, approval_id)

        return _view(caller, approvals, await approvals.app.transact(work, _context(caller, request)))


def holds(caller: Caller, permission: str, casino_id: UUID | None) -> bool:
    """Whether they hold it there, however long ago they proved who they are; it is not used by that. What is about no
    single casino takes somebody who works for the whole operator.
    """
    scope = caller.reach(permission)
    return scope.unlimited if casino_id is None else scope.allows(casino_id)


def require(caller: Caller, row: Row, named: str) -> None:
    """That the caller, a person acting for themselves, holds the permission the proposal names; it is used by that.

    Raises:
        Forbidden: they do not, or not there.
        StepUpNeeded, Unauthenticated, PolicyStale: as `Caller.must`.
    """
    permission, casino_id = row[named], row["casino_id"]
    if caller.kind != "staff" or caller.acting_for is not None:
        raise Forbidden
    if casino_id is None:
        caller.must_everywhere(permission)
        return
    try:
        caller.must(permission, casino_id, proposes=True)
    except NotFound as error:
        raise Forbidden from error


def proved_at(caller: Caller) -> datetime | None:
    """When the caller last proved who they are; None, which is never, where their token does not say it."""
    return None if caller.authenticated_at is None else datetime.fromtimestamp(caller.authenticated_at, UTC)


async def _shown(caller: Caller, approval_id: UUID, request: Request, approvals: Approvals) -> ApprovalView:
    async def work(uow: UnitOfWork) -> Row:
        return await _row(caller, uow, approval_id, approvals, "approve_permission")

    return _view(caller, approvals, await approvals.app.transact(work, _context(caller, request)))


def _view(caller: Caller, approvals: Approvals, row: Row) -> ApprovalView:
    """The proposal with its reason for whoever may read it: who made it, and who approves it, which nobody does unseen,
    always do.
    """
    casino_id, command = row["casino_id"], approvals.commands.get(row["command"])
    theirs = caller.id == row["requester_id"] or holds(caller, row["approve_permission"], casino_id)
    if theirs or (command is not None and read_by(caller, command.reason_permission, [casino_id])):
        return ApprovalView(**row)
    return ApprovalView(**{**row, "reason": None})


async def _row(caller: Caller, uow: UnitOfWork, approval_id: UUID, approvals: Approvals, named: str) -> Row:
    """The proposal; ApprovalUnknown unless the caller made it, may list proposals there or holds what it names."""
    row = await approvals.row(uow, approval_id)
    casino_id, may_list = row["casino_id"], f"{approvals.app.source}.approval.list"
    if caller.id != row["requester_id"] and not any(holds(caller, one, casino_id) for one in (may_list, row[named])):
        raise ApprovalUnknown
    return row


def _context(caller: Caller, request: Request, reason: str | None = None) -> Context:
    return caller.context(request, reason=reason)
