"""Cases: how far each player is known, and why."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, Requires
from chassis.domain import NotFound
from chassis.http import App
from chassis.http.listing import masked, serve_list
from contracts.verification.permissions import VerificationPermission as P
from verification.entrypoints.http.cases.listing import CASES
from verification.entrypoints.http.cases.schemas import CaseItem, CaseView
from verification.entrypoints.http.dependencies import TheProfiles
from verification.entrypoints.http.documents.listing import DOCUMENTS
from verification.read_models import case_list, document_list, hit_list

router = APIRouter(prefix="/api/verification/v1", tags=["cases"])


serve_list(
    router,
    "/cases",
    CASES,
    Requires(P.CASE_LIST),
    item=CaseItem,
    export=P.CASE_EXPORT,
    summary="Cases of the caller's casinos, the newest first.",
)


@router.get("/cases/{player_id}", response_model_exclude_unset=True)
async def get_case(
    caller: Annotated[Caller, Requires(P.CASE_VIEW)],
    player_id: UUID,
    request: Request,
    app: App,
    profiles: TheProfiles,
) -> CaseView:
    """A case with its documents and hits, each as its list would show it to this caller."""
    async with app.db.read() as connection:
        cases = await _rows(connection, case_list.table, player_id)
        if not cases:
            raise NotFound
        caller.must_see(cases[0]["casino_id"])
        documents = await _rows(connection, document_list.table, player_id)
        hits = await _rows(connection, hit_list.table, player_id)
        required = await profiles.required(connection, cases[0]["casino_id"], app.clock.now())
    key, casino_id = request.app.state.cursor_key, cases[0]["casino_id"]
    facts = masked(cases[0], CASES.fields, caller, casino_id, key)
    opened = {name: replace(field, permission=None) for name, field in DOCUMENTS.fields.items()}
    facts["required_documents"] = required
    facts["documents"] = [masked(row, opened, caller, casino_id, key) for row in documents]
    if caller.mode("aml", casino_id) == "clear":
        facts["hits"] = hits
    return CaseView.model_validate(facts)


async def _rows(connection: AsyncConnection, table: Table, player_id: UUID) -> list[dict[str, Any]]:
    statement = table.select().where(table.c.player_id == player_id).order_by(*table.primary_key.columns)
    return [dict(row) for row in (await connection.execute(statement)).mappings()]
