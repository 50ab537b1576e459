"""What can happen to a deposit."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from chassis.domain import event


class DepositFields(TypedDict):
    """The fields every event of a deposit has."""

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositFact:
    """What every event of a deposit tells, so that nobody has to look it up."""

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str

    def fields(self) -> DepositFields:
        """Only these fields, whatever else the event tells."""
        return {
            "player_id": self.player_id,
            "casino_id": self.casino_id,
            "provider": self.provider,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }


@event("payments.deposit_requested", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRequested(DepositFact):
    """We mean to ask the provider. Recorded before the call, so that no call is ever forgotten.

    `return_url` is readable with the player's key only. `sent_as` is the fingerprint of who we are at the provider:
    nobody else asks about it. Empty: from before it was kept. `details`, what the provider must know beside (JSON), is
    readable with the player's key only as well.

    `method` is what the player chose where he chose no provider; then `route` are the providers it may be passed on to,
    the best first, and no more than `attempts_max` are tried. `known_as`: the id of the deposit by which the provider
    knows it, where that is another one.

    `step_up`: the provider is to have the payer authenticated by his bank (3-D Secure), whoever it is passed on to.
    `fee_minor`: what the player pays for it once it is credited, by the terms of this moment.
    """

    return_url: str | None
    details: str | None = None
    sent_as: str = ""
    requested_at: datetime
    method: str | None = None
    route: tuple[str, ...] = ()
    attempts_max: int = 1
    step_up: bool = False
    known_as: UUID | None = None
    fee_minor: int = 0


@event("payments.deposit_refused", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRefused(DepositFact):
    """A limit, an exclusion or a block of ours stopped it; the provider never heard of it."""

    code: str


@event("payments.deposit_action_required", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositActionRequired(DepositFact):
    """The player has something to do at the provider. `next_action` is readable with his key only."""

    reference: str
    next_action: str | None


@event("payments.deposit_submitted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositSubmitted(DepositFact):
    """The provider works on it and has not decided."""

    reference: str


@event("payments.deposit_outcome_unknown", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositOutcomeUnknown(DepositFact):
    """The provider was called and did not answer in a way we understand; it is asked until it does."""


@event("payments.deposit_stepped_up", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositSteppedUp(DepositFact):
    """The provider said no because the payer was not recognised well enough (`code`): it is asked once more, and is to
    have him authenticated by his bank.

    It called the attempt by `reference`. Unless `closed`, that attempt could still be paid.
    """

    reference: str | None
    code: str
    closed: bool
    stepped_up_at: datetime


@event("payments.deposit_passed_on", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPassedOn(DepositFact):
    """One provider said no for a reason that another need not share: `provider` is asked now, as `sent_as`.

    `declined_by` called it by `reference`. Unless `closed`, the payment could still be made there.
    """

    declined_by: str
    reference: str | None
    code: str
    closed: bool
    sent_as: str
    passed_on_at: datetime


@event("payments.deposit_succeeded", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositSucceeded(DepositFact):
    """The provider settled it: `amount_minor` is what it settled, `requested_minor` what the player had asked for.

    `late` when we had given it up before. `recovered_minor` of it went to what the player owed, `fee_minor` to
    the house. `by_hand`: the provider did not say so, two people found it out. `said_at` is by the provider's clock,
    or `by_our_clock`. `movement`: the provider's id of this settling, if it names each.
    """

    reference: str
    requested_minor: int
    late: bool
    said_at: datetime
    by_our_clock: bool = False
    recovered_minor: int = 0
    by_hand: bool = False
    fee_minor: int = 0
    movement: str | None = None


@event("payments.deposit_paid_twice", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPaidTwice(DepositFact):
    """Another provider of the same deposit was paid as well: `amount_minor` is what it settled.

    That money is the player's too. It is a deposit of its own, `second_id`.
    """

    reference: str
    second_id: UUID


@event("payments.deposit_reversal_announced", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReversalAnnounced(DepositFact):
    """The provider took money back before we heard that it was paid: it waits until the deposit is credited."""

    reference: str
    movement: str
    reversed_minor: int
    code: str
    after: str | None = None
    charged_back: bool = False


@event("payments.deposit_reversed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReversed(DepositFact):
    """The provider took money back of what was credited (`amount_minor`): the whole, or a part others may follow.

    Of the `reversed_minor` of this time `from_cash_minor` comes out of the player's cash; the rest he had spent and
    owes from now on. `all_reversed_minor` is what was taken back of the deposit so far, `owed_minor` all that he owes.
    `refund_id`: all of it was put aside for this refund of ours before.
    `charged_back`: the payer, or his bank, wanted it back.
    """

    reference: str
    movement: str
    reversed_minor: int
    all_reversed_minor: int
    from_cash_minor: int
    owed_minor: int
    code: str
    refund_id: UUID | None = None
    after: str | None = None
    charged_back: bool = False


@event("payments.deposit_reinstatement_announced", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReinstatementAnnounced(DepositFact):
    """The provider gave money back that we had not heard was taken: it waits until we do."""

    reference: str
    movement: str
    reinstated_minor: int
    code: str


@event("payments.deposit_reinstated", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReinstated(DepositFact):
    """The provider gave back what it had taken with the same `movement`, the whole or a part.

    Of the `reinstated_minor`, `recovered_minor` pays what the player owes; the rest is his cash.
    `all_reversed_minor` is what is still taken back of the deposit, `owed_minor` what he still owes. `found_as`: the
    provider did not say so, two people found it there under this name.
    """

    reference: str
    movement: str
    reinstated_minor: int
    all_reversed_minor: int
    recovered_minor: int
    owed_minor: int
    code: str
    found_as: str | None = None


@event("payments.deposit_failed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositFailed(DepositFact):
    """The provider said no, or its player must not pay in any more; `code` is the reason.

    The provider may still take money for it until DepositClosed.
    """

    reference: str | None
    code: str


@event("payments.deposit_expired", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositExpired(DepositFact):
    """Nothing was decided in time. Should the provider settle it after all, it is credited."""


@event("payments.deposit_closed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositClosed(DepositFact):
    """The provider confirmed that what we gave up can never be paid any more.

    `by_hand`: it did not say so, two people found it out.
    """

    by_hand: bool = False


PresentEvent = (
    DepositActionRequired
    | DepositSubmitted
    | DepositOutcomeUnknown
    | DepositSucceeded
    | DepositReversalAnnounced
    | DepositReversed
    | DepositReinstatementAnnounced
    | DepositReinstated
    | DepositFailed
    | DepositExpired
    | DepositClosed
)
ProviderEvent = PresentEvent | DepositSteppedUp | DepositPassedOn | DepositPaidTwice
DepositEvent = DepositRequested | DepositRefused | ProviderEvent

DEPOSIT_EVENTS = (
    DepositRequested,
    DepositRefused,
    DepositActionRequired,
    DepositSubmitted,
    DepositOutcomeUnknown,
    DepositSteppedUp,
    DepositPassedOn,
    DepositSucceeded,
    DepositPaidTwice,
    DepositReversalAnnounced,
    DepositReversed,
    DepositReinstatementAnnounced,
    DepositReinstated,
    DepositFailed,
    DepositExpired,
    DepositClosed,
)
