"""What payments needs of a provider on whose page a player asks for his money: where it goes he says there.

Such a provider keeps the request and waits for our word. Nothing is on hold before we have looked at it there; after
that it is a withdrawal like any other, whose order to pay carries the request out, and whose end without one drops it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.words import Declined, Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """What the provider is told about a player who wants money out. `withdrawal_id` becomes the withdrawal's."""

    withdrawal_id: UUID
    player_id: UUID
    amount_minor: int
    currency: str
    return_url: str
    notification_url: str
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Where the player says what he wants."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The request waits for our word. `destination` carries it out, `shown_as` is what staff may see of the account."""

    player_id: UUID
    amount_minor: int
    currency: str
    destination: Mapping[str, str] = field(repr=False)
    shown_as: str
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """The player has not asked for anything so far, and still can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """It waits for nobody: nothing was asked for in time, it was dropped, or it is being paid (`carried_out`)."""

    code: str
    carried_out: bool = False


PageWord = Page | Declined | Unanswered
LookWord = Requested | NotYet | Over | NotThere | Unanswered
DropWord = Over | Unanswered


@runtime_checkable
class RequestedThere(Protocol):
    """A payout flow whose withdrawals begin on the provider's page."""

    def build_page(self, account: ProviderAccount, wish: PageWish) -> HttpCall:
        """The call that opens the page."""
        ...

    def parse_page(self, answer: HttpAnswer | None) -> PageWord:
        """Where the page is."""
        ...

    def build_look(self, account: ProviderAccount, withdrawal_id: UUID) -> HttpCall:
        """The call that asks what the player wants, and whether it still waits for us."""
        ...

    def parse_look(self, answer: HttpAnswer | None) -> LookWord:
        """What the answer to `build_look` says. Requested only where nobody has begun to pay it."""
        ...

    def build_drop(self, account: ProviderAccount, destination: Mapping[str, str]) -> HttpCall:
        """The call after which the provider pays nothing for the request of this destination."""
        ...

    def parse_drop(self, answer: HttpAnswer | None) -> DropWord:
        """Whether it is surely dropped."""
        ...
