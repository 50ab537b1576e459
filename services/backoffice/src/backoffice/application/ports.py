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

    async def keep(
        self, player_id: UUID, casino_id: UUID, email_index: str, password: str, *, try_only: bool = False
    ) -> bool:
        """Keep a player's password before the registration is final; the same call twice is one. Whether it was kept:
        not when a registered player of the casino has this e-mail.

        Args:
            try_only: no account will be opened: it is looked at and hashed as any other, so that it takes as long, and
                kept nowhere.

        Raises:
            PasswordRefused: the password is too weak.
            UpstreamUnavailable: security cannot be reached; nothing was registered.
        """
        ...
