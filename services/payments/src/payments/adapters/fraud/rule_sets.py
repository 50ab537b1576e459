"""The casinos' rules: contents by fingerprint, versions, one draft, and a row for each rule in force."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.domain import uuid7
from payments.adapters.fraud.tables import fraud_rule, fraud_rule_draft, fraud_rule_set, fraud_rules
from payments.application.fraud.rules_port import Draft, InForce, LastSwitch, Published
from payments.domain.fraud.catalogue import CATALOGUE
from payments.domain.fraud.rules import Mode, RuleSet, read, sha256_of

BY_CATALOGUE = "catalogue"
"""Who published what a casino began with."""

_IN_FORCE = """
    SELECT s.version, s.sha256,
        ARRAY(
            SELECT rule FROM fraud_rule WHERE casino_id = $1 AND switched_off AND (off_until IS NULL OR off_until > $2)
        ) AS off
    FROM fraud_rule_set AS s WHERE s.casino_id = $1 ORDER BY s.version DESC LIMIT 1"""


class RulesChanged(Exception):
    """What is kept under a fingerprint has another: somebody changed rules that two people agreed to. No payment is
    asked for by them.
    """


class SqlRuleSets:
    """Implements `RuleSets`. Contents are remembered by their fingerprint, since they never change."""

    def __init__(self) -> None:
        self._contents: dict[str, RuleSet] = {}

    async def in_force(self, connection: AsyncConnection, casino_id: UUID, now: datetime) -> InForce:
        """See RuleSets."""
        raw = await driver(connection)
        row = await raw.fetchrow(_IN_FORCE, casino_id, now)
        if row is None:
            await _lock(connection, casino_id)
            row = await raw.fetchrow(_IN_FORCE, casino_id, now)  # Somebody else may have been first.
        if row is None:
            version = await self.publish(connection, casino_id, CATALOGUE, BY_CATALOGUE, now)
            return InForce(version=version, rules=await self._rules(connection, sha256_of(CATALOGUE)), off=frozenset())
        return InForce(
            version=row["version"], rules=await self._rules(connection, row["sha256"]), off=frozenset(row["off"])
        )

    async def content(self, connection: AsyncConnection, sha256: str) -> dict[str, Any] | None:
        """See RuleSets."""
        found = await connection.execute(select(fraud_rules.c.content).where(fraud_rules.c.sha256 == sha256))
        return found.scalar_one_or_none()

    async def current(self, connection: AsyncConnection, casino_id: UUID) -> Published:
        """See RuleSets."""
        return await _published(connection, casino_id, None) or _CATALOGUE

    async def published(self, connection: AsyncConnection, casino_id: UUID, version: int) -> Published | None:
        """See RuleSets."""
        return await _published(connection, casino_id, version) if version else _CATALOGUE

    async def publish(
        self, connection: AsyncConnection, casino_id: UUID, content: Mapping[str, Any], by: str, now: datetime
    ) -> int:
        """See RuleSets."""
        await _lock(connection, casino_id)
        rules = read(dict(content))
        kept = insert(fraud_rules).values(sha256=rules.sha256, content=dict(content))
        await connection.execute(kept.on_conflict_do_nothing(index_elements=["sha256"]))
        last = await connection.execute(
            select(func.coalesce(func.max(fraud_rule_set.c.version), 0)).where(fraud_rule_set.c.casino_id == casino_id)
        )
        version = int(last.scalar_one()) + 1
        await connection.execute(
            insert(fraud_rule_set).values(
                casino_id=casino_id, version=version, sha256=rules.sha256, published_by=by, published_at=now
            )
        )
        off = await _switched_off(connection, casino_id)
        still = {rule: one for rule, one in off.items() if one["off_until"] is None or one["off_until"] > now}
        await connection.execute(delete(fraud_rule).where(fraud_rule.c.casino_id == casino_id))
        rows = [
            {
                "id": uuid7(),
                "casino_id": casino_id,
                "rule": rule.id,
                "version": version,
                "trigger": rule.trigger,
                "action": rule.action,
                "mode": rule.mode,
                "typology": rule.typology,
                "score": rule.score,
                "published_at": now,
                **still.get(rule.id, _ON),
            }
            for rule in rules.rules
        ]
        if rows:
            await connection.execute(insert(fraud_rule), rows)
        return version

    async def draft(self, connection: AsyncConnection, casino_id: UUID) -> Draft | None:
        """See RuleSets."""
        found = await connection.execute(select(fraud_rule_draft).where(fraud_rule_draft.c.casino_id == casino_id))
        row = found.one_or_none()
        if row is None:
            return None
        return Draft(content=row.content, sha256=row.sha256, edited_by=row.edited_by, edited_at=row.edited_at)

    async def save_draft(self, connection: AsyncConnection, casino_id: UUID, draft: Draft) -> None:
        """See RuleSets."""
        values = {
            "content": draft.content,
            "sha256": draft.sha256,
            "edited_by": draft.edited_by,
            "edited_at": draft.edited_at,
        }
        statement = insert(fraud_rule_draft).values(casino_id=casino_id, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id"], set_=values))

    async def switched_off(self, connection: AsyncConnection, casino_id: UUID) -> dict[str, datetime | None]:
        """See RuleSets."""
        off = await _switched_off(connection, casino_id)
        return {rule: one["off_until"] for rule, one in off.items()}

    async def last_switch(self, connection: AsyncConnection, casino_id: UUID, rule: str) -> LastSwitch | None:
        """See RuleSets."""
        await _lock(connection, casino_id)
        table = fraud_rule
        statement = select(table.c.switched_by, table.c.switched_at).where(
            table.c.casino_id == casino_id, table.c.rule == rule, table.c.switched_by.is_not(None)
        )
        row = (await connection.execute(statement)).one_or_none()
        return None if row is None else LastSwitch(row.switched_by, row.switched_at)

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
        """See RuleSets."""
        await _lock(connection, casino_id)  # Whoever publishes makes the rows anew: it must be in one or the other.
        table = fraud_rule
        statement = update(table).where(table.c.casino_id == casino_id, table.c.rule == rule)
        switched = statement.values(switched_off=off, off_until=until, switched_by=by, switched_at=now).returning(
            table.c.mode
        )
        mode = (await connection.execute(switched)).scalar_one_or_none()
        return None if mode is None else Mode(mode)

    async def _rules(self, connection: AsyncConnection, sha256: str) -> RuleSet:
        if sha256 not in self._contents:
            rules = read(await self.content(connection, sha256))
            if rules.sha256 != sha256:
                raise RulesChanged(f"the rules {sha256[:12]} are not those that were published")
            self._contents[sha256] = rules
        return self._contents[sha256]


_CATALOGUE = Published(version=0, sha256=sha256_of(CATALOGUE), content=CATALOGUE, published_by=None, published_at=None)


async def _published(connection: AsyncConnection, casino_id: UUID, version: int | None) -> Published | None:
    """One version; None: the greatest."""
    sets = fraud_rule_set
    statement = (
        select(sets, fraud_rules.c.content)
        .join(fraud_rules, fraud_rules.c.sha256 == sets.c.sha256)
        .where(sets.c.casino_id == casino_id, *([] if version is None else [sets.c.version == version]))
        .order_by(sets.c.version.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else Published(**{one.name: row[one.name] for one in fields(Published)})


_ON: Mapping[str, Any] = {"switched_off": False, "off_until": None, "switched_by": None, "switched_at": None}
"""The switch of a rule that nobody stopped."""


async def _switched_off(connection: AsyncConnection, casino_id: UUID) -> dict[str, dict[str, Any]]:
    """The switches of rules that were stopped, by rule; of some the time is over."""
    columns = [fraud_rule.c[name] for name in _ON]
    statement = select(fraud_rule.c.rule, *columns).where(fraud_rule.c.casino_id == casino_id, columns[0])
    rows = (await connection.execute(statement.order_by(fraud_rule.c.rule))).mappings()
    return {row["rule"]: {name: row[name] for name in _ON} for row in rows}


async def _lock(connection: AsyncConnection, casino_id: UUID) -> None:
    """Whoever publishes or stops rules of the casino waits for whoever does."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"fraud-rules/{casino_id}", 0))))
