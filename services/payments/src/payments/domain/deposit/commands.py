"""What can be asked of a deposit. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.words import DepositWord, Found, GivenBack, TakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDeposit:
    """The player wants to pay in; `standing` is what is known of him now.

    `return_url` and `details` are already unreadable without his key. `sent_as`: the customer of the provider that the
    casino is now. `step_up`: the payer is to be authenticated by his bank. `fee_minor`: what he pays for it once it is
    credited, less than the amount.
    """

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    return_url: str | None
    sent_as: str
    standing: DepositStanding
    now: datetime
    details: str | None = None
    method: str | None = None
    route: tuple[str, ...] = ()
    attempts_max: int = 1
    step_up: bool = False
    fee_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NextProvider:
    """Whom a deposit may be passed on to, and as which customer of it."""

    provider: str
    sent_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearProvider:
    """The provider's word, verified: an answer to a call of ours or a signed notification.

    `said_at` is by its clock, `heard_at` by ours (None: the same).

    `cash_minor` is what the player holds, `owed_minor` what he owes for what was taken back, both in the
    deposit's currency and under lock. Only words that move money ask for them.

    `provider` is who speaks (None: the one that has the deposit now). `next`: where the deposit goes when the word is a
    no that another provider need not share. `second_id` is the id of the deposit that a second payment becomes.
    `step_up`: the word is a no which the payer's authentication may turn, and the provider can have him authenticated.
    `by_hand`: no provider said it, two people found it out.
    """

    word: DepositWord | Found
    said_at: datetime
    heard_at: datetime | None = None
    cash_minor: int = 0
    owed_minor: int = 0
    provider: str | None = None
    next: NextProvider | None = None
    second_id: UUID | None = None
    step_up: bool = False
    by_hand: bool = False

    @property
    def by_our_clock(self) -> bool:
        """Whether `said_at` is ours as well: it answered a question of ours, or told no moment of its own."""
        return self.heard_at == self.said_at


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSecondPayment:
    """A provider was paid for a deposit that another had been paid for: this is a deposit of its own.

    `amount_minor` as settled; `requested_minor`, `sent_as` and `method` are those of the first, whose id the provider
    knows it by (`known_as`). `announced`, `given_early`: what it took and gave back before we knew that it was paid.
    """

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    reference: str
    requested_minor: int
    sent_as: str
    method: str | None
    said_at: datetime
    now: datetime
    cash_minor: int
    owed_minor: int
    known_as: UUID | None = None
    announced: tuple[TakenBack, ...] = ()
    given_early: tuple[GivenBack, ...] = ()
    by_our_clock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireDeposit:
    """Nobody decided in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDeposit:
    """Its player must not pay in any more; `code` says why."""

    code: str


DepositCommand = RequestDeposit | CreditSecondPayment | HearProvider | ExpireDeposit | StopDeposit
