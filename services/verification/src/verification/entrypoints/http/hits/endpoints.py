"""Hits: listed, opened one by one, decided by a person."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Caller, Requires, act
from chassis.domain import NotFound
from chassis.http import App
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.verification.permissions import VerificationPermission as P
from verification.entrypoints.http.dependencies import TheDecisions, TheVault
from verification.entrypoints.http.hits.listing import HITS
from verification.entrypoints.http.hits.schemas import DecideHitBody, HitDecided, HitItem, HitView
from verification.read_models.hit_list import table

router = APIRouter(prefix="/api/verification/v1", tags=["hits"])


serve_list(
    router,
    "/hits",
    HITS,
    Requires(P.HIT_LIST),
    item=HitItem,
    export=P.HIT_EXPORT,
    summary="Hits of the caller's casinos, the newest first.",
)


@router.get("/hits/{hit_id}")
async def get_hit(
    caller: Annotated[Caller, Requires(P.HIT_DECIDE)], hit_id: UUID, request: Request, app: App, vault: TheVault
) -> HitView:
    """A hit with both names, word by word. That it was opened is recorded."""

    async def work(uow: UnitOfWork) -> tuple[dict[str, Any], str | None]:
        found = await uow.connection.execute(table.select().where(table.c.id == hit_id))
        row = found.mappings().one_or_none()
        if row is None:
            raise NotFound
        caller.must_see(row["casino_id"])
        if caller.mode("aml", row["casino_id"]) != "clear":
            raise NotFound  # Half a suspicion is not enough to decide by, and too much to be told.
        uow.ctx = uow.ctx.for_casino(row["casino_id"])
        await uow.publish(
            act(
                caller,
                uow.ctx,
                "verification.hit.evidence",
                ("player", row["player_id"]),
                permission=P.HIT_DECIDE,
                casino_id=row["casino_id"],
            )
        )
        return dict(row), await vault.decrypt(uow.connection, row["player_id"], row["evidence"])

    row, opened = await app.transact(work, caller.context(request))
    return HitView.model_validate({**row, "evidence": None if opened is None else _evidence(opened)})


@router.post("/hits/{hit_id}/decide")
async def decide_hit(
    caller: Annotated[Caller, Requires(P.HIT_DECIDE)],
    hit_id: UUID,
    body: DecideHitBody,
    request: Request,
    app: App,
    decisions: TheDecisions,
) -> HitDecided:
    """Say whether the player is the listed person. A cleared pair is not raised again until the listed one changes."""
    player_id = await app.transact(
        lambda uow: decisions.decide_hit(uow, hit_id, body.decision, body.reason),
        caller.context(request, reason=body.reason),
    )
    return HitDecided(hit_id=hit_id, player_id=player_id, status="cleared" if body.decision == "clear" else "confirmed")


def _evidence(opened: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(opened)
    pairs = [dict(zip(("player", "listed", "likeness_permille"), pair, strict=True)) for pair in document["pairs"]]
    return {**document, "pairs": pairs}
