"""What verify finds beside the entries: who did it, what lists show, what others were told, and bonuses nobody gave."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.testing.postgres import Databases
from payments.adapters.ledger import shown
from payments.adapters.ledger.verify import CAUSED, SHOWN, verify
from payments.entrypoints.commands import LISTS

from .test_adjustments import propose as propose_adjustment
from .test_bonuses import give_bonus
from .test_bonuses import propose as propose_bonus
from .test_causes import plant
from .test_closed_loop import approved, settle, split
from .test_disputes import charged_back, disputes
from .test_refunds import refund
from .test_taken_back import paid_in, refunded
from .world import World

POSTED, SAID, BONUSES, *_, TOLD = CAUSED


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """Of each test: what is planted in one is not to be found in the next."""
    return await databases.create("payments")


async def broken(world: World) -> dict[str, str]:
    findings = await verify(world.service.db.url, against_events=True, lists=LISTS)
    return {one.name: "; ".join(one.broken) for one in findings if not one.holds}


async def lived(world: World) -> dict[str, Any]:
    """A payment of every kind, by players, staff, providers and the system; their ids."""
    intent = await paid_in(world, 100_00)
    await refunded(world, intent, 20_00)
    withdrawal = (await world.withdraw(30_00)).json()["withdrawal_id"]
    second = await paid_in(world)
    refund_id = await refund(world, second, 10_00)
    await world.run_tasks()
    adjusted = await propose_adjustment(world)
    await world.approved(adjusted)
    return {
        "deposit": intent["metadata"]["order_id"], "withdrawal": withdrawal, "refund": str(refund_id),
        "adjustment": adjusted.json()["subject_id"], "bonus": await give_bonus(world),
    }  # fmt: skip


async def test_nothing_is_found_where_nothing_was_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await lived(world)
    await world.approved(await propose_bonus(world, action="convert", amount_minor=10_00, forfeited_minor=15_00))
    assert await broken(world) == {}
    monkeypatch.setattr(shown, "PAGE", 1)
    assert await broken(world) == {}, "page by page as well"


async def test_payments_in_parts_show_what_their_events_say(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    parts = (await split(world, await approved(world)))["parts"]
    await world.notify("payoutconfirmation", parts[1]["part_id"])
    assert (await broken(world)).keys() == {SAID}, "the money that no event gave"


IN_LISTS = {
    "deposit": ["amount_minor = 10001", "reversed_minor = 1", "status = 'failed'", "player_id = gen_random_uuid()"],
    "withdrawal": ["amount_minor = 1", "paid_minor = 1", "approved_by = '[\"nobody\"]'", "status = 'paid'"],
    "refund": ["amount_minor = 1", "approved_by = 'nobody'", "deposit_id = gen_random_uuid()"],
    "adjustment": ["amount_minor = 1", "proposed_by = 'nobody'", "direction = 'debit'"],
}


async def execute(world: World, statement: str) -> None:
    async with world.service.db.write() as connection:
        await connection.execute(text(statement))


async def test_a_list_that_shows_something_else_is_found_with_the_payment(world: World) -> None:
    ids = await lived(world)
    for kind, changes in IN_LISTS.items():
        table, key = f"rm_{kind}_list", UUID(ids[kind])
        await execute(world, f"CREATE TABLE kept AS SELECT * FROM {table}")
        back = (f"DELETE FROM {table} WHERE id = :id", f"INSERT INTO {table} SELECT * FROM kept WHERE id = :id")
        for change in changes:
            await plant(world, f"UPDATE {table} SET {change} WHERE id = :id", id=key)
            assert f"{kind}={key}, {change.split(' = ')[0]}=" in (await broken(world))[SHOWN], change
            await plant(world, *back, id=key)
        await plant(world, back[0], id=key)
        assert f"{kind}={key}, not in {table}" in (await broken(world))[SHOWN]
        await plant(world, back[1], id=key)
        await execute(world, "DROP TABLE kept")
    assert await broken(world) == {}


@pytest.mark.parametrize(
    ("column", "other"), [("status", "'won'"), ("stage", "'inquiry'"), ("player_id", "gen_random_uuid()")]
)
async def test_a_dispute_that_would_hold_no_payout_any_more_is_found(world: World, column: str, other: str) -> None:
    await charged_back(world, await paid_in(world))
    assert await broken(world) == {}
    await plant(world, f"UPDATE rm_dispute_list SET {column} = {other}")
    (dispute,) = await disputes(world)
    assert f"dispute={dispute['id']}, {column}=" in (await broken(world))[SHOWN]


async def test_a_payment_in_a_list_without_events_is_found(world: World) -> None:
    ids, made_up = await lived(world), uuid4()
    await plant(
        world,
        """INSERT INTO rm_withdrawal_list
           SELECT made.* FROM rm_withdrawal_list AS one,
               jsonb_populate_record(one, jsonb_build_object('id', CAST(:made_up AS text))) AS made
           WHERE one.id = :id""",
        id=UUID(ids["withdrawal"]),
        made_up=str(made_up),
    )
    assert await broken(world) == {SHOWN: f"withdrawal={made_up}, in rm_withdrawal_list, has no events"}


OF_EVENTS = {
    "somebody else did it": (
        "UPDATE event SET meta = jsonb_set(meta, '{actor,id}', '\"nobody\"') WHERE stream_id = :stream AND version = 1",
        {POSTED, TOLD}, "posted with another actor_id than said by payments.withdrawal_requested",
    ),
    "as part of something else": (
        ("UPDATE event SET meta = jsonb_set(meta, '{correlation_id}', to_jsonb(gen_random_uuid()))"
        " WHERE stream_id = :stream AND version = 1"),
        {POSTED, TOLD}, "posted with another correlation_id",
    ),
    "somebody agreed": (
        ("UPDATE event SET meta = jsonb_set(meta, '{authorised_by}', '\"nobody\"')"
        " WHERE stream_id = :stream AND version = 1"),
        {POSTED, TOLD}, "posted with another authorised_by",
    ),
    "all of it never happened": (
        "DELETE FROM event WHERE stream_id = :stream", {SAID, SHOWN, TOLD}, "kind=withdrawal_hold",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", OF_EVENTS)
async def test_an_event_that_says_of_somebody_else_or_is_gone_is_found(world: World, fault: str) -> None:
    ids = await lived(world)
    statement, names, words = OF_EVENTS[fault]
    await plant(world, statement, stream=f"withdrawal-{ids['withdrawal']}")
    found = await broken(world)
    assert found.keys() == names
    assert words in "; ".join(found.values())
    assert f"version 1 of withdrawal-{ids['withdrawal']}, told as payments.withdrawal_requested" in found[TOLD]


async def test_an_approval_of_somebody_else_that_moves_nothing_is_found_while_it_is_known_what_was_told(
    world: World,
) -> None:
    ids = await lived(world)
    await world.approve(ids["withdrawal"])
    assert await broken(world) == {}
    await plant(
        world,
        "UPDATE event SET meta = jsonb_set(meta, '{actor,id}', '\"nobody\"') "
        "WHERE stream_id = :stream AND type = 'payments.withdrawal_approved'",
        stream=f"withdrawal-{ids['withdrawal']}",
    )
    assert (await broken(world)).keys() == {TOLD}


FORGED = """
    INSERT INTO ledger_bonus (id, casino_id, player_id, action, amount_minor, forfeited_minor, currency, proposed_by,
        approved_by, moved_at)
    SELECT gen_random_uuid(), casino_id, player_id, action, amount_minor, forfeited_minor, currency, proposed_by,
        approved_by, moved_at FROM ledger_bonus WHERE id = :id"""
OF_BONUSES = {
    "a row for which nothing was posted": (FORGED, ["which nobody agreed to", "kind=bonus_grant, not posted"]),
    "a row that is gone": ("DELETE FROM ledger_bonus WHERE id = :id", ["not listed", "kind=bonus_grant, reference="]),
    "another amount": (
        "UPDATE ledger_bonus SET amount_minor = 1 WHERE id = :id",
        ["listed with another amount_minor", "posted with another amount_minor than said by bonus"],
    ),
    "another person": (
        "UPDATE ledger_bonus SET proposed_by = 'nobody' WHERE id = :id",
        ["listed with another proposed_by", "posted with another actor_id"],
    ),
    "another who agreed": (
        "UPDATE ledger_bonus SET approved_by = 'nobody' WHERE id = :id", ["posted with another authorised_by"],
    ),
    "an entry that was never agreed to": (
        "UPDATE transfer SET reference_id = gen_random_uuid() WHERE kind = 'bonus_grant' AND reference_id = :id",
        ["posted with another reference_id", "kind=bonus_grant, reference="],
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", OF_BONUSES)
async def test_bonus_money_that_was_not_given_as_it_was_agreed_to_is_found(world: World, fault: str) -> None:
    bonus_id = await give_bonus(world)
    assert await broken(world) == {}
    statement, words = OF_BONUSES[fault]
    await plant(world, statement, id=UUID(bonus_id))
    found = await broken(world)
    assert found.keys() == {BONUSES}
    assert [one for one in words if one not in found[BONUSES]] == []
