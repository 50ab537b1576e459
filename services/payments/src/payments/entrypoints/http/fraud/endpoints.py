"""Decisions about payments, cases that people look into, lists of what is blocked, and clusters of players."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals import PROPOSED, Proposing
from chassis.approvals.http import TheApprovals
from chassis.auth import Caller, Requires
from chassis.domain import NotFound, uuid7
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.fraud.sql import MOST_LINKS, MOST_MEMBERS
from payments.application.fraud.casework import assign_case, decide_case, note_case, notes_of
from payments.application.fraud.listing import add_entry, listable_until, remove_entry, the_entry
from payments.application.fraud.naming import Listable
from payments.application.fraud.ports import Entry
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.fraud.guarded import ALLOW, END_BLOCK, AllowPayload, EndBlockPayload
from payments.entrypoints.http.fraud.listing import CASES, DECISIONS, ENTRIES
from payments.entrypoints.http.fraud.schemas import (
    AllowBody,
    AssignBody,
    CaseItem,
    CaseView,
    ClusterView,
    DecideBody,
    DecisionItem,
    DecisionView,
    EdgeView,
    EntryBody,
    EntryItem,
    MemberView,
    NoteBody,
    NoteView,
    RemoveBody,
)
from payments.entrypoints.http.wallets.endpoints import visible_wallets
from payments.read_models import fraud_case_list

router = APIRouter(prefix="/api/payments/v1/fraud", tags=["fraud"])

serve_list(
    router,
    "/decisions",
    DECISIONS,
    Requires(P.FRAUD_DECISION_LIST),
    item=DecisionItem,
    export=P.FRAUD_DECISION_EXPORT,
    summary="What the rules decided about payments, newest first.",
)
serve_list(
    router,
    "/cases",
    CASES,
    Requires(P.FRAUD_CASE_LIST),
    item=CaseItem,
    export=P.FRAUD_CASE_EXPORT,
    summary="What people look into, or did, newest first.",
)
serve_list(
    router,
    "/entries",
    ENTRIES,
    Requires(P.FRAUD_ENTRY_LIST),
    item=EntryItem,
    summary="What stands on block lists and allow lists, newest first.",
)


@router.get("/decisions/{decision_id}", response_model=DecisionView)
async def show_decision(
    caller: Annotated[Caller, Requires(P.FRAUD_DECISION_LIST)], decision_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One decision with every value it was made by."""
    async with desk.app.db.read() as connection:
        row = await desk.fraud.decisions.find(connection, decision_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    view = DecisionView(**_known_to(caller, row), decision_id=decision_id)
    return as_listed(DECISIONS, view, request, caller, row["casino_id"])


@router.get("/cases/{case_id}", response_model=CaseView)
async def show_case(
    caller: Annotated[Caller, Requires(P.FRAUD_CASE_LIST)], case_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One case with what was written down."""

    async def work(uow: UnitOfWork) -> CaseView:
        item = await _item(uow.connection, caller, case_id)
        notes = [NoteView(**asdict(one)) for one in await notes_of(desk, uow, case_id)]
        return CaseView(**item.model_dump(), notes=notes)

    view = await desk.app.transact(work, caller.context(request))
    return as_listed(CASES, view, request, caller, view.casino_id)


@router.post("/cases/{case_id}/assign", response_model=CaseItem)
async def assign(
    caller: Annotated[Caller, Requires(P.FRAUD_CASE_DECIDE)],
    case_id: UUID,
    body: AssignBody,
    once: Once,
    approvals: TheApprovals,
) -> Response:
    """Have somebody look into the case who may decide it; null: whoever likes."""

    async def work(uow: UnitOfWork) -> CaseItem:
        case = await _item(uow.connection, caller, case_id)
        await assign_case(uow, case_id, case.casino_id, body.assignee, approvals.authority)
        return await _item(uow.connection, caller, case_id)

    return await once(caller, work, status=200)


@router.post("/cases/{case_id}/notes", status_code=201, response_model=CaseItem)
async def write_note(
    caller: Annotated[Caller, Requires(P.FRAUD_CASE_DECIDE)],
    case_id: UUID,
    body: NoteBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Write down what was found. The words go when the player is forgotten."""
    note_id = uuid7()

    async def work(uow: UnitOfWork) -> CaseItem:
        await _item(uow.connection, caller, case_id)
        await note_case(desk, uow, case_id, note_id, body.text)
        return await _item(uow.connection, caller, case_id)

    return await once(caller, work)


@router.post("/cases/{case_id}/decide", response_model=CaseItem)
async def decide(
    caller: Annotated[Caller, Requires(P.FRAUD_CASE_DECIDE)], case_id: UUID, body: DecideBody, once: Once
) -> Response:
    """Say what it was, and close the case. Of every rule that held it says how good the rule is."""

    async def work(uow: UnitOfWork) -> CaseItem:
        await _item(uow.connection, caller, case_id)
        await decide_case(uow, case_id, body.outcome)
        return await _item(uow.connection, caller, case_id)

    return await once(caller, work, status=200, reason=body.reason)


@router.post("/casinos/{casino_id}/entries", status_code=201, response_model=EntryItem)
async def put_on_block_list(
    caller: Annotated[Caller, Requires(P.FRAUD_ENTRY_CHANGE)],
    casino_id: UUID,
    body: EntryBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Put a player, a device, an address, an issuer, an instrument or a payout on the block list. What stands there for
    longer stays.
    """
    caller.must_see(casino_id)

    async def work(uow: UnitOfWork) -> EntryItem:
        what = await listable_until(desk, uow, casino_id, body.kind, body.named(), body.until)
        entry = await add_entry(desk, uow, casino_id, name="block", kind=body.kind, what=what, until=body.until)
        return EntryItem(**asdict(entry), entry_id=entry.id)

    return await once(caller, work, reason=body.reason)


@router.post("/casinos/{casino_id}/allowed", **PROPOSED)
async def put_on_allow_list(
    caller: Annotated[Caller, Requires(P.FRAUD_ENTRY_EASE, proposes=True)],
    casino_id: UUID,
    body: AllowBody,
    request: Request,
    once: Once,
    proposing: Proposing,
    desk: TheDesk,
) -> Response:
    """Propose that something stands on the allow list for a while; a second person approves it. The deposits of a
    player who does go on, whatever rules want.
    """
    caller.must_see(casino_id)
    if (answer := await once.earlier(caller)) is not None:
        return answer

    async def find(uow: UnitOfWork) -> Listable:
        return await listable_until(desk, uow, casino_id, body.kind, body.named(), body.until)

    what = await desk.app.transact(find, caller.context(request))
    payload = AllowPayload(
        casino_id=casino_id, kind=body.kind, key=what.key, player_id=what.player_id, until=body.until
    )
    return await proposing(caller, ALLOW, payload, reason=body.reason, once=once)


@router.post("/entries/{entry_id}/remove", **PROPOSED)
async def take_off_block_list(
    caller: Annotated[Caller, Requires(P.FRAUD_ENTRY_EASE, proposes=True)],
    entry_id: UUID,
    body: RemoveBody,
    request: Request,
    once: Once,
    proposing: Proposing,
    desk: TheDesk,
) -> Response:
    """Propose that something is taken off the block list; a second person approves it."""
    if (answer := await once.earlier(caller)) is not None:
        return answer  # Meanwhile it may be off.

    async def find(uow: UnitOfWork) -> Entry:
        return await the_entry(desk, uow, entry_id, "block")

    entry = await desk.app.transact(find, caller.context(request))
    caller.must_see(entry.casino_id)
    payload = EndBlockPayload(casino_id=entry.casino_id, entry_id=entry_id)
    return await proposing(caller, END_BLOCK, payload, reason=body.reason, once=once)


@router.post("/entries/{entry_id}/disallow", response_model=EntryItem)
async def take_off_allow_list(
    caller: Annotated[Caller, Requires(P.FRAUD_ENTRY_CHANGE)],
    entry_id: UUID,
    body: RemoveBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Take it off the allow list, at once: rules count for it again."""

    async def work(uow: UnitOfWork) -> EntryItem:
        entry = await the_entry(desk, uow, entry_id, "allow")
        caller.must_see(entry.casino_id)
        entry = await remove_entry(desk, uow, entry.casino_id, entry_id)
        return EntryItem(**asdict(entry), entry_id=entry.id)

    return await once(caller, work, status=200, reason=body.reason)


@router.get("/players/{player_id}/cluster")
async def show_cluster(
    caller: Annotated[Caller, Requires(P.FRAUD_DECISION_LIST)], player_id: UUID, db: Db, desk: TheDesk
) -> ClusterView:
    """The players whom devices, instruments and payouts connect with this one, over others as well: 200 at most."""
    wallets = await visible_wallets(db, caller, player_id)
    async with desk.app.db.read() as connection:
        edges = await desk.fraud.features.cluster(connection, wallets[0].casino_id, player_id)
        players = sorted({UUID(edge["player_id"]) for edge in edges} | {player_id})
        known = await desk.fraud.features.known_of(connection, wallets[0].casino_id, players, desk.now())
    return ClusterView(
        players=players,
        members=[MemberView(**one) for one in known],
        edges=[EdgeView(**edge) for edge in edges],
        complete=len(players) < MOST_MEMBERS and len(edges) < MOST_LINKS,
    )


def _known_to(caller: Caller, row: dict[str, Any]) -> dict[str, Any]:
    """A decision without sums for who sees no money, and without what suspicions rest on for who sees none."""
    shown, casino_id = dict(row), row["casino_id"]
    if caller.mode("financial", casino_id) != "clear":
        shown["features"] = _without_sums(shown["features"])
        shown["looks"] = [{**look, "features": _without_sums(look["features"])} for look in shown["looks"]]
    if caller.mode("aml", casino_id) != "clear":
        shown |= {"features": {}, "scores": {}, "switched_off": [], "looks": []}
    return shown


def _without_sums(features: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in features.items() if "_minor" not in name}


async def _item(connection: AsyncConnection, caller: Caller, case_id: UUID) -> CaseItem:
    row = await fraud_case_list.find(connection, case_id)
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    return CaseItem(**row, case_id=row["id"])
