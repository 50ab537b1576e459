"""A wallet in memory that answers as payments does. `WalletContract` holds it to that."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.payments.wallet import WalletCode
from games.application.ports import WalletSilent
from games.application.wallet_calls import Movement


@dataclass
class Posted:
    """A movement in the books, with the cash after it."""

    movement: Movement
    cash: int
    undone: bool = False


@dataclass
class MemoryWallet:
    """See WalletHop.

    Attributes:
        cash: minor units by (player, currency); who is not in it has no wallet.
        blocked: players whose bets are refused.
        stale: whether restrictions may have been missed.
        silent: answer nothing; with `lost`, do it and lose the answer.
    """

    cash: dict[tuple[UUID, str], int] = field(default_factory=dict)
    blocked: set[UUID] = field(default_factory=set)
    stale: bool = False
    silent: bool = False
    lost: bool = False
    posted: dict[UUID, Posted] = field(default_factory=dict)
    reversals: dict[UUID, Posted] = field(default_factory=dict)
    asked: list[Movement] = field(default_factory=list)

    async def move(self, movement: Movement) -> tuple[int, int | None]:
        self.asked.append(movement)
        if self.silent:
            raise WalletSilent
        answer = self._move(movement)
        if self.lost:
            raise WalletSilent
        return answer

    async def balance(self, player_id: UUID, currency: str) -> int | None:
        if self.silent:
            raise WalletSilent
        return self.cash.get((player_id, currency))

    def _move(self, one: Movement) -> tuple[int, int | None]:
        cash = self.cash.get((one.player_id, one.currency))
        if cash is None:
            return WalletCode.UNKNOWN_ACCOUNT, None
        earlier = self.posted.get(one.id)
        if earlier is not None:
            same = (one.kind, one.player_id, one.fingerprint, one.reference_id) == (
                earlier.movement.kind,
                earlier.movement.player_id,
                earlier.movement.fingerprint,
                earlier.movement.reference_id,
            )
            if not same:
                return WalletCode.DIFFERENT_FACTS, cash
            undone = one.id in self.reversals
            return (WalletCode.ROLLED_BACK, cash) if undone else (WalletCode.REPEATED, earlier.cash)
        if one.kind == "rollback":
            return self._rollback(one, cash)
        refused = self._bet_refused(one, cash) if one.kind == "bet" else self._win_refused(one)
        if one.id in self.reversals:
            return WalletCode.ROLLED_BACK, cash
        if refused is not None:
            return refused, cash
        return self._post(one, -one.amount_minor if one.kind == "bet" else one.amount_minor)

    def _bet_refused(self, bet: Movement, cash: int) -> WalletCode | None:
        if bet.player_id in self.blocked or bet.repeat_only:
            return WalletCode.BLOCKED
        if self.stale:
            return WalletCode.FEED_STALE
        return WalletCode.INSUFFICIENT_FUNDS if bet.amount_minor > cash else None

    def _win_refused(self, win: Movement) -> WalletCode | None:
        bet = self.posted.get(win.reference_id) if win.reference_id else None
        known = bet is not None and bet.movement.kind == "bet" and bet.movement.player_id == win.player_id
        known = known and win.reference_id not in self.reversals
        return WalletCode.UNKNOWN_REFERENCE if win.requires_reference and not known else None

    def _rollback(self, one: Movement, cash: int) -> tuple[int, int | None]:
        if one.reference_id is None:
            return WalletCode.UNKNOWN_REFERENCE, cash
        done = self.reversals.get(one.reference_id)
        if done is not None:
            mine = done.movement.player_id == one.player_id
            return (WalletCode.REPEATED, done.cash) if mine else (WalletCode.UNKNOWN_REFERENCE, cash)
        target = self.posted.get(one.reference_id)
        if target is not None and (
            target.movement.player_id != one.player_id or target.movement.kind not in ("bet", "win")
        ):
            return WalletCode.UNKNOWN_REFERENCE, cash
        by = 0
        if target is not None:
            amount = target.movement.amount_minor
            by = amount if target.movement.kind == "bet" else -min(amount, cash)
        answer = self._post(one, by)
        self.reversals[one.reference_id] = self.posted[one.id]
        return answer

    def _post(self, one: Movement, by: int) -> tuple[int, int | None]:
        key = (one.player_id, one.currency)
        self.cash[key] += by
        self.posted[one.id] = Posted(one, self.cash[key])
        return WalletCode.CREATED, self.cash[key]
