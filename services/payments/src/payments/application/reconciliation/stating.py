"""What banks have stated is kept, so that a statement nobody brought is missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.reconciliation.statements import BankStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStatement:
    """A statement, and by how much more than the one before closed with it opens; None: it follows on that, or two
    people have said that nothing is missing.
    """

    id: UUID
    casino_id: UUID
    account: str
    currency: str
    opening_minor: int
    gap_minor: int | None


class Statements(Protocol):
    """Statements of banks, one after the other by account and currency."""

    async def forget_statements(self, connection: AsyncConnection, file_id: UUID) -> None:
        """Those of a file nobody has counted on yet."""
        ...

    async def keep_statements(
        self, connection: AsyncConnection, file_id: UUID, casino_id: UUID, statements: Sequence[BankStatement]
    ) -> None:
        """Further ones of a file. They count once they are put in line."""
        ...

    async def line_statements_up(self, connection: AsyncConnection, file_id: UUID) -> None:
        """Put those of a file in line, and find for each of them and for later ones of the same accounts whether the
        one before is there. What was told before, word for word, is set aside. Whoever calls this has taken the bank's
        turn.
        """
        ...

    async def drop_statements(self, connection: AsyncConnection, file_id: UUID) -> None:
        """Take those of a replaced file out of the line."""
        ...

    async def statement(self, connection: AsyncConnection, statement_id: UUID) -> KnownStatement | None:
        """One, locked until the transaction ends."""
        ...

    async def accept_gap(self, connection: AsyncConnection, statement_id: UUID) -> None:
        """Two people say that nothing is missing before it."""
        ...
