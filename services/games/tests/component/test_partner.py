"""Hub88 calls the wallet: the whole path, over HTTP, with bad input of every kind."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

from services.games.tests.component.casino import Casino
from services.games.tests.support import hub88
from services.games.tests.support.facts import CASINO, OTHER_CASINO, OTHER_PLAYER, PLAYER
from services.games.tests.support.payments import Payments

from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.feed import Feed
from chassis.testing.postgres import count_statements
from contracts.backoffice.events import PlayerBlocked, SelfExclusionStarted
from games.entrypoints.partner import LARGEST_BODY
from games.main import build
from games.settings import Settings

OPERATIONS = ["user/info", "user/balance", "transaction/bet", "transaction/win", "transaction/rollback"]
EUR = 100_000


async def test_a_round_from_launch_to_win(casino: Casino, payments: Payments) -> None:
    token = await casino.token()
    info = await casino.call("user/info", token)
    assert (info["status"], info["country"], info["jurisdiction"]) == ("RS_OK", "MT", "MGA")
    balance = await casino.call("user/balance", token)
    assert (balance["status"], balance["balance"], balance["currency"]) == ("RS_OK", 10 * EUR, "EUR")
    bet = await casino.call("transaction/bet", token, amount=3 * EUR, transaction_uuid="b")
    assert (bet["status"], bet["balance"]) == ("RS_OK", 7 * EUR)
    win = await casino.call(
        "transaction/win", token, amount=5 * EUR, transaction_uuid="w", reference_transaction_uuid="b"
    )
    assert (win["status"], win["balance"]) == ("RS_OK", 12 * EUR)
    rollback = await casino.call("transaction/rollback", token, reference_transaction_uuid="w")
    assert (rollback["status"], rollback["balance"]) == ("RS_OK", 7 * EUR)
    assert payments.tokens
    assert all(str(one).startswith("Bearer ey") for one in payments.tokens)


async def test_a_session_opened_by_another_process_is_found_at_once(casino: Casino) -> None:
    await casino.hears()
    assert (await casino.call("user/balance", "not-yet-a-token"))["status"] == "RS_ERROR_INVALID_TOKEN"
    token = await casino.token()
    assert (await casino.call("user/balance", token))["status"] == "RS_OK"


async def test_a_warm_bet_asks_the_database_nothing(casino: Casino) -> None:
    await casino.hears()
    token = await casino.token()
    await casino.call("transaction/bet", token, amount=EUR)
    with count_statements(casino.service.db) as statements:
        assert (await casino.call("transaction/bet", token, amount=EUR))["status"] == "RS_OK"
    assert statements.sent == []


async def until_status(casino: Casino, token: str, status: str, **changes: Any) -> None:
    """Bets until the answer is this one; changes are heard within milliseconds."""
    async with asyncio.timeout(5):
        while (await casino.call("transaction/bet", token, amount=0, **changes))["status"] != status:
            await asyncio.sleep(0.005)


async def test_what_changes_is_heard_though_everything_is_cached(casino: Casino, feed: Feed) -> None:
    await casino.hears()
    token = await casino.token()
    await until_status(casino, token, "RS_OK")
    await casino.switch_on(enabled=False)
    await until_status(casino, token, "RS_ERROR_INVALID_GAME")
    await casino.switch_on()
    await until_status(casino, token, "RS_OK")
    await casino.configure_hub88(enabled=False)
    await until_status(casino, token, "RS_ERROR_INVALID_PARTNER")
    await casino.configure_hub88()
    await until_status(casino, token, "RS_OK")
    await feed(PlayerBlocked(player_id=PLAYER, casino_id=CASINO))
    await until_status(casino, token, "RS_ERROR_USER_DISABLED")


async def test_what_another_process_changes_is_heard(casino: Casino) -> None:
    await casino.hears()
    token = await casino.token()
    await until_status(casino, token, "RS_OK")
    settings = casino.service.settings
    assert isinstance(settings, Settings)
    other = build(settings, clock=casino.service.application.clock)
    other.verifier = casino.service.verifier
    async with talking(http_application(other)) as client:
        there = Casino(client, casino.hub88, casino.tasks, other, casino.id, casino.player)
        await there.switch_on(enabled=False)
        await until_status(casino, token, "RS_ERROR_INVALID_GAME")
        await there.switch_on()
        await until_status(casino, token, "RS_OK")
        launched_there = await there.token()
    assert (await casino.call("transaction/bet", launched_there, amount=0))["status"] == "RS_OK"


async def test_every_answer_is_counted(casino: Casino) -> None:
    await casino.call("user/balance", "nobodys-token")
    metrics = (await casino.client.get("/metrics")).text
    labels = 'operation="user/balance",supplier="hub88",verdict="invalid_token"'
    assert f"games_wallet_calls_total{{{labels}}}" in metrics


async def test_what_changes_is_seen_while_the_listener_is_away(casino: Casino, feed: Feed) -> None:
    await casino.hears()
    token = await casino.token()
    await casino.call("transaction/bet", token, amount=0)
    await casino.service.state["directory"].stop()
    await casino.switch_on(enabled=False)
    assert (await casino.call("transaction/bet", token, amount=0))["status"] == "RS_ERROR_INVALID_GAME"


async def test_an_excluded_player_cannot_bet_and_is_still_paid(casino: Casino, feed: Feed, clock: FixedClock) -> None:
    token = await casino.token()
    await casino.call("transaction/bet", token, amount=EUR, transaction_uuid="b")
    await feed(SelfExclusionStarted(player_id=PLAYER, casino_id=CASINO, started_at=clock.now()))
    await until_status(casino, token, "RS_ERROR_USER_DISABLED")
    clock.advance(timedelta(days=3))
    win = await casino.call("transaction/win", token, amount=EUR, reference_transaction_uuid="b")
    assert (win["status"], win["balance"]) == ("RS_OK", 10 * EUR)
    rollback = await casino.call("transaction/rollback", token, reference_transaction_uuid="b")
    assert rollback["status"] == "RS_OK"


async def test_a_launch_without_an_answer_gives_no_token_to_bet_with(casino: Casino) -> None:
    casino.hub88.answers = [(500, b"")]
    await casino.launch()
    token = casino.hub88.launches()[-1]["token"]
    assert (await casino.call("transaction/bet", token, amount=EUR))["status"] == "RS_ERROR_INVALID_TOKEN"
    assert (await casino.call("user/balance", token))["status"] == "RS_ERROR_INVALID_TOKEN"


async def test_another_casinos_token_is_no_token(casino: Casino, feed: Feed) -> None:
    token = await casino.token()
    other = Casino(casino.client, casino.hub88, casino.tasks, casino.service, OTHER_CASINO, OTHER_PLAYER)
    await other.configure_hub88()
    for operation in OPERATIONS[1:]:
        answer = await casino.call(operation, token, casino=OTHER_CASINO)
        assert answer["status"] == "RS_ERROR_INVALID_TOKEN", operation
    assert (await other.call("user/info", "", user=str(PLAYER)))["status"] == "RS_ERROR_INVALID_TOKEN"


async def test_a_casino_without_an_account_is_no_partner(casino: Casino) -> None:
    for operation, unknown in product(OPERATIONS, (OTHER_CASINO, uuid4())):
        answer = await casino.call(operation, "a-token-of-length", casino=unknown)
        assert answer["status"] == "RS_ERROR_INVALID_PARTNER"


async def test_altered_repeats_are_duplicates(casino: Casino, payments: Payments) -> None:
    token = await casino.token()
    facts: dict[str, Any] = {"transaction_uuid": "b", "round": "r", "amount": EUR}
    assert (await casino.call("transaction/bet", token, **facts))["status"] == "RS_OK"
    for change in ({"amount": 2 * EUR}, {"round": "another"}, {"is_free": True}):
        answer = await casino.call("transaction/bet", token, **{**facts, **change})
        assert answer["status"] == "RS_ERROR_DUPLICATE_TRANSACTION", change
    again = await casino.call("transaction/bet", token, **facts)
    assert (again["status"], again["balance"]) == ("RS_OK", 9 * EUR)
    assert payments.wallet.cash[(PLAYER, "EUR")] == 900


async def test_fifty_repeats_at_once_move_money_once(casino: Casino, payments: Payments) -> None:
    token = await casino.token()
    facts: dict[str, Any] = {"transaction_uuid": "b", "round": "r", "amount": EUR}
    answers = await asyncio.gather(*(casino.call("transaction/bet", token, **facts) for _ in range(50)))
    assert {(answer["status"], answer["balance"]) for answer in answers} == {("RS_OK", 9 * EUR)}
    assert payments.wallet.cash[(PLAYER, "EUR")] == 900


async def test_a_lost_answer_of_payments_is_unknown_and_the_repeat_gets_the_first_answer(
    casino: Casino, payments: Payments
) -> None:
    token = await casino.token()
    payments.statuses = [503]
    facts: dict[str, Any] = {"transaction_uuid": "b", "round": "r", "amount": EUR}
    assert (await casino.call("transaction/bet", token, **facts))["status"] == "RS_ERROR_UNKNOWN"
    assert (await casino.call("transaction/bet", token, **facts))["status"] == "RS_OK"
    payments.hang_up = 2
    assert (await casino.call("user/balance", token))["status"] == "RS_ERROR_UNKNOWN"
    assert (await casino.call("user/balance", token))["balance"] == 9 * EUR


async def test_too_large_a_bet_is_answered_with_the_real_balance(casino: Casino) -> None:
    token = await casino.token()
    answer = await casino.call("transaction/bet", token, amount=11 * EUR)
    assert (answer["status"], answer["balance"]) == ("RS_ERROR_NOT_ENOUGH_MONEY", 10 * EUR)


async def test_unsigned_and_wrongly_signed_calls_are_refused(casino: Casino, payments: Payments) -> None:
    token = await casino.token()
    for operation in OPERATIONS:
        body = hub88.body(operation, **({} if operation == "user/info" else {"token": token}))
        unsigned: list[dict[str, str]] = [{}, {hub88.HEADER: "x"}, hub88.signed(body, owner="a stranger")]
        unsigned.append(hub88.signed(body + b" "))
        for headers in unsigned:
            answer = await casino.post(operation, body, headers)
            assert answer["status"] == "RS_ERROR_INVALID_SIGNATURE"
            assert answer["request_uuid"] == json.loads(body)["request_uuid"]
    assert payments.batches == []


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b'{"user":"\\ud800"}',
    b'{"user":"a\\u0000b","request_uuid":"r"}',
    b'{"user":"\xff"}',
    b"[" * 60_000,
    b'{"amount":' + b"9" * 5000 + b"}",
    b" " * (LARGEST_BODY + 1),
    b" " * (2 * 1024 * 1024),
]


async def test_whatever_comes_signed_the_answer_is_the_protocols(casino: Casino, payments: Payments) -> None:
    for operation, body in product(OPERATIONS, BAD_BODIES):
        answer = await casino.post(operation, body, hub88.signed(body))
        assert answer["status"] in ("RS_ERROR_WRONG_SYNTAX", "RS_ERROR_WRONG_TYPES"), (operation, body[:40])
    assert payments.batches == []


async def test_a_body_that_comes_in_pieces_is_measured_as_a_whole(casino: Casino) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * (LARGEST_BODY // 8)

    path = f"/partner/hub88/{CASINO}/user/info"
    answer = await casino.client.post(path, content=pieces())
    assert (answer.status_code, answer.json()["status"]) == (200, "RS_ERROR_WRONG_SYNTAX")


BAD_BETS: list[tuple[dict[str, Any], str]] = [
    ({"amount": -EUR}, "RS_ERROR_WRONG_SYNTAX"),
    ({"amount": 10**30}, "RS_ERROR_WRONG_SYNTAX"),
    ({"amount": 1}, "RS_ERROR_WRONG_SYNTAX"),
    ({"amount": 1.0}, "RS_ERROR_WRONG_TYPES"),
    ({"amount": 0}, "RS_OK"),
    ({"currency": "GBP"}, "RS_ERROR_WRONG_CURRENCY"),
    ({"currency": "XXX"}, "RS_ERROR_WRONG_CURRENCY"),
    ({"user": str(OTHER_PLAYER)}, "RS_ERROR_INVALID_TOKEN"),
    ({"token": "never-given-to-anybody"}, "RS_ERROR_INVALID_TOKEN"),
    ({"game_code": "unheard_of"}, "RS_ERROR_INVALID_GAME"),
    ({"round": "r\x00"}, "RS_ERROR_WRONG_SYNTAX"),
    ({"transaction_uuid": "x" * 256}, "RS_ERROR_WRONG_SYNTAX"),
]


async def test_bets_that_make_no_sense_have_their_word(casino: Casino) -> None:
    good = await casino.token()
    for change, status in BAD_BETS:
        facts = {"amount": 0, **change}
        answer = await casino.call("transaction/bet", facts.pop("token", good), **facts)
        assert answer["status"] == status, change


async def test_only_the_protocols_addresses_are_there(casino: Casino) -> None:
    for path in (
        "/partner",
        "/partner/hub88",
        f"/partner/hub88/{CASINO}",
        f"/partner/hub88/{CASINO}/",
        f"/partner/hub88/{CASINO}/user/info/more",
        f"/partner/hub88/{CASINO}/user",
        "/partner/hub88/no-casino/user/info",
        f"/partner/another/{CASINO}/user/info",
    ):
        answer = await casino.client.post(path, content=b"{}")
        assert answer.status_code == 404, path
    answer = await casino.client.get(f"/partner/hub88/{CASINO}/user/info")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
