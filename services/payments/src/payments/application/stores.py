"""What payments keeps of its dealings with providers, as Protocols; adapters implement them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.look_port import Told
from payments.application.outcomes import AttemptOutcome, NotificationOutcome
from payments.application.ports import Notification, ProviderAccount
from payments.domain.debt.words import DebtStops
from payments.domain.deposit.bounds import DepositBounds
from payments.domain.routing.terms import MethodTerms, Stopped
from payments.domain.withdrawal.policy import WithdrawalPolicy

Operation = Literal[
    "deposit.create",
    "deposit.ask",
    "deposit.cancel",
    "payout.order",
    "payout.ask",
    "payout.page",
    "payout.look",
    "payout.drop",
    "payout.balance",
    "refund.order",
    "refund.ask",
    "dispute.file",
    "dispute.answer",
    "dispute.ask",
    "dispute.defences",
]
Lock = Literal["share", "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call out to a provider and how it went: no address, no secret, nothing of a person.

    Attributes:
        payment_id: of the deposit or withdrawal; of a question about a balance, the question's own.
        key: by which the provider knows a repeat.
        outcome: what the answer said; `asked` until one was kept.
        http_status: of the answer; None: there was none.
        code: the provider's reason, where it said no.
        duration_ms: until the answer, or until none was waited for any longer.
        method, currency: of a deposit that was routed; None: its attempts are not counted.
        provider_failed: whether there was no usable answer by the provider's own fault, where that counts.
    """

    id: UUID
    casino_id: UUID
    provider: str
    operation: Operation
    payment_id: UUID
    key: str | None
    outcome: AttemptOutcome
    at: datetime
    http_status: int | None = None
    code: str | None = None
    duration_ms: int | None = None
    method: str | None = None
    currency: str | None = None
    provider_failed: bool | None = None


class Attempts(Protocol):
    """What was asked of providers, call by call."""

    async def note(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """Keep it, or how it went if it is kept already."""
        ...

    async def last(self, connection: AsyncConnection, payment_id: UUID, operation: Operation) -> datetime | None:
        """When this was asked last; None: never, as far as calls are kept."""
        ...

    async def left(self, connection: AsyncConnection, payment_id: UUID, operation: Operation) -> datetime | None:
        """When this was asked last by a call that may have left us; None: none did, as far as calls are kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverview:
    """What may be shown of an account: which secrets are set, and which were replaced and are still heard; never their
    values.
    """

    provider: str
    enabled: bool
    currencies: Sequence[str]
    settings: Mapping[str, Any]
    secrets_set: Sequence[str]
    deposit_bounds: Mapping[str, DepositBounds]
    methods: Mapping[str, MethodTerms]
    replaced: Sequence[str]
    replaced_until: datetime | None
    stopped: Stopped | None
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

    async def enabled(self, connection: AsyncConnection) -> list[ProviderAccount]:
        """Those of all casinos that are on, with their secrets left out, by casino and name."""
        ...

    async def all_of(self, connection: AsyncConnection, casino_id: UUID) -> list[ProviderAccount]:
        """A casino's accounts with their secrets left out, by name: to choose among them, not to call anybody."""
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


class DebtPolicies(Protocol):
    """What a chargeback stops that leaves its player in debt, as each casino chose."""

    async def stops(self, connection: AsyncConnection, casino_id: UUID) -> DebtStops:
        """Bets and deposits, where nothing is set."""
        ...

    async def set_stops(self, connection: AsyncConnection, casino_id: UUID, stops: DebtStops, now: datetime) -> None:
        """Keep it, for chargebacks that are told after this transaction."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a notification. `accepted` is what the provider is answered; `repeated`: it was an earlier one.

    `about`: the payment the provider is asked about, and `told` what the notification says of it.
    """

    outcome: NotificationOutcome
    accepted: bool
    repeated: bool = False
    code: str | None = None
    about: UUID | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What notifications have us ask about one payment, and what is not answered yet: `ids` are ours of them, `told`
    what they say of it, `first` and `last` when the oldest and the newest of them made us ask; `named` is the newest.
    """

    ids: Sequence[UUID]
    told: frozenset[Told]
    first: datetime
    last: datetime
    named: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNotification:
    """One as it was kept. `id` is ours. `sealed`: what came, where it was set aside and not found by ourselves;
    `sealed_headers`: with which headers, as JSON, since they are kept. `open`: it waits for a person.
    """

    id: UUID
    casino_id: UUID
    provider: str
    code: str | None
    received_at: datetime
    open: bool
    sealed: str | None
    sealed_headers: str | None


class Notifications(Protocol):
    """Which notifications were handled: each counts once."""

    async def claim(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, notification: Notification
    ) -> Handled | None:
        """Take it, or learn what became of it when somebody took it before. Who comes at the same time waits."""
        ...

    async def handled(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, notification_id: str
    ) -> Handled | None:
        """What became of it, without taking it; None: nobody took it."""
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
        sealed_headers: str | None = None,
    ) -> None:
        """Remember what became of it; `sealed` is the whole of it, for a person to look into."""
        ...

    async def kept(self, connection: AsyncConnection, id_: UUID) -> KeptNotification | None:
        """One of them by our id. Until the transaction ends nobody else does anything with it."""
        ...

    async def becomes(self, connection: AsyncConnection, id_: UUID, handled: Handled, code: str, now: datetime) -> None:
        """Another outcome than was remembered, and why it was, or still is, set aside. What was answered stays."""
        ...

    async def asked(self, connection: AsyncConnection, casino_id: UUID, provider: str, about: UUID) -> Asked | None:
        """What the provider is asked about this payment because of notifications; None: nothing."""
        ...

    async def answered(
        self,
        connection: AsyncConnection,
        asked: Asked,
        outcome: NotificationOutcome,
        *,
        code: str | None,
        by: str,
        now: datetime,
    ) -> None:
        """What became of them; `code`: why they are set aside. The others are kept whole no longer, but for those that
        people had handled again: these are closed now.
        """
        ...

    async def close(self, connection: AsyncConnection, id_: UUID, by: str, now: datetime) -> None:
        """Nobody has to look into it any more."""
        ...
