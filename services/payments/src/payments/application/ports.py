"""What payments needs from the outside, as Protocols. A provider strategy is stateless and does no I/O: it builds the
call, somebody else makes it, and it reads the answer. So every protocol is tested without a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol
from uuid import UUID

from payments.application.dispute_port import AboutDispute, DisputeFlow
from payments.application.instruments.ports import AboutInstrument
from payments.application.look_port import LookAt
from payments.application.payout_port import PaysTo
from payments.application.refund_port import AboutRefund, AboutRefundOf, RefundFlow
from payments.application.wire import AccessToken, HttpAnswer, HttpCall, Login, NotSent, ProviderWire
from payments.domain.deposit.bounds import DepositBounds
from payments.domain.deposit.states import SteppedUp
from payments.domain.deposit.words import DepositWord
from payments.domain.refund.words import RefundWord
from payments.domain.routing.terms import MethodTerms, Stopped
from payments.domain.withdrawal.words import PayoutWord

__all__ = ["AboutRefund", "AccessToken", "HttpAnswer", "HttpCall", "Login", "NotSent", "ProviderWire"]

Flow = Literal["deposit", "payout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccount:
    """A casino's account at a provider, its bounds by currency, and the methods of paying it offers.

    `secrets` are open here and nowhere else, never shown or logged. `replaced`: those before (and its own keys
    among the settings), with which it may still sign until `replaced_until`. `stopped`: one person switched it off.
    """

    casino_id: UUID
    provider: str
    enabled: bool
    currencies: frozenset[str]
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    deposit_bounds: Mapping[str, DepositBounds] = field(default_factory=dict)
    methods: Mapping[str, MethodTerms] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict, repr=False)
    replaced_until: datetime | None = None
    stopped: Stopped | None = None

    def generations(self, now: datetime) -> tuple["ProviderAccount", ...]:
        """The accounts as which the provider may speak to us, the newest first. We speak to it as the newest alone."""
        if not self.replaced or self.replaced_until is None or self.replaced_until <= now:
            return (self,)
        of_secrets = {name: value for name, value in self.replaced.items() if name not in self.settings}
        settings = {name: self.replaced.get(name, value) for name, value in self.settings.items()}
        secrets = {**self.secrets, **of_secrets}
        return (self, replace(self, settings=settings, secrets=secrets, replaced={}, replaced_until=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositIntent:
    """What a provider is told about a deposit. Its id, without hyphens, is our reference and the key.

    `details` is what it must know beside: which method of paying, the payer's name or e-mail. Nothing by default.
    `step_up`: the payer is to be authenticated by his bank. `before`: the attempt without it, which the provider
    refused, and which is changed, or ended and made anew.
    """

    deposit_id: UUID
    player_id: UUID
    amount_minor: int
    currency: str
    return_url: str | None
    notification_url: str = ""
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    step_up: bool = False
    before: SteppedUp | None = None

    @property
    def key(self) -> str:
        """By which the provider knows a repeat, and no refund: what is asked for once more is none."""
        return self.deposit_id.hex if self.before is None else f"{self.deposit_id}-step-up"


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
    """A notification says this about the deposit of our reference (None: it names none of ours).

    `refund`: or, where a refund of the deposit that we ordered is of the same amount, this about that one.
    """

    deposit_id: UUID | None
    word: DepositWord
    refund: RefundWord | None = None


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


Meant = AboutDeposit | AboutRefund | AboutDispute | AboutPayout | AboutInstrument | LookAt | MayTake | Nothing | Unclear
Said = Meant | AboutRefundOf


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
        signed_with: the name of the secret that signed it, where the answer is signed with the same.
        may_be_news: the provider names what it says alike whenever it says it: told again, it may have come to it anew.
    """

    id: str
    kind: str
    said: Said
    said_at: datetime
    facts: Mapping[str, str | int | None]
    ticket: str = ""
    signed_with: str = ""
    may_be_news: bool = False


class Category(StrEnum):
    """Why a provider says no, whatever it calls it."""

    FUNDS = "funds"  # Not enough money, or more than a limit of his bank.
    INSTRUMENT = "instrument"  # The card or account cannot be used: expired, closed, lost, unknown, not of this kind.
    AUTHENTICATION = "authentication"  # Its holder was not, or not well enough, recognised.
    FRAUD = "fraud"  # Taken for fraud, there or here.
    DECLINED = "declined"  # Its bank says no without saying why.
    CANCELLED = "cancelled"  # The player, or we, did not go through with it.
    PROVIDER = "provider"  # The provider, or somebody behind it, does not work at the moment.
    REQUEST = "request"  # What we sent makes no sense to it.
    CONFIGURATION = "configuration"  # Our account there is not set up for it.
    UNKNOWN = "unknown"  # A code nobody here has seen.


