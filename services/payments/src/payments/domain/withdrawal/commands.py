"""What can be asked of a withdrawal. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.withdrawal.going import Goes, Held, PartFact
from payments.domain.withdrawal.not_back import NotBack
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding
from payments.domain.withdrawal.words import PartWord, PayoutWord


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawal:
    """The player wants money out; `destination` is already unreadable without his key.

    A repeat of what is on record brings the very ciphertext that is on record; another one is another destination.
    `fee_minor`: what he pays for it, beside the amount. `method`: by which the provider was chosen; None: he named it.
    `goes`: where it would go now.
    """

    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    destination: str
    shown_as: str
    policy: WithdrawalPolicy
    standing: WithdrawalStanding
    now: datetime
    instrument_id: UUID | None = None
    fee_minor: int = 0
    method: str | None = None
    goes: tuple[Goes, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveWithdrawal:
    """A member of staff says yes; `lost` are those who said it before and may not say it any more."""

    approver: str
    now: datetime
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWithdrawal:
    """`reasons` are what speaks against letting it go without people who know, see `policy.reasons`, and `people` how
    many these want. `never_left`: whatever we meant to send, the provider surely has none of it. `goes`: where it would
    go now; None: that cannot have changed.
    """

    reasons: frozenset[str]
    people: int
    never_left: bool = False
    goes: tuple[Goes, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectWithdrawal:
    """A member of staff says no, and why; `owed_minor` is what the player owes."""

    rejecter: str
    reason: str
    owed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWithdrawal:
    """The player takes it back; `allowed` is what his casino's jurisdiction says of that. `owed_minor`: as above."""

    allowed: bool
    owed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPayout:
    """It cannot be sent now, and why."""

    why: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayout:
    """Record that the order to pay is about to be sent under this id, as this customer of the provider.

    `winnings_minor`, `left_out`: of it, where money is returned to its source.
    """

    request_id: UUID
    sent_as: str
    winnings_minor: int = 0
    left_out: tuple[NotBack, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HearProvider:
    """The provider's word, verified: an answer to the order or a signed notification. `owed_minor`: as above."""

    word: PayoutWord
    owed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePayout:
    """Let it go out with this batch."""

    batch_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPart:
    """Have a part of an approved withdrawal paid; `destination` is already unreadable without the player's key.

    `method`: by which the whole's provider was chosen, where it goes there. `known`, `needed`: the whole's.
    """

    parent_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    amount_minor: int
    currency: str
    destination: str
    shown_as: str
    instrument_id: UUID | None
    now: datetime
    method: str | None = None
    known: frozenset[str] = frozenset()
    needed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWithdrawal:
    """Send the money, or what of it has no part yet, out in these parts."""

    parts: tuple[PartFact, ...]
    left_out: tuple[NotBack, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HearPart:
    """What became of a part, told by it."""

    part_id: UUID
    word: PartWord


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltWithdrawal:
    """What did not leave can go nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryWithdrawal:
    """A person wants a way looked for once more, for what did not leave, and why; also `elsewhere` than where it came
    from, where that cannot receive now or it fell through: that takes as many people as it took to approve it. `lost`:
    those who wanted it before and may not approve it any more.
    """

    retrier: str
    reason: str
    now: datetime
    elsewhere: bool = False
    lost: frozenset[str] = frozenset()


PartCommand = ReleasePayout | OrderPart | SplitWithdrawal | HearPart | HaltWithdrawal | RetryWithdrawal
WithdrawalCommand = (
    RequestWithdrawal
    | StopWithdrawal
    | ApproveWithdrawal
    | RejectWithdrawal
    | CancelWithdrawal
    | HoldPayout
    | StartPayout
    | HearProvider
    | PartCommand
)
