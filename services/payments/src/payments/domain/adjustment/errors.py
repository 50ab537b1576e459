"""Refusals of an adjustment."""

from typing import ClassVar

from chassis.domain import DomainError


class AdjustmentAlreadyMade(DomainError):
    """The id belongs to an adjustment of other facts."""

    code: ClassVar[str] = "adjustment_already_made"
