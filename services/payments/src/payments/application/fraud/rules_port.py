"""What the analysis of payments needs of casinos' rules, as a Protocol; adapters implement it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.domain.fraud.rules import Mode, RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rules a casino has now. `off`: those that are switched off."""

    version: int
    rules: RuleSet
    off: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Rules that are or were in force. Nobody published version 0, the catalogue."""

    version: int
    sha256: str
    content: dict[str, Any]
    published_by: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The rules a casino works on."""

    content: dict[str, Any]
    sha256: str
    edited_by: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class LastSwitch:
    """Who stopped a rule, or let it go on, and when."""

    by: str
    at: datetime


class RuleSets(Protocol):
    """The casinos' rules."""

    async def in_force(self, connection: AsyncConnection, casino_id: UUID, now: datetime) -> InForce:
        """The rules that count; a casino that has none yet adopts the catalogue."""

    async def content(self, connection: AsyncConnection, sha256: str) -> dict[str, Any] | None:
        """Rules that were in force once, as JSON."""

    async def current(self, connection: AsyncConnection, casino_id: UUID) -> Published:
        """The rules in force; version 0, the catalogue, where none were adopted yet."""

    async def published(self, connection: AsyncConnection, casino_id: UUID, version: int) -> Published | None:
        """The rules of one version; 0: the catalogue as it is now."""

    async def publish(
        self, connection: AsyncConnection, casino_id: UUID, content: Mapping[str, Any], by: str, now: datetime
    ) -> int:
        """Put rules in force; the new version. What is switched off stays off, if there is still such a rule."""

    async def switched_off(self, connection: AsyncConnection, casino_id: UUID) -> dict[str, datetime | None]:
        """The rules that were switched off, and until when, which may be over; None: until somebody lets it go on."""

    async def draft(self, connection: AsyncConnection, casino_id: UUID) -> Draft | None:
        """What the casino works on."""
        ...

    async def save_draft(self, connection: AsyncConnection, casino_id: UUID, draft: Draft) -> None:
        """Keep it instead of the one before."""
        ...

    async def last_switch(self, connection: AsyncConnection, casino_id: UUID, rule: str) -> LastSwitch | None:
        """Who used the switch of a rule last, and when; nobody else uses it until this transaction ends."""
        ...

    async def switch(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        rule: str,
        *,
        off: bool,
        until: datetime | None,
        by: str,
        now: datetime,
    ) -> Mode | None:
        """Stop a rule in force until then, or let it go on; the mode it was published in. None: there is none."""
        ...
