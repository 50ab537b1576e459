"""A rebuilt read model is the live one."""

from chassis.testing.rebuilding import assert_rebuilt_as_live

from .test_matrix import prepared
from .world import World, png


async def test_rebuilt_read_models_are_the_live_ones(world: World) -> None:
    player, document, hit = await prepared(world)
    await world.post(f"/hits/{hit}/decide", {"decision": "clear", "reason": "another man"})
    await world.post(f"/documents/{document}/accept")
    await world.rename(player, "Somebody", "Different")
    second = (await world.upload(player, png(4))).json()["document_id"]
    await world.post(f"/documents/{second}/reject", {"reason": "blurry"})
    await world.erase(await world.register("Somebody", "Else"))
    await assert_rebuilt_as_live(world.service, empty=["approval_list", "casino_zone"])
