"""What was decided about payments, one row each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.fraud.tables import fraud_decision as table
from payments.application.fraud.ports import Before, Decision, Keys, Look, Proof
from payments.domain.fraud.features import Values
from payments.domain.fraud.rules import Action, Trigger


class SqlDecisions:
    """Implements `Decisions`."""

    async def save(self, connection: AsyncConnection, decision: Decision) -> None:
        """See Decisions."""
        payment, verdict = decision.payment, decision.verdict
        raw = await driver(connection)
        await raw.execute(
            _SAVE,
            decision.id,
            payment.casino_id,
            payment.player_id,
            payment.trigger.value,
            payment.id,
            payment.amount_minor,
            payment.currency,
            verdict.action.value,
            verdict.shadow_action.value,
            _json(verdict.live),
            _json(verdict.shadow),
            _json(verdict.scores),
            verdict.overridden,
            decision.rule_version,
            decision.rules_sha256,
            _json(sorted(decision.switched_off)),
            _json(_kept(decision.features)),
            _json(dict(decision.keys)),
            None if decision.proof is None else decision.proof.value,
            decision.case_id,
            decision.decided_at,
        )

    async def note_look(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger, look: Look) -> None:
        """See Decisions."""
        verdict = look.verdict
        kept = {
            "action": verdict.action,
            "shadow_action": verdict.shadow_action,
            "rules": verdict.live,
            "shadow_rules": verdict.shadow,
            "scores": verdict.scores,
            "overridden": verdict.overridden,
            "rule_version": look.rule_version,
            "rules_sha256": look.rules_sha256,
            "switched_off": sorted(look.switched_off),
            "features": _kept(look.features),
            "proof": look.proof,
            "refusal": look.refusal,
            "looked_at": look.looked_at,
        }
        raw = await driver(connection)
        found = [kept] if look.is_news else []
        await raw.execute(_NOTE_LOOK, payment_id, trigger.value, _json(found), look.case_id, _json(kept["features"]))

    async def before_look(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Before | None:
        """See Decisions."""
        raw = await driver(connection)
        row = await raw.fetchrow(_BEFORE_LOOK, payment_id, trigger.value)
        if row is None:
            return None
        looks = msgspec.json.decode(row["looks"])
        held = (*msgspec.json.decode(row["held"]), *(rule for look in looks for rule in _held(look)))
        features = msgspec.json.decode(row["features"])
        return Before(
            id=row["id"],
            keys=msgspec.json.decode(row["keys"]),
            features={name: tuple(value) if isinstance(value, list) else value for name, value in features.items()},
            proof=None if row["proof"] is None else Proof(row["proof"]),
            rules=frozenset(held),
            asked=frozenset(msgspec.json.decode(row["asked"])),
            refused_since=looks[-1]["refusal"] if looks else None,
        )

    async def action_of(self, connection: AsyncConnection, payment_id: UUID, trigger: Trigger) -> Action | None:
        """See Decisions."""
        raw = await driver(connection)
        action = await raw.fetchval(_ACTION_OF, payment_id, trigger.value)
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
        return [dict(row) for row in rows]

    async def performance(
        self, connection: AsyncConnection, casino_id: UUID, since: datetime
    ) -> Sequence[Mapping[str, Any]]:
        """See Decisions."""
        raw = await driver(connection)
        return [dict(row) for row in await raw.fetch(_PERFORMANCE, casino_id, since)]


_SAVE = """
    INSERT INTO fraud_decision (
        id, casino_id, player_id, trigger, payment_id, amount_minor, currency, action, shadow_action, rules,
        shadow_rules, scores, overridden, rule_version, rules_sha256, switched_off, features, keys, proof, case_id,
        decided_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
    ON CONFLICT (payment_id, trigger) DO NOTHING"""

_ACTION_OF = "SELECT action FROM fraud_decision WHERE payment_id = $1 AND trigger = $2"

_ADD_KEYS = """
    UPDATE fraud_decision SET keys = keys || jsonb_object($3::text[], $4::text[])
    WHERE payment_id = $1 AND trigger = $2"""

_NOTE_LOOK = """
    UPDATE fraud_decision SET looks = looks || $3::jsonb, case_id = coalesce(case_id, $4), seen = seen || $5::jsonb
    WHERE payment_id = $1 AND trigger = $2"""

_BEFORE_LOOK = """
    SELECT id, keys::text AS keys, features::text AS features, proof, rules::text AS asked,
        (rules || shadow_rules)::text AS held, looks::text AS looks
    FROM fraud_decision WHERE payment_id = $1 AND trigger = $2"""

_HISTORY = """
    SELECT d.trigger, d.action, d.decided_at, d.features::text AS features, d.seen::text AS seen, d.case_id, c.outcome,
        ARRAY(SELECT look ->> 'action' FROM jsonb_array_elements(d.looks) AS look) AS later,
        coalesce(deposit.status = 'succeeded', withdrawal.status IN ('paid', 'partly_paid'), false) AS succeeded,
        coalesce(deposit.reversed_minor > 0, false) OR EXISTS (
            SELECT FROM rm_refund_list AS refund
            WHERE refund.deposit_id = deposit.id AND refund.status IN ('pending', 'succeeded')) AS refunded,
        EXISTS (
            SELECT FROM rm_dispute_list AS dispute
            WHERE dispute.deposit_id = deposit.id AND stage IN ('chargeback', 'pre_arbitration', 'arbitration')
        ) OR EXISTS (
            SELECT FROM event
            WHERE stream_id = 'deposit-' || deposit.id AND type = 'payments.deposit_reversed'
              AND (data ->> 'charged_back')::boolean) AS charged_back,
        EXISTS (
            SELECT FROM rm_dispute_list AS dispute
            WHERE dispute.deposit_id = deposit.id AND stage = 'fraud_warning') AS fraud_warned
    FROM fraud_decision AS d LEFT JOIN rm_fraud_case_list AS c ON c.id = d.case_id
    LEFT JOIN rm_deposit_list AS deposit ON deposit.id = d.payment_id AND d.trigger = 'deposit'
    LEFT JOIN rm_withdrawal_list AS withdrawal ON withdrawal.id = d.payment_id AND d.trigger = 'withdrawal'
    WHERE d.casino_id = $1 AND d.decided_at >= $2 ORDER BY d.decided_at DESC, d.id DESC LIMIT $3"""
"""Not every provider tells of a dispute: of some a chargeback is known only by what it took."""

_PERFORMANCE = """
    SELECT hit.rule, count(*) FILTER (WHERE hit.live) AS live_hits, count(*) FILTER (WHERE NOT hit.live) AS shadow_hits,
        count(DISTINCT c.id) FILTER (WHERE c.outcome = 'fraud') AS fraud,
        count(DISTINCT c.id) FILTER (WHERE c.outcome = 'not_fraud') AS not_fraud,
        count(DISTINCT c.id) FILTER (WHERE c.outcome = 'unclear') AS unclear,
        count(DISTINCT c.id) FILTER (WHERE c.status = 'open') AS undecided
    FROM fraud_decision AS d
    CROSS JOIN LATERAL (
        SELECT jsonb_array_elements_text(d.rules) AS rule, true AS live
        UNION SELECT jsonb_array_elements_text(d.shadow_rules), false
        UNION SELECT jsonb_array_elements_text(look -> 'rules'), true FROM jsonb_array_elements(d.looks) AS look
        UNION SELECT jsonb_array_elements_text(look -> 'shadow_rules'), false FROM jsonb_array_elements(d.looks) AS look
    ) AS hit
    LEFT JOIN rm_fraud_case_list AS c ON c.id = d.case_id
    WHERE d.casino_id = $1 AND d.decided_at >= $2 GROUP BY hit.rule ORDER BY hit.rule"""


def _held(look: Mapping[str, Any]) -> list[str]:
    return [*look["rules"], *look["shadow_rules"]]


def _kept(values: Values) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
