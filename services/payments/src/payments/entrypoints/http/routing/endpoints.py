"""Routing: the log of decisions, a casino's strategy, and what a draft of one would have changed."""

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import Invalid, NotFound
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_listed, as_told
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.routing.tables import routing_decision
from payments.application.routing.publishing import check_draft, shown
from payments.application.routing.simulating import Move, Simulated, simulate
from payments.application.routing.watching import watch_providers
from payments.domain.routing.strategy import Direction, unwritten
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.routing.guarded import PUBLISH_STRATEGY, StrategyPayload
from payments.entrypoints.http.routing.listing import DECISIONS
from payments.entrypoints.http.routing.schemas import (
    LeftOutView,
    RoutingDecisionItem,
    RoutingDecisionView,
    SimulatedMove,
    SimulatedProvider,
    SimulationBody,
    SimulationView,
    StrategyBody,
    StrategyView,
    WatchedView,
)

router = APIRouter(prefix="/api/payments/v1", tags=["routing"])

LONGEST_PERIOD: Final = timedelta(days=92)
MOST_MOVES: Final = 200

serve_list(
    router,
    "/routing/decisions",
    DECISIONS,
    Requires(P.ROUTING_LIST),
    item=RoutingDecisionItem,
    export=P.ROUTING_EXPORT,
    summary="Which provider each attempt of a deposit or withdrawal by method was asked of, and why that one, or none.",
)


@router.get("/routing/decisions/{decision_id}", response_model=RoutingDecisionView)
async def show_routing_decision(
    caller: Annotated[Caller, Requires(P.ROUTING_LIST)], decision_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """One decision with every candidate, its score, and why it was left out."""
    async with desk.app.db.read() as connection:
        found = await connection.execute(select(routing_decision).where(routing_decision.c.id == decision_id))
        row = found.mappings().one_or_none()
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    view = RoutingDecisionView(**{**row, "decision_id": row["id"]})
    return as_listed(DECISIONS, view, request, caller, row["casino_id"])


@router.get("/casinos/{casino_id}/breakers")
async def list_breakers(
    caller: Annotated[Caller, Requires(P.ROUTING_LIST)], casino_id: UUID, desk: TheDesk
) -> list[WatchedView]:
    """How the casino's providers do now: breakers and success counts, by way, method, currency and provider. There are
    few of them, so there are no pages.
    """
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        return [WatchedView(**asdict(one)) for one in await watch_providers(desk, connection, casino_id)]


@router.put("/casinos/{casino_id}/routing-strategy", **PROPOSED)
async def propose_strategy(
    caller: Annotated[Caller, Requires(P.ROUTING_PUBLISH, proposes=True)],
    casino_id: UUID,
    body: StrategyBody,
    proposing: Proposing,
) -> Response:
    """Propose how the casino's deposits, or its withdrawals, are routed; a second person approves it. Simulate it
    before. It names providers the casino has accounts at, and methods these offer: anything else is refused.
    """
    caller.must_see(casino_id)
    payload = StrategyPayload(casino_id=casino_id, **body.model_dump())
    return await proposing(caller, PUBLISH_STRATEGY, payload)


@router.get("/casinos/{casino_id}/routing-strategy")
async def show_strategy(
    caller: Annotated[Caller, Requires(P.ROUTING_LIST)],
    casino_id: UUID,
    desk: TheDesk,
    direction: Annotated[Direction, Query(description="Whether of deposits or of withdrawals")] = Direction.DEPOSIT,
) -> StrategyView:
    """The strategy in force."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        found = await desk.routing.strategy(connection, casino_id, direction)
    if found is None:
        return StrategyView(casino_id=casino_id, direction=direction, version=0, strategy=shown(unwritten(direction)))
    return StrategyView(
        casino_id=casino_id,
        direction=direction,
        version=found.version,
        strategy=shown(found.strategy),
        proposed_by=found.proposed_by,
        approved_by=found.approved_by,
        published_at=found.published_at,
    )


@router.post("/casinos/{casino_id}/routing-simulations", response_model=SimulationView)
async def simulate_strategy(
    caller: Annotated[Caller, Requires(P.ROUTING_SIMULATE)], casino_id: UUID, body: SimulationBody, desk: TheDesk
) -> Response:
    """Replay the decisions of a period against a draft, and say what it would have changed: from which provider to
    which, how much, and which decisions for instance. Nothing is kept.
    """
    caller.must_see(casino_id)
    if not timedelta(0) < body.until - body.since <= LONGEST_PERIOD:
        raise Invalid(f"At most {LONGEST_PERIOD.days} days, and until is after since.", field="until")
    draft, direction = body.strategy.strategy(), body.strategy.direction
    async with desk.app.db.read() as connection:
        await desk.casino(connection, casino_id)
        await check_draft(desk, connection, casino_id, direction, draft)
        found = await simulate(desk, connection, casino_id, direction, draft, body.since, body.until)
    return as_told(_simulation(found).model_dump(), caller, casino_id)


def _simulation(found: Simulated) -> SimulationView:
    moves = sorted(found.moves.items(), key=lambda one: (-one[1].decisions, str(one[0])))
    return SimulationView(
        decisions=found.decisions,
        changed=found.changed,
        unserved=found.unserved,
        served=found.served,
        truncated=found.truncated,
        moves=[_move(way, one) for way, one in moves[:MOST_MOVES]],
        moves_left_out=sum(one.decisions for _, one in moves[MOST_MOVES:]),
        providers=[
            SimulatedProvider(
                provider=provider,
                method=method,
                currency=currency,
                rate_percent=_said(one.rate_percent),
                expected_settled=_said(one.expected_settled),
                would_be_fees_minor=one.would_be_fees_minor,
                **{name: value for name, value in asdict(one).items() if name in SimulatedProvider.model_fields},
            )
            for (provider, method, currency), one in sorted(found.tallies.items())
        ],
    )


def _move(way: tuple[str | None, str | None, str, str], move: Move) -> SimulatedMove:
    was, would_be, method, currency = way
    return SimulatedMove(
        was=was,
        would_be=would_be,
        method=method,
        currency=currency,
        decisions=move.decisions,
        amount_minor=move.amount_minor,
        examples=move.examples,
        why=[
            LeftOutView(provider=provider, left_out=left_out, decisions=count)
            for (provider, left_out), count in move.why.most_common()
        ],
    )


def _said(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
