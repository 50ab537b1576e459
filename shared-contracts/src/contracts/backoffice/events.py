"""What backoffice tells the others: casinos, players, and what a player may do."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.backoffice.profile import JurisdictionProfile
from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, Count, CountryCode, ExternalRef, Label, PlayerId, Sha256, UtcTime
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

    casino_id: CasinoId
    name: Label
    jurisdiction: Label
    currency: CurrencyCode
    """The casino's own currency, in which its limits and reports are kept."""
    time_zone: Label
    """IANA name of the casino's reporting time zone."""
    gaming_day_starts_at_hour: Annotated[int, Field(ge=0, le=23)] = 0
    """Local hour at which the casino's day begins, 0 to 23."""
    profile: JurisdictionProfile
    """The whole jurisdiction profile in force."""


class JurisdictionProfileAdopted(
    ContractEvent,
    type="backoffice.jurisdiction_profile_adopted",
    version=1,
    topic=CASINOS,
    key="casino_id",
    consumers=("verification", "payments", "games"),
):
    """A new version of a casino's rules, in force from `effective_from`. The whole profile, not a difference."""

    casino_id: CasinoId
    profile_version: Annotated[int, Field(ge=1)]
    """Counts the casino's profiles, from 1."""
    effective_from: UtcTime
    profile: JurisdictionProfile


class PlayerRegistered(
    ContractEvent,
    type="backoffice.player_registered",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "security", "verification", "payments", "games", "reports"),
):
    """A player opened an account. Who it is stays with backoffice; services that must know ask for it."""

    player_id: PlayerId
    casino_id: CasinoId
    country: CountryCode
    """Country of residence."""
    currency: CurrencyCode
    """The currency of the player's wallet."""
    registered_at: UtcTime
    test_account: bool = False
    """Money and figures of a test account stay out of every report."""


class RegistrationDeclined(
    ContractEvent,
    type="backoffice.registration_declined",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice",),
):
    """Somebody wanted to register as this player, or with his e-mail, and no account was opened. Whoever asked was told
    what everybody is told; the player hears of it from whoever writes to players.
    """

    player_id: PlayerId
    """Who is here already, or excluded."""
    casino_id: CasinoId
    """His casino."""
    at_casino_id: CasinoId
    """Where the account was asked for; another one, where he is excluded at a sister of it."""
    cause: Literal["email_known", "person_known", "excluded"]


class PlayerProfileChanged(
    ContractEvent,
    type="backoffice.player_profile_changed",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "verification", "payments"),
):
    """Something about the person is new. What it is stays with backoffice; services that must know ask for it."""

    player_id: PlayerId
    casino_id: CasinoId
    fields: tuple[Code, ...]
    """Which: `first_name`, `last_name`, `phone`, `address`."""


class PlayerContactsMarked(
    ContractEvent,
    type="backoffice.player_contacts_marked",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("payments",),
    audited=False,
):
    """What tells that players have the same telephone, postal address or domain of their e-mail, and not which: keyed
    hashes, others at each casino. Those that are new, at a registration all that there are.
    """

    player_id: PlayerId
    casino_id: CasinoId
    phone: Sha256 | None = None
    address: Sha256 | None = None
    """Of its words, in whatever order and however punctuated."""
    email_domain: Sha256 | None = None


class PlayerBlocked(
    ContractEvent,
    type="backoffice.player_blocked",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "security", "payments", "games"),
):
    """Staff stopped the account: no log-in, bet or deposit. Withdrawals stay possible through staff."""

    player_id: PlayerId
    casino_id: CasinoId


class PlayerUnblocked(
    ContractEvent,
    type="backoffice.player_unblocked",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "security", "payments", "games"),
):
    """The staff's block is lifted; an exclusion of the player's own stays."""

    player_id: PlayerId
    casino_id: CasinoId


class PlayerTagged(
    ContractEvent,
    type="backoffice.player_tagged",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "payments"),
):
    """A tag was put on a player."""

    player_id: PlayerId
    casino_id: CasinoId
    tag: Label


class PlayerUntagged(
    ContractEvent,
    type="backoffice.player_untagged",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "payments"),
):
    """A tag was taken off a player."""

    player_id: PlayerId
    casino_id: CasinoId
    tag: Label


class PlayerNoted(
    ContractEvent, type="backoffice.player_noted", version=1, topic=PLAYERS, key="player_id", consumers=("backoffice",)
):
    """A colleague wrote a note. Its text stays in backoffice."""

    player_id: PlayerId
    casino_id: CasinoId
    note_id: UUID
    """The note; its text stays in backoffice."""


class PersonalDataErased(
    ContractEvent,
    type="backoffice.personal_data_erased",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "security", "payments", "verification"),
):
    """The player's key is gone, and with it every name and address; keep nothing that tells who it was.

    The account is closed for good: no log-in, no bet, no deposit. Of an excluded player backoffice keeps the keyed hash
    of name and date of birth until the exclusion ends (for ever, if it has no end), and nothing in clear.
    """

    player_id: PlayerId
    casino_id: CasinoId


class DepositLimitSet(
    ContractEvent,
    type="backoffice.deposit_limit_set",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=(
        "backoffice",
        "payments",
    ),
):
    """The limit on gross deposits of one period, in force from `effective_from` (later when it was loosened)."""

    player_id: PlayerId
    casino_id: CasinoId
    period: LimitPeriod
    amount_minor: AmountMinor
    """The most the player may pay in during one period."""
    currency: CurrencyCode
    previous_amount_minor: AmountMinor | None = None
    """The limit it replaces; absent for the first."""
    effective_from: UtcTime


class SelfExclusionStarted(
    ContractEvent,
    type="backoffice.self_exclusion_started",
    version=1,
    topic=PLAYERS,
    key="player_id",
    consumers=("backoffice", "security", "payments", "games"),
):
    """The player excluded himself: no bet and no deposit up to the end of `until` (None: without end); withdrawals go
    on."""

    player_id: PlayerId
    casino_id: CasinoId
    started_at: UtcTime
    until: date | None = None
    """The last day of the exclusion, by the casino's calendar; absent when it has no end."""


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

    beat_id: ExternalRef
    """Chosen so that it falls on `partition`."""
    partition: Count
    """The partition of the players' topic this beat vouches for."""
    sent_at: UtcTime
