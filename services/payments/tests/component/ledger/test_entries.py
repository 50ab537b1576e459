"""The ledger as a list, and the movements of one wallet beneath its player."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.testing.problems import problem
from chassis.testing.tokens import make_token
from contracts.payments.permissions import PaymentsPermission as P
from contracts.payments.wallet import transfer_id
from payments.domain.ledger.accounts import psp_clearing, psp_fees
from payments.domain.ledger.transfers import Transfer, TransferKind

from .conftest import CASINO, own_token

OTHER = UUID(int=0xB0B)


def staff(*casinos: UUID, **more: Any) -> str:
    return make_token(permissions=[P.LEDGER_LIST, P.STATEMENT_VIEW], casinos=casinos or [CASINO], **more)


async def entries(house, query: str, token: str | None = None) -> list[dict[str, Any]]:
    answer = await house.get(f"/ledger/entries?{query}", token or staff())
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_every_entry_says_whose_it_is_and_between_which_accounts(house):
    key = await house.played()
    shown = await entries(house, f"player_id=eq.{key.player_id}&order=posted_at.asc")
    assert [(one["kind"], one["debit_type"], one["credit_type"], one["amount_minor"]) for one in shown] == [
        ("deposit", "psp_clearing", "cash", 1_000),
        ("bet", "cash", "game_house", 300),
        ("win", "game_house", "cash", 50),
        ("withdrawal_hold", "cash", "withdrawal_hold", 200),
    ]
    assert {(one["casino_id"], one["currency"]) for one in shown} == {(str(CASINO), "EUR")}
    assert [one["cash_after_minor"] for one in shown] == [1_000, 700, 750, 550]


async def test_what_a_rollback_took_back_or_left_owing_is_told_by_the_kinds_of_accounts(house):
    key = await house.player(100)
    win = transfer_id("hub88", key.player_id, "w1", "win")
    await house.hop([house.item(key, "win", "w1", 500)])
    await house.hop([house.item(key, "bet", "b1", 550)])
    await house.hop([house.item(key, "rollback", "r1", 0, of=win)])
    await house.hop([house.item(key, "rollback", "r2", 0, of=uuid4())])
    shown = await entries(
        house, f"player_id=eq.{key.player_id}&kind=in.(owed,rollback_win,tombstone)&order=posted_at.asc"
    )
    assert [(one["kind"], one["debit_type"], one["credit_type"]) for one in shown] == [
        ("owed", "owed", "cash"),
        ("rollback_win", "cash", "game_house"),
        ("tombstone", "cash", "game_house"),
    ]


async def test_an_entry_that_is_nobodys_is_the_casinos(own_house):
    fee = Transfer(
        id=uuid4(),
        kind=TransferKind.PSP_FEE,
        debit=psp_fees(CASINO, "stripe", "EUR"),
        credit=psp_clearing(CASINO, "stripe", "EUR"),
        amount_minor=7,
        provider="stripe",
    )
    await own_house.ledger.post([fee])
    (shown,) = await entries(own_house, "posted_at=gte.now-1d&debit_type=eq.psp_fees")
    assert (shown["player_id"], shown["casino_id"], shown["provider"]) == (None, str(CASINO), "stripe")
    assert await entries(own_house, "posted_at=gte.now-1d", staff(OTHER)) == []


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=eq.win", ["win"]),
        ("or=(debit_type.eq.withdrawal_hold,credit_type.eq.withdrawal_hold)", ["withdrawal_hold"]),
        ("amount_minor=gte.300&currency=eq.EUR", ["bet", "deposit"]),
        ("supplier_tx=eq.t1", ["bet"]),
        ("currency=eq.SEK", []),
        ("posted_at=lt.2020-01-01", []),
    ],
)
async def test_entries_are_filtered(house, query: str, kinds: list[str]):
    key = await house.played()
    shown = await entries(house, f"player_id=eq.{key.player_id}&{query}")
    assert [one["kind"] for one in shown] == kinds


async def test_entries_are_found_by_transfer_and_by_what_they_belong_to(house):
    key = await house.played()
    bet = transfer_id("hub88", key.player_id, "t1", "bet")
    assert [one["kind"] for one in await entries(house, f"transfer_id=eq.{bet}")] == ["bet"]
    assert [one["kind"] for one in await entries(house, f"reference_id=eq.{bet}")] == ["win"]


async def test_the_whole_ledger_is_asked_for_a_part_of_it(house):
    document = problem(await house.get("/ledger/entries", staff()), 400, "LST116")
    assert "posted_at" in document["detail"]
    assert "player_id" in document["detail"]


async def test_pages_of_a_batch_that_was_posted_at_once_miss_nothing_and_repeat_nothing(house):
    key = await house.player(10_000)
    await house.hop([house.item(key, "bet", f"many-{n}", 1) for n in range(25)])
    token, path = staff(), f"/ledger/entries?player_id=eq.{key.player_id}&limit=4"
    seen: list[int] = []
    while True:
        answer = await house.get(path, token)
        seen += [one["number"] for one in answer.json()]
        if "next" not in answer.links:
            break
        path = answer.links["next"]["url"].partition("/api/payments/v1")[2]
    assert len(seen) == 26
    assert seen == sorted(seen, reverse=True)


async def test_movements_explain_the_balance(house):
    key = await house.played()
    shown = (await house.get(f"/players/{key.player_id}/wallets/EUR/movements", own_token(key))).json()
    assert [
        (one["kind"], one["cash_delta_minor"], one["hold_delta_minor"], one["owed_delta_minor"]) for one in shown
    ] == [("withdrawal_hold", -200, 200, 0), ("win", 50, 0, 0), ("bet", -300, 0, 0), ("deposit", 1_000, 0, 0)]
    before = [*(one["cash_after_minor"] for one in shown[1:]), 0]
    assert [one["cash_after_minor"] - one["cash_delta_minor"] for one in shown] == before


async def test_movements_are_filtered_and_read_from_the_first(house):
    key = await house.played()
    path = f"/players/{key.player_id}/wallets/EUR/movements?kind=in.(bet,win)&amount_minor=lt.400&order=number.asc"
    assert [one["kind"] for one in (await house.get(path, staff(CASINO, OTHER))).json()] == ["bet", "win"]


async def test_movements_of_another_are_not_found(house):
    key, stranger = await house.played(), await house.player(1)
    path = f"/players/{key.player_id}/wallets"
    problem(await house.get(f"{path}/EUR/movements", own_token(stranger)), 404, "not_found")
    problem(await house.get(f"{path}/EUR/movements", staff(OTHER)), 404, "not_found")
    problem(await house.get(f"{path}/SEK/movements", staff()), 404, "not_found")
    assert (await house.get(f"{path}/eur/movements", staff())).status_code == 422


async def test_amounts_are_for_those_who_may_see_money(house):
    key = await house.played()
    token = staff(modes={"financial": "none"})
    for path in (f"/ledger/entries?player_id=eq.{key.player_id}", f"/players/{key.player_id}/wallets/EUR/movements"):
        shown = (await house.get(path, token)).json()
        assert len(shown) == 4
        assert not any(name.endswith("_minor") for row in shown for name in row)
