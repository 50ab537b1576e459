"""One inbox of what waits for a second person in any service."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.payments.events import WithdrawalApproved, WithdrawalCancelled, WithdrawalRejected, WithdrawalRequested
from contracts.payments.permissions import PaymentsPermission as M
from contracts.platform.events import (
    ApprovalClosed,
    ApprovalEdited,
    ApprovalExecuted,
    ApprovalGiven,
    ApprovalLapsed,
    ApprovalProposed,
)
from contracts.security.break_glass_events import BreakGlassOpened, BreakGlassReviewed
from contracts.security.elevation_events import ElevationApproved, ElevationRequested
from contracts.security.permissions import SecurityPermission as S

from .api import V1

HERE, THERE = UUID(int=7), UUID(int=8)
ANN, BOB, EVE = (UUID(int=n) for n in (21, 22, 23))
SEES = (P.APPROVAL_LIST, M.APPROVAL_LIST, M.WITHDRAWAL_LIST)


@pytest.fixture
def feed(service: Service) -> Feed:
    return Feed(service)


def proposed(clock: FixedClock, casino: UUID | None = HERE, **changes: Any) -> ApprovalProposed:
    facts: dict[str, Any] = {
        "approval_id": uuid4(),
        "service": "payments",
        "casino_id": casino,
        "command": "payments.configure_provider",
        "permission": M.PROVIDER_CONFIGURE,
        "approve_permission": M.PROVIDER_APPROVE,
        "risk": "critical",
        "requester_id": ANN,
        "needed": 1,
        "expires_at": clock.now() + timedelta(hours=24),
        "payload_sha256": "a" * 64,
        "subject_kind": "provider",
        "subject_id": f"{casino}:stripe",
        "summary": "Account at stripe",
    }
    return ApprovalProposed(**{**facts, **changes})


def withdrawal(**changes: Any) -> WithdrawalRequested:
    facts: dict[str, Any] = {
        "withdrawal_id": uuid4(),
        "player_id": uuid4(),
        "casino_id": HERE,
        "provider": "trustly",
        "amount_minor": 500_00,
        "currency": "EUR",
        "needs_second_person": True,
    }
    return WithdrawalRequested(**{**facts, **changes})


async def inbox(
    client: httpx.AsyncClient,
    who: UUID,
    *permissions: str,
    path: str = "",
    casinos: tuple[Any, ...] = (HERE,),
    **held: Any,
) -> list[Any]:
    token = make_token(subject=who, permissions=permissions or SEES, casinos=casinos, **held)
    answer = await client.get(f"{V1}/approvals{path}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_what_is_proposed_anywhere_is_in_it_with_the_way_there(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    one = proposed(clock)
    await feed(one)
    (item,) = await inbox(client, BOB)
    assert (item["service"], item["state"], item["requester_id"]) == ("payments", "waiting", str(ANN))
    assert item["href"] == f"/api/payments/v1/approvals/{one.approval_id}"


async def test_nobody_sees_more_than_at_the_service_itself(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    here, there, operator = proposed(clock), proposed(clock, THERE), proposed(clock, None)
    await feed(here, there, operator, withdrawal())
    assert await inbox(client, BOB, P.APPROVAL_LIST) == []
    assert [one["id"] for one in await inbox(client, BOB, P.APPROVAL_LIST, M.APPROVAL_LIST)] == [str(here.approval_id)]
    assert len(await inbox(client, BOB)) == 2
    assert len(await inbox(client, BOB, casinos=("*",))) == 4
    assert await inbox(client, BOB, casinos=(uuid4(),)) == []


async def test_it_is_filtered(client: httpx.AsyncClient, feed: Feed, clock: FixedClock) -> None:
    await feed(proposed(clock), withdrawal())
    for query, count in (
        ("service=eq.payments", 2),
        ("permission=eq.payments.provider.configure", 1),
        ("state=eq.executed", 0),
        (f"casino_id=eq.{HERE}", 2),
        ("risk=eq.critical", 1),
    ):
        assert len(await inbox(client, BOB, path=f"?{query}")) == count, query


async def test_what_awaits_me_is_what_i_could_approve(client: httpx.AsyncClient, feed: Feed, clock: FixedClock) -> None:
    mine, theirs = proposed(clock, requester_id=BOB), proposed(clock)
    about_me = proposed(clock, barred=(BOB,))
    await feed(mine, theirs, about_me, withdrawal())
    approver = (*SEES, M.PROVIDER_APPROVE)
    waiting = await inbox(client, BOB, *approver, path="/awaiting-me")
    assert [one["id"] for one in waiting] == [str(theirs.approval_id)]
    assert await inbox(client, BOB, path="/awaiting-me") == []
    assert len(await inbox(client, BOB, *SEES, M.WITHDRAWAL_APPROVE, path="/awaiting-me")) == 1
    assert [one["id"] for one in await inbox(client, BOB, path="/mine")] == [str(mine.approval_id)]
    given = ApprovalGiven(
        approval_id=theirs.approval_id, service="payments", casino_id=HERE, approved_by=BOB, given=1, needed=2
    )
    await feed(given)
    assert await inbox(client, BOB, *approver, path="/awaiting-me") == []


async def test_whoever_approves_or_proposes_has_an_inbox_without_any_list(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    mine, here, there = proposed(clock, requester_id=BOB), proposed(clock), proposed(clock, THERE)
    await feed(mine, here, there)
    waiting = await inbox(client, BOB, M.PROVIDER_APPROVE, path="/awaiting-me")
    assert [one["id"] for one in waiting] == [str(here.approval_id)]
    assert [one["id"] for one in await inbox(client, BOB, M.DEPOSIT_LIST, path="/mine")] == [str(mine.approval_id)]
    assert await inbox(client, EVE, M.DEPOSIT_LIST, path="/awaiting-me") == []
    answer = await client.get(f"{V1}/approvals", headers=bearer(make_token(permissions=[M.PROVIDER_APPROVE])))
    assert answer.status_code == 403


PAYS = (*SEES, M.WITHDRAWAL_APPROVE, M.PROVIDER_APPROVE)


async def awaiting(client: httpx.AsyncClient, who: UUID, *permissions: str, **held: Any) -> set[str]:
    """The ids of what awaits somebody."""
    return {one["id"] for one in await inbox(client, who, *(permissions or PAYS), path="/awaiting-me", **held)}


async def test_a_withdrawal_awaits_those_alone_who_may_approve_as_much(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    small, large, foreign = withdrawal(amount_minor=50_00), withdrawal(amount_minor=50_01), withdrawal(currency="USD")
    account = proposed(clock)
    await feed(small, large, foreign, account)
    every = {str(one.withdrawal_id) for one in (small, large, foreign)} | {str(account.approval_id)}
    assert await awaiting(client, BOB, ceilings={"EUR": 50_00}) == {str(small.withdrawal_id), str(account.approval_id)}
    assert await awaiting(client, BOB, ceilings={"GBP": 50_00}) == {str(account.approval_id)}
    assert await awaiting(client, EVE) == every
    assert len(await inbox(client, BOB, ceilings={"EUR": 50_00})) == 4, "it is seen all the same"


async def test_the_amount_that_counts_is_that_of_the_casino(client: httpx.AsyncClient, feed: Feed) -> None:
    here, there = withdrawal(), withdrawal(casino_id=THERE)
    await feed(here, there)
    assert await awaiting(client, BOB, casinos=(HERE, THERE), ceilings={"EUR": 1}) == set()
    assert await awaiting(client, BOB, casinos=(THERE,)) == {str(there.withdrawal_id)}


async def test_nothing_awaits_somebody_who_could_be_the_same_human_as_another_of_the_two(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    of_ann, of_eve, paid = proposed(clock), proposed(clock, requester_id=EVE), withdrawal()
    about_ann = proposed(clock, requester_id=EVE, barred=(ANN,))
    await feed(of_ann, about_ann, of_eve, paid)
    first: dict[str, Any] = {"withdrawal_id": paid.withdrawal_id, "player_id": paid.player_id, "casino_id": HERE}
    await feed(WithdrawalApproved(**first, approved_by=str(ANN), final=False))
    free = {str(one.approval_id) for one in (of_ann, about_ann, of_eve)} | {str(paid.withdrawal_id)}
    assert await awaiting(client, BOB) == free
    assert await awaiting(client, BOB, tied_to=[ANN]) == {str(of_eve.approval_id)}


async def test_a_withdrawal_awaits_everybody_again_when_its_first_yes_counts_no_more(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    paid = withdrawal()
    ids: dict[str, Any] = {"withdrawal_id": paid.withdrawal_id, "player_id": paid.player_id, "casino_id": HERE}
    until = clock.now() + timedelta(hours=24)
    await feed(paid, WithdrawalApproved(**ids, approved_by=str(ANN), final=False, counts_until=until))
    assert (await awaiting(client, ANN), await awaiting(client, BOB)) == (set(), {str(paid.withdrawal_id)})
    clock.advance(timedelta(hours=25))
    for who in (ANN, BOB):
        assert await awaiting(client, who) == {str(paid.withdrawal_id)}


async def test_what_is_of_the_whole_operator_awaits_those_alone_who_work_for_it(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    operator, here = proposed(clock, None), proposed(clock)
    await feed(operator, here)
    assert await awaiting(client, BOB, casinos=("*",)) == {str(operator.approval_id), str(here.approval_id)}
    assert await awaiting(client, BOB) == {str(here.approval_id)}


async def test_it_follows_what_becomes_of_a_proposal(client: httpx.AsyncClient, feed: Feed, clock: FixedClock) -> None:
    one = proposed(clock)
    which: dict[str, Any] = {"approval_id": one.approval_id, "service": "payments", "casino_id": HERE}
    edited = ApprovalEdited(**which, payload_sha256="b" * 64, summary="Another", barred=(EVE,))
    closed = ApprovalClosed(**which, outcome="voided", code="requester_may_not")
    for event, state in (
        (one, "waiting"),
        (ApprovalGiven(**which, approved_by=BOB, given=1, needed=1), "approved"),
        (ApprovalLapsed(**which, approved_by=BOB), "waiting"),
        (edited, "waiting"),
        (ApprovalExecuted(**which, requester_id=ANN, approvers=(BOB,)), "executed"),
        (closed, "voided"),
    ):
        await feed(event)
        (item,) = await inbox(client, EVE)
        assert item["state"] == state


async def test_withdrawals_are_in_it_beside_the_proposals(client: httpx.AsyncClient, feed: Feed) -> None:
    paid, refused, taken_back = withdrawal(), withdrawal(), withdrawal()
    await feed(paid, refused, taken_back)

    def of(one: WithdrawalRequested) -> dict[str, Any]:
        return {"withdrawal_id": one.withdrawal_id, "player_id": one.player_id, "casino_id": HERE}

    until = datetime(2026, 3, 2, tzinfo=UTC)
    await feed(WithdrawalApproved(**of(paid), approved_by=str(ANN), final=False))
    lapsed: dict[str, Any] = {"lapsed": (str(ANN),), "counts_until": until}
    await feed(WithdrawalApproved(**of(paid), approved_by=str(BOB), final=False, **lapsed))
    (item,) = await inbox(client, EVE, path=f"?id=eq.{paid.withdrawal_id}")
    assert datetime.fromisoformat(item["expires_at"]) == until
    assert (item["state"], item["approved_by"], item["needed"]) == ("waiting", [str(BOB)], 2)
    assert item["href"] == f"/api/payments/v1/withdrawals/{paid.withdrawal_id}"
    await feed(
        WithdrawalApproved(**of(paid), approved_by=str(EVE), final=True),
        WithdrawalRejected(**of(refused), reject_reason="name differs"),
        WithdrawalCancelled(**of(taken_back)),
    )
    states = {one["id"]: one["state"] for one in await inbox(client, EVE)}
    assert states == {
        str(paid.withdrawal_id): "executed",
        str(refused.withdrawal_id): "rejected",
        str(taken_back.withdrawal_id): "withdrawn",
    }


ACCESS = (P.APPROVAL_LIST, S.ELEVATION_LIST, S.BREAK_GLASS_LIST, S.ROLE_ASSIGN, S.BREAK_GLASS_REVIEW)


async def test_a_wish_for_more_access_waits_with_the_others_and_ends_with_its_answer(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    ids = {"staff_id": ANN, "elevation_id": uuid4()}
    wish = ElevationRequested(
        **ids,
        role_id=uuid4(),
        role_name="finance",
        casinos=(str(HERE),),
        minutes=60,
        ticket="OPS-1",
        answer_by=clock.now() + timedelta(hours=24),
    )
    await feed(wish)
    (item,) = await inbox(client, BOB, *ACCESS, path="/awaiting-me")
    assert item["href"] == f"/api/security/v1/elevations/{wish.elevation_id}"
    assert await inbox(client, ANN, *ACCESS, path="/awaiting-me") == [], "nobody answers his own"
    assert await inbox(client, BOB, *ACCESS, path="/awaiting-me", casinos=(THERE,)) == []
    await feed(ElevationApproved(**ids, approved_by=str(BOB), ends_at=clock.now()))
    (answered,) = await inbox(client, BOB, *ACCESS)
    assert (answered["state"], answered["approved_by"]) == ("executed", [str(BOB)])


async def test_a_wish_that_nobody_answered_in_time_awaits_nobody(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    await feed(
        ElevationRequested(
            staff_id=ANN,
            elevation_id=uuid4(),
            role_id=uuid4(),
            role_name="finance",
            casinos=("*",),
            minutes=60,
            ticket="OPS-1",
            answer_by=clock.now() + timedelta(hours=24),
        )
    )
    assert len(await inbox(client, BOB, *ACCESS, path="/awaiting-me", casinos=("*",))) == 1
    clock.advance(timedelta(hours=25))
    assert await inbox(client, BOB, *ACCESS, path="/awaiting-me", casinos=("*",)) == []


async def test_the_review_of_an_emergency_waits_until_somebody_else_has_made_it(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    ids = {"staff_id": ANN, "break_glass_id": uuid4()}
    until = clock.now() + timedelta(hours=72)
    await feed(BreakGlassOpened(**ids, casinos=("*",), incident_id="INC-1", ends_at=clock.now(), review_by=until))
    clock.advance(timedelta(hours=100))
    (item,) = await inbox(client, BOB, *ACCESS, path="/awaiting-me", casinos=("*",))
    assert (item["command"], item["requester_id"]) == ("security.break_glass", str(ANN)), "late, it waits all the same"
    await feed(BreakGlassReviewed(**ids, reviewed_by=str(BOB), findings="all was right"))
    assert await inbox(client, BOB, *ACCESS, path="/awaiting-me", casinos=("*",)) == []
