"""Reconciliation: files are brought, lists show what agrees and what does not, and two people decide about the rest."""

from base64 import b64encode
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import NotFound
from chassis.http import Db, Once
from chassis.http.attachment import ATTACHED
from chassis.http.listing import serve_list
from chassis.http.listing.detail import one_of
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.reconciliation import booking
from payments.application.reconciliation.files import bring, open_file
from payments.application.reconciliation.ports import SettlementFile
from payments.domain.reconciliation.terms import BANK
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.reconciliation import guarded
from payments.entrypoints.http.reconciliation.listing import (
    BATCHES,
    BREAKS,
    CLEARING,
    CONVERSIONS,
    EXPECTATIONS,
    FILES,
    ITEMS,
    STATEMENTS,
)
from payments.entrypoints.http.reconciliation.schemas import (
    BatchItem,
    BookBody,
    BreakItem,
    ClearingItem,
    ConversionItem,
    ExpectationItem,
    FileItem,
    IgnoreBody,
    ItemItem,
    MatchBody,
    ReasonBody,
    StatementItem,
)
from payments.entrypoints.http.reconciliation.terms import SET_TERMS, TERMS, TermsBody, TermsItem, TermsPayload
from payments.entrypoints.http.reconciliation.uploads import LARGEST, OPENAPI, on_disk

router = APIRouter(prefix="/api/payments/v1/reconciliation", tags=["reconciliation"])


def _item_number(item_id: Annotated[str, Path(max_length=36)]) -> int:
    """The number of a line. What is no number names a line that is not there."""
    if not (item_id.isascii() and item_id.isdigit() and 0 < int(item_id) < 2**63):
        raise NotFound
    return int(item_id)


ItemNumber = Annotated[int, Depends(_item_number)]
_SEES = Requires(P.RECONCILIATION_LIST)
_DECIDES = Requires(P.RECONCILIATION_RESOLVE, proposes=True)


@router.post(
    "/files",
    status_code=202,
    response_model=FileItem,
    responses={200: {"model": FileItem, "description": "The same file was there before"}},
    max_body_size=LARGEST,
    openapi_extra=OPENAPI,
)
async def upload_settlement_file(
    caller: Annotated[Caller, Requires(P.RECONCILIATION_UPLOAD)],
    request: Request,
    desk: TheDesk,
    db: Db,
    casino_id: Annotated[UUID, Query()],
    name: Annotated[
        str, Query(alias="format", max_length=64, description="Of the file, as the documentation names it")
    ],
    replaces: Annotated[UUID | None, Query(description="Of an earlier file; it waits for a second person then")] = None,
) -> Response:
    """Bring a settlement file or a bank statement; it is read and compared in the background.

    It needs no idempotency key: the same bytes at the same casino are the same file, however often they come.
    """
    caller.must(P.RECONCILIATION_UPLOAD, casino_id)
    desk.reconciling.format(name)
    async with on_disk(request) as local:
        context = caller.context(request).for_casino(casino_id)
        file, created = await bring(desk, context, casino_id, name, local, replaces=replaces)
    shown = await one_of(FILES, FileItem, file.id, request, caller, db)
    shown.status_code = 202 if created else 200
    return shown


for _path, _spec, _item, _summary in (
    ("/files", FILES, FileItem, "Settlement files and bank statements, the newest first."),
    ("/items", ITEMS, ItemItem, "Lines of files, and what explains them."),
    ("/expectations", EXPECTATIONS, ExpectationItem, "Movements at providers, and whether a file has told of them."),
    ("/batches", BATCHES, BatchItem, "What providers settle together, and whether it is at the bank."),
    ("/conversions", CONVERSIONS, ConversionItem, "Payments that were settled in another currency, each at its rate."),
    ("/statements", STATEMENTS, StatementItem, "Statements of the casino's bank accounts, and where one is missing."),
    ("/clearing-accounts", CLEARING, ClearingItem, "Our money at providers, and since when the oldest of it waits."),
    ("/breaks", BREAKS, BreakItem, "Everything that does not agree and that nobody has decided about."),
    ("/terms", TERMS, TermsItem, "What is agreed with providers; where nothing is, the defaults hold."),
):
    serve_list(router, _path, _spec, _SEES, item=_item, export=P.RECONCILIATION_EXPORT, summary=_summary)


