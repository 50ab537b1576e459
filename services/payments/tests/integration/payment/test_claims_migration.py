"""What a player only named is told apart from what was proved, on an installation that has both."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

import payments.adapters.fraud.tables
import payments.read_models.deposit_list
import payments.read_models.withdrawal_list  # noqa: F401 - tables are declared when their modules are imported
from chassis.db import migrations

_DECIDED = """
    INSERT INTO fraud_decision (id, casino_id, player_id, trigger, payment_id, amount_minor, currency, action,
        shadow_action, rules, shadow_rules, scores, overridden, rule_version, rules_sha256, switched_off, features,
        keys, decided_at)
    VALUES (gen_random_uuid(), $1, $2::uuid, $3, $4, 1, 'EUR', 'allow', 'allow', '[]', '[]', '{}', false, 0, 'x', '[]',
        '{}', jsonb_build_object('player', $2::uuid, $5::text, 'account'), now())"""
_LINKED = """
    INSERT INTO fraud_link (casino_id, kind, key, other, other_key, first_seen, last_seen)
    VALUES ($1, 'player', $2, $3, 'account', now(), now()), ($1, $3, 'account', 'player', $2, now(), now())"""
_PAYOUT = """
    INSERT INTO rm_withdrawal_list (id, casino_id, player_id, provider, status, amount_minor, currency, destination,
        approvals_needed, approved_by, created_at, updated_at)
    VALUES ($1, $2, $3, 'trustly', $4, 1, 'EUR', '', 0, '[]', now(), now())"""
_DEPOSIT = """
    INSERT INTO rm_deposit_list (id, casino_id, player_id, provider, status, amount_minor, requested_minor, currency,
        late, created_at, updated_at)
    VALUES ($1, $2, $3, 'paysafe', $4, 1, 1, 'EUR', false, now(), now())"""


@pytest.fixture
async def before(postgres_server) -> AsyncIterator[str]:
    """A database as it was the migration before."""
    name = f"payments_{uuid4().hex[-12:]}"
    admin = await asyncpg.connect(postgres_server.superuser_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = postgres_server.url_for(name)
    await migrations.upgrade("payments", url, revision="0090")
    yield url
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_what_was_paid_is_proved_and_what_was_asked_for_is_not(before: str) -> None:
    connection = await asyncpg.connect(before)
    casino = uuid4()
    await connection.execute("INSERT INTO fraud_rules (sha256, content) VALUES ('x', '{}')")
    players = {}
    for kind, trigger, table, status in (
        ("payout", "withdrawal", _PAYOUT, "paid"),
        ("payout", "withdrawal", _PAYOUT, "rejected"),
        ("instrument", "deposit", _DEPOSIT, "succeeded"),
        ("instrument", "deposit", _DEPOSIT, "failed"),
    ):
        players[status] = player = uuid4()
        payment = uuid4()
        await connection.execute(table, payment, casino, player, status)
        await connection.execute(_DECIDED, casino, player, trigger, payment, kind)
        await connection.execute(_LINKED, casino, str(player), kind)
    await migrations.upgrade("payments", before)
    rows = await connection.fetch("SELECT kind, key, other_key, proved FROM fraud_link")
    found: dict[str, set[bool]] = {}
    for row in rows:
        found.setdefault(row["key"] if row["kind"] == "player" else row["other_key"], set()).add(row["proved"])
    await connection.close()
    assert {status: found[str(player)] for status, player in players.items()} == {
        "paid": {True},
        "rejected": {False},
        "succeeded": {True},
        "failed": {False},
    }
