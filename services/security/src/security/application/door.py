"""Everything log-in needs, wired once in main.py and found by the endpoints at `app.state.door_keeper`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from joserfc.jwk import ECKey

from chassis.auth.policy.model import Policy
from chassis.domain import Clock
from chassis.privacy import BlindIndex, SecretBox
from chassis.privacy.keys import derive
from security.application.factors import ISSUER
from security.application.passwords import Passwords
from security.application.policies import DoorPolicy
from security.application.relying_party import RelyingParty
from security.settings import Settings


class SigningKey(Protocol):
    """Whoever has the key that signs now."""

    async def current(self) -> tuple[str, ECKey]:
        """Its id and the private key."""
        ...


class Policies(Protocol):
    """Whoever knows the policy that holds."""

    async def renew(self) -> Policy:
        """The newest one, with everything in it that is committed by now."""
        ...


@dataclass(frozen=True, slots=True)
class DoorKeeper:
    """Passwords, keys, policy, time, and what factors are kept and asked with.

    Attributes:
        policies: who may do what.
        box: seals the secrets of codes by time.
        index: hashes recovery codes under a key of its own.
        csrf_key: binds the token that a browser's page must show to the secret in its cookie.
    """

    passwords: Passwords
    keys: SigningKey
    policy: DoorPolicy
    policies: Policies
    clock: Clock
    relying_party: RelyingParty
    box: SecretBox
    index: BlindIndex
    csrf_key: bytes


def door_keeper(settings: Settings, keys: SigningKey, policies: Policies, clock: Clock) -> DoorKeeper:
    """The door as the settings want it."""
    return DoorKeeper(
        passwords=Passwords(memory_kib=settings.password_memory_kib, rounds=settings.password_rounds),
        keys=keys,
        policy=_policy(settings),
        policies=policies,
        clock=clock,
        relying_party=RelyingParty(
            settings.webauthn_rp_id,
            ISSUER,
            settings.webauthn_origins.split(","),
            timeout_ms=settings.ticket_s * 1000,
        ),
        box=SecretBox(settings.master_key_bytes),
        index=BlindIndex(derive(settings.master_key, "recovery-codes")),
        csrf_key=derive(settings.master_key, "csrf"),
    )


def _policy(settings: Settings) -> DoorPolicy:
    return DoorPolicy(
        access_token=timedelta(seconds=settings.access_token_lifetime_s),
        browser_token=timedelta(seconds=settings.browser_token_lifetime_s),
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_hours),
        one_time_password=timedelta(hours=settings.one_time_password_hours),
        failures=settings.lock_after_failures,
        lock=timedelta(minutes=settings.lock_minutes),
        registration=timedelta(seconds=settings.registration_wait_s),
        require_factor=settings.require_factor,
        factor_grace=timedelta(days=settings.factor_grace_days),
        fresh=timedelta(seconds=settings.fresh_s),
        ticket=timedelta(seconds=settings.ticket_s),
        impersonation=timedelta(minutes=settings.impersonation_minutes),
    )
