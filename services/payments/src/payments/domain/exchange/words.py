"""Whether, and at what price, a casino exchanges its players' money."""

from dataclasses import dataclass
from typing import ClassVar

from chassis.domain import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePolicy:
    """`spread_bp`: what the house keeps of what is bought, in hundredths of a per cent."""

    enabled: bool = False
    spread_bp: int = 0


class ExchangeNotOffered(DomainError):
    """The casino does not exchange money."""

    code: ClassVar[str] = "exchange_not_offered"
