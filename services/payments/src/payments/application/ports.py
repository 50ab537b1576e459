"""What payments needs from the outside, as Protocols; strategies and adapters implement them.

A provider strategy is stateless and does no I/O: it builds the call, somebody else makes it, and it reads the answer.
So every protocol is tested without a network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.deposit.bounds import DepositBounds
from payments.domain.deposit.words import DepositWord
from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.domain.withdrawal.words import PayoutWord

Flow = Literal["deposit", "payout"]


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as it goes over the wire. The same facts always build the same bytes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, whatever its status."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccount:
    """A casino's account at a provider, its bounds by currency.

    `secrets` are open here and nowhere else; they are never shown or logged.
    """

    casino_id: UUID
    provider: str
    enabled: bool
    currencies: frozenset[str]
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    deposit_bounds: Mapping[str, DepositBounds] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositIntent:
    """What a provider is told about a deposit. Its id is our reference and the idempotency key."""

    deposit_id: UUID
    player_id: UUID
    amount_minor: int
    currency: str
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutOrder:
    """What a provider is told about a payout. The same order, request id included, is paid at most once."""

    withdrawal_id: UUID
    request_id: UUID
    player_id: UUID
    amount_minor: int
    currency: str
    destination: Mapping[str, str] = field(repr=False)
    notification_url: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """The provider knows nothing under the reference it was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutDeposit:
    """A notification says this about the deposit of our reference (None: it names none of ours)."""

    deposit_id: UUID | None
    word: DepositWord


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPayout:
    """A notification says this about the withdrawal of our reference (None: it names none of ours)."""

    withdrawal_id: UUID | None
    word: PayoutWord


@dataclass(frozen=True, slots=True, kw_only=True)
class MayTake:
    """The provider asks before it pays: is this money on hold for that withdrawal?"""

    withdrawal_id: UUID | None
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Genuine, and of no consequence for money."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Genuine, about money, and beyond us: a person has to look. `why` is its stable code."""

    why: str


Said = AboutDeposit | AboutPayout | MayTake | Nothing | Unclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A genuine notification.

    Attributes:
        id: the provider's id of it: it counts once.
        kind: the provider's own word for it.
        said: what it means.
        said_at: by the provider's clock.
        facts: what a person needs to look into it; no personal data.
        ticket: what the answer must repeat, where the protocol wants that.
    """

    id: str
    kind: str
    said: Said
    said_at: datetime
    facts: Mapping[str, str | int | None]
    ticket: str = ""


class NotGenuine(Exception):
    """A notification is not from the provider, or is too old, or cannot be read: it is counted and forgotten."""


class DepositFlow(Protocol):
    """How money comes in through a provider."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        """Raise Invalid when the protocol cannot express the amount exactly."""
        ...

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        """The call that creates the deposit at the provider; repeating it changes nothing."""
        ...

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        """What the answer to `build_call` says (None: there was none). Never a success that it does not spell out."""
        ...

    def build_question(self, account: ProviderAccount, deposit_id: UUID, reference: str | None) -> HttpCall:
        """The call that asks what became of it, by the provider's reference or, without one, by ours."""
        ...

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        """What the answer to `build_question` says."""
        ...


class PayoutFlow(Protocol):
    """How money goes out through a provider."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        """Raise Invalid when the protocol cannot express the amount exactly."""
        ...

    def check_destination(self, destination: Mapping[str, str]) -> str:
        """What staff may see of it (the last four characters); Invalid when a payout could not be sent there."""
        ...

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        """The order to pay. Sent again, the identical bytes are the question what became of it."""
        ...

    def parse_answer(self, account: ProviderAccount, order: PayoutOrder, answer: HttpAnswer | None) -> PayoutWord:
        """What the answer says (None: there was none). Only a believable word is more than Unanswered."""
        ...


class PaymentProvider(Protocol):
    """One payment provider: its protocol, its signatures, its names for things.

    The registry key is the name under which casinos configure it and players choose it. Every account has the setting
    `base_url`, the server that is called; who may be called is decided by `hosts` and the operator, not by the account.
    """

    @property
    def name(self) -> str:
        """The registry key."""
        ...

    @property
    def hosts(self) -> frozenset[str]:
        """Names of its own servers, live and for tests, called by https at the usual port."""
        ...

    @property
    def deposits(self) -> DepositFlow | None:
        """None: no money comes in through it."""
        ...

    @property
    def payouts(self) -> PayoutFlow | None:
        """None: no money goes out through it."""
        ...

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        """Raise Invalid (naming the field) when a casino's account could not work."""
        ...

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        """A notification of the provider, its signature verified over what was received. Raises NotGenuine."""
        ...

    def answer_notification(self, account: ProviderAccount, notification: Notification, *, accepted: bool) -> bytes:
        """The body (JSON) that tells the provider it was heard, and whether we agree where it asked."""
        ...


