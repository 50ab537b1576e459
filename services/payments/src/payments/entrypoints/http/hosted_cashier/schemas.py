"""What is said about a player's way into a cashier that is not ours."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import StrictModel
from payments.entrypoints.http.deposits.schemas import ProviderName


class SessionBody(StrictModel):
    """A player wants into a cashier."""

    provider: ProviderName
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")] | None = Field(
        default=None, description="The language the cashier's page speaks, as `en` or `en_GB`"
    )


class CashierSessionView(BaseModel):
    """What the cashier's page needs to show itself to the player."""

    provider: str
    user_id: str = Field(description="As the cashier calls the player")
    session_id: str = Field(description="His proof; the cashier brings it back to us")
    valid_for_s: int
    frontend: dict[str, Any] = Field(description="The cashier's own settings, nothing secret")
