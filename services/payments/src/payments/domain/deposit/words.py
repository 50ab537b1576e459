"""What a provider can say about a deposit, whatever its protocol calls it, and what people found out."""

from dataclasses import dataclass
from uuid import UUID

from payments.domain.instrument.words import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Why only people can say how much a payment is worth, and how much the provider makes it."""

    code: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """Taken, undecided. Whatever we do not understand in a genuine answer is this, never a success.

    `concern`: it stays undecided until people decide.
    """

    reference: str
    concern: Concern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The money is there: as much as the provider says, in the currency it says.

    `names_payment`: the reference is the payment's alone, and what we knew before is that of the page it was made on.
    `instrument`: with what it was paid, where the provider tells. `movement`: the provider's id of this settling, if it
    names each; under another one money came once more. `stands`: it says where the payment stands now, which is not
    paid any more once its money was taken back.
    """

    reference: str
    amount_minor: int
    currency: str
    names_payment: bool = False
    instrument: Instrument | None = None
    movement: str | None = None
    stands: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The provider says no; `code` is its reason.

    `final`: it can never be paid any more. Otherwise the player might still pay it, with another card for instance.
    `undoes`: had it been paid before, that money is gone with it. Otherwise a no after a yes contradicts the protocol.
    `instrument`: with what he tried to, where the provider tells.
    """

    reference: str | None
    code: str
    final: bool = False
    undoes: bool = False
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionNeeded:
    """The player has to do something; `next_action` says what (readable with his key only).

    `refused`: he tried to, the last time with what it names, and may try again.
    """

    reference: str
    next_action: str | None = None
    refused: Declined | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """No answer, or none that can be believed: the provider may or may not have heard us. Not `sent`: this time it
    surely did not, and whatever we knew before still stands.
    """

    sent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The provider has money of the payment no longer: it was refunded there, or never really arrived; `code` says why.

    `movement` is the provider's id of this taking back: a payment may be taken back in parts, and each counts once.
    `refund_id`: it is a refund of ours, whose money was put aside when it was ordered. `after`: it takes again what had
    been taken with this movement and was given back since. `charged_back`: the payer, or his bank, wanted it back.
    """

    reference: str
    movement: str
    amount_minor: int
    currency: str
    code: str
    refund_id: UUID | None = None
    after: str | None = None
    charged_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """The provider has money again that it had taken back: a dispute was won, a refund failed after all.

    `movement` is that of the taking back which it undoes, as a whole or in part, once. `found_as`: no provider said it,
    two people found it there under this name; of those there may be several.
    """

    reference: str
    movement: str
    amount_minor: int
    currency: str
    code: str
    found_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPaid:
    """Two people found out that the provider was paid, how it calls the payment, and how much came in."""

    reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnpaid:
    """Two people found out that the provider was not paid, and will not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUncollected:
    """Two people found out that money of a deposit that was credited never came, or is gone: `amount_minor` of it
    (None: all that nobody had taken back before).
    """

    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGivenBack:
    """Two people found out that money which had been taken back of a credited deposit is there again, or was never
    gone: how much, and what proves it (`reference`).
    """

    reference: str
    amount_minor: int


Found = FoundPaid | FoundUnpaid | FoundUncollected | FoundGivenBack
MovesMoney = Settled | TakenBack | GivenBack | FoundPaid | FoundUncollected | FoundGivenBack
DepositWord = ActionNeeded | Underway | Settled | Declined | TakenBack | GivenBack | Unanswered
