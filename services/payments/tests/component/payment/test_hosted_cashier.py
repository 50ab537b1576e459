"""A cashier that is not ours: whose address counts, what comes before its time, and what a person hears of."""

import json
from asyncio import gather
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from chassis.store import Application, ConcurrentChange
from contracts.verification.events import VerificationLevelReached
from payments.application.hosted_cashier import answer_cashier
from payments.application.ledger import AccountType, Transfer, TransferKind, house, player_cash, transfer_id
from payments.application.notifications import Mail
from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.strategies.providers.paymentiq.signature import sign

from .test_notifications import set_aside as asides
from .world import World

SERVER = "81.2.69.142"
"""Whence its calls come, whoever the player is."""
SECRET = "shared-with-the-proxy"
ACCOUNT = {
    "enabled": True,
    "currencies": ["EUR"],
    "settings": {
        "base_url": "https://test-api.paymentiq.io",
        "merchant_id": "100204999",
        "allowed_networks": f"{SERVER}/32",
    },
    "secrets": {"signing_secret": SECRET},
}


@pytest.fixture
async def cashier(world: World) -> World:
    """The casino has an account with PaymentIQ, lets small withdrawals out by itself, and the player has money."""
    assert (await world.settle("/providers/paymentiq", ACCOUNT)).status_code == 200
    policy = WithdrawalPolicy(second_person_above_minor=500_00, automatic_up_to_minor=100_00)
    async with world.service.db.write() as connection:
        await world.desk.policies.save(connection, world.casino, "EUR", policy, world.clock.now())
    await world.give(500_00)
    return world


def signed(world: World, name: str, amount: float, tx_id: str, **fields: Any) -> tuple[bytes, str]:
    """A call, and the header of its signature."""
    body = {"userId": str(world.player), "txAmount": amount, "txAmountCy": "EUR", "txId": tx_id, **fields}
    raw = json.dumps(body).encode()
    return raw, sign(SECRET, int(world.clock.now().timestamp()), world.casino, name, raw)


async def step(world: World, name: str, amount: float, tx_id: str, status: int = 200, **fields: Any) -> dict[str, Any]:
    """One call of PaymentIQ's, and how it was answered."""
    raw, signature = signed(world, name, amount, tx_id, **fields)
    world.come_from(SERVER)
    path = f"/partner/payments/paymentiq/{world.casino}/{name}"
    answer = await world.client.post(path, content=raw, headers={"X-Signature": signature})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_failures_of_some_players_block_nobody_else_by_the_address_of_the_cashier(cashier: World) -> None:
    for _ in range(5):
        cashier.player = uuid4()
        await cashier.register()
        for tx in (str(uuid4()), str(uuid4())):
            assert (await step(cashier, "authorize", 50, tx))["success"]
            assert (await step(cashier, "cancel", 50, tx))["success"]
    cashier.player = uuid4()
    await cashier.register()
    assert (await step(cashier, "authorize", 50, "of-another"))["success"]


async def test_no_address_is_kept_of_what_is_asked_for_there(cashier: World) -> None:
    assert (await step(cashier, "authorize", 50, "in"))["success"]
    assert (await step(cashier, "authorize", -50, "out"))["success"]
    rows = await cashier.rows("SELECT DISTINCT kind FROM fraud_counter WHERE casino_id = $1", cashier.casino)
    assert not {row["kind"] for row in rows} & {"ip", "network"}


@pytest.mark.parametrize("amount", [50, -50])
async def test_a_cancel_that_overtakes_its_authorize_is_a_yes_and_nothing_begins_after_it(
    cashier: World, amount: float
) -> None:
    for _ in range(2):
        assert (await step(cashier, "cancel", amount, "t1"))["success"]
    assert (await step(cashier, "authorize", amount, "t1"))["errMsg"] == "cancelled_before"
    assert (await step(cashier, "cancel", amount, "t1"))["success"]
    assert await cashier.balance() == (500_00, 0)
    assert "notification_set_aside" not in await cashier.published()


async def test_a_withdrawal_and_its_cancel_at_once_leave_nothing_on_hold(cashier: World) -> None:
    await gather(step(cashier, "authorize", -50, "t1"), step(cashier, "cancel", -50, "t1"))
    assert await cashier.balance() == (500_00, 0)


