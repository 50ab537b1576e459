"""Every endpoint, as each kind of caller meets it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.runtime import http_application
from chassis.testing.bulk import freeze_attempt, frozen_job, proposed_job, run_attempt
from chassis.testing.caller_matrix import (
    CALLERS,
    Attempt,
    assert_caller,
    assert_doors,
    assert_every_route,
    export_attempt,
)
from chassis.testing.second_person import approval_attempts
from contracts.verification.permissions import VerificationPermission as P

from .world import CASINO, V1, World, png, staff

BLURRY = {"reason": "blurry"}
ANOTHER = {"decision": "clear", "reason": "another man"}
UPLOAD = {"data": {"kind": "passport"}, "files": {"file": ("a.png", png(7), "application/octet-stream")}}


def attempt(method: str, path: str, permission: str, json: Any = None, **options: Any) -> Attempt:
    return Attempt(method, f"{V1}{path}", permission=permission, json=json, casino_id=CASINO, **options)


ATTEMPTS = [
    attempt("GET", "/cases", P.CASE_LIST, hidden="empty"),
    attempt("GET", "/cases/{player_id}", P.CASE_VIEW),
    attempt("POST", "/players/{player_id}/documents", P.DOCUMENT_UPLOAD, request=UPLOAD, allowed=201),
    attempt("GET", "/documents", P.DOCUMENT_LIST, hidden="empty"),
    attempt("GET", "/documents/{document_id}", P.DOCUMENT_LIST),
    attempt("GET", "/documents/{document_id}/content", P.DOCUMENT_VIEW),
    attempt("POST", "/documents/{document_id}/accept", P.DOCUMENT_DECIDE),
    attempt("POST", "/documents/{document_id}/reject", P.DOCUMENT_DECIDE, BLURRY),
    attempt("GET", "/hits", P.HIT_LIST, hidden="empty"),
    attempt("GET", "/hits/{hit_id}", P.HIT_DECIDE),
    attempt("POST", "/hits/{hit_id}/decide", P.HIT_DECIDE, ANOTHER),
    attempt("GET", "/lists", P.LIST_VIEW, hidden="shown"),
    attempt("GET", "/rescreening", P.LIST_VIEW, hidden="shown"),
    export_attempt(f"{V1}/approvals", P.APPROVAL_LIST, P.APPROVAL_EXPORT, CASINO),
    export_attempt(f"{V1}/lists", P.LIST_VIEW, P.LIST_EXPORT, CASINO),
    export_attempt(f"{V1}/cases", P.CASE_LIST, P.CASE_EXPORT, CASINO),
    export_attempt(f"{V1}/hits", P.HIT_LIST, P.HIT_EXPORT, CASINO),
    export_attempt(f"{V1}/documents", P.DOCUMENT_LIST, P.DOCUMENT_EXPORT, CASINO),
    freeze_attempt(f"{V1}/hits/bulk-clear", P.HIT_LIST, P.HIT_DECIDE, CASINO),
    freeze_attempt(f"{V1}/documents/bulk-reject", P.DOCUMENT_LIST, P.DOCUMENT_DECIDE, CASINO, parameters=BLURRY),
    run_attempt("verification", CASINO, P.HIT_DECIDE),
    *approval_attempts("verification", CASINO),
]


async def prepared(world: World) -> tuple[UUID, str, str]:
    """A player with a document and a hit that wait."""
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    player = await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13))
    await world.work()
    document = (await world.upload(player, png())).json()["document_id"]
    hit = await world.waiting_hit(player)
    return player, document, hit["id"]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(shared: World, attempt: Attempt) -> None:
    player, document, hit = await prepared(shared)
    service, action = shared.service, "hits.clear"
    waits = await proposed_job(shared.client, service, action, CASINO, P.HIT_DECIDE)
    for caller in CALLERS:
        job = await frozen_job(service, action, CASINO)
        filled = attempt.at(player_id=player, document_id=document, hit_id=hit, **waits, job_id=job)
        answer = await assert_caller(caller, shared.client, filled)
        if caller == "permitted" and attempt.hidden == "empty":
            assert answer.json(), "an empty list would prove nothing"


async def test_lists_in_force_are_the_same_for_every_casino(shared: World) -> None:
    assert await shared.get("/lists", staff(P.LIST_VIEW, casinos=(uuid4(),))) == await shared.get("/lists")


def test_every_route_is_in_the_matrix(shared: World) -> None:
    assert_every_route(http_application(shared.service), ATTEMPTS)


async def test_routes_without_a_permission_keep_strangers_out(shared: World) -> None:
    await assert_doors(shared.client, http_application(shared.service))
