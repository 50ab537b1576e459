"""Every endpoint, as each kind of caller meets it."""

from typing import Any

import httpx
import pytest
from services.games.tests.component.casino import API, Casino
from services.games.tests.component.test_rounds import posted
from services.games.tests.support import hub88
from services.games.tests.support.facts import CASINO, GAME, PLAYER

from chassis.runtime import Service, http_application
from chassis.testing.caller_matrix import (
    CALLERS,
    Attempt,
    assert_caller,
    assert_doors,
    assert_every_route,
    export_attempt,
    since_ever,
)
from chassis.testing.feed import Feed
from chassis.testing.second_person import approval_attempts
from contracts.games.permissions import GamesPermission as P
from contracts.games.rounds import round_id

OF_CASINO = f"{API}/casinos/{{casino_id}}"
ACCOUNT: dict[str, Any] = {"enabled": True, "settings": hub88.settings(), "secrets": hub88.secrets()}
DECISION: dict[str, Any] = {"enabled": False, "blocked_countries": []}
ROUND = round_id("hub88", CASINO, PLAYER, GAME, "r1")

SINCE = since_ever("opened_at")
LISTS = [
    Attempt("GET", f"{API}/sessions", permission=P.SESSION_LIST, casino_id=CASINO, hidden="empty", request=SINCE),
    Attempt("GET", f"{API}/rounds", permission=P.ROUND_LIST, casino_id=CASINO, hidden="empty", request=SINCE),
]
ATTEMPTS = [
    *LISTS,
    Attempt("GET", f"{API}/rounds/{{round_id}}", permission=P.ROUND_LIST, casino_id=CASINO),
    export_attempt(f"{API}/rounds", P.ROUND_LIST, P.ROUND_EXPORT, CASINO, since="opened_at"),
    export_attempt(f"{API}/sessions", P.SESSION_LIST, P.SESSION_EXPORT, CASINO, since="opened_at"),
    export_attempt(f"{OF_CASINO}/games", P.GAME_LIST, P.GAME_EXPORT, CASINO, hidden="not found"),
    export_attempt(f"{OF_CASINO}/suppliers", P.SUPPLIER_LIST, P.SUPPLIER_EXPORT, CASINO, hidden="not found"),
    export_attempt(f"{API}/suppliers", P.SUPPLIER_LIST, P.SUPPLIER_EXPORT, CASINO),
    export_attempt(f"{API}/approvals", P.APPROVAL_LIST, P.APPROVAL_EXPORT, CASINO),
    Attempt("GET", f"{OF_CASINO}/games", permission=P.GAME_LIST, casino_id=CASINO),
    Attempt("PUT", f"{OF_CASINO}/games/{{game_code}}", permission=P.GAME_ENABLE, casino_id=CASINO, json=DECISION),
    Attempt("GET", f"{OF_CASINO}/suppliers", permission=P.SUPPLIER_LIST, casino_id=CASINO),
    Attempt("GET", f"{API}/suppliers", permission=P.SUPPLIER_LIST, casino_id=CASINO, hidden="empty"),
    Attempt(
        "PUT",
        f"{OF_CASINO}/suppliers/{{supplier}}",
        permission=P.SUPPLIER_CONFIGURE,
        casino_id=CASINO,
        json=ACCOUNT,
        allowed=202,
    ),
    *approval_attempts("games", CASINO),
    Attempt(
        "POST",
        f"{OF_CASINO}/suppliers/{{supplier}}/catalogue-sync",
        permission=P.CATALOGUE_SYNC,
        casino_id=CASINO,
        allowed=202,
    ),
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(casino: Casino, feed: Feed, attempt: Attempt) -> None:
    await casino.launch()
    await feed(posted("bet", 100))
    proposal = (await casino.propose_hub88(enabled=False)).json()
    for caller in CALLERS:
        ids = {"casino_id": CASINO, "round_id": ROUND, "approval_id": proposal["approval_id"]}
        asked = attempt.at(**ids, game_code=GAME, supplier="hub88")
        answer = await assert_caller(caller, casino.client, asked)
        if caller == "permitted" and attempt in LISTS:
            assert len(answer.json()) == 1


def test_every_route_is_in_the_matrix(service: Service) -> None:
    assert_every_route(http_application(service), ATTEMPTS, public={"ANY /partner"})


async def test_routes_without_a_permission_keep_strangers_out(client: httpx.AsyncClient, service: Service) -> None:
    await assert_doors(client, http_application(service))