async def test_nobody_says_too_early_that_a_cashier_never_paid(cashier: World) -> None:
    """It may pay from the moment we agreed, and no order of ours says when that was."""
    assert (await step(cashier, "authorize", -50, "t1"))["success"]
    (row,) = await cashier.rows("SELECT id FROM rm_withdrawal_list WHERE player_id = $1", cashier.player)
    body = {"outcome": "never_paid", "reason": "nothing is to be seen there"}
    answer = await cashier.post(f"/withdrawals/{row['id']}/outcome", body, as_=cashier.staff())
    assert (answer.status_code, answer.json()["code"]) == (409, "still_underway")
    since = cashier.clock.now() + timedelta(days=3)
    assert f"from {since:%Y-%m-%d %H:%M} UTC on" in answer.json()["detail"]
    assert (await step(cashier, "transfer", -50, "t1"))["success"]
    assert await cashier.balance() == (450_00, 0)


async def test_where_money_returns_to_its_source_nothing_leaves_there_for_a_place_nobody_verified(
    cashier: World,
) -> None:
    policy = WithdrawalPolicy(second_person_above_minor=500_00, automatic_up_to_minor=100_00, closed_loop="newest")
    async with cashier.service.db.write() as connection:
        await cashier.desk.policies.save(connection, cashier.casino, "EUR", policy, cashier.clock.now())
    assert (await step(cashier, "authorize", -20, "t1"))["errMsg"] == "needs_people"
    assert await cashier.balance() == (500_00, 0)


async def test_what_rules_hold_is_refused_there_and_people_see_that_it_was_asked_for(cashier: World) -> None:
    """Paid in, and out again without a bet, twice the same call."""
    assert (await step(cashier, "authorize", 200, "in"))["success"]
    assert (await step(cashier, "transfer", 200, "in"))["success"]
    for _ in range(2):
        assert (await step(cashier, "authorize", -90, "out", accountId="a1"))["errMsg"] == "needs_people"
    assert await cashier.balance() == (700_00, 0)
    decided = """
        SELECT action, rules ->> 0 AS rule, case_id FROM fraud_decision
        WHERE trigger = 'withdrawal' AND player_id = $1"""
    (found,) = await cashier.rows(decided, cashier.player)
    (case,) = await cashier.rows("SELECT id FROM rm_fraud_case_list WHERE player_id = $1", cashier.player)
    assert (found["action"], found["rule"], found["case_id"]) == ("hold", "NO-PLAY", case["id"])
    counted = """
        SELECT withdrawals, withdrawn_minor FROM fraud_counter
        WHERE kind = 'player' AND key = $1 AND grain = 0 AND withdrawals > 0"""
    assert [tuple(row.values()) for row in await cashier.rows(counted, str(cashier.player))] == [(1, 90_00)]
    assert await cashier.rows("SELECT FROM rm_withdrawal_list WHERE player_id = $1", cashier.player) == []


async def test_what_is_paid_in_batches_waits_for_no_cashier(cashier: World) -> None:
    policy = WithdrawalPolicy(second_person_above_minor=500_00, automatic_up_to_minor=100_00, in_batches=True)
    async with cashier.service.db.write() as connection:
        await cashier.desk.policies.save(connection, cashier.casino, "EUR", policy, cashier.clock.now())
    assert not (await step(cashier, "authorize", -50, "t1"))["success"]
    assert await cashier.balance() == (500_00, 0)


async def test_a_transfer_of_an_unknown_transaction_is_told_once_and_looked_at_again(cashier: World) -> None:
    for _ in range(2):
        assert (await step(cashier, "transfer", 50, "t1"))["errMsg"] == "unknown_reference"
    assert (await cashier.published()).count("notification_set_aside") == 1
    assert (await step(cashier, "authorize", 50, "t1"))["success"]
    assert (await step(cashier, "transfer", 50, "t1"))["success"]
    assert await cashier.balance() == (550_00, 0)


@pytest.mark.parametrize(
    "code", ["x", "none", "018f3a5e-7c1d-7000-8000-000000000001", 7, ["x"]], ids=["x", "none", "uuid", "number", "list"]
)
@pytest.mark.parametrize(("kind", "amount"), [("transfer", 50), ("cancel", 50), ("transfer", -50), ("cancel", -50)])
async def test_a_call_that_names_another_code_than_ours_moves_nothing_and_the_right_one_does(
    cashier: World, kind: Literal["transfer", "cancel"], amount: int, code: Any
) -> None:
    ours = (await step(cashier, "authorize", amount, "t1"))["authCode"]
    before = await cashier.balance()
    answer = await step(cashier, kind, amount, "t1", authCode=code)
    unheard_of = amount < 0 and isinstance(code, str) and len(code) == 36  # It reads as an order of ours.
    assert answer["errMsg"] == ("unknown_reference" if unheard_of else "reference_differs")
    assert (await cashier.published()).count("notification_set_aside") == 1
    assert await cashier.balance() == before
    assert (await step(cashier, kind, amount, "t1", authCode=ours.upper()))["success"]
    after = {("transfer", 50): 550_00, ("cancel", 50): 500_00, ("transfer", -50): 450_00, ("cancel", -50): 500_00}
    assert await cashier.balance() == (after[kind, amount], 0)


