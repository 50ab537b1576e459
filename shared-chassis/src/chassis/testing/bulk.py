"""Bulk jobs for the caller matrix: who freezes rows, who has them done, and who looks at the proposal."""

from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from chassis.bulk import jobs
from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.store import Context, UnitOfWork
from chassis.testing.caller_matrix import Attempt, Hidden, since_ever
from chassis.testing.tokens import EVERYWHERE, bearer, make_token

STARTER: Final = UUID(int=0xB01C)
"""Whose jobs these are."""


def freeze_attempt(
    href: str, listed: str, permission: str, casino_id: UUID | None, *, parameters: Any = None, since: str = ""
) -> Attempt:
    """Rows frozen for an action. Somebody of another casino freezes none."""
    return Attempt(
        "POST",
        href,
        permission=permission,
        also=[listed, f"{href.split('/')[2]}.bulk.run"],
        casino_id=casino_id,
        json={} if parameters is None else {"parameters": parameters},
        allowed=201,
        hidden="shown",
        request=since_ever(since) if since else {},
    )


def run_attempt(service: str, casino_id: UUID | None, *also: str, hidden: Hidden = "not found") -> Attempt:
    """A job that is started; `job_id` is filled in by the test, a new one for every caller."""
    return Attempt(
        "POST",
        f"/api/{service}/v1/bulk-jobs/{{job_id}}/run",
        permission=f"{service}.bulk.run",
        also=also,
        casino_id=casino_id,
        json={"reason": "asked for by the regulator"},
        hidden=hidden,
        subject=STARTER,
    )


async def frozen_job(
    service: Service, action: str, casino_id: UUID | None, rows: int = 1, *, by: UUID = STARTER
) -> UUID:
    """A job about so many rows that there are not, waiting to be started."""
    job_id, ids = uuid7(), [uuid4() for _ in range(rows)]
    now = service.application.clock.now()

    async def work(uow: UnitOfWork) -> None:
        await jobs.add(
            uow.connection,
            [{"row_id": one, "casino_id": casino_id} for one in ids],
            id=job_id,
            action=action,
            parameters={},
            casinos=[] if casino_id is None else [casino_id],
            sha256=jobs.fingerprint(action, {}, ids),
            totals={},
            not_allowed=0,
            requested_by=by,
            requested_at=now,
            amr=[],
            expires_at=now + jobs.WINDOW,
        )

    await service.application.transact(work, Context.system("tests", service.application.clock))
    return job_id


async def proposed_job(
    client: httpx.AsyncClient,
    service: Service,
    action: str,
    casino_id: UUID | None,
    permission: str,
    *,
    by: UUID = STARTER,
) -> Any:
    """The proposal of a job that is larger than one person does alone, as it is answered."""
    alone = next(one.alone for one in service.bulk if one.key == action)
    job_id = await frozen_job(service, action, casino_id, alone + 1, by=by)
    held = [f"{service.name}.bulk.run", permission]
    token = make_token(permissions=held, casinos=[casino_id or EVERYWHERE], subject=by)
    answer = await client.post(
        f"/api/{service.name}/v1/bulk-jobs/{job_id}/run",
        json={"reason": "asked for by the regulator"},
        headers={**bearer(token), "Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 202, answer.text
    return answer.json()


async def payload_of(service: Service, job_id: str) -> dict[str, Any]:
    """What a second person approves of it."""
    async with service.db.read() as connection:
        job = await jobs.find(connection, UUID(job_id))
    return {"job_id": job_id, "sha256": job.sha256, "rows": job.rows}
