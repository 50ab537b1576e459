"""What other services' events do here."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from chassis.testing.rebuilding import assert_rebuilt_as_live
from contracts.backoffice.events import (
    DepositLimitSet,
    JurisdictionProfileAdopted,
    PersonalDataErased,
    PlayerBlocked,
    PlayerUnblocked,
    SelfExclusionStarted,
)
from contracts.backoffice.profile import JurisdictionProfile
from contracts.verification.events import HitDecided, VerificationLevelReached

from .test_adjustments import GOODWILL
from .test_disputes import charged_back
from .test_instruments import pay
from .test_refunds import refund
from .test_taken_back import paid_in
from .world import RULES, World


async def flags(world: World) -> tuple[bool, bool]:
    rows = await world.rows(
        "SELECT bets_blocked, deposits_blocked FROM account WHERE player_id = $1 AND type = 'cash'", world.player
    )
    return rows[0]["bets_blocked"], rows[0]["deposits_blocked"]


async def test_a_registered_player_has_an_empty_wallet(world: World) -> None:
    assert await world.balance() == (0, 0)
    await world.register()
    assert len(await world.rows("SELECT 1 FROM account WHERE player_id = $1 AND type = 'cash'", world.player)) == 1


async def test_a_block_stops_bets_and_deposits_until_it_is_lifted(world: World) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    assert await flags(world) == (False, False)
    await world.tell(PlayerBlocked(**whose))
    assert await flags(world) == (True, True)
    await world.tell(PlayerUnblocked(**whose))
    assert await flags(world) == (False, False)


async def test_lifting_a_block_does_not_lift_an_exclusion(world: World) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    await world.tell(
        PlayerBlocked(**whose),
        SelfExclusionStarted(**whose, started_at=world.clock.now()),
        PlayerUnblocked(**whose),
    )
    assert await flags(world) == (True, True)


async def test_a_confirmed_hit_stops_bets_and_deposits_until_that_hit_is_cleared(world: World) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    hit, other = uuid4(), uuid4()
    await world.tell(HitDecided(**whose, hit_id=hit, decision="confirm"))
    await world.tell(HitDecided(**whose, hit_id=other, decision="clear"))
    assert await flags(world) == (True, True)
    await world.tell(HitDecided(**whose, hit_id=hit, decision="clear"))
    assert await flags(world) == (False, False)


async def test_an_exclusion_ends_after_its_last_day_by_the_casinos_calendar(world: World) -> None:
    until = (world.clock.now() + timedelta(days=2)).date()
    started = SelfExclusionStarted(
        player_id=world.player, casino_id=world.casino, started_at=world.clock.now(), until=until
    )
    await world.tell(started)
    await world.pass_time(days=1)
    assert await flags(world) == (True, True)
    await world.pass_time(days=3)
    assert await flags(world) == (False, False)


async def test_an_exclusion_is_never_shortened(world: World) -> None:
    def until(day: date | None) -> SelfExclusionStarted:
        return SelfExclusionStarted(
            player_id=world.player, casino_id=world.casino, started_at=world.clock.now(), until=day
        )

    today = world.clock.now().date()
    await world.tell(until(today + timedelta(days=30)), until(today + timedelta(days=10)))
    rows = await world.rows("SELECT excluded_until FROM rm_player_standing")
    assert rows[0]["excluded_until"] == today + timedelta(days=30)
    await world.tell(until(None), until(today + timedelta(days=40)))
    rows = await world.rows("SELECT excluded, excluded_until FROM rm_player_standing")
    assert rows[0] == {"excluded": True, "excluded_until": None}


async def test_restrictions_that_arrive_before_the_registration_hold(bare_world: World) -> None:
    whose: dict[str, Any] = {"player_id": bare_world.player, "casino_id": bare_world.casino}
    await bare_world.open_casino()
    await bare_world.tell(HitDecided(**whose, hit_id=uuid4(), decision="confirm"))
    await bare_world.register()
    assert await flags(bare_world) == (True, True)


async def test_a_profile_comes_into_force_on_its_day(world: World) -> None:
    await world.give()
    tomorrow = world.clock.now() + timedelta(days=1)
    adopted = JurisdictionProfileAdopted(
        casino_id=world.casino,
        profile_version=2,
        effective_from=tomorrow,
        profile=JurisdictionProfile.model_validate({**RULES, "withdrawal_requires_level": "verified"}),
    )
    await world.tell(adopted)
    assert (await world.withdraw(1_00)).status_code == 201
    world.clock.advance(timedelta(days=1))
    assert (await world.withdraw(1_00)).json()["code"] == "verification_required"


async def test_rebuilt_read_models_are_the_live_ones(world: World) -> None:
    whose: dict[str, Any] = {"player_id": world.player, "casino_id": world.casino}
    await world.give()
    await world.approved(await world.post(f"/players/{world.player}/adjustments", GOODWILL, as_=world.staff()))
    await pay(world)
    intent = await paid_in(world, 200_00)
    await refund(world, intent, 10_00)
    withdrawal_id = (await world.withdraw(300_00)).json()["withdrawal_id"]
    for _ in range(2):
        await world.approve(withdrawal_id)
    await world.run_tasks()
    await world.notify("payoutfailed", withdrawal_id)
    await charged_back(world, intent)
    await world.tell(
        DepositLimitSet(**whose, period="day", amount_minor=100, currency="EUR", effective_from=world.clock.now()),
        VerificationLevelReached(**whose, case_id=uuid4(), level="basic", previous="none"),
        SelfExclusionStarted(**whose, started_at=world.clock.now(), until=date(2030, 1, 1)),
    )
    await assert_rebuilt_as_live(world.service)


async def test_a_forgotten_players_account_is_unreadable_once_no_payout_needs_it(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    await world.run_tasks()
    keys = "SELECT wrapped_key FROM subject_key WHERE subject_id = $1"
    assert (await world.rows(keys, world.player))[0]["wrapped_key"] is not None, "the payout still needs it"
    await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "asked for"}, as_=world.staff())
    await world.pass_time(hours=2)
    await world.run_tasks()
    assert (await world.rows(keys, world.player))[0]["wrapped_key"] is None
