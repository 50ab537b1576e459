"""What games tells the others: sessions, and what is on offer."""

from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, CountryCode, ExternalRef, Label, PlayerId, Slug
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

    casino_id: CasinoId
    supplier: Slug
    game_code: ExternalRef
    """The supplier's code of the game."""
    name: Label
    category: Label
    """The supplier's own word for the kind of game."""
    enabled: bool
    blocked_countries: tuple[CountryCode, ...] = ()
    """Players of these countries are not offered the game, on or off."""


class GameSessionOpened(
    ContractEvent,
    type="games.session_opened",
    version=1,
    topic=SESSIONS,
    key="player_id",
    consumers=("backoffice",),
):
    """A player launched a game."""

    session_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    supplier: Slug
    game_code: ExternalRef
    """The supplier's code of the game."""
    currency: CurrencyCode
    """The currency the game is played in."""
    platform: Literal["desktop", "mobile"]


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
    player_id: PlayerId
    casino_id: CasinoId
    cause: Code
