"""A casino's rules against fraud: looked at, worked on, tried, proposed, stopped."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.domain import NotFound
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.fraud.rules_port import Published
from payments.application.fraud.ruling import Tried, backtest, save_draft, switch_rule, the_draft
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.fraud.guarded import PUBLISH_RULES, RulesPayload
from payments.entrypoints.http.fraud.listing import RULES
from payments.entrypoints.http.fraud.schemas import (
    BacktestBody,
    BacktestView,
    DraftView,
    PerformanceView,
    PublishBody,
    RuleItem,
    RulesBody,
    RulesView,
    SwitchBody,
    SwitchView,
    TriedView,
)

router = APIRouter(prefix="/api/payments/v1/fraud", tags=["fraud"])

serve_list(
    router,
    "/rules",
    RULES,
    Requires(P.FRAUD_RULE_LIST),
    item=RuleItem,
    summary="The rules in force, one by one, those that were switched off included.",
)


@router.get("/casinos/{casino_id}/rules")
async def show_rules(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_LIST)],
    casino_id: UUID,
    desk: TheDesk,
    version: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> RulesView:
    """The rules of a casino as they were published, whole: those in force, or an earlier `version` that a decision
    names. Version 0 is the catalogue, as it would begin with it today.
    """
    caller.must_see(casino_id)
    rules = desk.fraud.rules
    async with desk.app.db.read() as connection:
        if version is None:
            found: Published | None = await rules.current(connection, casino_id)
        else:
            found = await rules.published(connection, casino_id, version)
    if found is None:
        raise NotFound
    return RulesView(casino_id=casino_id, **asdict(found))


@router.get("/casinos/{casino_id}/draft")
async def show_draft(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_LIST)], casino_id: UUID, desk: TheDesk
) -> DraftView:
    """What the casino works on."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        draft = await desk.fraud.rules.draft(connection, casino_id)
    if draft is None:
        raise NotFound
    return DraftView(casino_id=casino_id, **asdict(draft))


@router.put("/casinos/{casino_id}/draft", response_model=DraftView)
async def put_draft(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_EDIT)], casino_id: UUID, body: RulesBody, once: Once, desk: TheDesk
) -> Response:
    """Keep a draft instead of the one before. It is checked whole; nothing follows from it until it is published."""
    caller.must_see(casino_id)

    async def work(uow: UnitOfWork) -> DraftView:
        draft = await save_draft(desk, uow, casino_id, body.model_dump(), str(caller.id))
        return DraftView(casino_id=casino_id, **asdict(draft))

    return await once(caller, work, status=200)


@router.post("/casinos/{casino_id}/draft/backtest")
async def try_draft(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_LIST)], casino_id: UUID, body: BacktestBody, desk: TheDesk
) -> BacktestView:
    """Judge what was judged again, by the draft: what would have been treated otherwise, how often each rule would have
    held, what became of the payments it holds at, and how many of its cases were fraud. Nothing is changed.
    """
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        draft = await the_draft(desk, connection, casino_id, body.sha256)
        found = await backtest(desk, connection, casino_id, draft.content, body.days)
    return BacktestView(**{**asdict(found), "rules": [_tried(one) for one in found.rules]})


@router.post("/casinos/{casino_id}/draft/publish", **PROPOSED)
async def propose_rules(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_PUBLISH, proposes=True)],
    casino_id: UUID,
    body: PublishBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Propose that the draft comes into force; a second person approves it, who sees which rules are switched off: they
    stay off. Should the draft, the rules in force or what is switched off change meanwhile, the proposal is worthless.
    """
    caller.must_see(casino_id)
    payload = RulesPayload(casino_id=casino_id, sha256=body.sha256)
    return await proposing(caller, PUBLISH_RULES, payload, reason=body.reason, once=once)


@router.post("/casinos/{casino_id}/rules/{rule}/switch", response_model=SwitchView)
async def switch(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_SWITCH)],
    casino_id: UUID,
    rule: str,
    body: SwitchBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Stop a rule for every payment from now on, for a day at most, or let it go on as it was published. One person
    does it, at once, and the same one not again within seven days; for longer two people publish a draft.
    """
    caller.must_see(casino_id)

    async def work(uow: UnitOfWork) -> SwitchView:
        return SwitchView(rule=rule, mode=await switch_rule(desk, uow, casino_id, rule, off=body.off, until=body.until))

    return await once(caller, work, status=200, reason=body.reason)


@router.get("/casinos/{casino_id}/performance")
async def show_performance(
    caller: Annotated[Caller, Requires(P.FRAUD_RULE_LIST)],
    casino_id: UUID,
    desk: TheDesk,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> list[PerformanceView]:
    """How each rule did in the last days: how often it held, live and in shadow, and what people said of its cases."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        rows = await desk.fraud.decisions.performance(connection, casino_id, desk.now() - timedelta(days=days))
    return [
        PerformanceView(**row, precision_percent=_percent(row["fraud"], row["fraud"] + row["not_fraud"]))
        for row in rows
    ]


def _tried(one: Tried) -> TriedView:
    ended = one.of_hits.disputed + one.of_hits.refunded + one.of_hits.succeeded
    return TriedView(
        **asdict(one),
        hits_percent=_percent(one.hits, one.payments),
        disputed_percent=_percent(one.of_hits.disputed, ended),
        caught_percent=_percent(one.of_hits.disputed, one.of_these.disputed),
        precision_percent=_percent(one.fraud, one.fraud + one.not_fraud),
    )


def _percent(part: int, whole: int) -> int | None:
    """Rounded; None of nothing."""
    return None if whole == 0 else (100 * part + whole // 2) // whole
