"""Several people change one setting at the same moment: one of them does, and nobody overwrites what he did not see."""

from asyncio import create_task, gather
from typing import Any

import pytest
from sqlalchemy import text

from .test_second_person import WAITING
from .world import V1, World

SPREADS = [{"enabled": True, "spread_bp": bp} for bp in (100, 101, 102)]
STRATEGIES: list[dict[str, Any]] = [
    {"rules": [], "otherwise": {"way": "order", "providers": ["stripe"]}, "fallback": [], "attempts_max": most}
    for most in (1, 2, 3)
]
SETTINGS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "withdrawals": (
        "withdrawal_policy",
        "casinos/{}/withdrawal-policy",
        [{"currency": "EUR", "second_person_above_minor": minor} for minor in (100_00, 200_00, 300_00)],
    ),
    "exchanges": ("exchange_policy", "casinos/{}/exchange-policy", SPREADS),
    "debts": ("debt_policy", "casinos/{}/debt-policy", [{"stops": "nothing"}] * 2),
    "terms": (
        "settlement_terms",
        "reconciliation/casinos/{}/terms/stripe",
        [{"currency": "EUR", "due_days": days} for days in (4, 5, 6)],
    ),
    "routing": ("routing_strategy", "casinos/{}/routing-strategy", STRATEGIES),
}
"""By name: the table in which it is kept, the path, and what is proposed."""


async def approve(world: World, proposal: Any) -> Any:
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answer = await world.client.post(f"{proposal['href']}/approve", json=seen, headers=world.staff())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def approved_at_once(world: World, table: str, proposals: list[Any]) -> list[Any]:
    """What became of them, each approved while nothing was changed by any other yet."""
    async with world.service.db.write() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        asked = [create_task(approve(world, one)) for one in proposals]
        while len(await world.rows(WAITING)) < len(proposals):
            assert not any(one.done() for one in asked)
    return await gather(*asked)


@pytest.mark.parametrize("name", sorted(SETTINGS))
async def test_of_several_approved_at_once_one_counts_and_the_others_are_void(world: World, name: str) -> None:
    table, path, bodies = SETTINGS[name]
    asked = [
        await world.client.put(f"{V1}/{path.format(world.casino)}", json=one, headers=world.staff()) for one in bodies
    ]
    assert {one.status_code for one in asked} == {202}, asked[0].text
    before = len(await world.rows("SELECT 1 FROM outbox WHERE envelope LIKE '%platform.setting_changed%'"))
    ended = await approved_at_once(world, table, [one.json() for one in asked])
    assert sorted(one["state"] for one in ended) == ["executed"] + ["voided"] * (len(bodies) - 1)
    assert {one["code"] for one in ended} == {None, "approval_subject_changed"}
    after = await world.rows("SELECT 1 FROM outbox WHERE envelope LIKE '%platform.setting_changed%'")
    assert len(after) == before + 1
