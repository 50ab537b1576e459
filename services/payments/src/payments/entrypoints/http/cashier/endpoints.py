"""The cashier: what a player's frontend shows before he pays in or asks for his money."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Caller, Player
from contracts.money import CurrencyCode
from payments.application.errors import CasinoUnknown
from payments.application.routing.cashier import AtCashier, Visit, deposit_methods
from payments.application.routing.payout_cashier import withdrawal_methods
from payments.domain.withdrawal.destination import FIELDS, OPTIONAL, Accepted, DestinationKind
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


class CashierDestination(BaseModel):
    """Somewhere he can be paid to: what fits here is taken by one of `providers`, but for a number that is none."""

    kind: DestinationKind
    fields: list[str] = Field(description="What it must be told by, beside `kind`")
    optional: list[str] = Field(description="What it may be told by as well")
    one_of: dict[str, list[str]] = Field(
        description="What a field may say, where not anything. `country` of an iban is its first two letters; "
        "`instrument_id`: his own that can be reached now"
    )


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
    required_details: list[str] = Field(
        description="Those of `details` without which nobody takes it; the others may be left out, and more of the "
        "providers take it with them"
    )
    destinations: list[CashierDestination] = Field(
        description="Where a withdrawal by it may go now: `destination` of the request. Empty for deposits"
    )
    providers: list[str] = Field(description="By whom, to be shown: the request names the method alone")


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
    return [_shown(one) for one in found]


def _shown(one: AtCashier) -> CashierMethod:
    destinations = [_destination(to) for to in one.destinations]
    told = {**asdict(one), "destinations": destinations}
    return CashierMethod(offered=one.why_missing is None, fee_minor=one.fee_minor, **told)


def _destination(to: Accepted) -> CashierDestination:
    optional = OPTIONAL - to.needs
    return CashierDestination(
        kind=to.kind,
        fields=[name for name in FIELDS[to.kind] if name not in optional],
        optional=[name for name in FIELDS[to.kind] if name in optional],
        one_of={name: sorted(values) for name, values in to.one_of.items()},
    )
