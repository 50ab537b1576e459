"""The last step of the journey would notice: what was lost, done twice, or done without being asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from journey.acknowledged import Rows, deposits_once, games_once, rollbacks_once, withdrawals_once

PLAYER = "0190f5fe-7c00-7a00-8000-000000000001"
Record = dict[str, Any]


def row(kind: str, name: str, amount: int = 500, **more: Any) -> Record:
    """A transfer; a game movement is named by the supplier, the others by what they belong to."""
    game = kind in ("bet", "win", "rollback_bet", "rollback_win", "tombstone")
    named = {"supplier_tx": name if game else None, "reference_id": None if game else name}
    owner = {"player_id": PLAYER, "currency": "EUR"}
    return {"id": f"id of {name}", "kind": kind, "amount_minor": amount, "reversal_of": None, **named, **owner, **more}


def call(kind: str, transaction: str, status: str | None = "RS_OK", **more: Any) -> Record:
    facts = {"operation": f"transaction/{kind}", "transaction": transaction, "reference": None, "amount": 500_000}
    return {**facts, "status": status, **more}


BET = row("bet", "b")
UNDONE = row("rollback_bet", "r", reversal_of="id of b")
UNDO = call("rollback", "r", reference="b")
AGAIN = call("rollback", "s", reference="b")


def test_a_bet_and_a_win_are_there_once() -> None:
    assert games_once([call("bet", "b"), call("win", "w"), call("bet", "x", None)], Rows([BET, row("win", "w")])) == 2


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        ([call("bet", "b")], []),
        ([call("bet", "b")], [BET, BET]),
        ([call("bet", "b")], [row("bet", "b", 501)]),
        ([call("bet", "b", "RS_ERROR_NOT_ENOUGH_MONEY")], [BET]),
        ([call("bet", "b", None)], [BET, BET]),
        ([], [BET]),
        ([call("bet", "b")], [row("win", "b")]),
    ],
)
def test_a_bet_lost_doubled_altered_or_invented_is_noticed(calls: list[Record], rows: list[Record]) -> None:
    with pytest.raises(AssertionError):
        games_once(calls, Rows(rows))


def test_a_rollback_is_there_once_however_often_it_was_asked_for() -> None:
    assert rollbacks_once([UNDO, AGAIN], Rows([BET, UNDONE])) == 2
    assert rollbacks_once([UNDO], Rows([row("tombstone", "r", 0)])) == 1


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        ([UNDO], [BET]),
        ([UNDO, AGAIN], [BET, UNDONE, row("rollback_bet", "s", reversal_of="id of b")]),
        ([UNDO], [BET, {**UNDONE, "amount_minor": 499}]),
        ([UNDO], [BET, {**UNDONE, "reversal_of": "id of c"}]),
        ([UNDO], [BET, row("tombstone", "r", 0)]),
        ([UNDO], [UNDONE]),
        ([], [BET, UNDONE]),
    ],
)
def test_a_rollback_lost_doubled_altered_or_invented_is_noticed(calls: list[Record], rows: list[Record]) -> None:
    with pytest.raises(AssertionError):
        rollbacks_once(calls, Rows(rows))


TOLD = {"status": "succeeded", "amount_minor": 500, "currency": "EUR", "reference": "pi", "player_id": PLAYER}
INTENT = {
    "id": "pi",
    "status": "succeeded",
    "amount_received": 500,
    "currency": "eur",
    "metadata": {"order_id": "d"},
}
CREDIT = row("deposit", "d")


def test_a_deposit_is_credited_once() -> None:
    never_paid = {**TOLD, "status": "requires_action"}
    assert deposits_once({"d", "e"}, {"d": TOLD, "e": never_paid}, [INTENT], Rows([CREDIT])) == 1


@pytest.mark.parametrize(
    ("listed", "intents", "rows"),
    [
        ({}, [], []),
        ({"d": TOLD}, [INTENT], []),
        ({"d": TOLD}, [INTENT], [CREDIT, CREDIT]),
        ({"d": TOLD}, [INTENT, {**INTENT, "id": "pj"}], [CREDIT, CREDIT]),
        ({"d": TOLD}, [], [CREDIT]),
        ({"d": {**TOLD, "status": "failed"}}, [INTENT], [CREDIT]),
        ({"d": TOLD}, [INTENT], [row("deposit", "d", 501)]),
        ({"d": TOLD}, [INTENT], [{**CREDIT, "player_id": "somebody else"}]),
        ({"d": {**TOLD, "reference": "pj"}}, [INTENT], [CREDIT]),
    ],
)
def test_a_deposit_lost_doubled_altered_or_invented_is_noticed(
    listed: dict[str, Record], intents: list[Record], rows: list[Record]
) -> None:
    with pytest.raises(AssertionError):
        deposits_once({"d"}, listed, intents, Rows(rows))


PAID = {"status": "paid", "amount_minor": 500, "currency": "EUR", "player_id": PLAYER, "reference": "77"}
ORDER = {
    "order_id": "77",
    "message_id": "w",
    "end_user_id": PLAYER,
    "amount": "5.00",
    "currency": "EUR",
    "paid": True,
}
HELD, SETTLED, RELEASED = (row(f"withdrawal_{kind}", "w") for kind in ("hold", "paid", "release"))


def test_a_withdrawal_is_held_once_and_then_settled_or_released_once() -> None:
    assert withdrawals_once({"w"}, {"w": PAID}, [ORDER], Rows([HELD, SETTLED])) == 1
    failed = {**PAID, "status": "failed"}
    assert withdrawals_once({"w"}, {"w": failed}, [{**ORDER, "paid": False}], Rows([HELD, RELEASED])) == 0
    assert withdrawals_once({"w"}, {"w": {**PAID, "status": "awaiting_approval"}}, [], Rows([HELD])) == 0


def _with(**more: Any) -> Callable[[], tuple[dict[str, Record], list[Record], list[Record]]]:
    usual: dict[str, Any] = {"listed": {"w": PAID}, "orders": [ORDER], "rows": [HELD, SETTLED]}
    changed = {**usual, **more}
    return lambda: (changed["listed"], changed["orders"], changed["rows"])


@pytest.mark.parametrize(
    "facts",
    [
        _with(listed={}, orders=[], rows=[]),
        _with(orders=[ORDER, {**ORDER, "order_id": "78"}]),
        _with(orders=[ORDER, {**ORDER, "message_id": "v"}]),
        _with(orders=[]),
        _with(orders=[{**ORDER, "amount": "5.01"}]),
        _with(orders=[{**ORDER, "end_user_id": "somebody else"}]),
        _with(rows=[SETTLED]),
        _with(rows=[HELD]),
        _with(rows=[HELD, HELD, SETTLED]),
        _with(rows=[HELD, SETTLED, SETTLED]),
        _with(rows=[HELD, SETTLED, RELEASED]),
        _with(rows=[HELD, SETTLED, row("withdrawal_paid", "v")]),
        _with(listed={"w": {**PAID, "status": "sent"}}),
        _with(listed={"w": {**PAID, "status": "rejected"}}, orders=[], rows=[HELD]),
    ],
)
def test_a_withdrawal_lost_doubled_altered_or_invented_is_noticed(
    facts: Callable[[], tuple[dict[str, Record], list[Record], list[Record]]],
) -> None:
    listed, orders, rows = facts()
    with pytest.raises(AssertionError):
        withdrawals_once({"w"}, listed, orders, Rows(rows))
