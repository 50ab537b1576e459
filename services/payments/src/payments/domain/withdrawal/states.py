"""Where a withdrawal can stand. A state carries only what decisions need."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.withdrawal.events import WithdrawalFact


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """How an order goes to its provider: under which id, as which customer, and how the provider calls it."""

    request_id: UUID
    sent_as: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid, and to where (readable with the player's key only); how it was sent, once it was."""

    fact: WithdrawalFact
    destination: str
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class Yes:
    """Who said it, and when (None: from before that was kept)."""

    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AwaitingApproval:
    """On hold until enough people said yes."""

    order: Order
    needed: int
    yeses: tuple[Yes, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """May be sent."""

    order: Order
    approvers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """The order is about to be sent, or was, and its answer is not recorded yet."""

    order: Order


@dataclass(frozen=True, slots=True)
class Unknown:
    """The order was sent and nothing believable came back."""

    order: Order


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the order."""

    order: Order
    reference: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The money left."""

    order: Order


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider did not pay; the hold is released."""

    order: Order


@dataclass(frozen=True, slots=True)
class Rejected:
    """A person said no; the hold is released."""

    order: Order


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The player took it back; the hold is released."""

    order: Order


@dataclass(frozen=True, slots=True)
class Returned:
    """The money left, and `back_minor` of it came back: the whole, or a part that others may follow.

    The last of it was `last_minor`, and `last_code` its reason.
    """

    order: Order
    back_minor: int
    last_minor: int
    last_code: str


Open = AwaitingApproval | Approved
AtProvider = Sending | Unknown | Sent
Existing = Open | AtProvider | Paid | Failed | Rejected | Cancelled | Returned
Withdrawal = Absent | Existing
