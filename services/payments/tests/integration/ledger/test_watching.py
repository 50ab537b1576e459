"""Whoever operates the ledger sees how far behind its own work is."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.store import Application, EventTypes
from chassis.telemetry.metrics import REGISTRY
from payments.adapters.ledger.chain import SETTLES_AFTER, LedgerChain
from payments.adapters.ledger.days import Days
from payments.adapters.ledger.months import close_months
from payments.adapters.ledger.watching import LedgerWatch


async def shown(desk) -> dict[str, timedelta]:
    await LedgerWatch(desk.db, desk.clock).look()
    names = ("ledger_unclosed_month_seconds", "ledger_unsummed_day_seconds", "ledger_oldest_unsealed_seconds")
    values = {name.split("_")[-2]: REGISTRY.get_sample_value(name) for name in names}
    return {name: timedelta(seconds=value) for name, value in values.items() if value}


@pytest.fixture
def desk(in_march):
    return in_march


async def test_before_anything_is_posted_nothing_is_behind(desk):
    assert await shown(desk) == {}


async def test_what_is_not_done_yet_is_as_old_as_it_should_have_been_done(desk):
    await desk.player(100)
    desk.clock.advance(datetime(2026, 5, 3, tzinfo=UTC) - desk.clock.now())
    day = timedelta(days=1)
    behind = {"month": 2 * day, "day": 48 * day, "unsealed": 49 * day}
    assert await shown(desk) == behind
    await close_months(desk.db, desk.clock.now())
    assert await shown(desk) == {"day": behind["day"], "unsealed": behind["unsealed"]}
    await Days(desk.db, desk.clock, SETTLES_AFTER).catch_up()
    assert await shown(desk) == {"unsealed": behind["unsealed"]}
    await LedgerChain(Application(desk.db, EventTypes(), source="payments", clock=desk.clock), b"k" * 32).catch_up()
    assert await shown(desk) == {}


async def test_accounts_that_do_not_sum_to_zero_are_seen_within_the_hour(desk):
    watch = LedgerWatch(desk.db, desk.clock)

    async def unbalanced() -> float | None:
        await watch.look()
        return REGISTRY.get_sample_value("ledger_unbalanced")

    key = await desk.player(100)
    assert await unbalanced() == 0
    changed = "UPDATE account SET balance_minor = balance_minor + $2 WHERE player_id = $1 AND type = 'cash'"
    for by, before, then in ((7, 0, 1), (-7, 1, 0)):
        await desk.sql(changed, key.player_id, by)
        assert await unbalanced() == before
        desk.clock.advance(timedelta(hours=1))
        assert await unbalanced() == then
