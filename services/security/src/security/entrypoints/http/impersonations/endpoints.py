"""Looking at things as a player sees them: a token that reads and changes nothing (RFC 8693 section 4.1)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy import select

from chassis.auth import Caller, Requires, act
from chassis.domain import NotFound
from chassis.http import Once
from chassis.http.once import REPLAYED
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters.tables import player_account
from security.application.tokens import access_token
from security.entrypoints.http.impersonations.schemas import Impersonation, StartImpersonation
from security.entrypoints.http.sessions.endpoints import Door

router = APIRouter(prefix="/api/security/v1/impersonations", tags=["impersonations"])


@router.post("", status_code=201, response_model=Impersonation)
async def start_impersonation(
    caller: Annotated[Caller, Requires(P.IMPERSONATION_START)], body: StartImpersonation, door: Door, once: Once
) -> Response:
    """Look at things as a player does, for a quarter of an hour at most. The audit log and the player's timeline tell
    who and why; the token goes with the session of whoever asked for it. Nobody looks at things as a colleague does.
    """
    shown: dict[str, str] = {}
    private = await door.keys.current()

    async def work(uow: UnitOfWork) -> Impersonation:
        statement = select(player_account.c.casino_id).where(player_account.c.player_id == body.player_id)
        casino_id = (await uow.connection.execute(statement)).scalar_one_or_none()
        if casino_id is None:
            raise NotFound
        caller.must_see(casino_id)
        uow.ctx = uow.ctx.for_casino(casino_id)
        now = uow.ctx.occurred_at
        shown["access_token"] = access_token(
            private,
            kind="player",
            subject_id=body.player_id,
            session_id=caller.session_id or caller.id,
            now=now,
            lifetime=door.policy.impersonation,
            authenticated_at=now,
            amr=sorted(caller.amr),
            casino_id=casino_id,
            acting=caller.id,
            emergency=caller.emergency,
        )
        await uow.publish(
            act(
                caller,
                uow.ctx,
                "player.view_as",
                ("player", body.player_id),
                permission=P.IMPERSONATION_START,
                casino_id=casino_id,
            )
        )
        ends_at = now + timedelta(seconds=int(door.policy.impersonation.total_seconds()))
        return Impersonation(player_id=body.player_id, ends_at=ends_at)

    answer = await once(caller, work, reason=body.reason)
    if REPLAYED in answer.headers:
        return answer
    made = Impersonation.model_validate_json(bytes(answer.body)).model_copy(update=shown)
    return Response(made.model_dump_json(), status_code=answer.status_code, media_type="application/json")