class ProviderWire(Protocol):
    """Makes the calls that strategies build."""

    async def send(self, call: HttpCall) -> HttpAnswer | None:
        """The answer, or None when there was none: timed out, connection lost, too large. Never raises for those."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverview:
    """What may be shown of an account: which secrets are set, never their values."""

    provider: str
    enabled: bool
    currencies: Sequence[str]
    settings: Mapping[str, Any]
    secrets_set: Sequence[str]
    deposit_bounds: Mapping[str, DepositBounds]
    updated_at: datetime


class ProviderAccounts(Protocol):
    """The casinos' accounts at providers."""

    async def find(self, connection: AsyncConnection, casino_id: UUID, provider: str) -> ProviderAccount | None:
        """The account with its secrets open, enabled or not."""
        ...

    async def save(self, connection: AsyncConnection, account: ProviderAccount, now: datetime) -> None:
        """Keep the account as it is now."""
        ...

    async def of_casino(self, connection: AsyncConnection, casino_id: UUID) -> list[AccountOverview]:
        """A casino's accounts, by name."""
        ...


class WithdrawalPolicies(Protocol):
    """The casinos' rules for withdrawals."""

    async def find(self, connection: AsyncConnection, casino_id: UUID, currency: str) -> WithdrawalPolicy | None:
        """The policy of a casino for a currency, if it has set one."""
        ...

    async def of_casino(self, connection: AsyncConnection, casino_id: UUID) -> dict[str, WithdrawalPolicy]:
        """A casino's policies by currency."""
        ...

    async def save(
        self, connection: AsyncConnection, casino_id: UUID, currency: str, policy: WithdrawalPolicy, now: datetime
    ) -> None:
        """Keep the policy as it is now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CasinoRules:
    """What payments knows of a casino and of its jurisdiction's rules in force."""

    casino_id: UUID
    time_zone: str
    cancellation_allowed: bool
    withdrawal_requires_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerStanding:
    """What payments knows of a player. Limits by period: amounts in force now, in the currency they were set in.

    `excluded_until` is the last day of the exclusion, None when it has no end.
    """

    player_id: UUID
    casino_id: UUID
    currency: str | None
    blocked: bool
    excluded: bool
    excluded_until: date | None
    under_review: bool
    level: str
    limits: Mapping[str, tuple[int, str]]


class Directory(Protocol):
    """The local copies of what other services decided about casinos and players."""

    async def casino(self, connection: AsyncConnection, casino_id: UUID, now: datetime) -> CasinoRules | None:
        """A casino and its rules in force; None: unknown here (yet)."""
        ...

    async def player(
        self, connection: AsyncConnection, player_id: UUID, now: datetime, time_zone: str
    ) -> PlayerStanding | None:
        """A player, his exclusion judged by the casino's calendar; None: unknown here (yet)."""
        ...

    async def gross_deposits(self, connection: AsyncConnection, player_id: UUID, currency: str, since: datetime) -> int:
        """What the player paid in since then, or is about to: succeeded as settled, undecided as asked for."""
        ...

    async def awaits_payout(self, connection: AsyncConnection, player_id: UUID) -> bool:
        """Whether a withdrawal of the player is on its way, or may be: what is known of the account is still needed."""
        ...


class RestrictionAge(Protocol):
    """How old our copy of the players' restrictions may be."""

    async def of(self, connection: AsyncConnection, now: datetime) -> timedelta | None:
        """The age of its oldest part; None: a part has never been heard of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a notification. `accepted` is what the provider is answered."""

    outcome: str
    accepted: bool


class Notifications(Protocol):
    """Which notifications were handled: each counts once."""

    async def claim(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, notification: Notification
    ) -> Handled | None:
        """Take it, or learn what became of it when somebody took it before. Who comes at the same time waits."""
        ...

    async def note(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        provider: str,
        notification: Notification,
        handled: Handled,
        *,
        code: str | None,
        sealed: str | None,
    ) -> None:
        """Remember what became of it; `sealed` is the whole of it, for a person to look into."""
        ...
