"""A service that runs in this process, with two casinos that must not hear of each other."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from bad_input.example import CallerName, Example
from bad_input.operations import Operation
from chassis.auth import ServiceTokens
from chassis.db.engine import driver
from chassis.runtime import Service
from chassis.testing.tokens import TokenMaker, bearer, default_maker

Facts = dict[str, Any]
Opening = Callable[[], AbstractAsyncContextManager["House"]]

ELSEWHERE = UUID(int=0xE15E)
"""A casino at which nothing ever happened."""

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@dataclass(kw_only=True)
class House:
    """A running service.

    Attributes:
        facts: ids of what belongs to the casino everything here happens at, and whatever else examples speak of.
        elsewhere: the same names for the other casino.
        maker: signs tokens the service believes.
    """

    service: Service
    app: FastAPI
    client: httpx.AsyncClient
    facts: Facts
    elsewhere: Facts = field(default_factory=dict)
    maker: TokenMaker = field(default_factory=default_maker)

    @property
    def permissions(self) -> list[str]:
        """All of the service's."""
        return [spec.id for spec in self.service.permissions]

    def token(self, caller: CallerName, **claims: Any) -> str | None:
        """The token of such a caller; claims override what it says."""
        casino, subject = self.facts["casino_id"], self.facts.get("admin_id")
        options: dict[str, Any] = {"permissions": self.permissions, "subject": subject and UUID(subject)}
        match caller:
            case "nobody":
                return None
            case "backoffice" | "gateway" | "payments":
                return ServiceTokens(caller, self.service.settings.internal_key).mint(self.service.name)
            case "player":
                options = {"kind": "player", "subject": UUID(self.facts["player_id"]), "casino": UUID(casino)}
            case "operator":
                options |= {"casinos": ["*"]}
            case "staff":
                options |= {"casinos": [casino]}
            case "session":
                options |= {"session": UUID(self.facts["session_id"])}
            case "armed":
                options |= {name: UUID(self.facts[f"armed_{name}"]) for name in ("subject", "session")}
        return self.maker.token(**{**options, **claims})

    def headers(self, operation: Operation, example: Example) -> dict[str, str]:
        """What a well-meant request carries, with an idempotency key of its own."""
        token = self.token(example.caller)
        key = {"Idempotency-Key": f"bad-{uuid4()}"} if operation.takes_key else {}
        return {**(bearer(token) if token else {}), **key, **example.headers}

    def body(self, example: Example) -> Any:
        """The example's body with this house's facts in it."""
        return _filled(example.body, self.facts)

    def path(self, operation: Operation, example: Example, **changes: str) -> str:
        """The example's path; changes are put in as they are."""
        known = {name: self.facts.get(name, _NOTHING) for name in operation.path_parameters}
        return operation.template.format(**{**known, **_filled(dict(example.path), self.facts), **changes})

    async def rows(self) -> Mapping[str, int]:
        """How many rows each table has, but for what security says of the policy in its own time."""
        async with self.service.db.read() as connection:
            raw = await driver(connection)
            names = [row["tablename"] for row in await raw.fetch(_TABLES) if row["tablename"] != "policy_version"]
            counts = ", ".join(
                f'(SELECT count(*) FROM "{name}"{_OF_THE_REQUEST.get(name, "")}) AS "{name}"' for name in names
            )
            found = await raw.fetchrow(f"SELECT {counts}")
        return dict(found)


_NOTHING = "0190a000-0000-7000-8000-00000000ffff"
"""An id that nothing has."""

_OF_THE_REQUEST = {"outbox": " WHERE topic NOT IN ('security.policy.events', 'security.heartbeat.events')"}


def _filled(part: Any, facts: Facts) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, facts) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(one, facts) for one in part]
    return facts[part[1:]] if isinstance(part, str) and part.startswith("$") else part
