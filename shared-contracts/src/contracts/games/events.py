"""What games tells the others: sessions, and what is on offer."""

from uuid import UUID

from contracts.event import ContractEvent
from contracts.money import CurrencyCode

CATALOGUE = "games.catalogue.events"
SESSIONS = "games.session.events"


class GameAvailabilityDecided(
    ContractEvent,
    type="games.availability_decided",
    version=1,
    topic=CATALOGUE,
    key="casino_id",
    consumers=("reports",),
):
    """A game is on or off at a casino; the countries in which it stays off."""

    casino_id: UUID
    supplier: str
    game_code: str
    name: str
    category: str
    enabled: bool
    blocked_countries: tuple[str, ...] = ()


class GameSessionOpened(
    ContractEvent,
    type="games.session_opened",
    version=1,
    topic=SESSIONS,
    key="player_id",
    consumers=("backoffice", "reports"),
):
    """A player launched a game."""

    session_id: UUID
    player_id: UUID
    casino_id: UUID
    supplier: str
    game_code: str
    currency: CurrencyCode
    platform: str


class GameSessionClosed(
    ContractEvent,
    type="games.session_closed",
    version=1,
    topic=SESSIONS,
    key="player_id",
    consumers=("backoffice",),
):
    """The session takes no more bets; wins and rollbacks are still taken."""

    session_id: UUID
    player_id: UUID
    casino_id: UUID
    cause: str
