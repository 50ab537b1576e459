"""Players backoffice knows no more, things nobody ever made, and words the catalogue does not have."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.testing.environment import make_settings
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from verification.main import build
from verification.settings import Settings

from .world import V1, World, png, sdn, staff

SOMEBODY = (1, "NIGHTSHADE, Erasmus Quillon", "")


async def test_somebody_backoffice_knows_no_more_does_not_hold_up_the_others(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", "demo")
    players = [await world.register(), await world.register("Erasmus Quillon", "Nightshade"), await world.register()]
    await world.work()
    del world.backoffice.players[str(players[0])]
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", SOMEBODY), "--version", "1", "--allow-shrink")
    await world.work()
    sweep = (await world.get("/rescreening"))["rescreening"]
    assert (sweep["players"], sweep["unknown"], sweep["finished_at"] is not None) == (3, 1, True)
    assert [await world.level(player) for player in players] == ["basic", "none", "basic"]


async def test_whoever_backoffice_does_not_know_yet_is_screened_once_it_does(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register()
    known = world.backoffice.players.pop(str(player))
    await world.work()
    assert await world.level(player) == "none"
    world.backoffice.players[str(player)] = known
    world.clock.advance(timedelta(hours=1))
    await world.work()
    assert await world.level(player) == "basic"


@pytest.mark.parametrize("path", ["cases", "hits", "documents"])
async def test_what_nobody_made_is_not_found(world: World, path: str) -> None:
    problem(await world.client.get(f"{V1}/{path}/{uuid4()}", headers=bearer(staff())), 404, "not_found")


async def test_a_form_with_more_than_a_kind_and_a_file_is_refused(world: World) -> None:
    player = await world.register()
    answer = await world.client.post(
        f"{V1}/players/{player}/documents",
        data={"kind": "passport", **{f"more-{n}": "x" for n in range(20)}},
        files={"file": ("a.png", png(), "image/png")},
        headers=bearer(staff()),
    )
    problem(answer, 422, "invalid_request")
    assert world.stored(player) == []


def test_a_word_nobody_knows_among_the_required_documents_stops_the_start() -> None:
    settings = make_settings(
        Settings,
        database_url="postgresql://nobody@127.0.0.1:1/none",
        backoffice_url="http://backoffice.test",
        required_documents=("passport", "library_card"),
    )
    with pytest.raises(ValueError, match="library_card"):
        build(settings)
