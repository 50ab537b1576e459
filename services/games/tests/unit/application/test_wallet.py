"""Who may bet, what is always paid, and what the ledger is told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from services.games.tests.support.facts import (
    CASINO,
    GAME,
    NOW,
    OTHER_CASINO,
    OTHER_PLAYER,
    PLAYER,
    SESSION,
    TOKEN,
    MemoryDirectory,
    account,
    game,
    player,
    session,
)
from services.games.tests.support.wallet import MemoryWallet

from chassis.domain import FixedClock
from contracts.payments.wallet import WalletCode, transfer_id
from games.application.tokens import hash_token
from games.application.wallet import WalletService
from games.application.wallet_calls import Verdict, WalletAnswer, WalletCall


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory.of_one_player()


@pytest.fixture
def hop() -> MemoryWallet:
    return MemoryWallet(cash={(PLAYER, "EUR"): 1000, (OTHER_PLAYER, "EUR"): 1000})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def wallet(directory: MemoryDirectory, hop: MemoryWallet, clock: FixedClock) -> WalletService:
    return WalletService(directory, hop, clock)


_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "info": {},
    "balance": {},
    "bet": {"transaction": "t1", "series": "play", "amount_minor": 100, "currency": "EUR", "round_ref": "r"},
    "win": {
        "transaction": "t2",
        "series": "play",
        "amount_minor": 100,
        "currency": "EUR",
        "round_ref": "r",
        "reference": "t1",
        "reference_series": "play",
        "requires_reference": True,
        "stale_session_allowed": True,
    },
    "rollback": {
        "transaction": "t3",
        "series": "rollback",
        "round_ref": "r",
        "reference": "t1",
        "reference_series": "play",
        "stale_session_allowed": True,
    },
}


def call(kind: Any, **changes: Any) -> WalletCall:
    known: dict[str, Any] = {"user": str(PLAYER), "echo": "e", "token": TOKEN, "game_code": GAME}
    return WalletCall(kind=kind, **{**known, **_DEFAULTS[kind], **changes})


async def verdict(wallet: WalletService, one: WalletCall, **of_account: Any) -> Verdict:
    return (await wallet.handle(account(**of_account), one)).verdict


async def test_a_balance_is_told_in_the_sessions_currency(wallet: WalletService) -> None:
    assert await wallet.handle(account(), call("balance")) == WalletAnswer(Verdict.OK, 1000, "EUR")


async def test_a_bet_is_taken_and_its_win_paid(wallet: WalletService) -> None:
    assert await wallet.handle(account(), call("bet")) == WalletAnswer(Verdict.OK, 900, "EUR")
    assert await wallet.handle(account(), call("win")) == WalletAnswer(Verdict.OK, 1000, "EUR")


@pytest.mark.parametrize("closed_because", ["expired", "player_self_excluded"])
async def test_a_repeat_of_a_bet_is_answered_as_at_first_whatever_was_closed_since(
    wallet: WalletService, directory: MemoryDirectory, hop: MemoryWallet, closed_because: str
) -> None:
    assert await wallet.handle(account(), call("bet")) == WalletAnswer(Verdict.OK, 900, "EUR")
    directory.sessions[hash_token(TOKEN)] = session(closed_because=closed_because)
    assert await wallet.handle(account(), call("bet")) == WalletAnswer(Verdict.OK, 900, "EUR")
    assert await verdict(wallet, call("bet", amount_minor=200)) == Verdict.DIFFERENT_FACTS
    refused = {"expired": Verdict.TOKEN_EXPIRED, "player_self_excluded": Verdict.PLAYER_DISABLED}
    assert await verdict(wallet, call("bet", transaction="new")) == refused[closed_because]
    assert hop.cash[(PLAYER, "EUR")] == 900


async def test_too_large_a_bet_is_answered_with_the_real_balance(wallet: WalletService) -> None:
    refused = await wallet.handle(account(), call("bet", amount_minor=1001))
    assert refused == WalletAnswer(Verdict.INSUFFICIENT_FUNDS, 1000, "EUR")


async def test_info_tells_country_and_jurisdiction_of_a_player(wallet: WalletService) -> None:
    answer = await wallet.handle(account(), call("info"))
    assert (answer.verdict, answer.player, answer.jurisdiction) == (Verdict.OK, player(), "MT")


@pytest.mark.parametrize("user", [str(OTHER_PLAYER), "john12345", str(PLAYER).upper(), "{" + str(PLAYER) + "}"])
async def test_info_about_nobody_we_know_is_refused(wallet: WalletService, user: str) -> None:
    assert await verdict(wallet, call("info", user=user)) == Verdict.INVALID_TOKEN


async def test_info_about_another_casinos_player_is_refused(wallet: WalletService) -> None:
    assert await verdict(wallet, call("info"), casino_id=OTHER_CASINO) == Verdict.INVALID_TOKEN


@pytest.mark.parametrize("kind", ["balance", "bet", "win", "rollback"])
@pytest.mark.parametrize(
    ("of_call", "of_account"),
    [
        ({"token": "a-token-nobody-was-given"}, {}),
        ({"user": str(OTHER_PLAYER)}, {}),
        ({}, {"casino_id": OTHER_CASINO}),
        ({}, {"supplier": "another"}),
    ],
)
async def test_a_token_is_good_for_its_player_casino_and_supplier_only(
    wallet: WalletService, hop: MemoryWallet, kind: str, of_call: Any, of_account: Any
) -> None:
    assert await verdict(wallet, call(kind, **of_call), **of_account) == Verdict.INVALID_TOKEN
    assert not hop.asked


@pytest.mark.parametrize("kind", ["bet", "win"])
async def test_another_currency_than_the_sessions_is_refused(
    wallet: WalletService, hop: MemoryWallet, kind: str
) -> None:
    assert await verdict(wallet, call(kind, currency="GBP")) == Verdict.WRONG_CURRENCY
    assert not hop.asked


async def test_an_expired_session_takes_no_bet_and_pays_what_is_due(wallet: WalletService, clock: FixedClock) -> None:
    await wallet.handle(account(), call("bet"))
    clock.advance(timedelta(days=2))
    assert await verdict(wallet, call("bet", transaction="late")) == Verdict.TOKEN_EXPIRED
    assert await verdict(wallet, call("balance")) == Verdict.TOKEN_EXPIRED
    assert await verdict(wallet, call("win")) == Verdict.OK
    assert await verdict(wallet, call("rollback")) == Verdict.OK


async def test_before_the_launch_was_confirmed_a_token_is_no_good_for_bets(
    wallet: WalletService, directory: MemoryDirectory
) -> None:
    directory.sessions[hash_token(TOKEN)] = session(launched=False)
    assert await verdict(wallet, call("bet")) == Verdict.INVALID_TOKEN
    assert await verdict(wallet, call("balance")) == Verdict.INVALID_TOKEN


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("expired", Verdict.TOKEN_EXPIRED),
        ("player_blocked", Verdict.PLAYER_DISABLED),
        ("player_self_excluded", Verdict.PLAYER_DISABLED),
    ],
)
async def test_a_closed_session_tells_why_and_still_pays(
    wallet: WalletService, directory: MemoryDirectory, cause: str, expected: Verdict
) -> None:
    await wallet.handle(account(), call("bet"))
    directory.sessions[hash_token(TOKEN)] = session(closed_because=cause)
    assert await verdict(wallet, call("bet", transaction="late")) == expected
    assert await verdict(wallet, call("win")) == Verdict.OK
    assert await verdict(wallet, call("rollback")) == Verdict.OK


@pytest.mark.parametrize("facts", [{"blocked": True}, {"excluded": True}])
async def test_a_barred_player_cannot_bet_and_is_paid(
    wallet: WalletService, directory: MemoryDirectory, facts: Any
) -> None:
    await wallet.handle(account(), call("bet"))
    directory.players[PLAYER] = player(**facts)
    assert await verdict(wallet, call("bet", transaction="late")) == Verdict.PLAYER_DISABLED
    assert await verdict(wallet, call("info")) == Verdict.PLAYER_DISABLED
    assert await verdict(wallet, call("win")) == Verdict.OK
    assert await verdict(wallet, call("rollback")) == Verdict.OK


async def test_an_exclusion_that_is_over_no_longer_stops_bets(
    wallet: WalletService, directory: MemoryDirectory
) -> None:
    directory.players[PLAYER] = player(excluded=True, excluded_until=NOW)
    assert await verdict(wallet, call("bet")) == Verdict.OK


@pytest.mark.parametrize("change", [{"playable": False}, {"blocked_countries": frozenset({"MT"})}])
async def test_a_game_that_is_off_takes_no_bet_and_pays(
    wallet: WalletService, directory: MemoryDirectory, change: Any
) -> None:
    await wallet.handle(account(), call("bet"))
    directory.games[(CASINO, "hub88", GAME)] = game(**change)
    assert await verdict(wallet, call("bet", transaction="late")) == Verdict.INVALID_GAME
    assert await verdict(wallet, call("win")) == Verdict.OK
    assert await verdict(wallet, call("rollback")) == Verdict.OK


async def test_the_game_may_change_within_a_session(wallet: WalletService, directory: MemoryDirectory) -> None:
    directory.games[(CASINO, "hub88", "evo_roulette")] = game()
    assert await verdict(wallet, call("bet", game_code="evo_roulette")) == Verdict.OK
    assert await verdict(wallet, call("bet", game_code="unheard_of", transaction="t9")) == Verdict.INVALID_GAME


async def test_an_account_that_is_off_takes_no_bet_and_pays(wallet: WalletService) -> None:
    await wallet.handle(account(), call("bet"))
    assert await verdict(wallet, call("bet", transaction="late"), enabled=False) == Verdict.INVALID_PARTNER
    assert await verdict(wallet, call("win"), enabled=False) == Verdict.OK
    assert await verdict(wallet, call("rollback"), enabled=False) == Verdict.OK


async def test_a_suppliers_promotion_may_come_through_an_expired_session(
    wallet: WalletService, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=2))
    promo = call("bet", free=True, stale_session_allowed=True)
    assert await verdict(wallet, promo) == Verdict.OK
    assert await verdict(wallet, call("win", reference=None, requires_reference=False, free=True)) == Verdict.OK


async def test_a_free_bet_stakes_nothing_and_its_win_is_paid(wallet: WalletService) -> None:
    assert await wallet.handle(account(), call("bet", free=True)) == WalletAnswer(Verdict.OK, 1000, "EUR")
    assert await wallet.handle(account(), call("win", free=True)) == WalletAnswer(Verdict.OK, 1100, "EUR")


async def test_a_free_bet_repeated_as_a_real_one_is_told_apart(wallet: WalletService) -> None:
    await wallet.handle(account(), call("bet", free=True))
    assert await verdict(wallet, call("bet")) == Verdict.DIFFERENT_FACTS
    assert await verdict(wallet, call("bet", free=True, amount_minor=7)) == Verdict.DIFFERENT_FACTS


@pytest.mark.parametrize(
    "change", [{"amount_minor": 101}, {"round_ref": "other"}, {"game_code": "other"}, {"free": True}]
)
async def test_a_repeat_with_any_other_fact_is_refused(
    wallet: WalletService, directory: MemoryDirectory, change: Any
) -> None:
    directory.games[(CASINO, "hub88", "other")] = game()
    await wallet.handle(account(), call("bet"))
    assert await verdict(wallet, call("bet", **change)) == Verdict.DIFFERENT_FACTS


async def test_a_repeat_through_another_session_of_the_player_is_a_repeat(
    wallet: WalletService, directory: MemoryDirectory
) -> None:
    await wallet.handle(account(), call("bet"))
    directory.sessions[hash_token("the-other-device")] = session(session_id=UUID(int=0x52))
    assert await wallet.handle(account(), call("bet", token="the-other-device")) == WalletAnswer(Verdict.OK, 900, "EUR")


async def test_the_ledger_is_told_everything_that_happened(wallet: WalletService, hop: MemoryWallet) -> None:
    await wallet.handle(account(), call("bet"))
    await wallet.handle(account(), call("win", round_closed=True))
    bet, win = hop.asked
    assert bet.id == transfer_id("hub88", CASINO, "t1", "play")
    assert win.reference_id == bet.id
    assert (win.casino_id, win.player_id, win.session_id) == (CASINO, PLAYER, SESSION)
    assert (win.supplier, win.supplier_tx, win.game_code, win.round_ref) == ("hub88", "t2", GAME, "r")
    assert (win.amount_minor, win.currency, win.requires_reference, win.round_closed) == (100, "EUR", True, True)


async def test_the_same_transaction_at_two_casinos_is_two_movements(
    wallet: WalletService, hop: MemoryWallet, directory: MemoryDirectory
) -> None:
    await wallet.handle(account(), call("bet"))
    directory.sessions[hash_token("over-there")] = session(casino_id=OTHER_CASINO, player_id=OTHER_PLAYER)
    directory.players[OTHER_PLAYER] = player(player_id=OTHER_PLAYER, casino_id=OTHER_CASINO)
    directory.games[(OTHER_CASINO, "hub88", GAME)] = game()
    there = call("bet", token="over-there", user=str(OTHER_PLAYER))
    assert await verdict(wallet, there, casino_id=OTHER_CASINO) == Verdict.OK
    assert hop.asked[0].id != hop.asked[1].id


@pytest.mark.parametrize("kind", ["balance", "bet", "win", "rollback"])
async def test_when_the_wallet_is_silent_nobody_guesses(wallet: WalletService, hop: MemoryWallet, kind: str) -> None:
    hop.silent = True
    assert await wallet.handle(account(), call(kind)) == WalletAnswer(Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (WalletCode.CREATED, Verdict.OK),
        (WalletCode.REPEATED, Verdict.OK),
        (WalletCode.INSUFFICIENT_FUNDS, Verdict.INSUFFICIENT_FUNDS),
        (WalletCode.DIFFERENT_FACTS, Verdict.DIFFERENT_FACTS),
        (WalletCode.UNKNOWN_ACCOUNT, Verdict.WRONG_CURRENCY),
        (WalletCode.ROLLED_BACK, Verdict.ROLLED_BACK),
        (WalletCode.UNKNOWN_REFERENCE, Verdict.UNKNOWN_REFERENCE),
        (WalletCode.BLOCKED, Verdict.PLAYER_DISABLED),
        (WalletCode.FEED_STALE, Verdict.UNKNOWN),
        (WalletCode.GROUP_REFUSED, Verdict.UNKNOWN),
        (WalletCode.UNANSWERED, Verdict.UNKNOWN),
        (99, Verdict.UNKNOWN),
    ],
)
async def test_every_answer_of_the_ledger_has_its_verdict(
    directory: MemoryDirectory, clock: FixedClock, code: int, expected: Verdict
) -> None:
    class Answers(MemoryWallet):
        async def move(self, movement: Any) -> tuple[int, int | None]:
            return code, 5

    assert await verdict(WalletService(directory, Answers(), clock), call("bet")) == expected


def test_every_code_of_the_contract_was_tried_above() -> None:
    tried = {code for code, _ in test_every_answer_of_the_ledger_has_its_verdict.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert set(WalletCode) <= tried


async def test_the_players_own_casino_copy_may_lag_behind(wallet: WalletService, directory: MemoryDirectory) -> None:
    directory.casinos.clear()
    assert (await wallet.handle(account(), call("info"))).jurisdiction is None


async def test_a_session_whose_player_or_wallet_is_gone_moves_nothing(
    wallet: WalletService, directory: MemoryDirectory, hop: MemoryWallet
) -> None:
    del directory.players[PLAYER]
    assert await verdict(wallet, call("bet")) == Verdict.INVALID_TOKEN
    del hop.cash[(PLAYER, "EUR")]
    assert await wallet.handle(account(), call("balance")) == WalletAnswer(Verdict.WRONG_CURRENCY)
