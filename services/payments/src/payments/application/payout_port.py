"""What a payout flow says of where it can pay to, as a Protocol."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from payments.domain.withdrawal.destination import Accepted, DestinationKind, Named


class PaysTo(Protocol):
    """Where it can pay to, of what is said the same way whoever pays."""

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        """The kinds it can pay to. An instrument is one that it, or a payout of its own, told how to reach."""
        ...

    def accepts(self, currency: str) -> Sequence[Accepted]:
        """What it translates in the currency, instruments left out; nothing else."""
        ...

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:
        """The destination in its own words; None: it cannot pay there."""
        ...
