"""A supplier's wallet call and our answer, free of any supplier's words: what every protocol is translated into."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec

CallKind = Literal["info", "balance", "bet", "win", "rollback"]


class Verdict(StrEnum):
    """What came of a call. Each protocol has its own word for every one of these."""

    OK = "ok"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    DIFFERENT_FACTS = "different_facts"
    ROLLED_BACK = "rolled_back"
    UNKNOWN_REFERENCE = "unknown_reference"
    PLAYER_DISABLED = "player_disabled"
    LIMIT_REACHED = "limit_reached"
    WRONG_CURRENCY = "wrong_currency"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - a word of the protocol, no secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - as above
    INVALID_GAME = "invalid_game"
    INVALID_PARTNER = "invalid_partner"
    INVALID_SIGNATURE = "invalid_signature"
    WRONG_SYNTAX = "wrong_syntax"
    WRONG_TYPES = "wrong_types"
    UNKNOWN = "unknown"
    """Nobody knows: the supplier asks again or rolls back. The only answer to a doubt."""


class CallRefused(Exception):
    """A call cannot be understood or believed; it never reaches the wallet."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class WalletCall(msgspec.Struct, frozen=True, kw_only=True):
    """What a supplier asks of the wallet.

    Attributes:
        user: the player, as we named them to the supplier.
        echo: the supplier's id of this request, to be repeated in the answer.
        amount_minor: as stated by the supplier, exact, in minor units of `currency`; 0 or more.
        transaction: the supplier's id of the movement, unique within `series` at one casino.
        series: the number range of `transaction`; a rollback's `reference` lies in `reference_series`.
        reference: the supplier's id of the bet a win belongs to, or of what a rollback undoes.
        requires_reference: refuse when the ledger does not know the reference.
        free: nothing is staked; what is won is paid.
        stale_session_allowed: the token must be known, it may be expired.
    """

    kind: CallKind
    user: str
    echo: str
    token: str = ""
    game_code: str = ""
    currency: str | None = None
    amount_minor: int = 0
    transaction: str = ""
    series: str = ""
    reference: str | None = None
    reference_series: str = ""
    requires_reference: bool = False
    round_ref: str = ""
    round_closed: bool = False
    free: bool = False
    stale_session_allowed: bool = False


class WalletAnswer(msgspec.Struct, frozen=True):
    """What the wallet says. A balance is the player's cash in minor units, where it is known."""

    verdict: Verdict
    balance_minor: int | None = None
    currency: str | None = None
    player: "PlayerFacts | None" = None
    jurisdiction: str | None = None


class Movement(msgspec.Struct, frozen=True, array_like=True):
    """One item of the wallet hop, in the order in which it travels; `kind` is bet, win or rollback.

    `repeat_only`: we take no such bet any more; the ledger shall answer as at first if it was taken before.
    """

    id: UUID
    kind: CallKind
    casino_id: UUID
    player_id: UUID
    currency: str
    amount_minor: int
    fingerprint: int
    round_ref: str
    game_code: str
    supplier: str
    session_id: UUID | None
    reference_id: UUID | None
    supplier_tx: str
    requires_reference: bool
    round_closed: bool
    repeat_only: bool = False


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a wallet call needs to know about the session behind its token."""

    session_id: UUID
    player_id: UUID
    casino_id: UUID
    supplier: str
    currency: str
    country: str
    launched: bool
    closed_because: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PlayerFacts:
    """Games' own copy of what it must know about a player. No personal data."""

    player_id: UUID
    casino_id: UUID
    country: str
    currency: str
    registered_at: datetime
    blocked: bool = False
    excluded: bool = False
    excluded_until: datetime | None = None

    def barred(self, now: datetime) -> Literal["player_blocked", "player_self_excluded"] | None:
        """Why the player may not bet now; None when they may."""
        if self.blocked:
            return "player_blocked"
        if self.excluded and (self.excluded_until is None or now < self.excluded_until):
            return "player_self_excluded"
        return None


@dataclass(frozen=True, slots=True)
class GameFacts:
    """Whether a game can be played at a casino, and where not."""

    playable: bool
    blocked_countries: frozenset[str]

    def open_to(self, country: str) -> bool:
        """Whether a player of this country may play it."""
        return self.playable and country not in self.blocked_countries


@dataclass(frozen=True, slots=True)
class CasinoFacts:
    """What of a casino and its jurisdiction profile in force matters to games."""

    casino_id: UUID
    jurisdiction: str
    currency: str
    profile: Mapping[str, Any]
