"""Whoever is called otherwise is found out about again, and no hit is lost by it."""

from pathlib import Path

from contracts.backoffice.events import PlayerProfileChanged

from .world import CASINO, World, png, sdn

NIGHTSHADE = (1, "NIGHTSHADE, Erasmus Quillon", "")
AMENDED = (1, "NIGHTSHADE, Erasmus Quillon", "DOB 13 Oct 1971.")
OTHER = (2, "TRUGBILD, Walpurga", "")


async def test_a_verified_player_under_another_name_has_to_prove_it(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register()
    await world.work()
    passport = (await world.upload(player, png())).json()["document_id"]
    bill = (await world.upload(player, png(1), kind="proof_of_address")).json()["document_id"]
    for document in (passport, bill):
        await world.post(f"/documents/{document}/accept", {"expires_on": "2099-01-01"})
    assert await world.level(player) == "verified"
    await world.rename(player, "Janet", "Row")
    await world.work()
    case = await world.get(f"/cases/{player}")
    assert (case["level"], case["pending_documents"]) == ("basic", 1)
    reopened = await world.get(f"/documents/{passport}")
    assert (reopened["status"], reopened["decided_by"], reopened["expires_on"]) == ("pending", None, None)
    assert (await world.get(f"/documents/{bill}"))["status"] == "accepted"
    assert (await world.post(f"/documents/{passport}/accept")).status_code == 200
    assert await world.level(player) == "verified"
    levels = [one["level"] for one in await world.said("verification.level_reached")]
    assert levels == ["basic", "verified", "none", "basic", "verified"]


async def test_before_the_new_name_was_compared_an_accepted_document_verifies_nobody(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register()
    await world.work()
    document = (await world.upload(player, png())).json()["document_id"]
    await world.rename(player, "Erasmus Quillon", "Nightshade")
    assert (await world.get(f"/cases/{player}"))["screened_at"] is None
    await world.post(f"/documents/{document}/accept")
    assert await world.level(player) == "none"
    await world.work()
    assert (await world.waiting_hit(player))["status"] == "open"
    assert await world.level(player) == "none"


async def test_an_open_hit_outlives_the_name_it_was_raised_on_until_a_person_decides(
    world: World, tmp_path: Path
) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE, OTHER), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    await world.rename(player, "Jane", "Roe")
    await world.work()
    hit = await world.waiting_hit(player)
    assert (hit["status"], await world.level(player)) == ("open", "none")
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", AMENDED, OTHER), "--version", "2")
    await world.work()
    assert (await world.waiting_hit(player))["status"] == "open", "the entry is on the list still"
    await world.post(f"/hits/{hit['id']}/decide", {"decision": "clear", "reason": "another man"})
    assert await world.level(player) == "basic"


async def test_a_screening_faster_than_the_news_of_the_name_takes_no_hit_back(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    known = world.backoffice.players[str(player)]
    world.backoffice.players[str(player)] = {**known, "first_name": "Jane", "last_name": "Roe"}
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", NIGHTSHADE, OTHER), "--version", "2")
    await world.work()
    assert (await world.waiting_hit(player))["status"] == "open"


async def test_after_a_change_of_name_too_who_left_the_list_is_no_hit(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE, OTHER), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    await world.rename(player, "Jane", "Roe")
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", OTHER), "--version", "2")
    await world.work()
    assert (await world.waiting_hit(player))["status"] == "withdrawn"
    assert await world.level(player) == "basic"


async def test_a_changed_entry_takes_the_place_of_its_open_hit(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE, OTHER), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade", born=None)
    await world.work()
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", AMENDED, OTHER), "--version", "2")
    await world.work()
    hits = await world.get(f"/hits?player_id=eq.{player}")
    assert sorted(one["status"] for one in hits) == ["open", "withdrawn"]
    assert (await world.get(f"/cases/{player}"))["open_hits"] == 1


async def test_what_was_found_for_a_name_that_is_gone_meanwhile_is_dropped(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    player = await world.register("Erasmus Quillon", "Nightshade")

    async def renamed_and_compared() -> None:
        await world.rename(player, "Jane", "Roe")
        await world.work()
        assert await world.level(player) == "basic"

    world.backoffice.meanwhile = renamed_and_compared
    await world.work()
    assert (await world.get(f"/hits?player_id=eq.{player}")) == []
    assert await world.level(player) == "basic"
    assert len(await world.said("verification.screening_completed")) == 1
    await world.work()
    assert world.backoffice.asked == [str(player)] * 3, "compared again, because the first comparison was of no use"


async def test_another_name_of_nobody_or_of_somebody_erased_changes_nothing(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register()
    await world.work()
    await world.erase(player)
    asked = list(world.backoffice.asked)
    await world.hear(PlayerProfileChanged(player_id=player, casino_id=CASINO, fields=("last_name",)))
    await world.hear(PlayerProfileChanged(player_id=CASINO, casino_id=CASINO, fields=("last_name",)))
    await world.work()
    assert world.backoffice.asked == asked
    assert (await world.get(f"/cases/{player}"))["status"] == "erased"
