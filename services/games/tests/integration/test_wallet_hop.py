"""The wallet hop over real sockets: batches, lost connections, deadlines, payments' bad days."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from services.games.tests.support.payments import Payments
from services.games.tests.support.wallet_contract import OpenWallet, WalletContract, movement

from contracts.payments.wallet import WalletCode
from games.adapters.wallet_hop import TRANSFERS, HttpWalletHop
from games.application.ports import WalletSilent


@pytest.fixture
async def payments() -> AsyncIterator[Payments]:
    async with Payments().served() as made:
        yield made


@pytest.fixture
async def hop(payments: Payments) -> AsyncIterator[HttpWalletHop]:
    made = HttpWalletHop([payments.url], token=lambda: "a-service-token", deadline_s=5)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def open_wallet(payments: Payments) -> OpenWallet:
    async def open_wallet(cash: int) -> tuple[UUID, UUID]:
        player = uuid4()
        payments.wallet.cash[(player, "EUR")] = cash
        return player, uuid4()

    return open_wallet


class TestTheHopIsTransparent(WalletContract):
    """Whatever holds for the wallet holds for the wallet behind the hop."""


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_an_item_travels_in_the_order_that_was_agreed(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet
) -> None:
    player, casino = await open_wallet(1000)
    bet = movement("bet", player, casino, amount_minor=7, fingerprint=9, session_id=None, supplier_tx="tx")
    await hop.move(bet)
    assert payments.batches == [
        [
            [
                str(bet.id),
                "bet",
                str(casino),
                str(player),
                "EUR",
                7,
                9,
                "r1",
                "g1",
                "hub88",
                None,
                None,
                "tx",
                False,
                False,
                False,
            ]
        ]
    ]
    assert payments.tokens == ["Bearer a-service-token"]


async def test_under_load_few_requests_carry_many_items(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet
) -> None:
    player, casino = await open_wallet(1000)
    payments.gate.clear()
    bets = [asyncio.create_task(hop.move(movement("bet", player, casino, amount_minor=1))) for _ in range(100)]
    await until(lambda: payments.batches)
    payments.gate.set()
    answers = await asyncio.gather(*bets)
    assert {code for code, _ in answers} == {WalletCode.CREATED}
    assert sum(map(len, payments.batches)) == 100
    assert len(payments.batches) <= 4
    assert payments.wallet.cash[(player, "EUR")] == 900


async def test_a_broken_connection_is_tried_once_more(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet
) -> None:
    player, casino = await open_wallet(1000)
    payments.hang_up = 1
    assert await hop.move(movement("bet", player, casino)) == (WalletCode.CREATED, 900)


async def test_a_line_that_stays_dead_is_silence(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet
) -> None:
    player, casino = await open_wallet(1000)
    payments.hang_up = 2
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", player, casino))


@pytest.mark.parametrize("status", [401, 403, 404, 500, 502, 503])
async def test_every_other_status_than_200_is_silence(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet, status: int
) -> None:
    player, casino = await open_wallet(1000)
    payments.statuses = [status]
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", player, casino))
    payments.statuses = [status]
    with pytest.raises(WalletSilent):
        await hop.balance(player, "EUR")


async def test_one_unreadable_item_does_not_take_the_others_with_it(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet
) -> None:
    player, casino = await open_wallet(1000)
    payments.unreadable = "poison"
    items = [movement("bet", player, casino, amount_minor=1) for _ in range(5)]
    items.insert(2, movement("bet", player, casino, round_ref="poison"))
    answers: list[Any] = await asyncio.gather(*(hop.move(item) for item in items), return_exceptions=True)
    assert isinstance(answers.pop(2), WalletSilent)
    assert {code for code, _ in answers} == {WalletCode.CREATED}


async def test_an_answer_that_does_not_come_in_time_is_silence(payments: Payments, open_wallet: OpenWallet) -> None:
    player, casino = await open_wallet(1000)
    hop = HttpWalletHop([payments.url], token=lambda: "t", deadline_s=0.05)
    await hop.start()
    payments.gate.clear()
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", player, casino))
    payments.gate.set()
    await hop.close()


@pytest.mark.parametrize("answer", [b"[]", b"{}", b"[[0]]", b"not json", b'[["0", 1]]'])
async def test_an_answer_that_is_none_is_silence(answer: bytes) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(body=answer)

    app = web.Application()
    app.router.add_post(TRANSFERS, nonsense)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hop = HttpWalletHop([f"http://127.0.0.1:{runner.addresses[0][1]}"], token=lambda: "t", deadline_s=5)
    await hop.start()
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", uuid4(), uuid4()))
    await hop.close()
    await runner.cleanup()


async def test_nobody_there_is_silence() -> None:
    hop = HttpWalletHop(["http://127.0.0.1:1"], token=lambda: "t", deadline_s=5)
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", uuid4(), uuid4()))
    await hop.start()
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", uuid4(), uuid4()))
    await hop.close()


# --- a wallet that others hold


async def test_what_is_not_answered_is_asked_again_and_nobody_else_waits_for_it(
    payments: Payments, hop: HttpWalletHop, open_wallet: OpenWallet
) -> None:
    (held, casino), (free, _) = await open_wallet(1000), await open_wallet(1000)
    payments.held = {held}
    waiting = asyncio.create_task(hop.move(movement("bet", held, casino)))
    assert await hop.move(movement("bet", free, casino)) == (WalletCode.CREATED, 900)
    await until(lambda: len(payments.batches) > 3)
    assert not waiting.done()
    payments.held = set()
    assert await waiting == (WalletCode.CREATED, 900)


async def test_who_is_held_for_longer_than_suppliers_wait_is_silent(
    payments: Payments, open_wallet: OpenWallet
) -> None:
    player, casino = await open_wallet(1000)
    payments.held = {player}
    hop = HttpWalletHop([payments.url], token=lambda: "t", deadline_s=0.2)
    await hop.start()
    with pytest.raises(WalletSilent):
        await hop.move(movement("bet", player, casino))
    await hop.close()


# --- several writers


@pytest.fixture
async def writers() -> AsyncIterator[list[Payments]]:
    """Two processes that write one ledger."""
    async with Payments().served() as first, Payments().served() as second:
        second.wallet = first.wallet
        yield [first, second]


def players_of(batches: list[Any]) -> set[str]:
    return {item[3] for batch in batches for item in batch}


async def test_a_player_belongs_to_one_of_several_writers(writers: list[Payments]) -> None:
    hop = HttpWalletHop([one.url for one in writers], token=lambda: "t", deadline_s=5)
    await hop.start()
    casino, players = uuid4(), [uuid4() for _ in range(40)]
    for player in players:
        writers[0].wallet.cash[(player, "EUR")] = 10
    for _ in range(2):
        await asyncio.gather(*(hop.move(movement("bet", one, casino, amount_minor=1)) for one in players))
    first, second = (players_of(one.batches) for one in writers)
    assert first
    assert second
    assert not first & second
    assert [await hop.balance(player, "EUR") for player in players] == [8] * 40
    await hop.close()


async def test_players_of_a_writer_that_is_away_are_served_by_the_next(writers: list[Payments]) -> None:
    hop = HttpWalletHop(["http://127.0.0.1:1", writers[1].url], token=lambda: "t", deadline_s=5)
    await hop.start()
    casino, players = uuid4(), [uuid4() for _ in range(20)]
    for player in players:
        writers[1].wallet.cash[(player, "EUR")] = 10
    answers = await asyncio.gather(*(hop.move(movement("bet", one, casino, amount_minor=1)) for one in players))
    assert set(answers) == {(WalletCode.CREATED, 9)}
    await hop.close()
