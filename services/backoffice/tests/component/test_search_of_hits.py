"""Suspicions in the search over everything."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer, make_token
from contracts.verification.events import HitRaised
from contracts.verification.permissions import VerificationPermission

from .api import MASKED, V1, a_player, open_casino


@pytest.mark.parametrize("everywhere", [True, False])
async def test_whoever_is_not_to_know_of_suspicions_finds_no_hit(
    client: httpx.AsyncClient, service: Service, everywhere: bool
) -> None:
    casino_id = UUID(await open_casino(client))
    player_id, hit_id = UUID(await a_player(client, str(casino_id))), uuid4()
    await Feed(service)(HitRaised(player_id=player_id, casino_id=casino_id, hit_id=hit_id))
    casinos: list[Any] = ["*"] if everywhere else [casino_id]
    for mode, found in (("clear", [str(hit_id)]), ("none", [])):
        modes: Any = {**MASKED, "aml": mode}
        token = make_token(permissions=[VerificationPermission.HIT_LIST], casinos=casinos, modes=modes)
        answer = await client.get(f"{V1}/search", params={"q": str(hit_id)}, headers=bearer(token))
        assert [one["id"] for one in answer.json()["items"]] == found
