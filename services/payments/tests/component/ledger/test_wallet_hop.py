"""The hop from games: many movements per request, and nothing of a request that cannot be read."""

import json
from uuid import UUID, uuid4

import pytest

from chassis.auth import ServiceTokens
from chassis.testing.golden import said
from chassis.testing.tokens import make_token
from contracts.payments.events import TransferPosted
from contracts.payments.wallet import WalletCode, transfer_id
from payments.domain.ledger.accounts import WalletKey

from .conftest import own_token


async def test_movements_are_answered_in_order_with_code_and_balance(house):
    key, other = await house.player(100), await house.player(50)
    bet = transfer_id("hub88", key.player_id, "t1", "bet")
    items = [
        house.item(key, "bet", "t1", 30),
        house.item(other, "bet", "t2", 60),
        house.item(key, "win", "t3", 5, of=bet),
        house.item(key, "bet", "t1", 30),
        house.item(key, "rollback", "t4", 0, of=bet),
        house.item(WalletKey(key.casino_id, uuid4(), "EUR"), "bet", "t5", 1),
    ]
    answer = await house.hop(items)
    assert answer.status_code == 200
    assert answer.json() == [
        [WalletCode.CREATED, 70],
        [WalletCode.INSUFFICIENT_FUNDS, 50],
        [WalletCode.CREATED, 75],
        [WalletCode.REPEATED, 70],
        [WalletCode.CREATED, 105],
        [WalletCode.UNKNOWN_ACCOUNT, None],
    ]


async def test_balances_are_asked_for_in_one_request(house):
    key = await house.player(100)
    answer = await house.hop(
        [[str(key.player_id), "EUR"], [str(key.player_id), "GBP"], [str(uuid4()), "EUR"]], path="balances"
    )
    assert answer.json() == [100, None, None]


async def test_an_empty_request_is_answered_emptily(house):
    assert (await house.hop([])).json() == []
    assert (await house.hop([], path="balances")).json() == []


PLAYER = WalletKey(UUID(int=1), UUID(int=2), "EUR")


def altered(house, place: int, value: object) -> list:
    item = house.item(PLAYER, "bet", "t1", 30)
    item[place] = value
    return [item]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "not an id"),
        (1, "jackpot"),
        (4, "euro"),
        (5, -1),
        (5, 1.5),
        (5, "30"),
        (5, 10**15 + 1),
        (6, -1),
        (6, 2**63),
        (7, ""),
        (7, "x" * 256),
        (8, "nul \x00"),
        (9, "Hub 88"),
        (10, 5),
        (12, "a\x00b"),
        (13, 1),
        (14, None),
    ],
)
async def test_one_movement_that_makes_no_sense_refuses_the_request_with_a_problem(house, place: int, value: object):
    answer = await house.hop(altered(house, place, value))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "malformed"


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[", b"null", b"[[]]", b'["a"]', b"\xff\xfe", b"[" * 100_000, b'[["\\ud800"]]', b"[[1,2,3]]"],
)
async def test_a_body_that_is_not_a_list_of_movements_is_refused(house, body: bytes):
    for path in ("transfers", "balances"):
        answer = await house.hop(body, path=path)
        assert answer.status_code == 422, (path, body[:20])
        assert answer.json()["code"] == "malformed"


async def test_a_lone_surrogate_never_reaches_the_database(house):
    key = await house.player(100)
    text = json.dumps([house.item(key, "bet", "t1", 30)]).replace("round-1", "\\ud800")
    assert (await house.hop(text.encode())).status_code == 422
    assert (await house.hop([[str(key.player_id), "EUR"]], path="balances")).json() == [100]


async def test_more_movements_than_a_batch_holds_are_refused(house):
    assert (await house.hop([house.item(PLAYER, "bet", str(n), 1) for n in range(513)])).status_code == 422


async def test_a_body_of_two_megabytes_is_refused(house):
    assert (await house.hop(b" " * 2 * 1024 * 1024)).status_code in (413, 422)


async def test_only_our_own_services_get_in(house):
    for token in (
        make_token(permissions=["payments.ledger.view"]),
        make_token(kind="player"),
        "nonsense",
        ServiceTokens("games", house.service.settings.internal_key).mint("security"),
    ):
        assert (await house.hop([], token=token)).status_code == 401
    assert (await house.client.post("/internal/v1/wallet/transfers", json=[])).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "transfers", 405), ("POST", "nothing", 404), ("POST", "", 404)]
)
async def test_what_the_hop_does_not_know_is_a_problem(house, method: str, path: str, status: int):
    tokens = ServiceTokens("games", house.service.settings.internal_key)
    headers = {"Authorization": f"Bearer {tokens.mint('payments')}"}
    answer = await house.client.request(method, f"/internal/v1/wallet/{path}", headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_while_the_ledger_stops_the_caller_is_told_to_ask_again(own_house):
    key = await own_house.player(100)
    await own_house.ledger.close()
    answer = await own_house.hop([own_house.item(key, "bet", "t1", 30)])
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")


async def test_suppliers_are_told_what_may_be_bet_cash_and_bonus_together(house):
    key = await house.player(100)
    await house.bonus(key, 40)
    wanted = [[str(key.player_id), "EUR"]]
    assert (await house.hop(wanted, path="balances")).json() == [140]
    bet = transfer_id("hub88", key.player_id, "b", "bet")
    moves = [house.item(key, "bet", "b", 120), house.item(key, "win", "w", 60, of=bet), house.item(key, "bet", "c", 81)]
    assert (await house.hop(moves)).json() == [[0, 20], [0, 80], [2, 80]]
    assert (await house.hop(moves[:1])).json() == [[1, 20]]
    assert (await house.hop([house.item(key, "rollback", "r", 0, of=bet)])).json() == [[0, 200]]
    (wallet,) = (await house.get(f"/players/{key.player_id}/balance", own_token(key))).json()["wallets"]
    assert (wallet["cash_minor"], wallet["bonus_minor"]) == (150, 50)


async def test_others_hear_of_a_split_bet_once_and_whole(own_house):
    key = await own_house.player(100)
    await own_house.bonus(key, 40)
    await own_house.hop([own_house.item(key, "bet", "b", 120)])
    *_, grant, bet = [event for event in await said(own_house.service) if isinstance(event, TransferPosted)]
    assert (bet.kind, bet.amount_minor, bet.delta_minor, bet.balance_minor) == ("bet", 120, -100, 0)
    assert (bet.bonus_delta_minor, bet.bonus_balance_minor, grant.kind) == (-20, 20, "bonus_grant")
