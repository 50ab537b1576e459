"""What a casino asks of its players, and when it begins to."""

from datetime import timedelta

from verification.application.profiles import PAGE

from .world import World, png


async def verified(world: World, kind: str = "passport") -> str:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register()
    await world.work()
    document = (await world.upload(player, png(), kind=kind)).json()["document_id"]
    assert (await world.post(f"/documents/{document}/accept")).status_code == 200
    return str(player)


async def test_a_casino_that_asks_for_two_proofs_gets_two(world: World) -> None:
    await world.open_casino("identity", "proof_of_address")
    player = await verified(world)
    case = await world.get(f"/cases/{player}")
    assert (case["level"], case["required_documents"]) == ("basic", ["identity", "proof_of_address"])
    document = (await world.upload(case["player_id"], png(1), kind="proof_of_address")).json()["document_id"]
    await world.post(f"/documents/{document}/accept")
    assert (await world.get(f"/cases/{player}"))["level"] == "verified"


async def test_a_stricter_profile_takes_levels_back_when_it_takes_effect(world: World) -> None:
    await world.open_casino("identity")
    player = await verified(world)
    assert (await world.get(f"/cases/{player}"))["level"] == "verified"
    await world.adopt(2, world.clock.now() + timedelta(days=1), "identity", "address")
    await world.work()
    assert (await world.get(f"/cases/{player}"))["level"] == "verified"
    world.clock.advance(timedelta(days=1))
    await world.work()
    assert (await world.get(f"/cases/{player}"))["level"] == "basic"


async def test_a_milder_profile_gives_levels_at_once(world: World) -> None:
    await world.open_casino("passport", "selfie")
    player = await verified(world)
    assert (await world.get(f"/cases/{player}"))["level"] == "basic"
    await world.adopt(2, world.clock.now(), "passport")
    await world.work()
    assert (await world.get(f"/cases/{player}"))["level"] == "verified"


async def test_before_the_profile_arrives_an_identity_document_is_asked_for(world: World) -> None:
    player = await verified(world, kind="id_card")
    assert (await world.get(f"/cases/{player}"))["level"] == "verified"


async def test_no_required_documents_verify_nobody(world: World) -> None:
    await world.open_casino()
    player = await verified(world)
    assert (await world.get(f"/cases/{player}"))["level"] == "basic"


async def test_a_profile_reaches_every_player_of_a_large_casino(world: World) -> None:
    await world.open_casino("identity")
    for _ in range(PAGE):
        await world.register()
    last = await verified(world)
    assert (await world.get(f"/cases/{last}"))["level"] == "verified"
    await world.adopt(2, world.clock.now(), "identity", "address")
    await world.work()
    assert (await world.get(f"/cases/{last}"))["level"] == "basic"
