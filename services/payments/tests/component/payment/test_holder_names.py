"""The name of an instrument's holder is compared with the player's, and what follows where it is somebody else's."""

from typing import Any
from uuid import UUID

import pytest

from chassis.testing.logs import logged_lines
from contracts.backoffice.events import PlayerProfileChanged

from .test_fraud import asks, automatic, cases, decisions
from .test_fraud_signals import bets
from .test_instruments import act, another_player, pay
from .test_withdrawals import BANK
from .world import World


async def likeness(world: World) -> Any:
    """Of the one instrument whose holder's name was told."""
    (found,) = [one["likeness"] for one in await world.instruments(world.staff()) if one["holder"]]
    return found


async def paid_by_another(world: World) -> None:
    """A deposit with the card of somebody who is called otherwise."""
    world.verification.likeness = "mismatch"
    await pay(world, holder="Erika Mustermann")
    await world.run_tasks()


@pytest.mark.parametrize("told", ["match", "partial", "mismatch", "unknown"])
async def test_verification_says_how_the_names_go_together_and_staff_see_it(world: World, told: str) -> None:
    world.verification.likeness = told
    await pay(world, holder="Ana García")
    assert (await likeness(world), world.verification.asked) == (None, [])
    await world.run_tasks()
    assert await likeness(world) == told
    [(url, body)] = world.verification.asked
    assert (body, str(world.player) in url) == ({"casino_id": str(world.casino), "name": "Ana García"}, True)
    (mine,) = await world.instruments()
    assert "likeness" not in mine, "a player is not told what is thought of him"


async def test_a_name_is_compared_once_however_often_it_comes(world: World) -> None:
    for _ in range(3):
        await pay(world)
        await world.run_tasks()
    assert len(world.verification.asked) == 1
    assert (await world.published()).count("instrument_reviewed") == 1


async def test_the_holder_of_what_is_paid_to_is_compared_too(world: World) -> None:
    world.verification.likeness = "mismatch"
    await world.give()
    await world.withdraw(destination=BANK)
    await world.run_tasks()
    assert (await likeness(world), world.verification.asked[0][1]["name"]) == ("mismatch", "Ana García")


async def test_an_instrument_without_a_name_is_asked_about_by_nobody(world: World) -> None:
    await world.give()
    await world.withdraw()
    await world.run_tasks()
    assert world.verification.asked == []


async def test_while_verification_is_away_nothing_is_held_against_him_and_it_is_asked_again(world: World) -> None:
    world.verification.down = True
    await automatic(world)
    await paid_by_another(world)
    assert await likeness(world) is None
    await world.give(100_00)
    await bets(world, 50_00)
    assert await world.people(10_00) == 0
    world.verification.down = False
    await world.pass_time(minutes=11)
    assert await likeness(world) == "mismatch"


async def test_whom_verification_does_not_know_yet_is_asked_about_again(world: World) -> None:
    world.verification.refuses = (404, "case_unknown")
    await pay(world)
    await world.run_tasks()
    world.verification.refuses = None
    await world.pass_time(minutes=11)
    assert await likeness(world) == "match"


async def test_whoever_is_to_be_forgotten_is_asked_about_no_more(world: World) -> None:
    world.verification.refuses = (409, "case_erased")
    await pay(world)
    await world.run_tasks()
    await world.pass_time(hours=1)
    assert (len(world.verification.asked), await likeness(world)) == (1, None)
    assert await world.rows("SELECT 1 FROM task WHERE kind = 'instruments.compare'") == []


async def test_under_another_name_he_is_compared_again(world: World) -> None:
    await paid_by_another(world)
    changed = PlayerProfileChanged(player_id=world.player, casino_id=world.casino, fields=("phone",))
    await world.tell(changed)
    await world.run_tasks()
    assert len(world.verification.asked) == 1
    world.verification.likeness = "match"
    await world.tell(changed.model_copy(update={"fields": ("last_name",)}))
    await world.run_tasks()
    assert await likeness(world) == "match"


