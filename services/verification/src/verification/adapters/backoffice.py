"""Who a player is, asked of backoffice over its internal API."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.service_client import ServiceClient, UpstreamProblem
from verification.application.ports import Person, PersonUnknown

_GONE = frozenset({404, 410})


class BackofficeDirectory:
    """Personal data, held only while it is used."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def person(self, player_id: UUID) -> Person:
        """Who it is; PersonUnknown when backoffice has no such player (any more)."""
        try:
            found = await self._client.get(f"/internal/v1/players/{player_id}/personal-data")
        except UpstreamProblem as problem:
            if problem.upstream_status in _GONE:
                raise PersonUnknown(str(player_id)) from None
            raise
        try:
            return _person(player_id, found)
        except (KeyError, TypeError, ValueError, AttributeError):
            # Without the cause: its text would carry the person's data into logs and the task's row.
            raise AnswerUnreadable from None


class AnswerUnreadable(Exception):
    """Backoffice answered something that is not personal data."""


def _person(player_id: UUID, found: Any) -> Person:
    born = found["date_of_birth"]
    return Person(
        player_id=player_id,
        first_name=_text(found["first_name"]),
        last_name=_text(found["last_name"]),
        date_of_birth=date.fromisoformat(born) if born else None,
        country=str(found.get("country", "")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
