"""Security's internal API for players' passwords."""

from uuid import UUID

from backoffice.application.ports import PasswordRefused
from backoffice.domain.player.errors import PlayerExists
from chassis.service_client import ServiceClient, UpstreamProblem


class SecurityCredentials:
    """The port `Credentials` over HTTP. A password passes through and is kept nowhere here."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def keep(self, player_id: UUID, casino_id: UUID, email_index: str, password: str) -> None:
        """See `backoffice.application.ports.Credentials`."""
        body = {"casino_id": str(casino_id), "email_index": email_index, "password": password}
        try:
            await self._client.put(f"/internal/v1/player-credentials/{player_id}", body)
        except UpstreamProblem as problem:
            if problem.upstream_code == "email_taken":
                raise PlayerExists from None
            if problem.upstream_code == "password_too_weak":
                raise PasswordRefused(field="password") from None
            raise
