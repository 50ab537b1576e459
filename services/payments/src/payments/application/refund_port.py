"""How money of a deposit goes back the way it came, as providers' strategies say it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from payments.domain.refund.words import Refunded, RefundWord

if TYPE_CHECKING:
    from payments.application.ports import (
        AboutDeposit,
        HttpAnswer,
        HttpCall,
        Nothing,
        NotThere,
        ProviderAccount,
        Unclear,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What a provider is told about a refund. Its id is our reference and the idempotency key.

    `payment` is how the provider calls the payment that is refunded.
    """

    refund_id: UUID
    deposit_id: UUID
    payment: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRefund:
    """A notification says this about the refund of our reference. `else_`: what it says where that is no refund of
    ours, but one that was made at the provider.
    """

    refund_id: UUID
    word: RefundWord
    else_: "AboutDeposit | Nothing | Unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRefundOf:
    """A notification says that a refund of a payment was made, and names the payment alone (`payment`, as the provider
    calls it): which refund it is follows from the amount. Between us and the provider it is called by our id.
    """

    payment: str
    word: Refunded
    else_: "AboutDeposit | Nothing | Unclear"


class RefundFlow(Protocol):
    """How money of a deposit goes back through its provider."""

    def build_call(self, account: "ProviderAccount", order: RefundOrder) -> "HttpCall":
        """The order to refund. The provider refunds identical bytes at most once, for as long as it knows the key."""
        ...

    def parse_answer(self, answer: "HttpAnswer | None") -> RefundWord:
        """What the answer says (None: there was none). Only a believable word is more than Unanswered."""
        ...

    def build_question(
        self, account: "ProviderAccount", order: RefundOrder, reference: str | None
    ) -> "HttpCall | None":
        """The call that asks what became of it, by the provider's reference or, without one, by ours. None: the
        provider has no such call, and its notification says it.
        """
        ...

    def parse_question(self, order: RefundOrder, answer: "HttpAnswer | None") -> "RefundWord | NotThere":
        """What the answer to `build_question` says. NotThere only where the provider surely never took the order."""
        ...