@dataclass(frozen=True, slots=True)
class Meaning:
    """What follows from a provider's code. By default nothing: the player may begin anew, by himself.

    Attributes:
        retriable: the same payment may be tried again there, later: for people to read, nothing does so by itself.
        cascade: it may be tried with another provider at once, where the outcome is surely no.
        step_up: it may be tried again there with the holder's stronger authentication (3-D Secure).
    """

    category: Category
    retriable: bool = False
    cascade: bool = False
    step_up: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """How a notification is answered."""

    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class NotGenuine(Exception):
    """A notification is not from the provider, or is too old, or cannot be read: it is counted and forgotten."""


class StepUp(StrEnum):
    """Whether a provider can have the payer authenticated by his bank (3-D Secure, PSD2's strong authentication)."""

    NEVER = "never"
    ON_REQUEST = "on_request"  # Where the deposit says so.
    ALWAYS = "always"  # He pays at his bank, which recognises him each time.


class DepositFlow(Protocol):
    """How money comes in through a provider."""

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """The details that the player must give, by name: of each of these, one."""
        ...

    def step_up(self, account: ProviderAccount) -> StepUp:
        """Whether it can have the payer authenticated."""
        ...

    def check_amount(self, amount_minor: int, currency: str) -> None:
        """Raise Invalid when the protocol cannot express the amount exactly."""
        ...

    def check_details(self, details: Mapping[str, str]) -> None:
        """Raise Invalid (naming `details.<name>`) when something the provider must know is missing, or is too much."""
        ...

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        """The call that creates the deposit at the provider; repeating it changes nothing."""
        ...

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        """What the answer to `build_call` says (None: there was none). Never a success that it does not spell out."""
        ...

    def build_question(self, account: ProviderAccount, deposit_id: UUID, reference: str | None) -> HttpCall | NotThere:
        """The call that asks what became of it, by the provider's reference or, without one, by ours.

        NotThere: it cannot be asked. By ours, because without its answer nobody can pay: what it would have to show the
        player never arrived, and the identical call finds it again. By its own, where its notifications alone decide.
        """
        ...

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        """What the answer to `build_question` says."""
        ...

    def build_cancel(self, account: ProviderAccount, deposit_id: UUID, reference: str, attempt: int) -> HttpCall | None:
        """The call after which the provider takes no money for it any more. Each attempt counts once. None: nobody but
        the player or time ends it there.
        """
        ...

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        """What the answer to `build_cancel` says: a final Declined, Settled when that came first, or not the end."""
        ...


class PayoutFlow(PaysTo, Protocol):
    """How money goes out through a provider."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        """Raise Invalid when the protocol cannot express the amount exactly."""
        ...

    def check_destination(self, destination: Mapping[str, str]) -> str:
        """What staff may see of it (its end: the last third, at most four characters); Invalid when it cannot be."""
        ...

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        """The order to pay. The provider pays identical bytes at most once."""
        ...

    def parse_answer(self, account: ProviderAccount, order: PayoutOrder, answer: HttpAnswer | None) -> PayoutWord:
        """What the answer says (None: there was none). Only a believable word is more than Unanswered."""
        ...

    def build_question(self, account: ProviderAccount, order: PayoutOrder, reference: str | None) -> HttpCall | None:
        """The call that asks what became of it, by the provider's reference or, without one, by ours. None: the
        provider has no such call, and the identical order is the question.
        """
        ...

    def parse_question(
        self, account: ProviderAccount, order: PayoutOrder, answer: HttpAnswer | None
    ) -> PayoutWord | NotThere:
        """What the answer to `build_question` says. NotThere only where the provider surely never took the order."""
        ...


class PaymentProvider(Protocol):
    """One payment provider: its protocol, its signatures, its names for things.

    The registry key is the name under which casinos configure it and players choose it. Every account has the setting
    `base_url`, the server that is called, and may have others whose names end in `_url`; who may be called is decided
    by `hosts` and the operator, not by the account.
    """

    @property
    def name(self) -> str:
        """The registry key."""
        ...

    @property
    def hosts(self) -> frozenset[str]:
        """Names of its own servers, live and for tests, called by https at the usual port. `*-live.x.example` is every
        server a partner gives to one customer (`chassis.partners`).
        """
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

    @property
    def refunds(self) -> RefundFlow | None:
        """None: what came in through it cannot be sent back by us."""
        ...

    @property
    def disputes(self) -> DisputeFlow | None:
        """None: its disputes are answered on its pages alone."""
        ...

    @property
    def codes(self) -> Mapping[str, Meaning]:
        """What its reasons for saying no mean, as the words of its flows carry them."""
        ...

    def check_account(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        """Raise Invalid (naming the field) when a casino's account could not work."""
        ...

    def read_notification(
        self, account: ProviderAccount, raw: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        """A notification of the provider, its signature verified over what was received. Raises NotGenuine."""
        ...

    def answer_notification(self, account: ProviderAccount, notification: Notification, *, accepted: bool) -> Reply:
        """What tells the provider it was heard, and whether we agree where it asked."""
        ...
