"""Thirty rounds over the supplier's signed protocol, with everything that goes wrong in one evening."""

import random
import uuid
from typing import Any

from journey.client import eventually
from journey.opening import unless
from journey.tale import Step, Tale, major, money

ROUNDS = 30


async def launch(tale: Tale) -> str:
    """A session is opened and the supplier gives the game's address."""

    async def begin() -> Any:
        wish = {
            "game_code": tale.game_code,
            "platform": "desktop",
            "lang": "en",
            "lobby_url": "https://casino.example/lobby",
        }
        return await unless(tale.who.post("/api/games/v1/sessions", wish), "player_not_known_yet")

    session = await eventually("games hears of the player", begin)
    tale.game_url = session["url"]
    info = (await tale.play("info"))["answers"][0]
    assert (info["status"], info["country"]) == ("RS_OK", "MT"), info
    balance = (await tale.play("balance"))["answers"][0]
    assert (balance["status"], balance["balance"]) == ("RS_OK", tale.cash_minor * 1000), balance
    return f"{tale.game_code} launched; the supplier sees {money(tale.cash_minor, tale.currency)}"


async def play(tale: Tale) -> str:
    """Thirty rounds, then the misfortunes."""
    dice, rounds = random.Random(20), 0
    while rounds < ROUNDS or tale.restless():
        rounds += 1
        stake, won = dice.randrange(50, 500, 10), dice.choice([0, 0, 0, 120, 250, 900])
        told = await tale.play("spin", amount=major(stake), win=major(won))
        if told["rollback"] and not tale.calm:
            assert told["rollback"]["status"] == "RS_OK", told
            continue  # The bet was in doubt too long and the supplier took it back, as suppliers do.
        assert (told["bet"]["status"], told["win"] and told["win"]["status"]) == ("RS_OK", "RS_OK"), told
        _bet(tale, stake)
        _win(tale, won)
    await _agrees(tale)
    early = await _rollback_before_its_bet(tale)
    await _duplicates(tale)
    await _rollback(tale)
    poor = await tale.play("bet", amount=major(tale.cash_minor + 1))
    assert poor["status"] == "RS_ERROR_NOT_ENOUGH_MONEY", poor
    forged = await tale.play("bet", amount="1.00", currency="USD")
    assert forged["status"] == "RS_ERROR_WRONG_CURRENCY", forged
    await _agrees(tale)
    ggr = money(tale.bets_minor - tale.wins_minor, tale.currency)
    return (
        f"{rounds} rounds, GGR {ggr}; a bet after its rollback: {early}; "
        "a duplicate debited once, an altered one refused; a bet rolled back once; nobody bets more than he has"
    )


def _bet(tale: Tale, minor: int) -> None:
    tale.cash_minor -= minor
    tale.bets_minor += minor
    tale.movements += 1


def _win(tale: Tale, minor: int) -> None:
    tale.cash_minor += minor
    tale.wins_minor += minor
    tale.movements += 1


async def _agrees(tale: Tale) -> None:
    wallet = await tale.balance()
    assert wallet["cash_minor"] == tale.cash_minor, (wallet, tale.cash_minor)


async def _rollback_before_its_bet(tale: Tale) -> str:
    """The rollback overtakes the bet: it is accepted, and the bet that comes after it takes nothing."""
    transaction, round_id = str(uuid.uuid4()), uuid.uuid4().hex
    undo = await tale.play("rollback", reference=transaction, round=round_id)
    assert undo["status"] == "RS_OK", undo
    late = await tale.play("bet", amount="5.00", transaction=transaction, round=round_id)
    assert late["status"] == "RS_ERROR_TRANSACTION_ROLLED_BACK", late
    await _agrees(tale)
    return str(late["status"])


async def _duplicates(tale: Tale) -> None:
    bet = await tale.play("bet", amount="2.00", copies=3)
    _bet(tale, 200)
    balances = {answer["balance"] for answer in bet["answers"]}
    assert balances == {tale.cash_minor * 1000}, bet
    altered = await tale.play("bet", amount="3.00", transaction=bet["transaction"], round=bet["round"])
    assert altered["status"] == "RS_ERROR_DUPLICATE_TRANSACTION", altered
    win = await tale.play("win", amount="1.50", reference=bet["transaction"], round=bet["round"], copies=2)
    assert win["status"] == "RS_OK", win
    _win(tale, 150)
    orphan = await tale.play("win", amount="9.00", reference=str(uuid.uuid4()), round=bet["round"])
    assert orphan["status"] == "RS_ERROR_TRANSACTION_DOES_NOT_EXIST", orphan
    await _agrees(tale)


async def _rollback(tale: Tale) -> None:
    bet = await tale.play("bet", amount="4.00")
    assert bet["status"] == "RS_OK", bet
    undo = await tale.play("rollback", reference=bet["transaction"], round=bet["round"], copies=2)
    again = await tale.play("rollback", reference=bet["transaction"], round=bet["round"])
    assert (undo["status"], again["status"]) == ("RS_OK", "RS_OK"), (undo, again)
    late = await tale.play("bet", amount="4.00", transaction=bet["transaction"], round=bet["round"])
    assert late["status"] == "RS_ERROR_TRANSACTION_ROLLED_BACK", late
    tale.movements += 2
    await _agrees(tale)


STEPS = (Step("A game is launched", launch), Step(f"{ROUNDS} rounds and what goes wrong in them", play))
