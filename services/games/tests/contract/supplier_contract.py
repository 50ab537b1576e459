"""What every supplier strategy keeps, whatever its protocol: one suite, one subclass per supplier.

It plays the list of what integrators stumble over, through the strategy and the wallet's rules, against a wallet that
answers as payments does. Subclasses know the other side of one protocol and nothing of ours.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from services.games.tests.support.facts import (
    CASINO,
    GAME,
    NOW,
    OTHER_PLAYER,
    PLAYER,
    TOKEN,
    MemoryDirectory,
    game,
    player,
    session,
)
from services.games.tests.support.wallet import MemoryWallet

from chassis.domain import FixedClock
from games.application.ports import (
    GameSupplier,
    Launch,
    LaunchGranted,
    LaunchRefused,
    LaunchUnanswered,
    SupplierAccount,
    SupplierReply,
)
from games.application.tokens import hash_token
from games.application.wallet import WalletService
from games.entrypoints.partner import PartnerApi


@dataclass(frozen=True)
class Said:
    """An answer, read by the other side's own eyes: one neutral word, and the balance in minor units."""

    word: str
    balance: int | None
    raw: Any = None


class OtherSide:
    """The supplier's side of a protocol, for tests: builds signed calls and reads answers."""

    supplier: GameSupplier

    def account(self) -> SupplierAccount:
        """The casino's account."""
        raise NotImplementedError

    def call(self, kind: str, **facts: Any) -> tuple[str, dict[str, str], bytes]:
        """(operation, headers, body) of a genuine call. Facts: user, token, game, currency, minor, tx, reference,
        round, closed, free, promo, request.
        """
        raise NotImplementedError

    def spoil(self, headers: dict[str, str], body: bytes, how: str) -> tuple[dict[str, str], bytes]:
        """The call with its signature `missing`, `wrong`, or over another order of the same fields (`reordered`)."""
        raise NotImplementedError

    def read(self, body: bytes) -> Said:
        """Our answer."""
        raise NotImplementedError

    def launch_answer(self, kind: str) -> SupplierReply:
        """Their answer to a launch: `granted` (http://game.test/x), `refused`, or one of `unclear()`."""
        raise NotImplementedError

    def unclear(self) -> list[SupplierReply]:
        """Answers that say neither yes nor no."""
        raise NotImplementedError


