"""Who may do what while they are not there: asked when something is executed that they proposed or approved earlier."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.auth.errors import PolicyStale
from chassis.auth.policy.decide import RISKY_STALE_AFTER_S, apart, decide
from chassis.auth.policy.held import Held
from chassis.auth.policy.model import Asking, Wish


class Authority(Protocol):
    """What people hold now, by the policy this service holds. No network is in `may`."""

    async def look(self) -> None:
        """See whether there is anything newer, before people are asked about."""
        ...

    def may(self, subject_id: UUID, wish: Wish, *, since: datetime, now: datetime) -> bool:
        """Whether this member of staff is active and may do what is wished for. Without a casino it takes somebody who
        may for the whole operator.

        Args:
            since: when they were last seen to hold it. Only what was confirmed later can say that they do not.

        Raises:
            PolicyStale: nobody can tell at the moment; ask again.
        """
        ...

    def apart(self, one: UUID, other: UUID, *, now: datetime) -> bool:
        """Whether two people may be each other's second person; see `chassis.auth.policy.decide.apart`.

        Raises:
            PolicyStale: nobody can tell at the moment; ask again.
        """
        ...


class PolicyAuthority:
    """Asks the policy that the process holds. Without one nobody can tell, so that nothing is done.

    Whoever is not there has no session and proves nothing: it is their account and what they hold that counts, as if
    they had logged in at this moment.
    """

    def __init__(self, held: Held | None = None) -> None:
        self._held = held

    async def look(self) -> None:
        """See Authority."""
        if self._held is not None:
            await self._held.at_least(0)

    def may(self, subject_id: UUID, wish: Wish, *, since: datetime, now: datetime) -> bool:
        """See Authority."""
        if self._held is None:
            raise PolicyStale
        asking = Asking(subject_id=subject_id, issued_at=now, authenticated_at=now)
        standing = self._held.standing()
        said = decide(self._held.policy, asking, wish, now, standing)
        if said.allowed and (wish.casino_id is not None or said.scope.unlimited):
            return True
        if said.code == "policy_stale" or (now - since).total_seconds() < standing.age_s:
            raise PolicyStale
        return False

    def apart(self, one: UUID, other: UUID, *, now: datetime) -> bool:
        """See Authority."""
        policy = self._held.policy if self._held is not None else None
        if self._held is None or policy is None or not self._held.standing().age_s <= RISKY_STALE_AFTER_S:
            raise PolicyStale
        return apart(policy, one, other, now)
