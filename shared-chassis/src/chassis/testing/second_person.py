"""The second person of a test: approves what an answer says was proposed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.testing.caller_matrix import Attempt
from chassis.testing.tokens import EVERYWHERE, bearer, make_token


async def approved(
    client: httpx.AsyncClient, answer: httpx.Response, permissions: Collection[str], **claims: Any
) -> Any:
    """Have somebody else who holds these permissions everywhere approve it; the proposal as it is then.

    Args:
        claims: what else their token says: `auth_time` where the test's clock is ahead of ours.
    """
    assert answer.status_code == 202, answer.text
    proposal = answer.json()
    second = bearer(make_token(subject=uuid4(), permissions=permissions, casinos=[EVERYWHERE], **claims))
    seen = {"payload_sha256": proposal["payload_sha256"]}
    done = await client.post(f"{proposal['href']}/approve", json=seen, headers=second)
    assert (done.status_code, done.json()["state"]) == (200, "executed"), done.text
    return done.json()


def approval_attempts(service: str, casino_id: UUID | None, *, listed: bool = True) -> list[Attempt]:
    """The routes about proposals that ask for a permission; `approval_id` is filled in by the test."""
    base, may_list = f"/api/{service}/v1/approvals", f"{service}.approval.list"
    one = Attempt("GET", f"{base}/{{approval_id}}", permission=may_list, casino_id=casino_id)
    every = Attempt("GET", base, permission=may_list, casino_id=casino_id, hidden="empty")
    return [every, one] if listed else [one]
