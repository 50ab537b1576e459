"""A token that is good from some networks alone opens nothing elsewhere."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.testing.caller_matrix import Attempt, assert_caller
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token

from .example import VIEW

CASINO = uuid4()
ROUTE = f"/api/example/v1/things/{CASINO}"


def from_networks(net: Any) -> dict[str, str]:
    return bearer(make_token(permissions=[VIEW], casinos=[CASINO], net=net))


@pytest.mark.parametrize("net", [["127.0.0.1/32"], ["203.0.113.0/24", "127.0.0.0/8"], []], ids=str)
async def test_a_token_opens_from_its_own_networks(client: httpx.AsyncClient, net: list[str]) -> None:
    assert (await client.get(ROUTE, headers=from_networks(net))).status_code == 200


@pytest.mark.parametrize("net", [["203.0.113.0/24"], ["::1/128"], ["203.0.113.7/32", "2001:db8::/32"]], ids=str)
async def test_a_token_opens_nothing_from_elsewhere(client: httpx.AsyncClient, net: list[str]) -> None:
    problem(await client.get(ROUTE, headers=from_networks(net)), 401, "unauthenticated")


@pytest.mark.parametrize("net", ["127.0.0.1", [[]], ["127.0.0.1/99"], ["home"], {"127.0.0.1": 1}, True], ids=repr)
async def test_networks_that_are_none_are_refused(client: httpx.AsyncClient, net: Any) -> None:
    problem(await client.get(ROUTE, headers=from_networks(net)), 401, "unauthenticated")


async def test_a_token_without_networks_opens_from_anywhere(client: httpx.AsyncClient) -> None:
    await assert_caller("permitted", client, Attempt("GET", ROUTE, permission=VIEW, casino_id=CASINO))
