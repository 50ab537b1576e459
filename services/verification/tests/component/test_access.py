"""Every endpoint, as each kind of caller meets it."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from chassis.testing.caller_matrix import CALLERS, Attempt, CallerKind, assert_caller
from contracts.verification.permissions import VerificationPermission as P

from .world import CASINO, V1, World, png, staff

WAITING = {
    "list_cases": ("GET", "/cases", P.CASE_LIST, None, "empty"),
    "get_case": ("GET", "/cases/{player}", P.CASE_VIEW, None, "not found"),
    "list_documents": ("GET", "/documents", P.DOCUMENT_LIST, None, "empty"),
    "get_document": ("GET", "/documents/{document}", P.DOCUMENT_LIST, None, "not found"),
    "get_document_content": ("GET", "/documents/{document}/content", P.DOCUMENT_VIEW, None, "not found"),
    "accept_document": ("POST", "/documents/{document}/accept", P.DOCUMENT_DECIDE, None, "not found"),
    "reject_document": (
        "POST",
        "/documents/{document}/reject",
        P.DOCUMENT_DECIDE,
        {"reason": "blurry"},
        "not found",
    ),
    "list_hits": ("GET", "/hits", P.HIT_LIST, None, "empty"),
    "get_hit": ("GET", "/hits/{hit}", P.HIT_DECIDE, None, "not found"),
    "decide_hit": ("POST", "/hits/{hit}/decide", P.HIT_DECIDE, {"decision": "clear", "reason": "x"}, "not found"),
}


async def prepared(world: World) -> tuple[UUID, str, str]:
    """A player with a document and a hit that wait."""
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    player = await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13))
    await world.work()
    document = (await world.upload(player, png())).json()["document_id"]
    hit = await world.waiting_hit(player)
    return player, document, hit["id"]


@pytest.mark.parametrize("operation", WAITING)
async def test_only_the_permitted_get_in(shared: World, operation: str) -> None:
    player, document, hit = await prepared(shared)
    method, path, permission, body, hidden = WAITING[operation]
    attempt = Attempt(
        method,
        V1 + path.format(player=player, document=document, hit=hit),
        permission=permission,
        casino_id=CASINO,
        json=body,
        hidden="empty" if hidden == "empty" else "not found",
    )
    for caller in CALLERS:
        await assert_caller(caller, shared.client, attempt)


@pytest.mark.parametrize("caller", [caller for caller in CALLERS if caller != "wrong casino"])
async def test_lists_in_force_are_for_the_permitted(shared: World, caller: CallerKind) -> None:
    attempt = Attempt("GET", f"{V1}/lists", permission=P.LIST_VIEW, casino_id=CASINO)
    await assert_caller(caller, shared.client, attempt)


async def test_lists_in_force_are_the_same_for_every_casino(shared: World) -> None:
    assert await shared.get("/lists", staff(P.LIST_VIEW, casinos=(uuid4(),))) == await shared.get("/lists")


def test_the_matrix_knows_every_operation(shared: World) -> None:
    app = shared.client._transport.app  # type: ignore[attr-defined]
    operations = {
        operation["operationId"]
        for path, methods in app.openapi()["paths"].items()
        if path.startswith(V1)
        for operation in methods.values()
    }
    assert operations == {*WAITING, "get_lists", "upload_document"}