class SupplierContract:
    """Subclasses give the fixture `other` (an OtherSide)."""

    @pytest.fixture
    def hop(self) -> MemoryWallet:
        return MemoryWallet(cash={(PLAYER, "EUR"): 1000, (OTHER_PLAYER, "EUR"): 1000})

    @pytest.fixture
    def directory(self, other: OtherSide) -> MemoryDirectory:
        made = MemoryDirectory.of_one_player()
        name = other.supplier.name
        made.accounts[(CASINO, name)] = other.account()
        made.desk = other.supplier.desk(other.account())
        made.sessions[hash_token(TOKEN)] = session(supplier=name)
        made.games[(CASINO, name, GAME)] = game()
        return made

    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock(NOW)

    @pytest.fixture
    def say(self, other: OtherSide, directory: MemoryDirectory, hop: MemoryWallet, clock: FixedClock) -> Any:
        """Make a call over HTTP and read the answer."""
        api = PartnerApi({other.supplier.name: other.supplier}, directory, WalletService(directory, hop, clock))
        transport = httpx.ASGITransport(api, root_path="/partner")

        async def send(operation: str, headers: dict[str, str], body: bytes) -> Said:
            address = f"http://games.test/partner/{other.supplier.name}/{CASINO}/{operation}"
            async with httpx.AsyncClient(transport=transport) as client:
                answer = await client.post(address, content=body, headers=headers)
            assert answer.status_code == 200
            return other.read(answer.content)

        async def say(kind: str, *, spoilt: str | None = None, **facts: Any) -> Said:
            operation, headers, body = other.call(kind, **facts)
            if spoilt:
                headers, body = other.spoil(headers, body, spoilt)
            return await send(operation, headers, body)

        return say

    @pytest.mark.parametrize("spoilt", ["missing", "wrong", "reordered"])
    @pytest.mark.parametrize("kind", ["balance", "bet", "win", "rollback"])
    async def test_nothing_happens_without_a_good_signature(
        self, say: Any, hop: MemoryWallet, kind: str, spoilt: str
    ) -> None:
        assert (await say(kind, spoilt=spoilt)).word == "bad signature"
        assert not hop.asked

    async def test_balance_then_bet_then_win(self, say: Any) -> None:
        assert await _plain(say("balance")) == ("ok", 1000)
        assert await _plain(say("bet", minor=100, tx="b")) == ("ok", 900)
        assert await _plain(say("win", minor=250, tx="w", reference="b")) == ("ok", 1150)

    async def test_a_bet_of_all_and_a_bet_of_more(self, say: Any) -> None:
        assert await _plain(say("bet", minor=1001)) == ("no money", 1000)
        assert await _plain(say("bet", minor=1000)) == ("ok", 0)

    async def test_a_bet_of_nothing_and_a_win_of_nothing_that_closes_the_round(
        self, say: Any, hop: MemoryWallet
    ) -> None:
        assert await _plain(say("bet", minor=0, tx="b")) == ("ok", 1000)
        assert await _plain(say("win", minor=0, tx="w", reference="b", closed=True)) == ("ok", 1000)
        assert hop.asked[-1].round_closed

    async def test_two_wins_of_one_bet(self, say: Any) -> None:
        await say("bet", minor=100, tx="b")
        assert await _plain(say("win", minor=10, tx="w1", reference="b")) == ("ok", 910)
        assert await _plain(say("win", minor=10, tx="w2", reference="b")) == ("ok", 920)

    async def test_repeats_are_answered_as_the_first_time(self, say: Any, hop: MemoryWallet) -> None:
        await say("bet", minor=100, tx="b")
        await say("bet", minor=100, tx="c")
        assert await _plain(say("bet", minor=100, tx="b")) == ("ok", 900)
        await say("win", minor=50, tx="w", reference="b")
        assert await _plain(say("win", minor=50, tx="w", reference="b")) == ("ok", 850)
        assert hop.cash[(PLAYER, "EUR")] == 850

    async def test_fifty_repeats_at_once(self, say: Any, hop: MemoryWallet) -> None:
        answers = await asyncio.gather(*(say("bet", minor=100, tx="b") for _ in range(50)))
        assert {(answer.word, answer.balance) for answer in answers} == {("ok", 900)}
        assert hop.cash[(PLAYER, "EUR")] == 900

    @pytest.mark.parametrize("change", [{"minor": 200}, {"round": "another"}])
    async def test_an_altered_repeat_is_a_duplicate(self, say: Any, hop: MemoryWallet, change: Any) -> None:
        await say("bet", minor=100, tx="b", round="one")
        assert (await say("bet", **{"minor": 100, "tx": "b", "round": "one", **change})).word == "duplicate"
        assert hop.cash[(PLAYER, "EUR")] == 900

    async def test_the_same_transaction_of_another_player_is_a_duplicate(
        self, say: Any, hop: MemoryWallet, directory: MemoryDirectory, other: OtherSide
    ) -> None:
        directory.sessions[hash_token("another-players-token")] = session(
            supplier=other.supplier.name, player_id=OTHER_PLAYER
        )
        directory.players[OTHER_PLAYER] = player(player_id=OTHER_PLAYER)
        await say("bet", minor=100, tx="b")
        theirs = await say("bet", minor=100, tx="b", user=str(OTHER_PLAYER), token="another-players-token")
        assert theirs.word == "duplicate"
        assert hop.cash[(OTHER_PLAYER, "EUR")] == 1000

    async def test_another_currency_is_refused(self, say: Any) -> None:
        assert (await say("bet", minor=100, currency="GBP")).word == "wrong currency"

    async def test_a_win_without_its_bet_is_refused(self, say: Any) -> None:
        assert (await say("win", minor=100, reference="never-seen")).word == "unknown transaction"

    async def test_a_win_is_paid_after_expiry_exclusion_and_the_games_end(
        self, say: Any, directory: MemoryDirectory, clock: FixedClock, other: OtherSide
    ) -> None:
        await say("bet", minor=100, tx="b")
        clock.advance(timedelta(days=3))
        directory.players[PLAYER] = player(blocked=True, excluded=True)
        directory.games[(CASINO, other.supplier.name, GAME)] = game(playable=False)
        assert await _plain(say("win", minor=100, tx="w", reference="b")) == ("ok", 1000)
        assert await _plain(say("rollback", tx="r", reference="w")) == ("ok", 900)

    async def test_bets_are_refused_by_reason(
        self, say: Any, directory: MemoryDirectory, clock: FixedClock, other: OtherSide
    ) -> None:
        directory.games[(CASINO, other.supplier.name, GAME)] = game(playable=False)
        assert (await say("bet", minor=1)).word == "no such game"
        directory.players[PLAYER] = player(blocked=True)
        assert (await say("bet", minor=1)).word == "player disabled"
        clock.advance(timedelta(days=3))
        assert (await say("bet", minor=1)).word == "token expired"
        assert (await say("bet", minor=1, token="nobodys-token")).word == "no such token"

    async def test_a_rollback_and_its_repeats(self, say: Any, hop: MemoryWallet) -> None:
        await say("bet", minor=300, tx="b")
        assert await _plain(say("rollback", tx="r", reference="b")) == ("ok", 1000)
        assert await _plain(say("rollback", tx="r", reference="b")) == ("ok", 1000)
        assert (await say("rollback", tx="another", reference="b")).word == "ok"
        assert hop.cash[(PLAYER, "EUR")] == 1000

    async def test_a_rollback_before_its_bet_keeps_the_bet_out_for_ever(self, say: Any, hop: MemoryWallet) -> None:
        assert await _plain(say("rollback", tx="r", reference="b")) == ("ok", 1000)
        assert (await say("bet", minor=100, tx="b")).word == "rolled back"
        assert hop.cash[(PLAYER, "EUR")] == 1000

    async def test_a_bet_repeated_after_its_rollback_does_not_stand(self, say: Any, hop: MemoryWallet) -> None:
        await say("bet", minor=100, tx="b")
        await say("rollback", tx="r", reference="b")
        assert (await say("bet", minor=100, tx="b")).word == "rolled back"
        assert (await say("bet", minor=200, tx="b")).word == "duplicate"
        assert (await say("win", minor=50, tx="w", reference="b")).word == "unknown transaction"
        assert hop.cash[(PLAYER, "EUR")] == 1000

    async def test_free_bets_stake_nothing_and_their_wins_are_paid(self, say: Any) -> None:
        assert await _plain(say("bet", minor=500, tx="b", free=True)) == ("ok", 1000)
        assert await _plain(say("win", minor=70, tx="w", reference="b", free=True)) == ("ok", 1070)

    async def test_a_promotion_is_paid_without_a_bet(self, say: Any) -> None:
        assert await _plain(say("win", minor=70, tx="w", promo=True)) == ("ok", 1070)

    async def test_ids_may_be_long_numbers_and_texts_of_any_script(self, say: Any) -> None:
        assert (await say("bet", minor=1, tx="123456789012345678", round="раунд-✓")).word == "ok"
        assert (await say("win", minor=1, tx="вин-✓", reference="123456789012345678", round="раунд-✓")).word == "ok"

    @pytest.mark.parametrize(("currency", "cash"), [("JPY", 1234), ("EUR", 1234), ("KWD", 1234)])
    async def test_currencies_of_any_scale(
        self, say: Any, hop: MemoryWallet, directory: MemoryDirectory, other: OtherSide, currency: str, cash: int
    ) -> None:
        hop.cash[(PLAYER, currency)] = cash
        directory.sessions[hash_token(TOKEN)] = session(supplier=other.supplier.name, currency=currency)
        assert await _plain(say("bet", minor=34, currency=currency)) == ("ok", cash - 34)

    async def test_a_lost_answer_is_asked_again_and_money_moved_once(self, say: Any, hop: MemoryWallet) -> None:
        hop.lost = True
        assert (await say("bet", minor=100, tx="b")).word == "unknown"
        hop.lost = False
        assert await _plain(say("bet", minor=100, tx="b")) == ("ok", 900)
        assert hop.cash[(PLAYER, "EUR")] == 900

    async def test_while_the_wallet_is_away_nothing_is_promised(self, say: Any, hop: MemoryWallet) -> None:
        hop.silent = True
        for kind in ("balance", "bet", "win", "rollback"):
            assert (await say(kind)).word == "unknown"

    def test_a_launch_is_granted_refused_or_neither(self, other: OtherSide) -> None:
        read = other.supplier.read_launch
        assert read(other.launch_answer("granted")) == LaunchGranted("http://game.test/x")
        assert isinstance(read(other.launch_answer("refused")), LaunchRefused)
        for reply in other.unclear():
            assert read(reply) == LaunchUnanswered(), reply

    def test_the_same_launch_is_the_same_request(self, other: OtherSide) -> None:
        launch = Launch(
            player_id=PLAYER,
            token=TOKEN,
            game_code=GAME,
            platform="mobile",
            language="en",
            currency="EUR",
            country="MT",
            lobby_url="https://casino.test",
            ip="203.0.113.9",
        )
        first = other.supplier.launch_request(other.account(), launch)
        assert first == other.supplier.launch_request(other.account(), launch)
        assert first.url.startswith("http://hub88.test/")
        assert TOKEN in json.dumps(json.loads(first.body))


async def _plain(answer: Any) -> tuple[str, int | None]:
    said: Said = await answer
    return said.word, said.balance
