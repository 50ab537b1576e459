"""The cashier: what a player's frontend shows before he pays in or asks for his money."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Caller, Player
from contracts.money import CurrencyCode
from payments.application.errors import CasinoUnknown
from payments.application.routing.cashier import Visit, deposit_methods, withdrawal_methods
from payments.entrypoints.http.desk import TheDesk

router = APIRouter(prefix="/api/payments/v1", tags=["cashier"])


class CashierQuery(BaseModel):
    """What may be asked at the cashier, and nothing else: a misspelt name must not be ignored."""

    model_config = ConfigDict(extra="forbid")

    currency: CurrencyCode
    direction: Literal["deposit", "withdrawal"] = "deposit"
    amount_minor: int | None = Field(
        default=None, ge=1, le=10**15, description="In minor units; absent: he has not said"
    )


class CashierFee(BaseModel):
    """What the player pays the casino for a method at one provider. Amounts are of the currency asked for."""

    provider: str
    bps: int = Field(description="Of the amount, in hundredths of a percent")
    fixed_minor: int = Field(description="Beside that")
    min_minor: int | None = Field(description="The least of both together")
    max_minor: int | None = Field(description="The most of both together")
    fee_minor: int | None = Field(description="Of the amount that was asked for; null: none was")


class CashierMethod(BaseModel):
    """A method, offered to the player now or not."""

    method: str
    offered: bool
    why_missing: str | None = Field(description="The stable code of why it is not offered now")
    min_minor: int | None = Field(description="At once, included; null: the casino says no least")
    max_minor: int | None = Field(
        description="Likewise (null: a withdrawal of any amount), and no more than the player's own limits leave him, "
        "or than the cash he has to be paid"
    )
    fee_minor: int | None = Field(
        description="What the player pays for the amount at most: out of a deposit, beside a withdrawal; "
        "`fee_minor` of the request. null: it depends on the amount, and none was asked for"
    )
    fees: list[CashierFee] = Field(
        description="On which terms, by provider; providers it costs nothing at are left out"
    )
    details: list[str] = Field(description="What he is asked for, by name: `details` of the request")
    providers: list[str] = Field(description="A withdrawal names one of them; a deposit names the method alone")


@router.get("/cashier")
async def show_cashier(
    caller: Annotated[Caller, Player("he sees what is offered to himself")],
    desk: TheDesk,
    query: Annotated[CashierQuery, Query()],
) -> list[CashierMethod]:
    """The methods the casino has set up, by name: which are offered to this player now, and why the others are not."""
    if caller.casino_id is None:
        raise CasinoUnknown
    visit = Visit(
        casino_id=caller.casino_id,
        player_id=caller.id,
        currency=query.currency,
        amount_minor=query.amount_minor,
        now=desk.now(),
    )
    async with desk.app.db.read() as connection:
        ask = deposit_methods if query.direction == "deposit" else withdrawal_methods
        found = await ask(desk, connection, visit)
    return [CashierMethod(offered=one.why_missing is None, fee_minor=one.fee_minor, **asdict(one)) for one in found]
