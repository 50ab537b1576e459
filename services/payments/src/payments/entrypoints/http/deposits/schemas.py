"""What is said about deposits."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.http import StrictModel
from contracts.money import AmountMinor, CurrencyCode
from contracts.payments.states import DepositStatus
from payments.entrypoints.http.unrouted import RefusalKept

ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
FeeMinor = Annotated[int, Field(strict=True, ge=0, le=10**15)]
DeviceId = Annotated[str, StringConstraints(pattern=r"^[!-~]{8,200}$")]
_ON_THIS_MACHINE = r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?([/?#][!-~]{0,460})?"
WebAddress = Annotated[str, StringConstraints(pattern=rf"^(https://[!-~]{{1,490}}|{_ON_THIS_MACHINE})$")]
"""Where a player comes back to: nobody on the way reads or changes it, or there is no way, as when one develops."""


def _of_a_callers_making(given: UUID) -> UUID:
    if given.version not in _MADE:
        raise PydanticCustomError("uuid_version", "An id of your own is a UUID of version 4 or 7.")
    return given


_MADE = (4, 7)
MadeId = Annotated[UUID, AfterValidator(_of_a_callers_making)]
"""Ids that follow from what a provider calls a payment are of other versions: nobody can take one before it comes."""


class DepositBody(StrictModel):
    """A player wants to pay in."""

    deposit_id: MadeId | None = Field(default=None, description="Made by the caller if it likes; a UUIDv7 sorts best")
    provider: ProviderName | None = Field(default=None, description="Or a method: then one is chosen")
    method: Name | None = Field(default=None, description="A way of paying the cashier offered; or a provider")
    amount_minor: AmountMinor
    currency: CurrencyCode
    fee_minor: FeeMinor | None = Field(
        default=None, description="What the player was told it costs; where it costs more by now, `fee_changed`"
    )
    return_url: WebAddress = Field(
        description="Where the provider sends the player back to, by https unless it is the caller's own machine. "
        "Coming back proves nothing"
    )
    details: Annotated[
        dict[Name, Annotated[str, StringConstraints(min_length=1, max_length=255)]], Field(max_length=10)
    ] = Field(
        default_factory=dict,
        description="What the provider must know beside: the way of paying, the payer's name. Stripe: nothing",
        repr=False,
    )
    device_id: DeviceId | None = Field(
        default=None,
        description="What the frontend calls the device, the same each time; kept as a fingerprint",
        repr=False,
    )


class NextAction(BaseModel):
    """What the player's browser has to do at the provider."""

    type: Literal["client_secret", "redirect"]
    client_secret: str | None = None
    url: str | None = None
    return_url: str | None = None


class DepositItem(BaseModel):
    """A deposit in a list."""

    deposit_id: UUID
    casino_id: UUID
    player_id: UUID
    provider: str
    status: DepositStatus
    amount_minor: int = Field(description="As settled by the provider; until then as asked for")
    requested_minor: int
    reversed_minor: int = Field(description="What the provider took back since it was credited")
    fee_minor: int = Field(
        description="What the player pays for it, out of what is credited; of less than he asked for, its part"
    )
    currency: str
    reference: str | None = Field(description="How the provider calls it")
    code: str | None = Field(description="Why it was refused or failed; `not_allowed`: the player was not to pay in")
    restriction: str | None = Field(default=None, description="The limit or exclusion; for whoever sees those")
    review: str | None = Field(default=None, description="The suspicion; for whoever sees those")
    late: bool = Field(description="It succeeded after it had been given up")
    method: str | None = Field(description="What the player chose where he chose no provider")
    attempts: int = Field(description="Providers that were tried")
    created_at: datetime
    updated_at: datetime


class DepositView(DepositItem):
    """A deposit, with what its player has to do next; staff never see that."""

    next_action: NextAction | None = None


class DepositBegun(BaseModel):
    """What is remembered under the idempotency key; where the deposit stands is looked up at each repeat."""

    deposit_id: UUID
    refused: str | None = None
    unserved: RefusalKept | None = None
