"""What one transaction is made of: requests, and who asked."""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.store import Context
from payments.domain.ledger.books import Request


class Unit(NamedTuple):
    """Requests that are posted together or not at all; nearly always just one.

    Attributes:
        ctx: who asked; None for a game movement, which is the supplier's doing.
    """

    requests: Sequence[Request]
    ctx: Context | None = None
