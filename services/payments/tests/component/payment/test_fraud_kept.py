"""What two people agreed to is what payments are judged by, and what was decided stays on record."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from payments.adapters.fraud.rule_sets import RulesChanged, SqlRuleSets

from .test_fraud import asks
from .world import World

ALL_IN_SHADOW = """
    UPDATE fraud_rules SET content = jsonb_set(content, '{rules}', (
        SELECT jsonb_agg(one || '{"mode": "shadow"}') FROM jsonb_array_elements(content -> 'rules') AS one))"""


async def test_rules_that_are_not_those_that_were_published_judge_nothing(world: World) -> None:
    assert (await asks(world)).status_code == 201
    async with world.service.db.write() as connection:
        await connection.execute(text(ALL_IN_SHADOW))
        with pytest.raises(RulesChanged):
            await SqlRuleSets().in_force(connection, world.casino, world.clock.now())
        await connection.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fraud_rule_set SET version = version + 1",
        "DELETE FROM fraud_rule_set",
        "TRUNCATE fraud_rule_set",
        "DELETE FROM fraud_decision",
    ],
)
async def test_versions_and_decisions_stay(world: World, change: str) -> None:
    assert (await asks(world)).status_code == 201
    async with world.service.db.write() as connection:
        with pytest.raises(DBAPIError, match="is forbidden"):
            await connection.execute(text(change))
