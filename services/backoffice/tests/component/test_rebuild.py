"""A rebuilt read model is the live one."""

import httpx

from chassis.runtime import Service
from chassis.testing.golden import hear
from chassis.testing.rebuilding import assert_rebuilt_as_live
from contracts.registry import consumed_by

from .api import V1, a_player, erase, himself, key, open_casino, staff

REASON = {"reason": "he asked for it"}
LIMIT = {"period": "day", "amount_minor": 500, "currency": "EUR"}


async def test_rebuilt_read_models_are_the_live_ones(client: httpx.AsyncClient, service: Service) -> None:
    await hear(service, *consumed_by("backoffice"))
    casino_id = await open_casino(client)
    ann = await a_player(client, casino_id)
    bob = await a_player(client, casino_id, email="bob@mail.example.com", first_name="Bob")
    mine = f"{V1}/players/{ann}"
    await client.post(f"{mine}/tags", json={"tag": "vip"}, headers={**staff(), **key()})
    await client.post(f"{mine}/notes", json={"text": "Ann called"}, headers={**staff(), **key()})
    await client.put(f"{mine}/deposit-limits", json=LIMIT, headers=himself(ann, casino_id))
    await client.post(f"{mine}/block", json=REASON, headers={**staff(), **key()})
    await erase(client, bob)
    await assert_rebuilt_as_live(service)
