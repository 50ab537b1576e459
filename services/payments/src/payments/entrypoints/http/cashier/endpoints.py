"""The cashier: what a player's frontend shows before he pays in or asks for his money."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from chassis.auth import Caller, Player
from contracts.money import CurrencyCode
from payments.application.errors import CasinoUnknown
from payments.application.routing.cashier import Visit, deposit_methods, withdrawal_methods
from payments.entrypoints.http.desk import TheDesk

router = APIRouter(prefix="/api/payments/v1", tags=["cashier"])


class CashierMethod(BaseModel):
    """A method, offered to the player now or not."""

    method: str
    offered: bool
    why_missing: str | None = Field(description="The stable code of why it is not offered now")
    min_minor: int | None = Field(description="At once, included; null: no bound of the casino's")
    max_minor: int | None = Field(
        description="Likewise, and no more than the player's own limits leave him, or than the cash he has to be paid"
    )
    fee_minor: int = Field(default=0, description="What the player pays for it: what a provider keeps is the casino's")
    details: list[str] = Field(description="What he is asked for, by name: `details` of the request")
    providers: list[str] = Field(description="A withdrawal names one of them; a deposit names the method alone")


@router.get("/cashier")
async def show_cashier(
    caller: Annotated[Caller, Player("he sees what is offered to himself")],
    desk: TheDesk,
    currency: CurrencyCode,
    direction: Literal["deposit", "withdrawal"] = "deposit",
    amount: Annotated[int | None, Query(ge=1, le=10**15, description="In minor units; absent: he has not said")] = None,
) -> list[CashierMethod]:
    """The methods the casino has set up, by name: which are offered to this player now, and why the others are not."""
    if caller.casino_id is None:
        raise CasinoUnknown
    visit = Visit(
        casino_id=caller.casino_id,
        player_id=caller.id,
        currency=currency,
        amount_minor=amount,
        now=desk.now(),
    )
    async with desk.app.db.read() as connection:
        ask = deposit_methods if direction == "deposit" else withdrawal_methods
        found = await ask(desk, connection, visit)
    return [CashierMethod(offered=one.why_missing is None, **asdict(one)) for one in found]