@pytest.mark.parametrize("more", [{}, {"authCode": None}, {"authCode": ""}], ids=["missing", "null", "empty"])
async def test_a_call_that_names_no_code_is_known_by_its_transaction(cashier: World, more: dict[str, Any]) -> None:
    assert (await step(cashier, "authorize", 50, "t1"))["success"]
    assert (await step(cashier, "transfer", 50, "t1", **more))["success"]
    assert await cashier.balance() == (550_00, 0)


async def test_money_that_moved_and_cannot_be_booked_is_told_to_a_person(cashier: World) -> None:
    deposit_id = UUID((await step(cashier, "authorize", 50, "t1"))["authCode"])
    taken = Transfer(
        id=transfer_id(TransferKind.DEPOSIT, deposit_id),
        kind=TransferKind.ADJUSTMENT,
        debit=house(cashier.casino, AccountType.ADJUSTMENTS, "EUR"),
        credit=player_cash(cashier.casino, cashier.player, "EUR"),
        amount_minor=1,
    )
    assert all(posting.posted for posting in await cashier.desk.ledger.post([taken]))
    assert (await step(cashier, "transfer", 50, "t1"))["errMsg"] == "transfer_differs"
    assert (await cashier.published()).count("notification_set_aside") == 1


class Outrun(Application):
    """Somebody else is faster every time."""

    async def transact(self, work: Any, ctx: Any) -> Any:
        raise ConcurrentChange


async def test_who_was_outrun_answers_neither_yes_nor_no(cashier: World) -> None:
    app = Outrun(cashier.service.db, cashier.desk.app.types, source="payments")
    raw, signature = signed(cashier, "transfer", 50, "t1")
    mail = Mail(cashier.casino, "paymentiq", raw, {"x-signature": signature}, SERVER)
    with pytest.raises(ConcurrentChange):
        await answer_cashier(replace(cashier.desk, app=app), mail, "transfer")


@pytest.mark.parametrize("fields", [{"profile": {"first_name": "Sam"}}, {"locale": "Sam Smith"}, {"first_name": "Sam"}])
async def test_a_player_does_not_say_himself_who_he_is(cashier: World, fields: dict[str, Any]) -> None:
    answer = await cashier.post("/cashier-sessions", {"provider": "paymentiq", **fields})
    assert answer.status_code == 422


async def test_the_cashier_is_told_what_we_know_of_a_player(cashier: World) -> None:
    opened = (await cashier.post("/cashier-sessions", {"provider": "paymentiq", "locale": "en_GB"})).json()
    told = await step(cashier, "verifyuser", 1, "none", sessionId=opened["session_id"])
    assert told == {
        "success": True, "userId": str(cashier.player), "country": "MT", "locale": "en_GB", "kycStatus": "Pending",
        "balance": 500.0, "balanceCy": "EUR",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "told"),
    [pytest.param("basic", "Pending", id="basic"), pytest.param("verified", "Approved", id="verified")],
)
@pytest.mark.parametrize("wanted", ["none", "basic"])
async def test_a_cashier_is_told_that_somebody_is_verified_only_when_he_is_whatever_withdrawals_want(
    cashier: World, level: Literal["basic", "verified"], told: str, wanted: str
) -> None:
    await cashier.open_casino(withdrawal_requires_level=wanted)
    whose = {"player_id": cashier.player, "casino_id": cashier.casino}
    await cashier.tell(VerificationLevelReached(**whose, case_id=uuid4(), level=level, previous="none"))
    opened = (await cashier.post("/cashier-sessions", {"provider": "paymentiq"})).json()
    answer = await step(cashier, "verifyuser", 1, "none", sessionId=opened["session_id"])
    assert answer["kycStatus"] == told


async def test_a_cashiers_call_that_moved_money_and_cannot_be_read_is_kept_for_a_person(cashier: World) -> None:
    for _ in range(2):
        told = await step(cashier, "transfer", 50, "t1", txAmountCy=7)
        assert (told["success"], told["errMsg"]) == (False, "amount_unreadable")
    assert await asides(cashier) == [("paymentiq", "amount_unreadable")]
    assert not (await step(cashier, "authorize", 50, "t2", txAmountCy=7))["success"]
    assert len(await asides(cashier)) == 1


