"""Security's internal API for players' passwords."""

from uuid import UUID

from backoffice.application.ports import PasswordRefused
from chassis.service_client import ServiceClient, UpstreamProblem


class SecurityCredentials:
    """The port `Credentials` over HTTP. A password passes through and is kept nowhere here."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def keep(
        self, player_id: UUID, casino_id: UUID, email_index: str, password: str, *, try_only: bool = False
    ) -> bool:
        """See `backoffice.application.ports.Credentials`."""
        body = {"casino_id": str(casino_id), "email_index": email_index, "password": password, "try_only": try_only}
        try:
            await self._client.put(f"/internal/v1/player-credentials/{player_id}", body)
        except UpstreamProblem as problem:
            if problem.upstream_code == "email_taken":
                return False
            if problem.upstream_code == "password_too_weak":
                raise PasswordRefused(field="password") from None
            raise
        return not try_only
