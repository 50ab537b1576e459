"""What a debt stops, and why it is not written off."""

from enum import StrEnum
from typing import ClassVar

from chassis.domain import DomainError


class DebtStops(StrEnum):
    """What a chargeback stops that leaves its player in debt. Withdrawals wait for what he owes whatever is chosen."""

    NOTHING = "nothing"
    """He goes on: his next deposits pay it."""
    BETS_AND_DEPOSITS = "bets_and_deposits"
    """He bets no more and pays nothing in until it is paid or written off, or people let him go on."""


class DebtExceeded(DomainError):
    """The player owes less."""

    code: ClassVar[str] = "debt_exceeded"