@router.put("/casinos/{casino_id}/terms/{provider}", **PROPOSED)
async def put_settlement_terms(
    caller: Annotated[Caller, Requires(P.POLICY_SET, proposes=True)],
    casino_id: UUID,
    provider: str,
    body: TermsBody,
    desk: TheDesk,
    proposing: Proposing,
) -> Response:
    """Propose what is agreed with a provider about settlements in one currency; a second person approves that.

    The provider `bank` stands for the casino's own bank: what is set there are its accounts, and nothing else.
    """
    caller.must_see(casino_id)
    if provider != BANK and provider not in desk.providers and provider not in desk.cashiers:
        raise NotFound
    body.must_fit(provider)
    payload = TermsPayload(casino_id=casino_id, provider=provider, **body.model_dump())
    return await proposing(caller, SET_TERMS, payload)


@router.get("/files/{file_id}", response_model=FileItem)
async def show_settlement_file(caller: Annotated[Caller, _SEES], file_id: UUID, request: Request, db: Db) -> Response:
    """One file: how far it is, and what was wrong with it."""
    return await one_of(FILES, FileItem, file_id, request, caller, db)


@router.get("/files/{file_id}/content", response_class=StreamingResponse)
async def download_settlement_file(
    caller: Annotated[Caller, Requires(P.RECONCILIATION_VIEW_FILE)], file_id: UUID, request: Request, desk: TheDesk
) -> StreamingResponse:
    """The file as it was brought, as an attachment. That it was opened is recorded."""

    async def work(uow: UnitOfWork) -> SettlementFile:
        return await open_file(desk, uow, caller, file_id)

    file = await desk.app.transact(work, caller.context(request))
    headers = {
        **ATTACHED,
        "Content-Length": str(file.size_bytes),
        "Digest": f"sha-256={b64encode(bytes.fromhex(file.sha256)).decode()}",
    }
    return StreamingResponse(
        desk.reconciling.files.read(file.path), media_type="application/octet-stream", headers=headers
    )


@router.get("/items/{item_id}", response_model=ItemItem)
async def show_settlement_item(
    caller: Annotated[Caller, _SEES], item_id: ItemNumber, request: Request, db: Db
) -> Response:
    """One line."""
    return await one_of(ITEMS, ItemItem, item_id, request, caller, db)


@router.get("/expectations/{expectation_id}", response_model=ExpectationItem)
async def show_settlement_expectation(
    caller: Annotated[Caller, _SEES], expectation_id: UUID, request: Request, db: Db
) -> Response:
    """One movement."""
    return await one_of(EXPECTATIONS, ExpectationItem, expectation_id, request, caller, db)


@router.get("/batches/{batch_id}", response_model=BatchItem)
async def show_settlement_batch(caller: Annotated[Caller, _SEES], batch_id: UUID, request: Request, db: Db) -> Response:
    """One batch."""
    return await one_of(BATCHES, BatchItem, batch_id, request, caller, db)


