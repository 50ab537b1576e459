"""From the registration to the decision about a hit, and what a new list brings."""

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from chassis.testing.environment import make_settings
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import PlayerProfileChanged
from contracts.verification.permissions import VerificationPermission as P
from verification.main import build
from verification.settings import Settings

from .world import CASINO, V1, World, player_token, registration, sdn, staff

NIGHTSHADE = (1, "NIGHTSHADE, Erasmus Quillon", "DOB 13 Oct 1971; a.k.a. 'RAZZMUS'.")
OTHER = (2, "TRUGBILD, Walpurga", "")


async def test_a_clean_name_makes_the_player_basic(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    player = await world.register()
    assert (await world.get(f"/cases/{player}"))["level"] == "none"
    await world.work()
    case = await world.get(f"/cases/{player}")
    assert (case["level"], case["open_hits"], case["required_documents"]) == ("basic", 0, ["identity"])
    assert [one["level"] for one in await world.said("verification.level_reached")] == ["basic"]
    assert (await world.said("verification.screening_completed"))[0]["lists"] == ["ofac-sdn"]


async def test_the_news_of_a_registration_twice_opens_one_case(world: World) -> None:
    player = await world.register()
    await world.hear(registration(player))
    assert len(await world.said("verification.case_opened")) == 1


async def test_under_another_name_a_player_is_compared_again(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register(born=date(1971, 10, 13))
    await world.work()
    assert (await world.get("/hits")) == []
    world.backoffice.players[str(player)] |= {"first_name": "Erasmus Quillon", "last_name": "Nightshade"}
    await world.hear(PlayerProfileChanged(player_id=player, casino_id=CASINO, fields=("address", "phone")))
    await world.work()
    assert (await world.get("/hits")) == [], "nothing said that the name is another"
    await world.hear(PlayerProfileChanged(player_id=player, casino_id=CASINO, fields=("first_name", "last_name")))
    await world.work()
    [hit] = await world.get("/hits")
    assert (hit["status"], hit["listed_name"]) == ("open", "NIGHTSHADE, Erasmus Quillon")


async def test_who_is_not_to_know_of_suspicions_sees_no_hits(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13))
    await world.work()
    [hit] = await world.get("/hits")
    may = [P.HIT_LIST, P.HIT_DECIDE]
    blind = make_token(permissions=may, casinos=[CASINO], modes={"aml": "none"})
    assert await world.get("/hits", blind) == []
    problem(await world.client.get(f"{V1}/hits/{hit['id']}", headers=bearer(blind)), 404, "not_found")


async def test_a_listed_name_waits_for_a_person_and_is_cleared(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13))
    await world.work()
    assert await world.level(player) == "none"
    [hit] = await world.get("/hits")
    assert (hit["status"], hit["listed_name"], hit["score_permille"]) == ("open", "NIGHTSHADE, Erasmus Quillon", 1000)
    assert hit["birth"] == "agrees"
    answer = await world.post(f"/hits/{hit['id']}/decide", {"decision": "clear", "reason": "another man"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "cleared"
    assert await world.level(player) == "basic"
    assert [one["decision"] for one in await world.said("verification.hit_decided")] == ["clear"]


async def test_a_confirmed_hit_keeps_the_level_at_none(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    [hit] = await world.get("/hits")
    path = f"/hits/{hit['id']}/decide"
    assert (await world.post(path, {"decision": "confirm", "reason": "it is he"})).status_code == 200
    assert (await world.post(path, {"decision": "confirm", "reason": "again"})).status_code == 200
    changed = await world.post(path, {"decision": "clear", "reason": "no"})
    assert (changed.status_code, changed.json()["code"]) == (409, "hit_already_decided")
    assert await world.level(player) == "none"
    assert len(await world.said("verification.hit_decided")) == 1
    assert (await world.get(f"/cases/{player}"))["confirmed_hits"] == 1


async def test_both_names_are_shown_to_whoever_opens_the_hit_and_that_is_recorded(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register("Erasmus", "Nightshede", born=date(1971, 10, 13))
    await world.work()
    [listed] = await world.get("/hits")
    assert "Nightshede" not in str(listed)
    hit = await world.get(f"/hits/{listed['id']}")
    evidence = hit["evidence"]
    assert (evidence["player_name"], evidence["player_born"]) == ("Erasmus Nightshede", "1971-10-13")
    pair = next(one for one in evidence["pairs"] if one["player"] == "nightshede")
    assert pair["listed"] == "nightshade"
    assert 800 < pair["likeness_permille"] < 1000
    [access] = await world.said("platform.access_recorded")
    assert (access["action"], access["subject_id"]) == ("verification.hit.evidence", str(player))


async def test_no_name_of_a_player_is_stored_in_clear(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.register("Erasmus", "Nightshede", born=date(1971, 10, 13))
    await world.register("Xanthippe", "Unmistakable")
    await world.work()
    stored = (await world.everything_stored()).casefold()
    assert "nightshade" in stored
    assert "nightshede" not in stored
    assert "unmistakable" not in stored


async def test_while_backoffice_is_down_the_screening_waits_and_catches_up(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    world.backoffice.down = True
    player = await world.register()
    await world.work()
    assert await world.level(player) == "none"
    for _ in range(5):
        world.clock.advance(timedelta(minutes=11))
        await world.work()
    world.backoffice.down = False
    world.clock.advance(timedelta(minutes=11))
    await world.work()
    assert await world.level(player) == "basic"


async def test_without_a_list_nobody_is_known_and_the_first_list_screens_everybody(world: World) -> None:
    players = [await world.register() for _ in range(3)]
    await world.work()
    assert [await world.level(player) for player in players] == ["none"] * 3
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    assert [await world.level(player) for player in players] == ["basic"] * 3


async def test_a_new_list_raises_hits_on_players_who_were_clean(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", OTHER), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    assert await world.level(player) == "basic"
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", OTHER, NIGHTSHADE), "--version", "2")
    await world.work()
    assert await world.level(player) == "none"
    [hit] = await world.get("/hits")
    assert hit["list_version"] == "ofac-sdn@2"
    levels = [(one["previous"], one["level"]) for one in await world.said("verification.level_reached")]
    assert levels == [("none", "basic"), ("basic", "none")]


async def test_a_cleared_pair_is_raised_again_only_when_the_listed_one_changes(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    [hit] = await world.get("/hits")
    await world.post(f"/hits/{hit['id']}/decide", {"decision": "clear", "reason": "another man"})
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", NIGHTSHADE, OTHER), "--version", "2")
    await world.work()
    assert len(await world.get("/hits")) == 1
    assert await world.level(player) == "basic"
    changed = (1, "NIGHTSHADE, Erasmus Quillon", "DOB 14 Oct 1971.")
    await world.import_list("ofac-sdn", sdn(tmp_path / "3.csv", changed, OTHER), "--version", "3")
    await world.work()
    assert {one["status"] for one in (await world.get("/hits"))} == {"open", "cleared"}
    assert await world.level(player) == "none"


async def test_an_open_hit_on_somebody_who_left_the_list_is_withdrawn(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE, OTHER), "--version", "1")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", OTHER), "--version", "2")
    await world.work()
    [hit] = await world.get("/hits")
    assert hit["status"] == "withdrawn"
    assert await world.level(player) == "basic"
    refused = await world.post(f"/hits/{hit['id']}/decide", {"decision": "clear", "reason": "late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "hit_withdrawn")


async def test_aliases_of_another_file_belong_to_the_same_entity(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "sdn.csv", NIGHTSHADE))
    aliases = tmp_path / "alt.csv"
    aliases.write_text('1,1,"aka","BELLADONNA, Erazm",-0- \n')
    await world.import_list("ofac-alt", aliases)
    await world.register("Erazm", "Belladonna")
    await world.work()
    [hit] = await world.get("/hits")
    assert (hit["listed_name"], hit["matched_name"]) == (NIGHTSHADE[1], "BELLADONNA, Erazm")
    assert hit["entity_id"] == "1"


async def test_the_comparison_of_everybody_goes_on_where_it_was_interrupted(world: World) -> None:
    players = sorted([await world.register() for _ in range(230)])
    await world.import_list("ofac-sdn", "demo")
    async with world.service.db.write() as connection:
        await connection.execute(text("DELETE FROM task WHERE kind = 'screen'"))
    stubborn = str(players[150])
    known = world.backoffice.players[stubborn]
    world.backoffice.players[stubborn] = {"first_name": None}
    await world.work()
    assert await world.level(players[0]) == "basic"
    assert await world.level(players[229]) == "none"
    sweep = (await world.get("/rescreening"))["rescreening"]
    assert (sweep["players"], sweep["finished_at"]) == (100, None)
    world.backoffice.players[stubborn] = known
    world.backoffice.asked.clear()
    world.clock.advance(timedelta(minutes=1))
    await world.work()
    assert await world.level(players[229]) == "basic"
    assert str(players[0]) not in world.backoffice.asked
    sweep = (await world.get("/rescreening"))["rescreening"]
    assert (sweep["players"], sweep["unknown"]) == (230, 0)
    assert sweep["finished_at"] is not None


async def test_a_newer_list_takes_over_an_unfinished_comparison(world: World, tmp_path: Path) -> None:
    await world.register()
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE), "--version", "1")
    await world.import_list("ofac-sdn", sdn(tmp_path / "2.csv", NIGHTSHADE, OTHER), "--version", "2")
    world.backoffice.asked.clear()
    async with world.service.db.write() as connection:
        await connection.execute(text("DELETE FROM task WHERE kind = 'screen'"))
    await world.work()
    assert len(world.backoffice.asked) == 1
    assert (await world.get("/rescreening"))["rescreening"]["revision"] == 2


async def test_another_process_sees_a_list_imported_here(world: World, tmp_path: Path) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", OTHER), "--version", "1")
    await world.register("Walpurga", "Clean")
    await world.work()
    settings = make_settings(
        Settings,
        database_url=world.service.settings.database_url,
        backoffice_url="http://backoffice.test",
    )
    elsewhere = build(settings)
    command = ["ofac-sdn", str(sdn(tmp_path / "2.csv", OTHER, NIGHTSHADE)), "--version", "2"]
    assert await elsewhere.commands["import-list"](elsewhere, command) == 0
    await elsewhere.db.close()
    await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    assert len(await world.get("/hits")) == 1


async def test_a_bad_file_changes_nothing(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", NIGHTSHADE, OTHER), "--version", "1")
    before = await world.get("/lists")
    broken = sdn(tmp_path / "2.csv", (3, "NEW, Man", ""), NIGHTSHADE)
    broken.write_text(broken.read_text().replace("\x1a", "half a row,"))
    assert await world.import_list("ofac-sdn", broken, "--version", "2") == 1
    assert await world.import_list("ofac-sdn", tmp_path / "nowhere.csv") == 1
    assert await world.import_list("un", tmp_path / "1.csv") == 1
    assert await world.import_list("ofac-sdn", sdn(tmp_path / "3.csv", OTHER), "--version", "1") == 1
    assert await world.import_list("ofac-sdn", sdn(tmp_path / "4.csv", OTHER), "--version", "a@b") == 1
    assert "nothing changed" in capsys.readouterr().err
    assert await world.get("/lists") == before
    assert len(await world.said("verification.list_imported")) == 1


async def test_the_same_file_again_changes_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sdn(tmp_path / "1.csv", NIGHTSHADE)
    assert await world.import_list("ofac-sdn", path) == 0
    assert "1 entries with 2 names (1 added, 0 changed, 0 removed)" in capsys.readouterr().out
    assert await world.import_list("ofac-sdn", path, "--version", "again") == 0
    assert "nothing changed" in capsys.readouterr().out
    assert len(await world.said("verification.list_imported")) == 1


async def test_half_a_list_is_taken_for_half_a_file(world: World, tmp_path: Path) -> None:
    people = [(n, f"PERSON{n}, Invented", "") for n in range(1, 9)]
    await world.import_list("ofac-sdn", sdn(tmp_path / "1.csv", *people), "--version", "1")
    shorter = sdn(tmp_path / "2.csv", *people[:3])
    assert await world.import_list("ofac-sdn", shorter, "--version", "2") == 1
    assert await world.import_list("ofac-sdn", shorter, "--version", "2", "--allow-shrink") == 0
    [listed] = await world.get("/lists")
    assert (listed["version"], listed["entries"], listed["revision"]) == ("2", 3, 2)


async def test_hits_of_another_casino_do_not_exist(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    [hit] = await world.get("/hits")
    stranger = staff(casinos=(uuid4(),))
    assert (await world.get("/hits", stranger)) == []
    body = {"decision": "clear", "reason": "x"}
    hidden = await world.post(f"/hits/{hit['id']}/decide", body, stranger)
    unknown = await world.post(f"/hits/{uuid4()}/decide", body, stranger)
    assert hidden.json()["code"] == unknown.json()["code"] == "hit_unknown"
    for answer in (
        await world.client.get(f"{V1}/hits/{hit['id']}", headers={"Authorization": f"Bearer {stranger}"}),
        await world.post(f"/hits/{hit['id']}/decide", {"decision": "clear", "reason": "x"}, stranger),
        await world.post(f"/hits/{uuid4()}/decide", {"decision": "clear", "reason": "x"}),
    ):
        assert answer.status_code == 404
    assert (await world.get("/hits"))[0]["status"] == "open"


async def test_players_learn_nothing_of_hits(world: World) -> None:
    player = await world.register()
    for path in ("/hits", "/cases", f"/cases/{player}", "/lists", "/rescreening"):
        answer = await world.client.get(f"{V1}{path}", headers={"Authorization": f"Bearer {player_token(player)}"})
        assert answer.status_code == 403, path


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "maybe", "reason": "x"},
        {"decision": "clear"},
        {"decision": "clear", "reason": ""},
        {"decision": "clear", "reason": "   "},
        {"decision": "clear", "reason": "x" * 2001},
        {"decision": "clear", "reason": "x", "extra": 1},
        {"decision": "clear", "reason": 7},
    ],
)
async def test_a_decision_that_says_nothing_is_refused(shared: World, body: dict[str, object]) -> None:
    await shared.import_list("ofac-sdn", "demo")
    player = await shared.register("Erasmus Quillon", "Nightshade")
    await shared.work()
    hit = await shared.waiting_hit(player)
    assert (await shared.post(f"/hits/{hit['id']}/decide", body)).status_code == 422


async def test_an_erased_player_is_forgotten_and_the_hit_stays_without_a_name(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    player = await world.register("Erasmus Quillon", "Nightshade")
    await world.work()
    await world.erase(player)
    await world.work()
    [hit] = await world.get("/hits")
    assert (await world.get(f"/hits/{hit['id']}"))["evidence"] is None
    assert (await world.get(f"/cases/{player}"))["status"] == "erased"
    await world.import_list("ofac-sdn", "demo", "--version", "other")
    await world.work()


async def test_the_casino_of_a_case_is_that_of_its_player(world: World) -> None:
    await world.register()
    [case] = await world.get("/cases")
    assert case["casino_id"] == str(CASINO)
    assert (await world.get("/cases", staff(casinos=(uuid4(),)))) == []


async def test_names_of_a_file_can_be_tried_out(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Erasmus Quillon Nightshade\n\nJane Roe\n")
    assert await world.service.commands["try-names"](world.service, [str(names)]) == 1
    await world.import_list("ofac-sdn", "demo")
    assert await world.service.commands["try-names"](world.service, [str(names)]) == 0
    assert "2 names" in capsys.readouterr().out
    assert await world.said("verification.case_opened") == []
