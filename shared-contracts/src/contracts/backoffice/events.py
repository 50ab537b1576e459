"""What backoffice tells the others: casinos, players, and what a player may do."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.money import AmountMinor, CurrencyCode

CASINOS = "backoffice.casino.events"
PLAYERS = "backoffice.player.events"

LimitPeriod = Literal["day", "week", "month"]


class CasinoOpened(
    ContractEvent,
    type="backoffice.casino_opened",
    version=1,
    topic=CASINOS,
    key="casino_id",
    consumers=("security", "verification", "payments", "games", "reports"),
):
    """A casino exists. `profile` is its jurisdiction profile in force (see JurisdictionProfileAdopted)."""

    casino_id: UUID
    name: str
    jurisdiction: str
    currency: CurrencyCode
    time_zone: str
    gaming_day_starts_at_hour: int = 0
    profile: dict[str, Any]


class JurisdictionProfileAdopted(
    ContractEvent,
    type="backoffice.jurisdiction_profile_adopted",
    version=1,
    topic=CASINOS,
    key="casino_id",
    consumers=("verification", "payments", "games"),
):
    """A new version of a casino's rules, in force from `effective_from`. The whole profile, not a difference."""

    casino_id: UUID
    profile_version: int
    effective_from: datetime
    profile: dict[str, Any]


class PlayerRegistered(
    ContractEvent,
    type="backoffice.player_registered",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("security", "verification", "payments", "games", "reports"),
):
    """A player opened an account. Who it is stays with backoffice; services that must know ask for it."""

    player_id: UUID
    casino_id: UUID
    country: str
    currency: CurrencyCode
    registered_at: datetime
    test_account: bool = False


class PlayerBlocked(
    ContractEvent,
    type="backoffice.player_blocked",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("security", "payments", "games", "reports"),
):
    """Staff stopped the account: no log-in, bet or deposit. Withdrawals stay possible through staff."""

    player_id: UUID
    casino_id: UUID


class PlayerUnblocked(
    ContractEvent,
    type="backoffice.player_unblocked",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("security", "payments", "games", "reports"),
):
    """The staff's block is lifted; an exclusion of the player's own stays."""

    player_id: UUID
    casino_id: UUID


class PlayerTagged(ContractEvent, type="backoffice.player_tagged", version=1, topic=PLAYERS, key="player_id"):
    """A tag was put on a player."""

    player_id: UUID
    casino_id: UUID
    tag: str


class PlayerUntagged(ContractEvent, type="backoffice.player_untagged", version=1, topic=PLAYERS, key="player_id"):
    """A tag was taken off a player."""

    player_id: UUID
    casino_id: UUID
    tag: str


class PlayerNoted(ContractEvent, type="backoffice.player_noted", version=1, topic=PLAYERS, key="player_id"):
    """A colleague wrote a note. Its text stays in backoffice."""

    player_id: UUID
    casino_id: UUID
    note_id: UUID


class PersonalDataErased(
    ContractEvent,
    type="backoffice.personal_data_erased",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("security", "verification"),
):
    """The player's key is gone, and with it every name and address; keep nothing that tells who it was."""

    player_id: UUID
    casino_id: UUID


class DepositLimitSet(
    ContractEvent,
    type="backoffice.deposit_limit_set",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("payments",),
):
    """The limit on gross deposits of one period, in force from `effective_from` (later when it was loosened)."""

    player_id: UUID
    casino_id: UUID
    period: LimitPeriod
    amount_minor: AmountMinor
    currency: CurrencyCode
    previous_amount_minor: int | None = None
    effective_from: datetime


class SelfExclusionStarted(
    ContractEvent,
    type="backoffice.self_exclusion_started",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("security", "payments", "games", "reports"),
):
    """The player excluded himself: no bet and no deposit until `until` (None: without end); withdrawals go on."""

    player_id: UUID
    casino_id: UUID
    started_at: datetime
    until: date | None = None


class RestrictionFeedBeat(
    ContractEvent,
    type="backoffice.restriction_feed_beat",
    version=1,
    topic=PLAYERS,
    key="beat_id",
    consumers=("payments",),
    audited=False,
):
    """A sign of life on every partition of the players' topic, sent through the outbox like any restriction.

    Whoever enforces restrictions learns from it how old its copy may be.
    """

    beat_id: str
    partition: int
    sent_at: datetime
