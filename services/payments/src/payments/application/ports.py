"""What payments needs from the outside, as Protocols; strategies and adapters implement them.

A provider strategy is stateless and does no I/O: it builds the call, somebody else makes it, and it reads the answer.
So every protocol is tested without a network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.deposit.bounds import DepositBounds
from payments.domain.deposit.words import DepositWord
from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.domain.withdrawal.words import PayoutWord

Flow = Literal["deposit", "payout"]
Operation = Literal["deposit.create", "deposit.ask", "deposit.cancel", "payout.order"]
Lock = Literal["share", "update"]


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as it goes over the wire. The same facts always build the same bytes.

    `key`: by which the provider knows a repeat; None for a question, which changes nothing.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    key: str | None = None


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
    return_url: str | None


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

    def build_cancel(self, account: ProviderAccount, deposit_id: UUID, reference: str, attempt: int) -> HttpCall:
        """The call after which the provider takes no money for it any more. Each attempt counts once."""
        ...

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        """What the answer to `build_cancel` says: a final Declined, Settled when that came first, or not the end."""
        ...


class PayoutFlow(Protocol):
    """How money goes out through a provider."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        """Raise Invalid when the protocol cannot express the amount exactly."""
        ...

    def check_destination(self, destination: Mapping[str, str]) -> str:
        """What staff may see of it (its end: the last third, at most four characters); Invalid when it cannot be."""
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
    def identity(self) -> tuple[str, ...]:
        """The settings that say who we are there. What was begun as one customer is never repeated as another."""
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
class Attempt:
    """One call out to a provider and how it went: no address, no secret, nothing of a person.

    Attributes:
        payment_id: of the deposit or withdrawal.
        key: by which the provider knows a repeat.
        outcome: what the answer said, as a class; `asked` until one was kept.
        http_status: of the answer; None: there was none.
        code: the provider's reason, where it said no.
        duration_ms: until the answer, or until none was waited for any longer.
    """

    id: UUID
    casino_id: UUID
    provider: str
    operation: Operation
    payment_id: UUID
    key: str | None
    outcome: str
    at: datetime
    http_status: int | None = None
    code: str | None = None
    duration_ms: int | None = None


class Attempts(Protocol):
    """What was asked of providers, call by call."""

    async def note(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """Keep it, or how it went if it is kept already."""
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

    async def find(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, *, lock: Lock | None = None
    ) -> ProviderAccount | None:
        """The account with its secrets open, enabled or not. `lock`: until the transaction ends nobody changes it
        (`share`), or nobody else even relies on it (`update`)."""
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
