"""A win that was taken back after the player had spent it, or asked for it, is a debt as one for a deposit is."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.payments.wallet import transfer_id
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Code, GameMove, GameMoveKind

from .test_adjustments import propose as adjust
from .test_charged_back import flags, is_stopped, owes
from .test_debts import loss, propose
from .test_disputes import dispute_of, told
from .test_fraud import automatic
from .test_held import bet
from .test_notifications import set_aside
from .test_taken_back import books_hold, owed, paid_in, spend
from .world import V1, World


async def play(world: World, kind: GameMoveKind, amount_minor: int = 0, of: GameMove | None = None) -> GameMove:
    supplier_tx = uuid4().hex
    move = GameMove(
        id=transfer_id("hub88", world.casino, supplier_tx, kind),
        kind=kind,
        wallet=WalletKey(world.casino, world.player, "EUR"),
        amount_minor=amount_minor,
        fingerprint=7,
        reference_id=of.id if of else None,
        requires_reference=False,
        supplier="hub88",
        supplier_tx=supplier_tx,
        game_code="dragon",
        round_ref="round-1",
        round_closed=False,
        session_id=None,
    )
    (answer,) = await world.desk.ledger.move([move])
    assert answer.code is Code.CREATED
    return move


async def lost_win(world: World, amount_minor: int = 90_00) -> GameMove:
    """He owes so much for a win that he had staked again before it was taken back; the rollback."""
    win = await play(world, GameMoveKind.WIN, amount_minor)
    await play(world, GameMoveKind.BET, (await world.balance())[0])
    back = await play(world, GameMoveKind.ROLLBACK, of=win)
    assert (await owed(world), (await world.balance())[0]) == (amount_minor, 0)
    return back


async def won_and_asked_for(world: World) -> tuple[str, GameMove]:
    """A withdrawal of 900.00, won with 100.00, that the casino's policy let go and nobody has sent; the win."""
    await automatic(world)
    await world.give(100_00)
    stake = await play(world, GameMoveKind.BET, 100_00)
    win = await play(world, GameMoveKind.WIN, 900_00, stake)
    asked = (await world.withdraw(900_00)).json()
    assert asked["status"] == "approved"
    return asked["withdrawal_id"], win


async def seen(world: World, withdrawal_id: str) -> tuple[str, str | None]:
    detail = (await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json()
    return detail["status"], detail["held_by"]


async def test_a_payout_that_has_not_left_waits_while_its_win_is_owed_and_pays_it_when_people_say_no(
    world: World,
) -> None:
    withdrawal_id, win = await won_and_asked_for(world)
    await play(world, GameMoveKind.ROLLBACK, of=win)
    assert (await owed(world), await world.balance()) == (900_00, (0, 900_00))
    await world.run_tasks()
    assert await seen(world, withdrawal_id) == ("approved", "debt_outstanding")
    assert world.trustly.orders == {}
    body = {"reason": "the win was taken back"}
    assert (await world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=world.staff())).status_code == 200
    assert (await owed(world), await world.balance()) == (0, (0, 0))
    await books_hold(world)


async def test_a_payout_goes_once_the_win_is_paid(world: World) -> None:
    withdrawal_id, win = await won_and_asked_for(world)
    await play(world, GameMoveKind.ROLLBACK, of=win)
    await world.run_tasks()
    await paid_in(world, 900_00)
    assert (await owed(world), await world.balance()) == (0, (0, 900_00))
    await world.pass_time(minutes=2)
    assert (await seen(world, withdrawal_id))[0] == "sent"
    await books_hold(world)


