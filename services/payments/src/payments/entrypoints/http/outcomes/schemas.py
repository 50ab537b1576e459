"""What people say of an order of which the provider does not."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from chassis.http import Reason, StrictModel
from contracts.money import AmountMinor


class Outcome(StrEnum):
    """What became of it."""

    PAID = "paid"
    """The provider carried it out."""
    NEVER_PAID = "never_paid"
    """The provider did not, and will not."""


class Finding(StrictModel):
    """What was found out at the provider."""

    outcome: Outcome
    reference: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        default=None,
        description="How the provider calls it: the evidence that it was paid. Of what was never paid there is none",
    )


class OfDeposit(Finding):
    """What was found out about a deposit."""

    amount_minor: AmountMinor | None = Field(
        default=None, description="How much came in. It is credited, whatever the player had asked for"
    )
    provider: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = Field(
        default=None, description="Where, if not at the provider that has the deposit now"
    )


class DepositFindingBody(OfDeposit):
    """What was found out about a deposit, and how."""

    reason: Reason


class FindingBody(Finding):
    """What was found out at the provider, and how."""

    reason: Reason
