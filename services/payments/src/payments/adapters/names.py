"""Verification, asked whether a name that a provider told is a player's."""

from uuid import UUID

from httpx import AsyncBaseTransport

from chassis.service_client import ServiceClient, UpstreamProblem
from contracts.verification.errors import VerificationError
from contracts.verification.names import NameCompared, NameToCompare, comparison_path
from payments.domain.instrument.words import Likeness
from payments.settings import Settings

Transport = AsyncBaseTransport
"""How verification is reached; only tests bring one."""


class VerificationNames:
    """Implements `HolderNames`. A name passes through and is kept nowhere here."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def likeness(self, player_id: UUID, casino_id: UUID, name: str) -> Likeness | None:
        """See HolderNames."""
        body = NameToCompare(casino_id=casino_id, name=name).model_dump(mode="json")
        try:
            answer = await self._client.post(comparison_path(player_id), body)
        except UpstreamProblem as problem:
            if problem.upstream_code == VerificationError.CASE_ERASED:
                return None
            raise
        return Likeness(NameCompared.model_validate(answer).likeness)

    async def close(self) -> None:
        """See HolderNames."""
        await self._client.close()


def names_of(settings: Settings, transport: Transport | None = None) -> VerificationNames:
    """Over HTTP, or by another transport in tests."""
    return VerificationNames(
        ServiceClient(
            settings.verification_url, "verification", settings.internal_key, caller="payments", transport=transport
        )
    )
