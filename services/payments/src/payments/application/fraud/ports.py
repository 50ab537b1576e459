"""What the analysis of payments needs kept, as Protocols; `adapters/fraud` implements them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.exchange_store import RateSource
from payments.application.fraud.rules_port import RuleSets
from payments.application.fraud.worth import Worth
from payments.domain.fraud.features import Value, Values
from payments.domain.fraud.rules import Action, Rule, Trigger
from payments.domain.fraud.verdict import Verdict

Keys = Mapping[str, str]
"""By kind (`player`, `device`, `ip` ...): of what is counted. All but the player are fingerprints. Those of LISTED_AS
are looked for on lists alone."""

LISTED_AS: Mapping[str, tuple[str, str]] = {
    "bin8": ("bin", "bin"),
    "paid_to": ("instrument", "payout"),
    "charged": ("instrument", "instrument"),
}
"""By kind of a key: the kind of the entries it is looked for among, and as what it counts when it is found. Issuers are
listed by 6 or by 8 digits, a place by itself or as the instrument it is. What a player says that he pays with is his
word alone until the provider tells.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What a payment brings along: it is never kept so.

    Attributes:
        ip: whence it comes.
        device_id: what the casino's frontend calls the device.
        instrument: the mark of the card or account, see `fingerprint_of` in `application/instruments`.
        charged: the same of what he says that he pays with.
        bin: the first 6 or 8 digits of a card.
        payout: the mark of the instrument that a withdrawal goes to: the same for the same account, whoever is called
            its holder and however its number is written.
        proved: whether `instrument` and `payout` are more than the player's word: those that are.
    """

    ip: str | None = field(default=None, repr=False)
    device_id: str | None = field(default=None, repr=False)
    instrument: str | None = field(default=None, repr=False)
    charged: str | None = field(default=None, repr=False)
    bin: str | None = field(default=None, repr=False)
    payout: str | None = field(default=None, repr=False)
    proved: frozenset[str] = frozenset()


class Fingerprints(Protocol):
    """Makes keys of what a request brings along: equal for equal things of one casino, and of no use elsewhere."""

    def of(self, casino_id: UUID, player_id: UUID, signals: Signals) -> dict[str, str]:
        """The keys that can be made."""
        ...

    def one(self, casino_id: UUID, kind: str, text: str) -> str | None:
        """The key of one thing; None when the text is no such thing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that is decided on."""

    id: UUID
    trigger: Trigger
    casino_id: UUID
    player_id: UUID
    provider: str
    amount_minor: int
    currency: str


class Whose(NamedTuple):
    """A player's wallet."""

    casino_id: UUID
    player_id: UUID
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """Money of a player's that becomes money of another currency. `pot_minor`: all he had of it, on hold or not."""

    casino_id: UUID
    player_id: UUID
    sold_currency: str
    sold_minor: int
    bought_currency: str
    bought_minor: int
    pot_minor: int


class Features(Protocol):
    """What is counted and linked. Everything is in the transaction of the connection it is given."""

    async def link(
        self, connection: AsyncConnection, casino_id: UUID, keys: Keys, now: datetime, *, proved: Collection[str] = ()
    ) -> Mapping[str, datetime | None]:
        """Note that these were seen together. By kind, since when the player is seen with it; None: never before.

        `proved`: of instrument and payout, the kinds that are more than the player's word; what was proved once stays.
        """
        ...

    async def prove(self, connection: AsyncConnection, casino_id: UUID, keys: Keys, *, proved: bool) -> None:
        """That the player's links with this instrument and payout are proved, or are not; those that there are."""
        ...

    async def forget_contacts(self, connection: AsyncConnection, casino_id: UUID, player_id: UUID) -> None:
        """Nothing is known any more of what the player registered with."""
        ...

    async def measure(
        self, connection: AsyncConnection, payment: Payment, keys: Keys, now: datetime, worth: Worth
    ) -> dict[str, Value]:
        """What is known before the payment, by name, in one statement; amounts in its currency, by `worth`."""
        ...

    async def play(self, connection: AsyncConnection, payment: Payment) -> dict[str, Value]:
        """What the player wagered, after looking at the entries of the ledger that are new since the last time. His
        wallet is locked."""
        ...

    async def fold(self, connection: AsyncConnection, whose: Whose, most: int) -> int:
        """Look at so many of those entries at most; at how many there were. His wallet is locked."""
        ...

    async def played(self, connection: AsyncConnection, since: datetime, until: datetime) -> Sequence[Whose]:
        """Whose entries of this time were not all looked at."""
        ...

    async def carry(self, connection: AsyncConnection, exchange: Exchanged) -> None:
        """Have the same share of what was credited, taken out and wagered be of the other currency, as of when it was.
        Before the exchange is posted, to a wallet that there is; the player's wallets are locked."""
        ...

    async def count(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        keys: Keys,
        currency: str,
        counts: Mapping[str, int],
        now: datetime,
        *,
        fresh: frozenset[str] = frozenset(),
        asked_minor: int = 0,
        credited_minor: int = 0,
        failed: bool = False,
    ) -> None:
        """Add to every counter of every key. Once per transaction, last, since others wait for it.

        `fresh`: kinds of keys for which the deposit of `asked_minor` was not counted when it was asked for, nor when
        `credited_minor` of it was credited, or it `failed`.
        """
        ...

    async def cluster(
        self, connection: AsyncConnection, casino_id: UUID, player_id: UUID
    ) -> Sequence[Mapping[str, Any]]:
        """The edges (`player_id`, `kind`, `key`, `first_seen`, `last_seen`) of all players connected with this one."""
        ...

    async def known_of(
        self, connection: AsyncConnection, casino_id: UUID, players: Collection[UUID], now: datetime
    ) -> Sequence[Mapping[str, Any]]:
        """What is known of each: `player_id`, `open_case_id`, `fraud_cases`, `reversals`, `reinstatements`,
        `fraud_warnings`, `bonuses`, `blocked`."""
        ...


