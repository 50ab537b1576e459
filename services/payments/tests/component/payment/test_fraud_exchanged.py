"""Money that is exchanged is as well known to the rules as it was: in, exchange and out is no way around them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from payments.application.fraud.folding import Folding
from payments.application.ledger import AccountType, Transfer, TransferKind, house, player_cash, transfer_id

from .test_exchanges import exchange, offer
from .test_fraud import decisions, paid
from .test_returned_after_exchange import kronor_return
from .world import World

OF_MONEY = ("credited_minor:player", "withdrawn_minor:player", "staked_minor", "wagered", "deposited_since")


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    """A euro is worth ten kronor today."""
    file = tmp_path / "eurofxref.csv"
    file.write_text(f"Date, SEK, \n{datetime.now(UTC):%d %B %Y}, 10.0000, \n")
    return str(file)


async def moves(world: World, kind: TransferKind, currency: str, minor: int) -> None:
    """He bets so much or wins it."""
    game = house(world.casino, AccountType.GAME_HOUSE, currency)
    cash = player_cash(world.casino, world.player, currency)
    debit, credit = (game, cash) if kind is TransferKind.WIN else (cash, game)
    one = Transfer(id=transfer_id(kind, uuid4()), kind=kind, debit=debit, credit=credit, amount_minor=minor)
    assert all(posting.posted for posting in await world.desk.ledger.post([one]))


async def exchanges(world: World, sold: str, sold_minor: int, bought: str) -> None:
    await exchange(world, sold_currency=sold, sold_minor=sold_minor, bought_currency=bought, at_least_minor=1)


async def found(world: World, currency: str, minor: int) -> dict[str, Any]:
    """What the rules make of a withdrawal."""
    await kronor_return(world)
    answer = await world.withdraw(minor, currency=currency)
    assert answer.status_code in (201, 202), answer.text
    return (await decisions(world))[-1]


def of_money(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in decision["features"].items() if name.startswith(OF_MONEY)}


@pytest.mark.parametrize("sold_minor", [500_00, 300_00], ids=["all of it", "a part"])
async def test_what_was_not_played_with_is_found_in_the_currency_it_was_exchanged_for(
    world: World, sold_minor: int
) -> None:
    await offer(world, spread_bp=0)
    await paid(world, 500_00)
    await exchanges(world, "EUR", sold_minor, "SEK")
    decision = await found(world, "SEK", sold_minor * 10)
    assert (decision["action"], {"NO-PLAY", "PASS-THRU"} - {*decision["rules"]}) == ("hold", set())
    assert of_money(decision) == {
        "deposited_since_empty_minor": sold_minor * 10,
        "wagered_minor": 0,
        "wagered_since_empty_minor": 0,
        **{f"credited_minor:player:{window}": sold_minor * 10 for window in ("1h", "24h", "7d", "30d", "ever")},
        **{f"staked_minor:player:{window}": 0 for window in ("1h", "24h", "7d", "30d", "ever")},
    }


async def test_what_stays_is_judged_as_what_is_left(world: World) -> None:
    await offer(world)
    await paid(world, 500_00)
    await exchanges(world, "EUR", 300_00, "SEK")
    decision = await found(world, "EUR", 200_00)
    assert (decision["features"]["deposited_since_empty_minor"], decision["action"]) == (200_00, "hold")
    assert decision["features"]["credited_minor:player:7d"] == 200_00


async def test_sums_that_nobody_looks_at_are_added_up_whatever_each_is_exchanged_for(world: World) -> None:
    await offer(world)
    rules = []
    for _ in range(3):
        await paid(world, 90_00)
        await exchanges(world, "EUR", 90_00, "SEK")
        rules.append((await found(world, "SEK", 882_00))["rules"])
    assert ["NO-PLAY" in one for one in rules] == [False, True, True]


@pytest.mark.parametrize(
    ("before", "won", "after"),
    [(500_00, 0, 0), (0, 0, 3_000_00), (200_00, 0, 1_000_00), (400_00, 900_00, 0)],
    ids=["before", "afterwards", "before and afterwards", "and wins"],
)
async def test_who_plays_before_or_after_he_exchanges_is_let_go(
    world: World, before: int, won: int, after: int
) -> None:
    await offer(world)
    await world.give(100_00)
    await paid(world, 500_00)
    if before:
        await moves(world, TransferKind.BET, "EUR", before)
    if won:
        await moves(world, TransferKind.WIN, "EUR", won)
    await exchanges(world, "EUR", 600_00 - before + won, "SEK")
    if after:
        await moves(world, TransferKind.BET, "SEK", after)
    decision = await found(world, "SEK", 900_00)
    assert (decision["action"], decision["rules"]) == ("allow", [])


async def test_there_and_back_again_is_as_if_he_had_stayed(world: World) -> None:
    await offer(world, spread_bp=0)
    await paid(world, 200_00)
    await moves(world, TransferKind.BET, "EUR", 40_00)
    world.clock.advance(timedelta(days=2))
    await world.beat()
    await exchanges(world, "EUR", 160_00, "SEK")
    await exchanges(world, "SEK", 1_600_00, "EUR")
    there_and_back = await found(world, "EUR", 100_00)
    world.player = uuid4()
    await world.register()
    world.clock.advance(-timedelta(days=2))
    await paid(world, 200_00)
    await moves(world, TransferKind.BET, "EUR", 40_00)
    world.clock.advance(timedelta(days=2))
    stayed = await found(world, "EUR", 100_00)
    assert of_money(there_and_back) == of_money(stayed)


async def test_it_is_the_same_whether_play_was_added_up_before_or_not(world: World) -> None:
    await offer(world)
    known = []
    for folds in (False, True):
        world.player = uuid4()
        await world.register()
        await paid(world, 500_00)
        await moves(world, TransferKind.BET, "EUR", 100_00)
        if folds:
            await Folding(world.desk).look()
        await exchanges(world, "EUR", 400_00, "SEK")
        if folds:
            await Folding(world.desk).look()
        known.append(of_money(await found(world, "SEK", 500_00)))
    assert known[0] == known[1]
    assert known[0]["wagered_since_empty_minor"] == 980_00
