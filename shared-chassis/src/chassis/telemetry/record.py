"""The record of one request: written to by whoever learns something, read by the log, the metrics and the last net."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

_SCOPE_KEY: Final = "chassis.request"


@dataclass(slots=True)
class RequestRecord:
    """One request as far as it is known by now.

    Mounted applications get a copy of the ASGI scope; this one object is shared by all copies.

    Attributes:
        request_id: also the correlation id of everything the request brings about.
        decision: who was let in and by which rule; a success without one never leaves the process.
        body_digest: SHA-256 of the body as far as it was read.
    """

    request_id: UUID
    decision: str | None = None
    actor: str | None = None
    casino_id: str | None = None
    route: str | None = None
    body_digest: bytes = b""

    def attach(self, scope: MutableMapping[str, Any]) -> None:
        """Make it the record of this ASGI scope."""
        scope[_SCOPE_KEY] = self

    @classmethod
    def find(cls, scope: MutableMapping[str, Any]) -> "RequestRecord | None":
        """The record of this ASGI scope, if anyone keeps one."""
        found: RequestRecord | None = scope.get(_SCOPE_KEY)
        return found
