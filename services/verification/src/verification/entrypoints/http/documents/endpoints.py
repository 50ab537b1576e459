"""Documents: brought by the player or by staff, opened and decided by staff."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import Caller, PlayerOr, Requires
from chassis.domain import NotFound
from chassis.http import App, Db
from chassis.http.attachment import ATTACHED
from chassis.http.listing import masked, serve_list
from contracts.verification.permissions import VerificationPermission as P
from verification.application.files import EXTENSIONS
from verification.entrypoints.http.dependencies import TheDecisions, TheDocuments
from verification.entrypoints.http.documents.listing import DOCUMENTS
from verification.entrypoints.http.documents.multipart import OPENAPI, read_form
from verification.entrypoints.http.documents.places import Places
from verification.entrypoints.http.documents.schemas import (
    Accept,
    DocumentDecided,
    DocumentItem,
    Reject,
    UploadedDocument,
)
from verification.read_models.document_list import table

_FORM_BYTES = 64 * 1024
"""What the form may have around the file."""

_BINARY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document, as an attachment",
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in sorted(EXTENSIONS)},
    }
}

router = APIRouter(prefix="/api/verification/v1", tags=["documents"])


def uploads(max_bytes: int, at_once: int) -> APIRouter:
    """The route for uploads, which alone takes large bodies.

    Args:
        max_bytes: of one document.
        at_once: how many are held in memory at the same time; further ones wait before their first byte is read.
    """
    receiving = APIRouter(prefix="/api/verification/v1", tags=["documents"])
    places = Places(at_once)

    @receiving.post(
        "/players/{player_id}/documents",
        status_code=201,
        response_model=UploadedDocument,
        responses={200: {"model": UploadedDocument, "description": "The same file was there before"}},
        max_body_size=max_bytes + _FORM_BYTES,
        openapi_extra=OPENAPI,
    )
    async def upload_document(
        caller: Annotated[Caller, PlayerOr(P.DOCUMENT_UPLOAD)],
        player_id: UUID,
        request: Request,
        documents: TheDocuments,
    ) -> Response:
        """Bring a document. It needs no idempotency key: the same file is the same document, however often it comes."""
        async with places.taken(caller.id):
            form = await read_form(request, max_bytes)
            uploaded = await documents.upload(caller.context(request), player_id, form.kind, form.content)
        body = UploadedDocument(document_id=uploaded.document_id, created=uploaded.created)
        return JSONResponse(body.model_dump(mode="json"), status_code=201 if uploaded.created else 200)

    return receiving


serve_list(
    router,
    "/documents",
    DOCUMENTS,
    PlayerOr(P.DOCUMENT_LIST),
    item=DocumentItem,
    export=P.DOCUMENT_EXPORT,
    finish=lambda _, caller: _untold if caller.is_player else None,
    summary="Documents, the newest first: of the caller's casinos, or a player's own.",
)


@router.get("/documents/{document_id}", response_model_exclude_unset=True)
async def get_document(
    caller: Annotated[Caller, PlayerOr(P.DOCUMENT_LIST)], document_id: UUID, request: Request, db: Db
) -> DocumentItem:
    """One document, without its content."""
    async with db.read() as connection:
        row = (await connection.execute(table.select().where(table.c.id == document_id))).mappings().one_or_none()
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    caller.must_be(row["player_id"])
    shown = masked(dict(row), DOCUMENTS.fields, caller, row["casino_id"], request.app.state.cursor_key)
    return DocumentItem.model_validate({**shown, "reject_reason": None} if caller.is_player and row["final"] else shown)


@router.get("/documents/{document_id}/content", response_class=StreamingResponse, responses=_BINARY)
async def get_document_content(
    caller: Annotated[Caller, Requires(P.DOCUMENT_VIEW)],
    document_id: UUID,
    request: Request,
    documents: TheDocuments,
) -> StreamingResponse:
    """The document itself, for whoever sees sensitive data in clear. That it was opened is recorded."""
    content = await documents.open(caller.context(request), caller, document_id)
    headers = {
        **ATTACHED,
        "Content-Length": str(content.file.size_bytes),
        "Content-Disposition": f'attachment; filename="{content.name}"',
    }
    return StreamingResponse(content.pieces, media_type=content.file.media_type, headers=headers)


@router.post("/documents/{document_id}/accept")
async def accept_document(
    caller: Annotated[Caller, Requires(P.DOCUMENT_DECIDE)],
    document_id: UUID,
    request: Request,
    app: App,
    decisions: TheDecisions,
    body: Accept | None = None,
) -> DocumentDecided:
    """Find a document good. Whoever brought it cannot do that."""
    expires_on = body.expires_on if body is not None else None
    player_id = await app.transact(lambda uow: decisions.accept(uow, document_id, expires_on), caller.context(request))
    return DocumentDecided(document_id=document_id, player_id=player_id, status="accepted")


@router.post("/documents/{document_id}/reject")
async def reject_document(
    caller: Annotated[Caller, Requires(P.DOCUMENT_DECIDE)],
    document_id: UUID,
    body: Reject,
    request: Request,
    app: App,
    decisions: TheDecisions,
) -> DocumentDecided:
    """Refuse a document for a reason of the catalogue, or take its acceptance back."""
    player_id = await app.transact(
        lambda uow: decisions.reject(uow, document_id, body.reason), caller.context(request, reason=body.reason)
    )
    return DocumentDecided(document_id=document_id, player_id=player_id, status="rejected")


async def _untold(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for a player, without reasons that would warn somebody who is being looked into."""
    rejected = [row["id"] for row in rows if row["reject_reason"] is not None]
    if not rejected:
        return rows
    found = await connection.execute(table.select().where(table.c.id.in_(rejected), table.c.final))
    final = {row.id for row in found}
    return [{**row, "reject_reason": None} if row["id"] in final else row for row in rows]
