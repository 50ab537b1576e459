"""What is said about a player's way into a cashier that is not ours."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import StrictModel
from payments.entrypoints.http.deposits.schemas import Name, ProviderName


class SessionBody(StrictModel):
    """A player wants into a cashier."""

    provider: ProviderName
    profile: Annotated[
        dict[Name, Annotated[str, StringConstraints(min_length=1, max_length=100)]], Field(max_length=15)
    ] = Field(
        default_factory=dict,
        description="What the cashier may be told of him: `first_name`, `email`, ... Nothing of it is kept",
        repr=False,
    )


class CashierSessionView(BaseModel):
    """What the cashier's page needs to show itself to the player."""

    provider: str
    user_id: str = Field(description="As the cashier calls the player")
    session_id: str = Field(description="His proof; the cashier brings it back to us")
    valid_for_s: int
    frontend: dict[str, Any] = Field(description="The cashier's own settings, nothing secret")
