"""What games relies on in a wallet. The one in memory passes it here, payments' own in tests-e2e/wallet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec

from contracts.payments.wallet import WalletCode
from games.application.ports import WalletHop
from games.application.wallet_calls import Movement


def movement(kind: Any, player_id: UUID, casino_id: UUID, **changes: Any) -> Movement:
    """A bet, win or rollback with facts of its own."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "kind": kind,
        "casino_id": casino_id,
        "player_id": player_id,
        "currency": "EUR",
        "amount_minor": 0 if kind == "rollback" else 100,
        "fingerprint": 1,
        "round_ref": "r1",
        "game_code": "g1",
        "supplier": "hub88",
        "session_id": uuid4(),
        "reference_id": None,
        "supplier_tx": uuid4().hex,
        "requires_reference": kind == "win",
        "round_closed": False,
    }
    return Movement(**{**facts, **changes})


OpenWallet = Callable[[int], Awaitable[tuple[UUID, UUID]]]
"""Makes a player with so many minor units of EUR; returns player and casino."""


class WalletContract:
    """Subclasses give the fixtures `hop` (a WalletHop) and `open_wallet` (an OpenWallet)."""

    async def test_a_bet_takes_and_a_win_gives(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino, amount_minor=300)
        assert await hop.move(bet) == (WalletCode.CREATED, 700)
        win = movement("win", player, casino, amount_minor=50, reference_id=bet.id)
        assert await hop.move(win) == (WalletCode.CREATED, 750)
        assert await hop.balance(player, "EUR") == 750

    async def test_all_that_is_there_can_be_bet_and_no_more(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(100)
        assert await hop.move(movement("bet", player, casino, amount_minor=101)) == (
            WalletCode.INSUFFICIENT_FUNDS,
            100,
        )
        assert await hop.move(movement("bet", player, casino, amount_minor=100)) == (WalletCode.CREATED, 0)

    async def test_a_movement_of_nothing_is_remembered(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(100)
        bet = movement("bet", player, casino, amount_minor=0)
        assert await hop.move(bet) == (WalletCode.CREATED, 100)
        assert await hop.move(bet) == (WalletCode.REPEATED, 100)
        win = movement("win", player, casino, amount_minor=0, reference_id=bet.id, round_closed=True)
        assert await hop.move(win) == (WalletCode.CREATED, 100)

    async def test_a_repeat_gets_the_first_answer(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        await hop.move(movement("bet", player, casino))
        assert await hop.move(bet) == (WalletCode.REPEATED, 900)
        assert await hop.balance(player, "EUR") == 800

    async def test_a_bet_that_is_no_longer_taken_is_answered_if_it_was(
        self, hop: WalletHop, open_wallet: OpenWallet
    ) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        assert await hop.move(msgspec.structs.replace(bet, repeat_only=True)) == (WalletCode.REPEATED, 900)
        new = movement("bet", player, casino, repeat_only=True)
        assert await hop.move(new) == (WalletCode.BLOCKED, 900)
        assert await hop.move(msgspec.structs.replace(new, repeat_only=False)) == (WalletCode.CREATED, 800)

    async def test_fifty_repeats_at_once_move_money_once(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        answers = await asyncio.gather(*(hop.move(bet) for _ in range(50)))
        assert sorted(answers) == [(WalletCode.CREATED, 900), *[(WalletCode.REPEATED, 900)] * 49]
        assert await hop.balance(player, "EUR") == 900

    async def test_an_altered_repeat_is_told_apart(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        altered = msgspec.structs.replace(bet, amount_minor=1, fingerprint=2)
        assert (await hop.move(altered))[0] == WalletCode.DIFFERENT_FACTS
        assert (await hop.move(msgspec.structs.replace(bet, kind="win")))[0] == WalletCode.DIFFERENT_FACTS
        assert await hop.balance(player, "EUR") == 900

    async def test_two_wins_may_belong_to_one_bet(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        for expected in (1000, 1100):
            assert await hop.move(movement("win", player, casino, reference_id=bet.id)) == (
                WalletCode.CREATED,
                expected,
            )

    async def test_a_win_needs_its_bet_unless_it_does_not(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        orphan = movement("win", player, casino, reference_id=uuid4())
        assert (await hop.move(orphan))[0] == WalletCode.UNKNOWN_REFERENCE
        promo = movement("win", player, casino, requires_reference=False)
        assert await hop.move(promo) == (WalletCode.CREATED, 1100)

    async def test_a_rollback_gives_back_what_was_taken(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino, amount_minor=300)
        await hop.move(bet)
        rollback = movement("rollback", player, casino, reference_id=bet.id)
        assert await hop.move(rollback) == (WalletCode.CREATED, 1000)
        assert await hop.move(rollback) == (WalletCode.REPEATED, 1000)

    async def test_a_second_rollback_of_one_bet_does_nothing(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        for _ in range(2):
            code, balance = await hop.move(movement("rollback", player, casino, reference_id=bet.id))
            assert code in (WalletCode.CREATED, WalletCode.REPEATED)
            assert balance == 1000
        assert await hop.balance(player, "EUR") == 1000

    async def test_a_win_can_be_rolled_back(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        win = movement("win", player, casino, amount_minor=500, reference_id=bet.id)
        await hop.move(win)
        assert await hop.move(movement("rollback", player, casino, reference_id=win.id)) == (WalletCode.CREATED, 900)

    async def test_a_rollback_of_nothing_stands_for_ever(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        assert await hop.move(movement("rollback", player, casino, reference_id=bet.id)) == (WalletCode.CREATED, 1000)
        assert (await hop.move(bet))[0] == WalletCode.ROLLED_BACK
        assert await hop.balance(player, "EUR") == 1000

    async def test_what_was_taken_back_does_not_stand_when_it_is_repeated(
        self, hop: WalletHop, open_wallet: OpenWallet
    ) -> None:
        player, casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        win = movement("win", player, casino, amount_minor=500, reference_id=bet.id)
        for one in (bet, win):
            await hop.move(one)
        for one in (win, bet):
            await hop.move(movement("rollback", player, casino, reference_id=one.id))
            assert await hop.move(one) == (WalletCode.ROLLED_BACK, await hop.balance(player, "EUR"))
        altered = msgspec.structs.replace(bet, amount_minor=1, fingerprint=2)
        assert (await hop.move(altered))[0] == WalletCode.DIFFERENT_FACTS
        assert await hop.balance(player, "EUR") == 1000

    async def test_nobody_rolls_back_somebody_elses_bet(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        other, other_casino = await open_wallet(1000)
        bet = movement("bet", player, casino)
        await hop.move(bet)
        theft = movement("rollback", other, other_casino, reference_id=bet.id)
        assert (await hop.move(theft))[0] == WalletCode.UNKNOWN_REFERENCE
        assert await hop.balance(player, "EUR") == 900
        assert await hop.balance(other, "EUR") == 1000

    async def test_a_wallet_that_does_not_exist_is_unknown(self, hop: WalletHop, open_wallet: OpenWallet) -> None:
        player, casino = await open_wallet(1000)
        assert (await hop.move(movement("bet", player, casino, currency="GBP")))[0] == WalletCode.UNKNOWN_ACCOUNT
        assert await hop.balance(player, "GBP") is None