class Proof(StrEnum):
    """What becomes of the proof that the rules want of a payer."""

    ASKED = "asked"
    """The provider has him authenticated by his bank."""
    MISSING = "missing"
    """No provider can; the deposit goes on, and is counted as unproven."""
    REFUSED = "refused"
    """No provider can, and the casino does not take the deposit without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict with all that led to it: enough to reach it again."""

    id: UUID
    payment: Payment
    verdict: Verdict
    rule_version: int
    rules_sha256: str
    switched_off: frozenset[str]
    features: Values
    keys: Keys
    proof: Proof | None
    case_id: UUID | None
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found when the instrument of a payment became known, or its holder. The first record stays what it was.

    Attributes:
        is_news: rules hold that did not before; else only its features are kept.
        verdict: by the values of the first record and `features`, those of the instrument.
        refusal: the code with which the deposit would have been refused.
    """

    is_news: bool
    verdict: Verdict
    rule_version: int
    rules_sha256: str
    switched_off: frozenset[str]
    features: Values
    proof: Proof | None
    refusal: str | None
    case_id: UUID | None
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a payment was decided by when it was asked for, and since.

    Attributes:
        features: every value that was known when it was asked for.
        rules: those that held, in shadow or not, then or at a look.
        asked: the live ones that held when it was asked for.
        refused_since: the code with which the last look would have refused it; None: it would not.
    """

    id: UUID
    keys: Keys
    features: Values
    proof: Proof | None
    rules: frozenset[str]
    asked: frozenset[str]
    refused_since: str | None


class Decisions(Protocol):
    """What was decided."""

    async def save(self, connection: AsyncConnection, decision: Decision) -> None:
        """Keep it; a payment is decided once."""
        ...

    async def note_look(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger, look: Look) -> None:
        """Keep with a payment's record what was found when its instrument became known, or somebody else's."""
        ...

    async def before_look(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Before | None:
        """What a payment was decided by so far; None: it was never decided on."""
        ...

    async def action_of(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Action | None:
        """What was decided about the payment; None: nothing yet."""
        ...

    async def keys_of(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Keys | None:
        """Of what the payment is counted; None: it was never decided on."""
        ...

    async def add_keys(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger, keys: Keys) -> None:
        """Have the payment counted for these as well. The values it was decided by stay what they were."""
        ...

    async def find(self, connection: AsyncConnection, decision_id: UUID) -> dict[str, Any] | None:
        """The whole row."""
        ...

    async def history(
        self, connection: AsyncConnection, casino_id: UUID, since: datetime, most: int
    ) -> Sequence[Mapping[str, Any]]:
        """What was decided since then, the newest first: its row, actions of looks (`later`), its `outcome`, and
        what became of it: `succeeded`, `refunded`, `charged_back`, `fraud_warned`."""
        ...

    async def performance(
        self, connection: AsyncConnection, casino_id: UUID, since: datetime
    ) -> Sequence[Mapping[str, Any]]:
        """By rule: `live_hits`, `shadow_hits`, and cases by outcome: `fraud`, `not_fraud`, `unclear`, `undecided`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands on a casino's list. `until` None: until somebody takes it off; `rule` None: a person added it."""

    id: UUID
    casino_id: UUID
    list: Literal["block", "allow"]
    kind: str
    key: str
    until: datetime | None
    rule: str | None
    player_id: UUID | None
    added_by: str
    added_at: datetime


class Lists(Protocol):
    """The casinos' block lists and allow lists."""

    async def block(
        self, connection: AsyncConnection, payment: Payment, keys: Keys, rule: Rule, by: str, now: datetime
    ) -> None:
        """Put on the block list what the rule names, for as long as it says; a longer entry stays."""
        ...

    async def add(self, connection: AsyncConnection, entry: Entry) -> Entry:
        """Put it on its list, a longer entry stays; what stands there now."""
        ...

    async def remove(self, connection: AsyncConnection, casino_id: UUID, entry_id: UUID) -> Entry | None:
        """Take it off; what stood there, if anything did."""
        ...

    async def find(self, connection: AsyncConnection, entry_id: UUID) -> Entry | None:
        """It, and whose list it stands on; None: on none."""
        ...


class Cases(Protocol):
    """The cases that people look into."""

    async def open_case(self, connection: AsyncConnection, player_id: UUID) -> UUID | None:
        """The player's case that is open; until the transaction ends nobody else opens one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fraud:
    """The ports of the analysis, as one member of the desk. `is_of_payer`: whether this provider's no, by its code,
    says something of who pays."""

    features: Features
    rules: RuleSets
    decisions: Decisions
    lists: Lists
    cases: Cases
    fingerprints: Fingerprints
    rates: RateSource
    is_of_payer: Callable[[str, str], bool]


def known(keys: Iterable[str]) -> dict[str, Value]:
    """That there is something to count for, as values."""
    return {f"known:{kind}": True for kind in keys if kind not in LISTED_AS}
