"""Every endpoint, as each kind of caller meets it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.bulk import freeze_attempt, frozen_job, run_attempt
from chassis.testing.caller_matrix import (
    Attempt,
    assert_caller,
    assert_doors,
    assert_every_route,
    export_attempt,
)
from chassis.testing.feed import Feed
from contracts.backoffice.permissions import BackofficePermission as P

from .api import CASINO as OPENING
from .api import PROFILE, V1, a_player, open_casino, staff
from .test_inbox import proposed

SOME = UUID(int=1)
"""Stands for the casino of the test, which is opened there."""

PLAYER = f"{V1}/players/{{player_id}}"
WHY: dict[str, Any] = {"reason": "asked for by the player"}
LIMIT: dict[str, Any] = {"period": "day", "amount_minor": 5, "currency": "EUR"}
EMAIL = {"email": "ann@mail.example.com"}


def attempt(method: str, path: str, permission: str, json: Any = None, **options: Any) -> Attempt:
    return Attempt(method, path, permission=permission, json=json, **{"casino_id": SOME, **options})


ATTEMPTS = [
    attempt("POST", f"{V1}/casinos", P.CASINO_OPEN, {**OPENING}, casino_id=None, allowed=202, hidden="forbidden"),
    attempt("GET", f"{V1}/casinos", P.CASINO_LIST, hidden="empty"),
    attempt("GET", f"{V1}/casinos/{{casino_id}}", P.CASINO_LIST),
    attempt("PUT", f"{V1}/casinos/{{casino_id}}/profile", P.PROFILE_ADOPT, {"profile": PROFILE, **WHY}, allowed=202),
    attempt("GET", f"{V1}/players", P.PLAYER_LIST, hidden="empty"),
    attempt("POST", f"{V1}/players/search", P.PLAYER_SEARCH_IDENTITY, EMAIL, hidden="empty", also=[P.PLAYER_LIST]),
    attempt("GET", PLAYER, P.PLAYER_VIEW),
    attempt("POST", f"{PLAYER}/reveal", P.PLAYER_REVEAL, WHY),
    attempt("POST", f"{PLAYER}/profile", P.PLAYER_CHANGE, {"last_name": "Else", **WHY}),
    attempt("POST", f"{PLAYER}/block", P.PLAYER_BLOCK, WHY),
    attempt("POST", f"{PLAYER}/unblock", P.PLAYER_BLOCK, WHY),
    attempt("POST", f"{PLAYER}/tags", P.PLAYER_TAG, {"tag": "vip"}),
    attempt("DELETE", f"{PLAYER}/tags/{{tag}}", P.PLAYER_TAG),
    attempt("POST", f"{PLAYER}/notes", P.PLAYER_NOTE, {"text": "a note"}, allowed=201),
    attempt("GET", f"{PLAYER}/notes", P.PLAYER_NOTE),
    attempt("POST", f"{PLAYER}/erase", P.PLAYER_ERASE, WHY, allowed=202),
    attempt("GET", f"{PLAYER}/overview", P.PLAYER_VIEW),
    attempt("GET", f"{PLAYER}/timeline", P.TIMELINE_VIEW),
    export_attempt(f"{V1}/players", P.PLAYER_LIST, P.PLAYER_EXPORT, None),
    export_attempt(f"{V1}/casinos", P.CASINO_LIST, P.CASINO_EXPORT, None),
    export_attempt(f"{V1}/approvals", P.APPROVAL_LIST, P.APPROVAL_EXPORT, None),
    export_attempt(f"{V1}/approvals/awaiting-me", P.APPROVAL_LIST, P.APPROVAL_EXPORT, None),
    export_attempt(f"{V1}/approvals/mine", P.APPROVAL_LIST, P.APPROVAL_EXPORT, None),
    export_attempt(f"{PLAYER}/notes", P.PLAYER_NOTE, P.NOTE_EXPORT, None, hidden="not found"),
    export_attempt(f"{PLAYER}/timeline", P.TIMELINE_VIEW, P.TIMELINE_EXPORT, None, hidden="not found"),
    attempt("PUT", f"{PLAYER}/deposit-limits", P.LIMIT_SET, LIMIT, amount=(LIMIT["amount_minor"], LIMIT["currency"])),
    attempt("POST", f"{PLAYER}/self-exclusion", P.EXCLUSION_START, {"months": 6, **WHY}),
    *(
        freeze_attempt(f"{V1}/players/bulk-{name}", P.PLAYER_LIST, permission, SOME, parameters=parameters)
        for name, permission, parameters in (
            ("block", P.PLAYER_BLOCK, None),
            ("unblock", P.PLAYER_BLOCK, None),
            ("tag", P.PLAYER_TAG, {"tag": "vip"}),
            ("untag", P.PLAYER_TAG, {"tag": "vip"}),
        )
    ),
    run_attempt("backoffice", SOME, P.PLAYER_BLOCK),
    attempt("GET", f"{V1}/approvals", P.APPROVAL_LIST, hidden="empty"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(
    client: httpx.AsyncClient, service: Service, clock: FixedClock, attempt: Attempt
) -> None:
    casino_id = await open_casino(client)
    await Feed(service)(proposed(clock, UUID(casino_id), service="backoffice"))
    player_id = await a_player(client, casino_id)
    rules = {"profile": {**PROFILE, "minimum_age": 21}, **WHY}
    waits = await client.put(f"{V1}/casinos/{casino_id}/profile", json=rules, headers=staff())
    for caller in attempt.callers:
        filled = attempt.at(
            casino_id=casino_id,
            player_id=player_id,
            tag="vip",
            approval_id=waits.json()["approval_id"],
            job_id=await frozen_job(service, "players.block", UUID(casino_id)),
        )
        if attempt.casino_id is not None:
            filled = replace(filled, casino_id=UUID(casino_id))
        answer = await assert_caller(caller, client, filled)
        if caller == "permitted" and attempt.hidden == "empty":
            rows = answer.json()
            assert rows["items"] if isinstance(rows, dict) else rows, "an empty list would prove nothing"


def test_every_route_is_in_the_matrix(service: Service) -> None:
    assert_every_route(http_application(service), ATTEMPTS, public={f"POST {V1}/players"})


async def test_routes_for_services_keep_the_others_out(client: httpx.AsyncClient, service: Service) -> None:
    await assert_doors(client, http_application(service))
