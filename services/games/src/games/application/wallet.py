"""What a wallet call means here: who may still bet, what is always paid, and what the ledger is told.

A bet needs a running session, a player who may play and a game that is on. A win and a rollback need none of that:
they belong to a bet already taken, so they are paid after expiry, exclusion and the game's end alike. The ledger has
the last word on money and on restrictions; what is checked here only spares it the question.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from chassis.domain import Clock
from contracts.payments.wallet import WalletCode, transfer_id
from games.application.ports import Directory, SupplierAccount, WalletHop, WalletSilent
from games.application.tokens import hash_token
from games.application.wallet_calls import Movement, SessionFacts, Verdict, WalletAnswer, WalletCall
from games.domain.identity import fingerprint

_VERDICTS: dict[int, Verdict] = {
    WalletCode.CREATED: Verdict.OK,
    WalletCode.REPEATED: Verdict.OK,
    WalletCode.INSUFFICIENT_FUNDS: Verdict.INSUFFICIENT_FUNDS,
    WalletCode.DIFFERENT_FACTS: Verdict.DIFFERENT_FACTS,
    WalletCode.UNKNOWN_ACCOUNT: Verdict.WRONG_CURRENCY,
    WalletCode.ROLLED_BACK: Verdict.ROLLED_BACK,
    WalletCode.UNKNOWN_REFERENCE: Verdict.UNKNOWN_REFERENCE,
    WalletCode.BLOCKED: Verdict.PLAYER_DISABLED,
    WalletCode.FEED_STALE: Verdict.UNKNOWN,
    WalletCode.GROUP_REFUSED: Verdict.UNKNOWN,
    WalletCode.UNANSWERED: Verdict.UNKNOWN,
}
"""How the ledger's answers read. What is not in here is a doubt."""

_KNOWN_BEFORE = {WalletCode.REPEATED, WalletCode.DIFFERENT_FACTS, WalletCode.ROLLED_BACK}
_BALANCE_KNOWN = {Verdict.OK, Verdict.INSUFFICIENT_FUNDS}


class WalletService:
    """Answers suppliers' wallet calls. Writes nothing: the movement's id says all that must be remembered."""

    def __init__(self, directory: Directory, hop: WalletHop, clock: Clock) -> None:
        self._directory = directory
        self._hop = hop
        self._now: Callable[[], datetime] = clock.now

    async def handle(self, account: SupplierAccount, call: WalletCall) -> WalletAnswer:
        """The answer to a call whose signature was checked with this account's key."""
        if call.kind == "info":
            return await self._info(account, call)
        session = await self._directory.session(hash_token(call.token))
        if session is None or not _belongs(session, account, call):
            return WalletAnswer(Verdict.INVALID_TOKEN)
        try:
            if call.kind == "balance":
                return await self._balance(session)
            return await self._move(account, session, call)
        except WalletSilent:
            return WalletAnswer(Verdict.UNKNOWN)

    async def _info(self, account: SupplierAccount, call: WalletCall) -> WalletAnswer:
        player_id = _uuid(call.user)
        player = await self._directory.player(player_id) if player_id else None
        if player is None or player.casino_id != account.casino_id:
            return WalletAnswer(Verdict.INVALID_TOKEN)
        if player.barred(self._now()):
            return WalletAnswer(Verdict.PLAYER_DISABLED)
        casino = await self._directory.casino(account.casino_id)
        return WalletAnswer(Verdict.OK, player=player, jurisdiction=casino.jurisdiction if casino else None)

    async def _balance(self, session: SessionFacts) -> WalletAnswer:
        refused = self._stale(session)
        if refused:
            return WalletAnswer(refused)
        balance = await self._hop.balance(session.player_id, session.currency)
        if balance is None:
            return WalletAnswer(Verdict.WRONG_CURRENCY)
        return WalletAnswer(Verdict.OK, balance, session.currency)

    async def _move(self, account: SupplierAccount, session: SessionFacts, call: WalletCall) -> WalletAnswer:
        if call.currency is not None and call.currency != session.currency:
            return WalletAnswer(Verdict.WRONG_CURRENCY)
        movement = _movement(account, session, call)
        refused = await self._bet_refused(account, session, call) if call.kind == "bet" else None
        if refused:
            # The supplier may be repeating a bet that was taken before its session, player or game was closed.
            movement = msgspec.structs.replace(movement, repeat_only=True)
        code, balance = await self._hop.move(movement)
        if refused and code not in _KNOWN_BEFORE:
            return WalletAnswer(refused)
        verdict = _VERDICTS.get(code, Verdict.UNKNOWN)
        return WalletAnswer(verdict, balance if verdict in _BALANCE_KNOWN else None, session.currency)

    async def _bet_refused(self, account: SupplierAccount, session: SessionFacts, call: WalletCall) -> Verdict | None:
        stale = self._stale(session)
        if stale and not (session.launched and call.stale_session_allowed):
            return stale
        if not account.enabled:
            return Verdict.INVALID_PARTNER
        player = await self._directory.player(session.player_id)
        if player is None:
            return Verdict.INVALID_TOKEN
        if player.barred(self._now()):
            return Verdict.PLAYER_DISABLED
        game = await self._directory.game(account.casino_id, account.supplier, call.game_code)
        if game is None or not game.open_to(session.country):
            return Verdict.INVALID_GAME
        return None

    def _stale(self, session: SessionFacts) -> Verdict | None:
        """Why the session takes no bet and shows no balance; None when it does."""
        if not session.launched:
            return Verdict.INVALID_TOKEN
        if session.closed_because in ("player_blocked", "player_self_excluded"):
            return Verdict.PLAYER_DISABLED
        if session.closed_because or session.expires_at <= self._now():
            return Verdict.TOKEN_EXPIRED
        return None


def _belongs(session: SessionFacts, account: SupplierAccount, call: WalletCall) -> bool:
    return (
        session.casino_id == account.casino_id
        and session.supplier == account.supplier
        and str(session.player_id) == call.user
    )


def _movement(account: SupplierAccount, session: SessionFacts, call: WalletCall) -> Movement:
    """What the ledger is told. The facts that make a repeat a repeat do not include the session: a game may be
    resumed on another device, and the supplier repeats its transaction from there.
    """
    staked_nothing = call.free and call.kind == "bet"
    supplier, casino = account.supplier, account.casino_id
    return Movement(
        transfer_id(supplier, casino, call.transaction, call.series),
        call.kind,
        casino,
        session.player_id,
        session.currency,
        0 if staked_nothing else call.amount_minor,
        fingerprint(
            call.kind,
            call.user,
            call.amount_minor,
            call.currency or "",
            call.round_ref,
            call.game_code,
            call.reference or "",
            call.free,
        ),
        call.round_ref,
        call.game_code,
        supplier,
        session.session_id,
        transfer_id(supplier, casino, call.reference, call.reference_series) if call.reference else None,
        call.transaction,
        call.requires_reference,
        call.round_closed,
    )


def _uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
