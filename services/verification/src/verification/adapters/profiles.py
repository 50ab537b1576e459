"""What each casino asks of its players, from the profiles backoffice published; effective from a date of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from verification.adapters.tables import casino_profile
from verification.domain.case.catalogue import is_required_word


class CasinoProfiles:
    """The local copy of the part of a casino's profile that is verification's business.

    Args:
        default: what is required where no profile has arrived yet. ValueError when the catalogue has no such word.
    """

    def __init__(self, default: Sequence[str]) -> None:
        unknown = [word for word in default if not is_required_word(word)]
        if unknown:
            raise ValueError(f"REQUIRED_DOCUMENTS names {unknown[0]!r}: no kind of document, nor what one proves")
        self._default = tuple(default)

    async def required(self, connection: AsyncConnection, casino_id: UUID, now: datetime) -> tuple[str, ...]:
        """What must be proved to be `verified` at `now`: kinds of documents, or what one proves."""
        table = casino_profile
        found = await connection.execute(
            select(table.c.required_documents)
            .where(table.c.casino_id == casino_id, table.c.effective_from <= now)
            .order_by(table.c.effective_from.desc(), table.c.profile_version.desc())
            .limit(1)
        )
        documents = found.scalar_one_or_none()
        return self._default if documents is None else tuple(documents)

    async def adopt(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        profile_version: int,
        effective_from: datetime,
        required: Sequence[str],
    ) -> None:
        """Keep a version of a profile; the same version again replaces it.

        A word nobody knows stays in it: it keeps the level down until the profile is mended.
        """
        facts = {"effective_from": effective_from, "required_documents": list(dict.fromkeys(required))}
        await connection.execute(
            insert(casino_profile)
            .values(casino_id=casino_id, profile_version=profile_version, **facts)
            .on_conflict_do_update(index_elements=["casino_id", "profile_version"], set_=facts)
        )
