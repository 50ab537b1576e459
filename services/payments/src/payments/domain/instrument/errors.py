"""Refusals of an instrument."""

from typing import ClassVar

from chassis.domain import DomainError


class OwnershipMismatch(DomainError):
    """It is somebody else's, as people found out: it cannot be verified for this player."""

    code: ClassVar[str] = "ownership_mismatch"


class OwnershipTakesTwo(DomainError):
    """Its holder has another name than the player. Propose that it is his: a second person has to agree."""

    code: ClassVar[str] = "ownership_takes_two"
