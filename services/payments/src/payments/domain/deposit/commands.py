"""What can be asked of a deposit. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.words import DepositWord


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDeposit:
    """The player wants to pay in; `standing` is what is known of him now.

    `return_url` and `details` are already unreadable without his key. `sent_as`: the customer of the provider that the
    casino is now.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HearProvider:
    """The provider's word, verified: an answer to a call of ours or a signed notification. `said_at` by its clock.

    `cash_minor` is what the player holds, `owed_minor` what he owes of deposits that were taken back, both in the
    deposit's currency and under lock. Only words that move money ask for them.
    """

    word: DepositWord
    said_at: datetime
    cash_minor: int = 0
    owed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireDeposit:
    """Nobody decided in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDeposit:
    """Its player must not pay in any more; `code` says why."""

    code: str


DepositCommand = RequestDeposit | HearProvider | ExpireDeposit | StopDeposit
