"""Who names somebody else's card or account is looked at himself; it says nothing of whom it belongs to."""

from typing import Any
from uuid import UUID

import pytest

from payments.application.deposits import hear_about_instrument
from payments.domain.instrument.words import Instrument, Kind

from .fake_paysafe import PAYSAFE, WALLET
from .test_fraud import automatic, decisions
from .test_instruments import act, another_player
from .test_taken_back import paid_in
from .world import World

ACCOUNT = {"account_id": "1520389582"}


async def owner(world: World) -> UUID:
    """A player who paid in from the account, as its provider told."""
    await automatic(world)
    deposit_id = UUID((await paid_in(world, 10_00))["metadata"]["order_id"])
    told = Instrument(kind=Kind.BANK, fingerprint="trustly:1520389582", pays_to=ACCOUNT)
    await world.desk.app.transact(
        lambda uow: hear_about_instrument(world.desk, uow, deposit_id, told, provider="trustly"),
        world.desk.ours("test", world.casino),
    )
    await world.give(500_00)
    await world.withdraw(20_00, destination=ACCOUNT)
    return world.player


async def somebody_names_it(world: World) -> str:
    """Another player, who wants his money there; the withdrawal."""
    await another_player(world)
    await world.give(500_00)
    asked = (await world.withdraw(50_00, destination=ACCOUNT)).json()
    return str(asked["withdrawal_id"])


async def instrument(world: World, player: UUID) -> dict[str, Any]:
    listed = await world.instruments(world.staff())
    mine = next(one["instrument_id"] for one in listed if one["player_id"] == str(player))
    answer = await world.get(f"/instruments/{mine}", as_=world.staff())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def sent(world: World, withdrawal_id: str) -> str:
    """As many people approve it as it takes, and the order leaves."""
    while (await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"] == "awaiting_approval":
        assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    return withdrawal_id


async def test_who_names_somebodys_account_is_looked_at_and_not_whose_it_is(world: World) -> None:
    victim = await owner(world)
    withdrawal_id = await somebody_names_it(world)
    named = await instrument(world, world.player)
    shown = (await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json()
    assert (named["proved"], named["shared"], named["shared_with"]) == (False, True, [str(victim)])
    assert "shared_destination" in shown["review"]
    assert "MULE-PAYOUT" in (await decisions(world))[-1]["rules"]
    claimant, world.player = world.player, victim
    his = await instrument(world, victim)
    assert (his["proved"], his["shared"], his["shared_with"], his["named_by"]) == (True, False, [], [str(claimant)])
    await world.withdraw(20_00, destination=ACCOUNT)
    features, rules = (found := (await decisions(world))[-1])["features"], found["rules"]
    assert (features["players:payout:ever"], features["cluster_players"]) == (1, 1)
    assert features.get("instrument_sharers", 0) == 0
    assert not {"MULE-PAYOUT", "INSTR-SHARE", "MULTI-ACC"} & set(rules)
    cluster = (await world.get(f"/fraud/players/{claimant}/cluster", as_=world.staff())).json()
    edges = {(one["player_id"], one["kind"]): one["proved"] for one in cluster["edges"]}
    assert (edges[str(claimant), "payout"], edges[str(victim), "payout"]) == (False, True)
    assert {one["player_id"] for one in cluster["members"]} == {str(claimant), str(victim)}


async def test_whoever_was_paid_there_uses_it_until_people_find_that_it_is_not_his(world: World) -> None:
    victim = await owner(world)
    withdrawal_id = await sent(world, await somebody_names_it(world))
    await world.notify("payoutconfirmation", withdrawal_id)
    claimant = world.player
    his = await instrument(world, victim)
    assert (his["shared"], his["shared_with"]) == (True, [str(claimant)])
    found = await act(world, "ownership", {"ownership": "mismatch", "reason": "he says it is his neighbour's"})
    assert found.status_code == 200, found.text
    his = await instrument(world, victim)
    assert (his["shared"], his["shared_with"], his["named_by"]) == (False, [], [str(claimant)])
    world.player = victim
    await world.withdraw(20_00, destination=ACCOUNT)
    assert (await decisions(world))[-1]["features"]["players:payout:ever"] == 1
    world.player = claimant
    await act(world, "ownership", {"ownership": "matches", "reason": "a statement of both"})
    assert (await instrument(world, victim))["shared_with"] == [str(claimant)]


async def test_what_came_back_from_there_never_arrived(world: World) -> None:
    victim = await owner(world)
    withdrawal_id = await sent(world, await somebody_names_it(world))
    await world.notify("payoutconfirmation", withdrawal_id)
    await world.notify("credit", withdrawal_id, amount="50.00", currency="EUR")
    assert (await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"] == "returned"
    his = await instrument(world, victim)
    assert (his["shared"], his["shared_with"], his["named_by"]) == (False, [], [str(world.player)])


@pytest.fixture
async def wallets(world: World) -> World:
    body = {"enabled": True, "currencies": ["EUR"], **PAYSAFE}
    assert (await world.settle("/providers/paysafe", body)).status_code == 200
    world.paysafe.there = True
    return world


async def charge(world: World) -> Any:
    return await world.deposit(50_00, provider="paysafe", details=WALLET)


async def test_a_wallet_that_is_only_named_counts_for_nothing_but_lists(wallets: World) -> None:
    for _ in range(2):
        assert (await charge(wallets)).status_code == 201
        await another_player(wallets)
    counted = "SELECT 1 FROM fraud_counter WHERE kind = 'instrument' AND casino_id = $1"
    assert await wallets.rows(counted, wallets.casino) == []
    linked = "SELECT proved FROM fraud_link WHERE 'instrument' IN (kind, other) AND casino_id = $1"
    edges = await wallets.rows(linked, wallets.casino)
    assert {one["proved"] for one in edges} == {False}
    assert "players:instrument:ever" not in (await decisions(wallets))[-1]["features"]
    blocked = {"list": "block", "kind": "instrument", "until": None, "reason": "its owner wrote to us"}
    decision = {**blocked, "decision_id": str((await decisions(wallets))[0]["id"])}
    path = f"/fraud/casinos/{wallets.casino}/entries"
    assert (await wallets.post(path, decision, as_=wallets.staff())).status_code == 201
    assert (await charge(wallets)).status_code == 409
    assert (await decisions(wallets))[-1]["rules"] == ["BLOCK-LIST"]
