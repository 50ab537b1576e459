"""What was decided about payments, one row each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.fraud.tables import fraud_decision as table
from payments.application.fraud.ports import Decision, Keys
from payments.domain.fraud.features import Values
from payments.domain.fraud.rules import Action, Trigger


class SqlDecisions:
    """Implements `Decisions`."""

    async def save(self, connection: AsyncConnection, decision: Decision) -> None:
        """See Decisions."""
        payment, verdict = decision.payment, decision.verdict
        statement = insert(table).values(
            id=decision.id,
            casino_id=payment.casino_id,
            player_id=payment.player_id,
            trigger=payment.trigger,
            payment_id=payment.id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            action=verdict.action,
            shadow_action=verdict.shadow_action,
            rules=list(verdict.live),
            shadow_rules=list(verdict.shadow),
            scores=verdict.scores,
            overridden=verdict.overridden,
            rule_version=decision.rule_version,
            rules_sha256=decision.rules_sha256,
            switched_off=sorted(decision.switched_off),
            features=_kept(decision.features),
            keys=dict(decision.keys),
            proof=decision.proof,
            case_id=decision.case_id,
            decided_at=decision.decided_at,
        )
        await connection.execute(statement.on_conflict_do_nothing(index_elements=["payment_id", "trigger"]))

    async def action_of(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Action | None:
        """See Decisions."""
        statement = select(table.c.action).where(table.c.payment_id == payment_id, table.c.trigger == trigger)
        action = (await connection.execute(statement)).scalar_one_or_none()
        return None if action is None else Action(action)

    async def keys_of(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Keys | None:
        """See Decisions."""
        statement = select(table.c["keys"]).where(table.c.payment_id == payment_id, table.c.trigger == trigger)
        return (await connection.execute(statement)).scalar_one_or_none()

    async def add_keys(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger, keys: Keys) -> None:
        """See Decisions."""
        raw = await driver(connection)
        await raw.execute(_ADD_KEYS, payment_id, trigger.value, list(keys), list(keys.values()))

    async def find(self, connection: AsyncConnection, decision_id: UUID) -> dict[str, Any] | None:
        """See Decisions."""
        row = (await connection.execute(select(table).where(table.c.id == decision_id))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def history(
        self, connection: AsyncConnection, casino_id: UUID, since: datetime, most: int
    ) -> Sequence[Mapping[str, Any]]:
        """See Decisions."""
        raw = await driver(connection)
        rows = await raw.fetch(_HISTORY, casino_id, since, most)
        return [{**row, "features": msgspec.json.decode(row["features"])} for row in rows]

    async def performance(
        self, connection: AsyncConnection, casino_id: UUID, since: datetime
    ) -> Sequence[Mapping[str, Any]]:
        """See Decisions."""
        raw = await driver(connection)
        return [dict(row) for row in await raw.fetch(_PERFORMANCE, casino_id, since)]


_ADD_KEYS = """
    UPDATE fraud_decision SET keys = keys || jsonb_object($3::text[], $4::text[])
    WHERE payment_id = $1 AND trigger = $2"""

_HISTORY = """
    SELECT d.id, d.trigger, d.action, d.features::text AS features, c.outcome
    FROM fraud_decision AS d LEFT JOIN rm_fraud_case_list AS c ON c.id = d.case_id
    WHERE d.casino_id = $1 AND d.decided_at >= $2 ORDER BY d.decided_at DESC, d.id DESC LIMIT $3"""

_PERFORMANCE = """
    SELECT hit.rule, count(*) FILTER (WHERE hit.live) AS live_hits, count(*) FILTER (WHERE NOT hit.live) AS shadow_hits,
        count(DISTINCT c.id) FILTER (WHERE c.outcome = 'fraud') AS fraud,
        count(DISTINCT c.id) FILTER (WHERE c.outcome = 'not_fraud') AS not_fraud,
        count(DISTINCT c.id) FILTER (WHERE c.outcome = 'unclear') AS unclear,
        count(DISTINCT c.id) FILTER (WHERE c.status = 'open') AS undecided
    FROM fraud_decision AS d
    CROSS JOIN LATERAL (
        SELECT jsonb_array_elements_text(d.rules) AS rule, true AS live
        UNION ALL SELECT jsonb_array_elements_text(d.shadow_rules), false
    ) AS hit
    LEFT JOIN rm_fraud_case_list AS c ON c.id = d.case_id
    WHERE d.casino_id = $1 AND d.decided_at >= $2 GROUP BY hit.rule ORDER BY hit.rule"""


def _kept(values: Values) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
