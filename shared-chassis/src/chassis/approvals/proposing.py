"""How an endpoint asks for a command that takes a second person.

@router.put("/{casino_id}/profile", **PROPOSED)
async def adopt_profile(
    caller: Annotated[Caller, Requires(P.PROFILE_ADOPT, proposes=True)], ..., proposing: Proposing
) -> Response:
    return await proposing(caller, "backoffice.adopt_profile", AdoptPayload(...), reason=body.reason)
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.approvals.command import GuardedCommand
from chassis.approvals.desk import Approvals, Asked
from chassis.auth.caller import Caller
from chassis.http.once import OnceOnly
from chassis.http.routes import declared_routes
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
    ) -> Response:
        """Propose the command; 202 with where the proposal is, or 200 with the command's answer when its size is
        beneath the threshold of its rule.

        Args:
            once: of a POST, whose repeat has the same answer. What is proposed twice otherwise is one proposal.
        """
        command = self._approvals.commands[name]
        if once is not None:
            return await self._once(caller, command, payload, reason, once)
        asked: Asked = await self._approvals.app.transact(
            lambda uow: self._approvals.ask(uow, caller.id, command, payload),
            caller.context(self._request, reason=reason),
        )
        status, body = self._answer(asked)
        content = body.model_dump_json() if body is not None else "{}"
        return _located(Response(content, status_code=status, media_type="application/json"))

    async def _once(
        self, caller: Caller, command: GuardedCommand[Any], payload: BaseModel, reason: str | None, once: OnceOnly
    ) -> Response:
        async def work(uow: UnitOfWork) -> BaseModel | None:
            return self._answer(await self._approvals.ask(uow, caller.id, command, payload))[1]

        return _located(await once(caller, work, status=202, reason=reason))

    def _answer(self, asked: Asked) -> tuple[int, BaseModel | None]:
        if asked.proposal is None:
            return 200, asked.done
        row = asked.proposal
        href = f"/api/{self._approvals.app.source}/v1/approvals/{row['id']}"
        requested = ApprovalRequested(
            approval_id=row["id"],
            href=href,
            **{name: row[name] for name in ("state", "payload_sha256", "subject_kind", "subject_id", "expires_at")},
        )
        return 202, requested


def _located(response: Response) -> Response:
    """With Location where a proposal is, and 200 where there is none."""
    said = json.loads(bytes(response.body))
    if isinstance(said, dict) and "approval_id" in said and "href" in said:
        response.headers["Location"] = said["href"]
    elif response.status_code == 202:
        response.status_code = 200
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
    open_doors = [
        route.name
        for route in declared_routes(app)
        if route.rule.permission in guarded and proposing not in route.calls and "GET" not in route.methods
    ]
    if open_doors:
        raise UnguardedRoute(f"These routes need a second person and do not ask for one: {', '.join(open_doors)}")
