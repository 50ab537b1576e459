"""What backoffice needs of others."""

from typing import Protocol
from uuid import UUID

from chassis.domain import DomainError


class PasswordRefused(DomainError):
    """Security finds the password too easy to guess."""

    code = "password_too_weak"
    status = 422


class Credentials(Protocol):
    """Whoever keeps passwords."""

    async def keep(self, player_id: UUID, casino_id: UUID, email_index: str, password: str) -> None:
        """Keep a player's password before the registration is final; the same call twice is one.

        Raises:
            PlayerExists: a registered player of the casino has this e-mail.
            PasswordRefused: the password is too weak.
            UpstreamUnavailable: security cannot be reached; nothing was registered.
        """
        ...
