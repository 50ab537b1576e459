"""Who may do what while they are not there: asked when something is executed that they proposed or approved earlier."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Authority(Protocol):
    """What people hold now, by the policy this service holds. No network is in it."""

    def may(self, subject_id: UUID, permission: str, casino_id: UUID | None, now: datetime) -> bool:
        """Whether this member of staff is active and holds it there. None for a casino: for the whole operator."""
        ...


class HeldAtTheDoor:
    """Stands in where no policy is held: what the door saw when they proposed or approved is taken to hold still."""

    def may(self, *_: object) -> bool:
        """See Authority."""
        return True