async def test_a_withdrawal_that_waits_for_people_is_not_approved_and_no_other_is_taken(world: World) -> None:
    win = await play(world, GameMoveKind.WIN, 90_00)
    withdrawal_id = (await world.withdraw(90_00)).json()["withdrawal_id"]
    await play(world, GameMoveKind.ROLLBACK, of=win)
    refused = await world.approve(withdrawal_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_outstanding")
    await world.give(50_00)
    again = await world.withdraw(10_00)
    assert (again.status_code, again.json()["code"]) == (409, "debt_outstanding")


async def test_he_bets_and_pays_in_all_the_same_and_what_he_pays_in_pays_it(world: World) -> None:
    """The casino's supplier took it back, and no bank: nobody has to be let on."""
    await lost_win(world)
    await world.run_tasks()
    assert await flags(world) == {(False, False)}
    await world.give(100_00)
    assert await bet(world) == Code.CREATED
    await paid_in(world, 50_00)
    assert await owed(world) == 40_00
    before = (await world.balance())[0]
    await paid_in(world, 50_00)
    assert (await owed(world), (await world.balance())[0]) == (0, before + 10_00)
    assert (await world.withdraw(10_00)).status_code == 201
    await books_hold(world)


async def test_what_he_owes_for_a_deposit_is_paid_first_and_then_he_goes_on(world: World) -> None:
    intent = await owes(world, 50_00)
    await told(world, "closed", dispute_of(world, intent, "lost"))
    await world.run_tasks()
    await is_stopped(world)
    win = await play(world, GameMoveKind.WIN, 30_00)
    await spend(world, 30_00)
    await play(world, GameMoveKind.ROLLBACK, of=win)
    assert await owed(world) == 80_00
    await world.approved(await propose(world, amount_minor=50_00))
    await world.run_tasks()
    assert (await owed(world), await flags(world)) == (30_00, {(False, False)})
    assert (await world.withdraw(1_00)).json()["code"] == "debt_outstanding"
    await paid_in(world, 40_00)
    assert (await owed(world), await world.balance()) == (0, (10_00, 0))
    rows = await world.rows("SELECT bool_or(debt_stops) AS so FROM account WHERE player_id = $1", world.player)
    assert [row["so"] for row in rows] == [False]
    await books_hold(world)


async def test_two_people_write_it_off(world: World) -> None:
    await lost_win(world)
    refused = await propose(world, amount_minor=90_01)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_exceeded")
    assert "9000" in refused.json()["detail"]
    await world.approved(await propose(world, amount_minor=90_00))
    assert (await owed(world), await loss(world)) == (0, 90_00)
    await books_hold(world)


@pytest.mark.parametrize("amount_minor", [40_00, 90_00])
async def test_two_people_have_it_paid_out_of_his_cash(world: World, amount_minor: int) -> None:
    """As when the supplier pays the win anew, of the right amount."""
    await lost_win(world)
    await play(world, GameMoveKind.WIN, 100_00)
    await world.approved(await payment(world, amount_minor))
    assert (await owed(world), await world.balance()) == (90_00 - amount_minor, (100_00 - amount_minor, 0))
    await books_hold(world)


async def payment(world: World, amount_minor: int, **other: Any) -> Any:
    said: dict[str, Any] = {"direction": "debit", "adjustment_class": "debt_payment", "amount_minor": amount_minor}
    return await adjust(world, **{**said, **other})


async def test_no_more_is_paid_than_he_owes_and_has_and_nobody_pays_it_to_him(world: World) -> None:
    await lost_win(world)
    await play(world, GameMoveKind.WIN, 200_00)
    refused = await payment(world, 90_01)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_exceeded")
    first, second = await payment(world, 60_00), (await payment(world, 60_00)).json()
    await world.approved(first)
    body = {"payload_sha256": second["payload_sha256"]}
    late = await world.client.post(f"{second['href']}/approve", json=body, headers=world.staff())
    assert (late.status_code, late.json()["code"]) == (409, "debt_exceeded")
    senseless = await payment(world, 10_00, direction="credit")
    assert (senseless.status_code, senseless.json()["errors"][0]["field"]) == (422, "adjustment_class")
    await play(world, GameMoveKind.BET, 120_00)
    poor = await payment(world, 30_00)
    assert (poor.status_code, poor.json()["code"]) == (409, "insufficient_funds")
    assert await owed(world) == 30_00


async def test_people_are_told_once_of_each(world: World) -> None:
    back = await lost_win(world)
    await world.run_tasks()
    assert await set_aside(world) == [("hub88", "win_spent")]
    (row,) = (await world.get("/provider-notifications?outcome=eq.set_aside", as_=world.staff())).json()
    assert row["facts"] == {
        "our_reference": str(back.id),
        "player_id": str(world.player),
        "amount_minor": 90_00,
        "currency": "EUR",
        "round_ref": "round-1",
    }
    (again,) = await world.desk.ledger.move([back])
    assert again.code is Code.REPEATED
    await world.run_tasks()
    assert len(await set_aside(world)) == 1
    path = f"/provider-notifications/{UUID(row['id'])}/resolve"
    assert (await world.post(path, {"reason": "he pays it"}, as_=world.staff())).status_code == 200


async def test_a_win_that_he_still_has_is_no_debt_and_nobody_is_told(world: World) -> None:
    win = await play(world, GameMoveKind.WIN, 90_00)
    await play(world, GameMoveKind.ROLLBACK, of=win)
    await world.run_tasks()
    assert (await owed(world), await set_aside(world)) == (0, [])


async def test_the_statement_explains_how_it_was_paid(world: World) -> None:
    await lost_win(world)
    await paid_in(world, 100_00)
    lines = (await world.get(f"/players/{world.player}/statement")).json()["items"]
    told_of = [(one["kind"], one["cash_delta_minor"], one["owed_delta_minor"]) for one in lines[:3]]
    assert told_of == [("receivable_recovery", -90_00, -90_00), ("debt_carried", 0, 0), ("deposit", 100_00, 0)]
    now = world.clock.now()
    period = {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(seconds=30)).isoformat()}
    path = f"{V1}/players/{world.player}/wallets/EUR/statement"
    said = (await world.client.get(path, params=period, headers=world.staff())).json()
    assert {one["kind"]: one["owed_delta_minor"] for one in said["sums"] if one["owed_delta_minor"]} == {
        "owed": 90_00, "receivable_recovery": -90_00
    }  # fmt: skip
