"""What payments needs of a cashier that is not ours and calls us: the port of inverted providers, as a Protocol.

Such a cashier shows the player its own page, talks to providers by itself, and asks us before and after money moves:
who is this player, may he pay this in or have this out, it has moved, it will not move. Like a provider strategy it
does no I/O: it reads the call, somebody else decides, and it writes the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from payments.application.ports import ProviderAccount, Reply
from payments.domain.instrument.words import Instrument

Step = Literal["verifyuser", "authorize", "transfer", "cancel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that is to move, moved, or will not move.

    Attributes:
        tx_id: the cashier's id of it, the same in every step. A repeat is answered as the first call was.
        out: out of the casino; else into it.
        amount_minor: more than nothing, in the wallet's currency.
        code: why it will not move.
        shown_as: what staff may see of the account it goes to.
        instrument: the account behind it, where the cashier tells. It moves no money.
        approved_as: what the cashier says we called it when we said yes to it; None: it does not say.
        settled_minor: what a provider behind the cashier settled of what came in, where that is another amount.
        by_player: it will not move because its player took it back there.
        order: the withdrawal of ours whose order to pay it carries out, or that we once said yes to; None: the player
            asked for it in the cashier.
        facts: what a person needs to look into it; no personal data.
    """

    tx_id: str
    out: bool
    amount_minor: int
    currency: str
    code: str = "cancelled"
    shown_as: str = "****"
    instrument: Instrument | None = None
    approved_as: str | None = None
    order: UUID | None = None
    settled_minor: int | None = None
    by_player: bool = False
    facts: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashierCall:
    """A genuine call.

    Attributes:
        user: the player as the cashier calls him, to be said again in the answer.
        player_id: who that is; None: nobody of ours.
        session: the proof of the player that he is who asks; only who verifies a user brings it.
        movement: None where none is asked about.
        order: the withdrawal of ours for whose order to pay the cashier asks who the player is.
        problem: the code of why it cannot be read, although it is genuine.
    """

    step: Step
    user: str
    player_id: UUID | None
    session: str = field(default="", repr=False)
    movement: Movement | None = None
    order: UUID | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What we say to a call. `refused` is the stable code of a no; `profile` and the balance answer who he is, and
    `verified` whether he proved it, which is another question than whether the casino lets him withdraw.
    """

    refused: str | None = None
    reference: UUID | None = None
    profile: Mapping[str, str] = field(default_factory=dict, repr=False)
    balance_minor: int | None = None
    currency: str | None = None
    verified: bool = False


class InvertedCashier(Protocol):
    """A cashier that calls us. Its `name` is the one of its account, and the provider in events and lists."""

    @property
    def name(self) -> str:
        """The registry key."""
        ...

    def check_currency(self, currency: str) -> None:
        """Raise Invalid when its protocol does not know the currency."""
        ...

    def read_call(
        self,
        account: ProviderAccount,
        step: Step,
        raw: bytes,
        headers: Mapping[str, str],
        ip: str | None,
        now: datetime,
    ) -> CashierCall:
        """A call, its authenticity proved over what was received. Raises NotGenuine."""
        ...

    def answer_call(self, call: CashierCall, verdict: Verdict) -> Reply:
        """What tells the cashier yes or no, as its protocol says it."""
        ...

    def frontend(self, account: ProviderAccount) -> Mapping[str, Any]:
        """What the player's browser must know to show its page; nothing secret."""
        ...