@router.post("/items/{item_id}/ignore", **PROPOSED)
async def ignore_settlement_item(
    caller: Annotated[Caller, _DECIDES], item_id: ItemNumber, body: ReasonBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that a line means nothing. No money moves."""
    payload = guarded.IgnorePayload(item_ids=[item_id])
    return await proposing(caller, guarded.IGNORE, payload, reason=body.reason, once=once)


@router.post("/items/ignore", **PROPOSED)
async def ignore_settlement_items(
    caller: Annotated[Caller, _DECIDES], body: IgnoreBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that lines of one provider and currency mean nothing: all of them or none. No money moves."""
    payload = guarded.IgnorePayload(item_ids=body.item_ids)
    return await proposing(caller, guarded.IGNORE, payload, reason=body.reason, once=once)


@router.post("/items/{item_id}/book", **PROPOSED)
async def book_settlement_item(
    caller: Annotated[Caller, _DECIDES], item_id: ItemNumber, body: BookBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that a line the ledger knows nothing of is booked as it is."""
    payload = guarded.BookPayload(item_id=item_id, booked_to=body.booked_to)
    return await proposing(caller, booking.BOOK, payload, reason=body.reason, once=once)


@router.post("/matches", **PROPOSED)
async def match_settlement_items(
    caller: Annotated[Caller, _DECIDES], body: MatchBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that lines and movements explain each other; what is between them is booked where the body says."""
    payload = guarded.MatchPayload(**body.model_dump(exclude={"reason"}))
    return await proposing(caller, booking.MATCH, payload, reason=body.reason, once=once)


@router.post("/expectations/{expectation_id}/write-off", **PROPOSED)
async def write_off_expectation(
    caller: Annotated[Caller, _DECIDES], expectation_id: UUID, body: BookBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that a movement no provider will ever tell of is booked away."""
    payload = guarded.WriteOffPayload(expectation_id=expectation_id, booked_to=body.booked_to)
    return await proposing(caller, booking.WRITE_OFF, payload, reason=body.reason, once=once)


@router.post("/expectations/{expectation_id}/receive", **PROPOSED)
async def receive_expectation(
    caller: Annotated[Caller, _DECIDES], expectation_id: UUID, body: ReasonBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that the money of a movement came on a way no file tells of."""
    payload = guarded.MovementPayload(expectation_id=expectation_id)
    return await proposing(caller, booking.RECEIVE, payload, reason=body.reason, once=once)


@router.post("/batches/{batch_id}/receive", **PROPOSED)
async def receive_settlement_batch(
    caller: Annotated[Caller, _DECIDES], batch_id: UUID, body: ReasonBody, once: Once, proposing: Proposing, db: Db
) -> Response:
    """Propose that a batch is at the bank, although no statement was brought that says so."""
    payload = await _batch(caller, batch_id, db)
    return await proposing(caller, guarded.RECEIVE_BATCH, payload, reason=body.reason, once=once)


@router.post("/batches/{batch_id}/accept-fees", **PROPOSED)
async def accept_settlement_fees(
    caller: Annotated[Caller, _DECIDES], batch_id: UUID, body: ReasonBody, once: Once, proposing: Proposing, db: Db
) -> Response:
    """Propose that the fees of a batch which wait because they are so much, or are given back, are posted."""
    payload = await _batch(caller, batch_id, db)
    return await proposing(caller, guarded.ACCEPT_FEES, payload, reason=body.reason, once=once)


@router.post("/statements/{statement_id}/accept", **PROPOSED)
async def accept_bank_statement(
    caller: Annotated[Caller, _DECIDES], statement_id: UUID, body: ReasonBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that no statement is missing before one that does not follow on the one before. No money moves."""
    payload = guarded.StatementPayload(statement_id=statement_id)
    return await proposing(caller, guarded.ACCEPT_GAP, payload, reason=body.reason, once=once)


async def _batch(caller: Caller, batch_id: UUID, db: Any) -> guarded.BatchPayload:
    async with db.read() as connection:
        statement = select(BATCHES.table.c.casino_id).where(BATCHES.id_column == batch_id)
        casino_id = (await connection.execute(statement)).scalar()
    if casino_id is None:
        raise NotFound
    caller.must_see(casino_id)
    return guarded.BatchPayload(batch_id=batch_id, casino_id=casino_id)


@router.post("/files/{file_id}/replace", **PROPOSED)
async def replace_settlement_file(
    caller: Annotated[Caller, _DECIDES], file_id: UUID, body: ReasonBody, once: Once, proposing: Proposing
) -> Response:
    """Propose that a file that was brought for it takes the place of the earlier one, whose effects are undone."""
    payload = guarded.ReplacePayload(file_id=file_id)
    return await proposing(caller, guarded.REPLACE, payload, reason=body.reason, once=once)