async def test_a_card_of_somebody_else_opens_a_case_before_he_pays_again(world: World) -> None:
    await paid_by_another(world)
    (case,) = await cases(world)
    assert (case["player_id"], case["status"]) == (world.player, "open")
    (deposit,) = await decisions(world)
    assert (deposit["action"], deposit["case_id"]) == ("allow", case["id"]), "the first record stays what it was"
    (look,) = deposit["looks"]
    assert (look["action"], look["rules"]) == ("review", ["NAME-MISMATCH-DEPOSIT"])
    assert (await world.balance())[0] == 50_00, "the money is his"
    await asks(world)
    assert (await decisions(world))[-1]["rules"] == ["NAME-MISMATCH-DEPOSIT"]


async def test_a_payout_to_somebody_else_opens_a_case_and_the_next_takes_two_people(world: World) -> None:
    await automatic(world)
    await world.give(100_00)
    world.verification.likeness = "mismatch"
    assert await world.people(10_00, destination=BANK) == 0
    await world.run_tasks()
    (case,) = await cases(world)
    assert [look["rules"] for look in (await decisions(world))[0]["looks"]] == [["NAME-MISMATCH"]]
    assert await world.people(10_00, destination=BANK) == 2
    assert (await decisions(world))[-1]["case_id"] == case["id"]


async def test_what_people_found_counts_more_than_names(world: World) -> None:
    await automatic(world)
    await paid_by_another(world)
    await bets(world, 50_00)
    await world.give(100_00)
    claimed = await act(world, "claim", {"reason": "her maiden name"})
    assert (claimed.status_code, await world.people(10_00)) == (202, 2), "one person alone changes nothing"
    await world.approved(claimed)
    assert await world.people(10_00) == 0
    (told,) = [one for one in await world.instruments(world.staff()) if one["holder"]]
    assert (told["likeness"], told["ownership"]) == ("mismatch", "matches")


async def test_one_person_alone_lets_nobody_be_paid_under_another_name(world: World) -> None:
    await automatic(world)
    await paid_by_another(world)
    await bets(world, 50_00)
    await world.give(100_00)
    alone = await act(world, "ownership", {"ownership": "matches", "reason": "he says so"})
    assert (alone.status_code, alone.json()["code"]) == (409, "ownership_takes_two")
    assert (await act(world, "verification", {"verification": "verified", "reason": "seen"})).status_code == 200
    assert await world.people(10_00) == 2


async def test_whoever_claims_an_instrument_cannot_agree_to_it(world: World) -> None:
    await paid_by_another(world)
    himself = world.staff(UUID(int=7))
    proposed = (await act(world, "claim", {"reason": "his mother's"}, himself)).json()
    seen = {"payload_sha256": proposed["payload_sha256"]}
    answer = await world.client.post(f"{proposed['href']}/approve", json=seen, headers=himself)
    assert (answer.status_code, answer.json()["code"]) == (409, "another_person_needed")


@pytest.mark.parametrize("told", ["partial", "unknown"])
async def test_what_is_not_certain_stops_nothing(world: World, told: str) -> None:
    await automatic(world)
    world.verification.likeness = told
    await pay(world)
    await world.run_tasks()
    await bets(world, 50_00)
    await world.give(100_00)
    assert (await world.people(10_00), await cases(world)) == (0, [])


async def test_another_players_card_is_compared_with_his_own_name(world: World) -> None:
    await pay(world)
    await world.run_tasks()
    first = world.player
    await another_player(world)
    world.verification.likeness = "mismatch"
    await pay(world)
    await world.run_tasks()
    found = {UUID(one["player_id"]): one["likeness"] for one in await world.instruments(world.staff())}
    assert found == {first: "match", world.player: "mismatch"}


async def test_no_name_is_in_an_address_a_log_or_a_table(world: World) -> None:
    with logged_lines() as lines:
        world.verification.down = True
        await paid_by_another(world)
        world.verification.down = False
        await world.pass_time(minutes=11)
    assert "verification cannot be reached" in lines.getvalue()
    tables = await world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    stored = [
        row["text"] for one in tables for row in await world.rows(f'SELECT t::text AS text FROM "{one["tablename"]}" t')
    ]
    assert len(world.verification.asked) == 1
    everything = [*stored, lines.getvalue(), *(url for url, _ in world.verification.asked)]
    assert not [text for text in everything if "Mustermann" in text or "Erika" in text]
