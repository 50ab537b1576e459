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


def approval_attempts(service: str, casino_id: UUID | None) -> list[Attempt]:
    """The list of proposals, which alone of the routes about them asks for a permission at the door. The test proposes
    something, so that there is something to be hidden.
    """
    may_list = f"{service}.approval.list"
    return [Attempt("GET", f"/api/{service}/v1/approvals", permission=may_list, casino_id=casino_id, hidden="empty")]
