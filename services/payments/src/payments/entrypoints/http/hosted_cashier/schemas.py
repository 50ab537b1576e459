"""What is said about a player's way into a cashier that is not ours."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import StrictModel
from contracts.money import AmountMinor, CurrencyCode
from payments.entrypoints.http.deposits.schemas import ProviderName, WebAddress


class SessionBody(StrictModel):
    """A player wants into a cashier."""

    provider: ProviderName
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")] | None = Field(
        default=None, description="The language the cashier's page speaks, as `en` or `en_GB`"
    )


class WithdrawalSessionBody(StrictModel):
    """A player wants money out through a provider on whose page he says where to."""

    provider: ProviderName
    amount_minor: AmountMinor
    currency: CurrencyCode
    return_url: WebAddress = Field(
        description="Where the provider sends him back to, by https unless it is the caller's own machine. Coming back "
        "proves nothing"
    )
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[A-Z]{2}$")] | None = Field(
        default=None, description="The language of the page, as `en-GB`"
    )


class WithdrawalSessionView(BaseModel):
    """Where the player says what he wants. There is no withdrawal before he has."""

    provider: str
    withdrawal_id: UUID = Field(description="Of the withdrawal, once he asked for it there")
    url: str = Field(description="The provider's page, to be opened in a frame or window")
    valid_for_s: int


class CashierSessionView(BaseModel):
    """What the cashier's page needs to show itself to the player."""

    provider: str
    user_id: str = Field(description="As the cashier calls the player")
    session_id: str = Field(description="His proof; the cashier brings it back to us")
    valid_for_s: int
    frontend: dict[str, Any] = Field(description="The cashier's own settings, nothing secret")
