"""What files of settlements and statements of banks are to reconciliation, as Protocols."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from payments.domain.reconciliation.rows import SettlementRow
from payments.domain.reconciliation.statements import BankStatement


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


@runtime_checkable
class StatementFormat(SettlementFormat, Protocol):
    """A bank's kind of file."""

    def statements(self, file: BinaryIO) -> Iterator[BankStatement]:
        """What it states of accounts, one after the other; `rows` refuses what this refuses.

        Raises:
            FileUnreadable: it is not such a file, or a statement is of no account, or without its balances.
            StatementUnbalanced: the entries of one do not lead from its opening balance to its closing one.
        """
        ...
