"""What can be asked of a refund. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime

from payments.domain.refund.events import RefundFact
from payments.domain.refund.words import RefundWord


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefund:
    """Put the money aside and have it sent; two people have agreed on exactly this.

    `left_minor` is what is left of the deposit, `cash_minor` what the player holds, both under lock.
    """

    fact: RefundFact
    left_minor: int
    cash_minor: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRefund:
    """The provider is about to be called, as this customer of it."""

    sent_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRefund:
    """It is not sent now; `why` as in `RefundHeld`."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRefund:
    """It must not be sent any more; `code` says why. `owed_minor`: what the player owes of deposits, under lock."""

    code: str
    owed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRefund:
    """A person stops it, as long as it was not sent. `owed_minor` as in `StopRefund`."""

    owed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HearRefund:
    """The provider's word, verified. `owed_minor`: what the player owes of deposits, under lock."""

    word: RefundWord
    owed_minor: int = 0


RefundCommand = OrderRefund | StartRefund | HoldRefund | StopRefund | RejectRefund | HearRefund