@pytest.mark.parametrize(
    ("told", "credited", "codes"),
    [
        ({"txPspAmount": "10.00", "txPspAmountCy": "EUR"}, 10_00, ["amount_differs"]),
        ({"txPspAmount": "10.00", "txPspAmountCy": "EUR", "fee": "0.50", "feeCy": "EUR"}, 10_00, ["amount_differs"]),
        ({"txPspAmount": "100.50", "txPspAmountCy": "EUR", "fee": "0.50", "feeCy": "EUR"}, 100_00, []),
        ({"txPspAmount": "99.50", "txPspAmountCy": "EUR", "fee": "0.50", "feeCy": "EUR"}, 100_00, []),
        ({"txPspAmount": "1100.00", "txPspAmountCy": "SEK"}, 100_00, []),
        ({"txPspAmount": "nothing", "txPspAmountCy": "EUR"}, None, ["amount_unreadable"]),
    ],
    ids=["less", "less and a fee", "the fee on top", "without the fee", "another currency", "unreadable"],
)
async def test_what_the_provider_behind_settled_is_credited(
    cashier: World, told: dict[str, Any], credited: int | None, codes: list[str]
) -> None:
    assert (await step(cashier, "authorize", 100, "t1"))["success"]
    for _ in range(2):
        assert (await step(cashier, "transfer", 100, "t1", **told))["success"] is (credited is not None)
    assert await cashier.balance() == (500_00 + (credited or 0), 0)
    assert {code for _, code in await asides(cashier)} == set(codes)


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"txPspAmount": "10.00", "txPspAmountCy": "EUR"}, ["amount_differs"]),
        ({"txPspAmount": "-60.00", "txPspAmountCy": "EUR"}, ["amount_differs"]),
        ({"txPspAmount": "-50.00", "txPspAmountCy": "EUR"}, []),
        ({"txPspAmount": "50.50", "txPspAmountCy": "EUR", "fee": "0.50", "feeCy": "EUR"}, []),
        ({"txPspAmount": "550.00", "txPspAmountCy": "SEK"}, []),
        ({"txPspAmount": "nothing", "txPspAmountCy": "EUR"}, ["amount_unreadable"]),
    ],
    ids=["less", "more", "as much", "the fee on top", "another currency", "unreadable"],
)
async def test_what_the_provider_behind_paid_out_is_what_was_asked_for_or_people_see_it(
    cashier: World, told: dict[str, Any], codes: list[str]
) -> None:
    assert (await step(cashier, "authorize", -50, "w1"))["success"]
    for _ in range(2):
        assert (await step(cashier, "transfer", -50, "w1", **told))["success"] is (not codes)
    assert await cashier.balance() == (450_00, 50_00 if codes else 0)
    assert {code for _, code in await asides(cashier)} == set(codes)


async def test_another_amount_of_the_same_transfer_is_set_aside(cashier: World) -> None:
    assert (await step(cashier, "authorize", 100, "t1"))["success"]
    assert (await step(cashier, "transfer", 100, "t1", txPspAmount="10.00", txPspAmountCy="EUR"))["success"]
    assert (await step(cashier, "transfer", 100, "t1"))["errMsg"] == "settled_twice"
    assert await cashier.balance() == (510_00, 0)


@pytest.mark.parametrize(
    ("jurisdiction", "codes", "told"),
    [
        ("GB", {"statusCode": "CANCELLED_BY_USER"}, [("paymentiq", "cancelled_by_player")]),
        ("GB", {"statusCode": "CANCELLED_BY_USER", "pspStatusCode": "05"}, [("paymentiq", "cancelled_by_player")]),
        ("GB", {"statusCode": "DECLINED"}, []),
        ("MT", {"statusCode": "CANCELLED_BY_USER"}, []),
    ],
    ids=["where he may not", "under another code as well", "by others", "where he may"],
)
async def test_a_withdrawal_that_its_player_takes_back_there_is_laid_before_people_where_he_may_not(
    cashier: World, jurisdiction: str, codes: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    await cashier.open_casino(jurisdiction=jurisdiction, withdrawal_cancellation_allowed=True)
    assert (await step(cashier, "authorize", -50, "w1"))["success"]
    for _ in range(2):
        assert (await step(cashier, "cancel", -50, "w1", **codes))["success"]
    assert (await cashier.balance(), await asides(cashier)) == ((500_00, 0), told)
