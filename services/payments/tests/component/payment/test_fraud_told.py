"""What rules against fraud make of what other services tell: log-ins, contacts, lists; and of bets with a bonus."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.backoffice.events import PersonalDataErased, PlayerContactsMarked, PlayerProfileChanged
from contracts.security.events import LogInFailed, PlayerPasswordChanged
from contracts.verification.events import HitDecided, HitRaised, HitWithdrawn
from payments.domain.ledger.transfers import GameMoveKind

from .test_bonuses import give_bonus
from .test_fraud import asks, automatic, paid
from .test_fraud_signals import last
from .test_instruments import another_player
from .test_win_debts import play
from .world import World

SAME, OTHER = "5a" * 32, "a5" * 32


def whose(world: World) -> dict[str, Any]:
    return {"player_id": world.player, "casino_id": world.casino}


def goes_to(place: str) -> dict[str, Any]:
    return {"destination": {"account_id": place}}


async def was_paid_before(world: World) -> None:
    """His money went to one place, and what is asked for next is too little to be looked at for itself."""
    await automatic(world)
    await world.give(500_00)
    await world.withdraw(10_00, **goes_to("1001"))
    world.clock.advance(timedelta(days=2))
    await world.beat()


def another_password(world: World) -> PlayerPasswordChanged:
    return PlayerPasswordChanged(subject_kind="player", subject_id=world.player, casino_id=world.casino)


def wrong_password(world: World, *, locks: bool = True) -> LogInFailed:
    until = world.clock.now() + timedelta(minutes=15) if locks else None
    return LogInFailed(
        subject_kind="player", subject_id=world.player, casino_id=world.casino, failures=5, locked_until=until
    )


@pytest.mark.parametrize("happens", [another_password, wrong_password])
async def test_after_a_new_password_or_a_locked_log_in_money_to_a_new_place_takes_two(
    world: World, happens: Any
) -> None:
    await was_paid_before(world)
    await world.tell(happens(world))
    assert await world.people(10_00, **goes_to("1001")) == 0, "where his money went before"
    assert await world.people(10_00, **goes_to("1002")) == 2
    assert (await last(world))["rules"] == ["ATO-PASSWORD"]
    world.clock.advance(timedelta(hours=24))
    await world.beat()
    assert await world.people(10_00, **goes_to("1003")) == 0, "a day later"


async def test_a_wrong_password_that_locks_nothing_and_one_of_a_colleague_hold_nothing(world: World) -> None:
    await was_paid_before(world)
    at_work = LogInFailed(subject_kind="staff", subject_id=uuid4(), failures=5, locked_until=world.clock.now())
    await world.tell(wrong_password(world, locks=False), at_work)
    assert await world.people(10_00, **goes_to("1002")) == 0
    assert "lock_age_h" not in (await last(world))["features"]


async def test_who_was_never_paid_before_chooses_a_password_and_a_place_as_he_likes(world: World) -> None:
    await automatic(world)
    await world.give(500_00)
    await world.tell(another_password(world))
    assert await world.people(10_00, **goes_to("1001")) == 0


@pytest.mark.parametrize(("field", "shadow"), [("phone", ["ATO-CONTACT"]), ("last_name", [])])
async def test_that_he_is_reached_elsewhere_is_recorded_and_holds_nothing(
    world: World, field: str, shadow: list[str]
) -> None:
    await was_paid_before(world)
    await world.tell(PlayerProfileChanged(**whose(world), fields=(field,)))
    assert await world.people(10_00, **goes_to("1002")) == 0
    assert (await last(world))["shadow_rules"] == shadow


async def test_while_nobody_decided_a_hit_two_people_look_before_he_is_paid(world: World) -> None:
    await automatic(world)
    await world.give(500_00)
    first, second = uuid4(), uuid4()
    await world.tell(*(HitRaised(**whose(world), hit_id=one) for one in (first, second)))
    assert await world.people(10_00) == 2
    found = await last(world)
    assert (found["rules"], found["features"]["open_hits"]) == (["SCREENING-HIT"], 2)
    await world.tell(HitDecided(**whose(world), hit_id=first, decision="clear"))
    assert await world.people(10_00) == 2, "the other one is open"
    await world.tell(HitWithdrawn(**whose(world), hit_id=second))
    assert await world.people(10_00) == 0


async def test_a_hit_that_is_raised_later_stops_what_was_asked_for_before(world: World) -> None:
    await world.give(500_00)
    asked = (await world.withdraw(10_00)).json()["withdrawal_id"]
    await world.tell(HitRaised(**whose(world), hit_id=uuid4()))
    await world.approve(asked)
    shown = (await world.get(f"/withdrawals/{asked}", as_=world.staff())).json()
    assert (shown["approvals_needed"], shown["status"]) == (2, "awaiting_approval")
    assert (await last(world))["looks"][-1]["rules"] == ["SCREENING-HIT"]


async def test_one_telephone_connects_its_players_and_people_see_it(world: World) -> None:
    first = world.player
    await world.tell(PlayerContactsMarked(**whose(world), phone=SAME, address=SAME))
    second = await another_player(world)
    await world.tell(PlayerContactsMarked(**whose(world), phone=SAME, address=OTHER))
    await world.give(100_00)
    await world.withdraw(10_00)
    found = await last(world)
    assert (found["features"]["players:phone:ever"], found["features"]["cluster_players"]) == (2, 2)
    assert found["features"]["players:address:ever"] == 1
    assert "MULTI-ACC-PHONE" in found["shadow_rules"]
    cluster = (await world.get(f"/fraud/players/{second}/cluster", as_=world.staff())).json()
    assert {UUID(one) for one in cluster["players"]} == {first, second}
    assert SAME not in str(cluster)
    for table in ("fraud_link", "fraud_decision"):
        assert not [row for row in await world.rows(f"SELECT t::text AS text FROM {table} AS t") if SAME in row["text"]]


async def test_whose_personal_data_is_erased_is_known_by_no_telephone_any_more(world: World) -> None:
    await world.tell(PlayerContactsMarked(**whose(world), phone=SAME, address=SAME, email_domain=SAME))
    gone = world.player
    await another_player(world)
    await world.tell(PlayerContactsMarked(**whose(world), phone=SAME))
    await world.tell(PersonalDataErased(player_id=gone, casino_id=world.casino))
    await world.give(100_00)
    await world.withdraw(10_00)
    features = (await last(world))["features"]
    assert (features["players:phone:ever"], features["cluster_players"]) == (1, 1)
    left = "SELECT kind, other FROM fraud_link WHERE casino_id = $1 AND $2 IN (key, other_key)"
    assert await world.rows(left, world.casino, str(gone)) == []


async def test_four_at_one_address_of_whom_one_was_given_a_bonus_are_recorded(world: World) -> None:
    for _ in range(4):
        await another_player(world)
        await world.tell(PlayerContactsMarked(**whose(world), address=SAME))
    await world.give(100_00)
    await world.withdraw(10_00)
    assert "MULTI-ACC-ADDRESS" not in (await last(world))["shadow_rules"], "a family"
    await give_bonus(world)
    await world.withdraw(10_00)
    found = await last(world)
    assert (found["features"]["players:address:ever"], "MULTI-ACC-ADDRESS" in found["shadow_rules"]) == (4, True)
    assert found["features"]["cluster_players"] == 1, "whoever lives together is not connected"


@pytest.mark.parametrize(("players", "days", "holds"), [(3, 0, False), (4, 0, True), (4, 3, False), (20, 0, False)])
async def test_a_domain_of_few_at_which_many_register_within_a_week_is_recorded(
    world: World, players: int, days: int, holds: bool
) -> None:
    for _ in range(players):
        await another_player(world)
        await world.tell(PlayerContactsMarked(**whose(world), email_domain=SAME))
        world.clock.advance(timedelta(days=days))
    await world.beat()
    await asks(world)
    assert ("MULTI-ACC-MAIL" in (await last(world))["shadow_rules"]) is holds


async def test_the_largest_bet_counts_while_he_has_a_bonus_whatever_it_is_paid_from(world: World) -> None:
    await world.give(100_00)
    await play(world, GameMoveKind.BET, 60_00)
    await world.withdraw(10_00)
    assert "largest_bonus_bet_minor" not in (await last(world))["features"]
    await give_bonus(world)
    await play(world, GameMoveKind.BET, 4_00)
    await world.withdraw(10_00)
    found = await last(world)
    assert (found["features"]["largest_bonus_bet_minor"], found["shadow_rules"]) == (4_00, [])
    await play(world, GameMoveKind.BET, 20_00)
    await world.give(10_00)
    await world.withdraw(1_00)
    found = await last(world)
    assert found["features"]["largest_bonus_bet_minor"] == 20_00, "of cash and bonus together"
    assert "BONUS-MAX-BET" in found["shadow_rules"]


async def test_a_bet_that_the_bonus_pays_a_part_of_counts_whole(world: World) -> None:
    await world.give(10_00)
    await give_bonus(world)
    await play(world, GameMoveKind.BET, 30_00)
    await world.give(10_00)
    await world.withdraw(1_00)
    assert (await last(world))["features"]["largest_bonus_bet_minor"] == 30_00
    world.clock.advance(timedelta(days=32))
    await world.beat()
    await world.withdraw(1_00)
    assert "largest_bonus_bet_minor" not in (await last(world))["features"], "a month later"


@pytest.mark.parametrize(("bonuses", "amount_minor", "holds"), [(1, 60_00, False), (2, 50_00, False), (2, 51_00, True)])
async def test_who_is_given_bonuses_and_takes_more_than_he_ever_paid_in_is_recorded(
    world: World, bonuses: int, amount_minor: int, holds: bool
) -> None:
    await paid(world, 50_00)
    await world.give(100_00)
    for _ in range(bonuses):
        await give_bonus(world)
    await world.withdraw(amount_minor)
    assert ("BONUS-ND" in (await last(world))["shadow_rules"]) is holds
