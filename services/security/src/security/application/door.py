"""Everything log-in needs, wired once in main.py and found by the endpoints at `app.state.door_keeper`."""

from dataclasses import dataclass
from typing import Protocol

from joserfc.jwk import ECKey

from chassis.domain import Clock
from security.application.passwords import Passwords
from security.application.policies import DoorPolicy


class SigningKey(Protocol):
    """Whoever has the key that signs now."""

    async def current(self) -> tuple[str, ECKey]:
        """Its id and the private key."""
        ...


@dataclass(frozen=True, slots=True)
class DoorKeeper:
    """Passwords, keys, policy, time."""

    passwords: Passwords
    keys: SigningKey
    policy: DoorPolicy
    clock: Clock
