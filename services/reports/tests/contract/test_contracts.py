"""Promises kept, in both directions."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from services.reports.tests.component.world import MALTA, WORLD, tell

from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.golden import Effect, assert_as_promised, assert_effect, example, label, recorded, said
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import CasinoOpened, PlayerRegistered
from contracts.event import ContractEvent
from contracts.games.events import GameAvailabilityDecided
from contracts.payments.events import (
    PayoutOutcomeUnknown,
    PayoutSent,
    TransferPosted,
    WithdrawalApproved,
    WithdrawalCancelled,
    WithdrawalFailed,
    WithdrawalPaid,
    WithdrawalRejected,
    WithdrawalRequested,
    WithdrawalReturned,
)
from contracts.payments.withdrawal_events import WithdrawalStopped
from contracts.platform.events import AccessRecorded
from contracts.registry import consumed_by, produced_by
from contracts.reports import events as public
from contracts.reports.permissions import ReportsPermission
from contracts.security.events import StaffMemberAdded
from reports.application.publishing import publish
from reports.domain.job import events as job
from reports.entrypoints.consumers import consumer
from reports.entrypoints.permissions import PERMISSIONS

JOB, CASINO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DIGEST = "5" * 64


def withdrawal(*after: type[ContractEvent], **says: Any) -> Effect:
    return Effect({"rm_withdrawal": says}, (WithdrawalRequested, *after))


COLLEAGUE = example(StaffMemberAdded).data
APPROVER = "0190f5fe-7c00-7a00-8000-0000000000aa"
EFFECTS: dict[type[ContractEvent], Effect] = {
    StaffMemberAdded: Effect({"rm_staff_member": COLLEAGUE}),
    CasinoOpened: Effect(
        {
            "rm_casino": {"name": "Golden Quay", "currency": "EUR", "gaming_day_starts_at_hour": 6},
            "rm_casino_zone": {"time_zone": "Europe/Malta"},
        }
    ),
    PlayerRegistered: Effect({"rm_player": {"country": "MT", "test_account": False}}),
    GameAvailabilityDecided: Effect({"rm_game": {"game_code": "hux_book_of_sand", "name": "Book of Sand"}}),
    TransferPosted: Effect(
        {"rm_movement": {"kind": "bet", "amount_minor": 5000, "delta_minor": -5000, "supplier": "hub88"}}
    ),
    WithdrawalRequested: Effect(
        {"rm_withdrawal": {"status": "awaiting_approval", "amount_minor": 5000, "approved_by": []}}
    ),
    WithdrawalStopped: withdrawal(WithdrawalApproved, status="awaiting_approval", approved_by=[], approved_at=None),
    WithdrawalApproved: withdrawal(status="approved", approved_by=[APPROVER]),
    PayoutSent: withdrawal(status="sent"),
    PayoutOutcomeUnknown: withdrawal(status="unknown"),
    WithdrawalPaid: withdrawal(WithdrawalApproved, PayoutSent, status="paid", approved_by=[APPROVER]),
    WithdrawalRejected: withdrawal(status="rejected"),
    WithdrawalCancelled: withdrawal(status="cancelled"),
    WithdrawalFailed: withdrawal(PayoutSent, status="failed"),
    WithdrawalReturned: withdrawal(WithdrawalPaid, status="returned"),
}


def test_what_is_consumed_is_what_the_catalogue_says() -> None:
    assert consumer().handles == frozenset(consumed_by("reports")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(service: Service, cls: type[ContractEvent]) -> None:
    await assert_effect(service, cls, EFFECTS[cls])


TOLD: list[tuple[Any, ContractEvent]] = [
    (
        job.ReportRequested(
            report="revenue",
            casino_ids=(CASINO,),
            first_day=date(2026, 2, 1),
            last_day=date(2026, 2, 28),
            formats=("csv",),
            parameters={"group_by": "game"},
            requested_by=APPROVER,
        ),
        public.ReportRequested(job_id=JOB, report="revenue", casino_ids=(CASINO,), requested_by=APPROVER),
    ),
    (
        job.ReportCompleted(
            report="revenue",
            rows=3,
            files={"csv": job.File(path="somewhere/1.csv", sha256=DIGEST, size_bytes=9)},
            expires_at=NOW,
        ),
        public.ReportCompleted(job_id=JOB, report="revenue", rows=3, files={"csv": DIGEST}),
    ),
    (
        job.ReportFailed(report="revenue", code="report_not_made"),
        public.ReportFailed(job_id=JOB, report="revenue", code="report_not_made"),
    ),
]


@pytest.mark.parametrize(("happened", "told"), TOLD, ids=lambda value: type(value).__name__)
def test_each_event_is_told_as_promised(happened: Any, told: ContractEvent) -> None:
    assert list(publish(recorded(happened, f"job-{JOB}"))) == [told]
    assert_as_promised(told)


def test_no_event_of_the_domain_is_forgotten() -> None:
    assert {type(happened) for happened, _ in TOLD} == {*job.JobEvent.__args__}


def test_every_promised_event_is_told_by_something() -> None:
    assert {type(told) for _, told in TOLD} == {cls for cls in produced_by("reports") if cls.owner() == "reports"}


async def test_a_download_is_said_as_promised(service: Service, client: httpx.AsyncClient) -> None:
    await tell(service, *WORLD)
    headers = bearer(make_token(permissions=tuple(ReportsPermission), subject=uuid4()))
    wanted = {
        "report": "revenue",
        "casino_ids": [str(MALTA)],
        "from": "2026-06-01",
        "to": "2026-06-02",
        "formats": ["csv"],
    }
    v1 = "/api/reports/v1/jobs"
    asked = await client.post(v1, json=wanted, headers={**headers, "Idempotency-Key": "one-report"})
    await TaskRunner(service.db, service.tasks, clock=service.application.clock).run_due()
    answer = await client.get(f"{v1}/{asked.json()['job_id']}/files/csv", headers=headers)
    assert answer.status_code == 200, answer.text
    assert [type(fact) for fact in await said(service)] == [
        public.ReportRequested,
        public.ReportCompleted,
        AccessRecorded,
    ]


def test_every_permission_of_the_contract_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {str(one) for one in ReportsPermission}
