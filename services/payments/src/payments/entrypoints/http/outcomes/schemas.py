"""What people say of an order of which the provider does not."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from chassis.http import Reason, Reference, StrictModel
from contracts.money import AmountMinor


class Outcome(StrEnum):
    """What became of it."""

    PAID = "paid"
    """The provider carried it out."""
    NEVER_PAID = "never_paid"
    """The provider did not, and will not."""


class OutcomeOfDeposit(StrEnum):
    """What became of a deposit."""

    PAID = "paid"
    """The provider was paid."""
    NEVER_PAID = "never_paid"
    """The provider was not, and will not be."""
    NEVER_COLLECTED = "never_collected"
    """It was credited because the provider had said so, and the money never came."""
    GIVEN_BACK = "given_back"
    """Money that was taken back of it is there again, or was never gone."""


class Evidence(StrictModel):
    """How it can be found at the provider."""

    reference: Reference | None = Field(
        default=None,
        description=(
            "How the provider calls it: the evidence that it was paid, or given back. Of what was never paid there is"
            " none"
        ),
    )


class Finding(Evidence):
    """What was found out at the provider."""

    outcome: Outcome


class OfDeposit(Evidence):
    """What was found out about a deposit."""

    outcome: OutcomeOfDeposit
    amount_minor: AmountMinor | None = Field(
        default=None,
        description=(
            "How much came in: it is credited, whatever the player had asked for. Of what was credited and never"
            " collected: how much of it, by default all that was not taken back before. Of what was given back: how"
            " much, no more than is taken back now"
        ),
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
