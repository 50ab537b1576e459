"""Facts most tests start from, and a directory that holds them in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.backoffice.profile import JurisdictionProfile
from games.application.ports import PartnerDesk, SupplierAccount
from games.application.tokens import hash_token
from games.application.wallet_calls import CasinoFacts, GameFacts, PlayerFacts, SessionFacts

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CASINO, OTHER_CASINO = UUID(int=0xC1), UUID(int=0xC2)
PLAYER, OTHER_PLAYER = UUID(int=0xA1), UUID(int=0xA2)
SESSION = UUID(int=0x51)
TOKEN = "a-token-of-more-than-ten-characters"
GAME = "clt_dragonrising"


def player(**changes: Any) -> PlayerFacts:
    """A player from Malta who plays in euro."""
    facts: dict[str, Any] = {
        "player_id": PLAYER,
        "casino_id": CASINO,
        "country": "MT",
        "currency": "EUR",
        "registered_at": NOW - timedelta(days=30),
    }
    return PlayerFacts(**{**facts, **changes})


def session(**changes: Any) -> SessionFacts:
    """A running session of that player."""
    facts: dict[str, Any] = {
        "session_id": SESSION,
        "player_id": PLAYER,
        "casino_id": CASINO,
        "supplier": "hub88",
        "currency": "EUR",
        "country": "MT",
        "launched": True,
        "closed_because": None,
        "expires_at": NOW + timedelta(hours=1),
    }
    return SessionFacts(**{**facts, **changes})


def game(**changes: Any) -> GameFacts:
    """A game that is on."""
    facts: dict[str, Any] = {"playable": True, "blocked_countries": frozenset({"US"})}
    return GameFacts(**{**facts, **changes})


def account(**changes: Any) -> SupplierAccount:
    """The casino's account with Hub88, without keys."""
    facts: dict[str, Any] = {
        "casino_id": CASINO,
        "supplier": "hub88",
        "enabled": True,
        "settings": {},
        "secrets": {},
    }
    return SupplierAccount(**{**facts, **changes})


@dataclass
class MemoryDirectory:
    """See Directory."""

    desk: PartnerDesk | None = None
    accounts: dict[tuple[UUID, str], SupplierAccount] = field(default_factory=dict)
    sessions: dict[str, SessionFacts] = field(default_factory=dict)
    players: dict[UUID, PlayerFacts] = field(default_factory=dict)
    games: dict[tuple[UUID, str, str], GameFacts] = field(default_factory=dict)
    casinos: dict[UUID, CasinoFacts] = field(default_factory=dict)

    @classmethod
    def of_one_player(cls) -> "MemoryDirectory":
        """The facts above, put together."""
        return cls(
            accounts={(CASINO, "hub88"): account()},
            sessions={hash_token(TOKEN): session()},
            players={PLAYER: player()},
            games={(CASINO, "hub88", GAME): game()},
            casinos={CASINO: CasinoFacts(CASINO, "MT", "EUR", {})},
        )

    async def account(self, casino_id: UUID, supplier: str) -> tuple[SupplierAccount, PartnerDesk] | None:
        found = self.accounts.get((casino_id, supplier))
        return (found, self.desk) if found and self.desk else None

    async def session(self, token_hash: str) -> SessionFacts | None:
        return self.sessions.get(token_hash)

    async def player(self, player_id: UUID) -> PlayerFacts | None:
        return self.players.get(player_id)

    async def game(self, casino_id: UUID, supplier: str, game_code: str) -> GameFacts | None:
        return self.games.get((casino_id, supplier, game_code))

    async def casino(self, casino_id: UUID) -> CasinoFacts | None:
        return self.casinos.get(casino_id)


PROFILE = JurisdictionProfile(
    minimum_age=18,
    limit_loosening_hours=24,
    exclusion_months_min=6,
    withdrawal_requires_level="verified",
    withdrawal_cancellation_allowed=False,
    required_documents=("identity",),
)
