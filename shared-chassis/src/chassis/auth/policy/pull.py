"""Asking security for everything there is to know about the policy, in one answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from chassis.service_client import ServiceClient

PATH: Final = "/internal/v1/policy"
"""Where security answers: `?min=` the version that is wanted at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """All that security has to say at once.

    Attributes:
        policy: the whole policy, signed.
        confirmed: that it holds, signed.
        keys: the JWKS document with which both can be checked.
        ended: sessions that ended lately, and when.
    """

    policy: str
    confirmed: str
    keys: Mapping[str, Any]
    ended: Mapping[UUID, datetime] = field(default_factory=dict)


Pull = Callable[[int], Awaitable[Pulled]]
"""Asks security for a policy of at least this version; raises when it cannot be asked."""


def encode(pulled: Pulled) -> bytes:
    """As it travels."""
    return msgspec.json.encode(pulled)


def pulling(security: ServiceClient) -> Pull:
    """Asks security over HTTP with a service token."""

    async def pull(version: int) -> Pulled:
        answer = await security.request("GET", PATH, params={"min": version})
        return msgspec.json.decode(answer.content, type=Pulled)

    return pull
