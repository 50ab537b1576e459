"""The exact payloads, sealed: settings hold secrets, and what waits for a day must not lie open."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals.errors import PayloadDiffers
from chassis.db.tables import approval_payload as table
from chassis.privacy import SecretBox
from chassis.privacy.keys import SecretUnreadable


class Payloads:
    """One text per proposal, bound to it: copied to another, it does not open."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    async def keep(self, connection: AsyncConnection, approval_id: UUID, plain: str) -> None:
        """Keep it, in place of what was kept before."""
        sealed = self._box.seal(plain, label=_label(approval_id))
        statement = insert(table).values(approval_id=approval_id, sealed=sealed)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["approval_id"], set_={"sealed": sealed})
        )

    async def of(self, connection: AsyncConnection, approval_id: UUID) -> str:
        """As it was kept; PayloadDiffers when somebody changed it in the table."""
        statement = select(table.c.sealed).where(table.c.approval_id == approval_id)
        sealed = (await connection.execute(statement)).scalar_one()
        try:
            return self._box.open(sealed, label=_label(approval_id))
        except SecretUnreadable as error:
            raise PayloadDiffers from error


def _label(approval_id: UUID) -> str:
    return f"approval:{approval_id}"
