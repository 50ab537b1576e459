"""What reconciliation needs from the outside, as Protocols."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from payments.domain.reconciliation.rows import SettlementRow


class SettlementFormat(Protocol):
    """One kind of file. Pure: the same bytes are always the same rows in the same order, and memory is bounded."""

    @property
    def name(self) -> str:
        """The registry key, and how whoever brings a file names it."""
        ...

    @property
    def provider(self) -> str | None:
        """Whose settlements it tells of; None: it is a bank's statement."""
        ...

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """Its lines, one after the other. FileUnreadable when it is not such a file; lines before it mean nothing."""
        ...
