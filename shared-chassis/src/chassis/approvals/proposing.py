"""How an endpoint asks for a command that takes a second person.

@router.put("/{casino_id}/profile", **PROPOSED)
async def adopt_profile(
    caller: Annotated[Caller, Requires(P.PROFILE_ADOPT, proposes=True)], ..., proposing: Proposing
) -> Response:
    return await proposing(caller, "backoffice.adopt_profile", AdoptPayload(...), reason=body.reason)
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.approvals.command import GuardedCommand, Subject
from chassis.approvals.desk import Approvals, Asked, Check, Within
from chassis.auth.caller import Caller
from chassis.http.once import OnceOnly
from chassis.store import UnitOfWork


class ApprovalRequested(BaseModel):
    """It was not done: somebody else must approve it first."""

    approval_id: UUID
    state: str
    href: str = Field(description="The proposal; the header Location says the same")
    payload_sha256: str = Field(description="What an approver names as that which they saw")
    subject_kind: str
    subject_id: str = Field(description="What it is about; of something new, the id it will have")
    expires_at: datetime


def within(caller: Caller) -> Within:
    """Whether the caller holds a permission for as much as is moved: roles may set a largest amount."""

    def check(permission: str, subject: Subject) -> None:
        if subject.size is not None and subject.size.is_money:
            caller.must(permission, subject.casino_id, subject.size.amount, subject.size.unit, proposes=True)

    return check


class UnguardedRoute(Exception):
    """A route asks for a permission that takes four eyes and does not propose. It must not start."""


class ProposingOnly:
    """What an endpoint gets as `proposing: Proposing`."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._approvals: Approvals = request.app.state.approvals

    async def __call__(
        self,
        caller: Caller,
        name: str,
        payload: BaseModel,
        *,
        reason: str | None = None,
        once: OnceOnly | None = None,
        check: Check | None = None,
        done: int = 200,
    ) -> Response:
        """Propose the command; 202 with where the proposal is, or the command's answer when its size is beneath the
        threshold of its rule.

        Args:
            once: of a POST, whose repeat has the same answer. What is proposed twice is one proposal anyway.
            check: what else is looked at before it is proposed, in the same transaction; it raises to refuse.
            done: the status where nobody else was needed.
        """
        command = self._approvals.commands[name]

        async def ask(uow: UnitOfWork) -> Asked:
            return await self._approvals.ask(uow, caller.id, command, payload, within(caller), check)

        if once is not None:
            return await self._once(caller, ask, reason, once, done)
        asked: Asked = await self._approvals.app.transact(ask, caller.context(self._request, reason=reason))
        body = self._answer(asked)
        content = body.model_dump_json() if body is not None else "{}"
        return _located(Response(content, status_code=202, media_type="application/json"), done)

    async def _once(
        self,
        caller: Caller,
        ask: Callable[[UnitOfWork], Awaitable[Asked]],
        reason: str | None,
        once: OnceOnly,
        done: int,
    ) -> Response:
        async def work(uow: UnitOfWork) -> BaseModel | None:
            return self._answer(await ask(uow))

        return _located(await once(caller, work, status=202, reason=reason), done)

    def _answer(self, asked: Asked) -> BaseModel | None:
        if asked.proposal is None:
            return asked.done
        row = asked.proposal
        href = f"/api/{self._approvals.app.source}/v1/approvals/{row['id']}"
        return ApprovalRequested(
            approval_id=row["id"],
            href=href,
            **{name: row[name] for name in ("state", "payload_sha256", "subject_kind", "subject_id", "expires_at")},
        )


def _located(response: Response, done: int) -> Response:
    """With Location where a proposal is; with the other status where there is none."""
    said = json.loads(bytes(response.body))
    if isinstance(said, dict) and "approval_id" in said and "href" in said:
        response.headers["Location"] = said["href"]
    elif response.status_code == 202:
        response.status_code = done
    return response


async def proposing(request: Request) -> ProposingOnly:
    """The dependency behind `Proposing`."""
    return ProposingOnly(request)


Proposing = Annotated[ProposingOnly, Depends(proposing)]
"""Declare it after `caller`."""

PROPOSED: Final[dict[str, Any]] = {"status_code": 202, "response_model": ApprovalRequested}
"""For the decorator of such a route."""


def check_guarded(app: FastAPI, commands: Sequence[GuardedCommand[Any]]) -> None:
    """UnguardedRoute when a route asks for the permission of a guarded command and does not propose it.

    So nobody gets to such a command on another way: what stands behind it is not called by any endpoint.
    """
    guarded = {command.rule.permission for command in commands}
    beside = {name for command in commands for name in command.beside}
    open_doors = [
        route.name
        for route in app.state.routes
        if route.rule.permission in guarded and proposing not in route.calls and "GET" not in route.methods
        if route.name not in beside
    ]
    if open_doors:
        raise UnguardedRoute(f"These routes need a second person and do not ask for one: {', '.join(open_doors)}")
