"""A rebuilt read model is the live one."""

from typing import Any

import pytest
from sqlalchemy import text

from chassis.store import rebuild

from .test_matrix import prepared
from .world import World, png


async def rows(world: World, table: str) -> list[Any]:
    async with world.service.db.read() as connection:
        found = await connection.execute(text(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1"))
        return list(found.scalars())


@pytest.mark.parametrize("name", ["case_list", "document_list", "hit_list"])
async def test_a_rebuilt_table_equals_the_live_one(world: World, name: str) -> None:
    player, document, hit = await prepared(world)
    await world.post(f"/hits/{hit}/decide", {"decision": "clear", "reason": "another man"})
    await world.post(f"/documents/{document}/accept")
    second = (await world.upload(player, png(4))).json()["document_id"]
    await world.post(f"/documents/{second}/reject", {"reason": "blurry"})
    await world.erase(await world.register("Somebody", "Else"))
    live = await rows(world, f"rm_{name}")
    assert live
    model = next(one for one in world.service.read_models if one.name == name)
    await rebuild(world.service.db, model, world.service.application.log_of(model))
    assert await rows(world, f"rm_{name}") == live
