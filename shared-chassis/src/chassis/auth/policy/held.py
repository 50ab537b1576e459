"""What deciding needs of whoever holds a policy."""

from datetime import datetime
from typing import Protocol

from chassis.auth.policy.compile import Access
from chassis.auth.policy.model import Asking, Policy, Standing


class Held(Protocol):
    """A policy that is held, and how good it is. `chassis.auth.policy.local.LocalPolicy` is one."""

    @property
    def policy(self) -> Policy | None:
        """The policy that is held; None before the first one came."""
        ...

    def standing(self) -> Standing:
        """How good it is at this moment."""
        ...

    def access(self, asking: Asking) -> Access | None:
        """What the subject holds at this moment; None while there is no policy."""
        ...

    async def look(self) -> None:
        """See whether there is anything newer, where that costs next to nothing; asked before each decision."""
        ...

    def now(self) -> datetime:
        """The moment."""
        ...

    async def at_least(self, version: int) -> bool:
        """Whether the policy is of this version or a later one, after waiting and asking for it."""
        ...
