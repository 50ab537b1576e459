"""I8 on a live installation: entries and events held against each other, with a fault of each kind planted."""

import inspect
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.testing.postgres import Databases
from payments.adapters.ledger import causes
from payments.adapters.ledger.causes import SHOWN
from payments.adapters.ledger.verify import CAUSED, Finding, verify
from payments.application import postings
from payments.application.ledger import TransferKind
from payments.entrypoints.commands import verify_ledger

from .test_closed_loop import approved, settle, split
from .test_player_fees import IN, OUT, offer
from .test_player_fees import paid_in as by_card
from .test_refunds import refund
from .test_taken_back import paid_in, refunded, spend
from .world import World

POSTED, SAID, *_ = CAUSED

AS_NOBODY_MAY = "SET LOCAL session_replication_role = replica"


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """Of each test: what is planted in one is not to be found in the next."""
    return await databases.create("payments")


async def broken(world: World) -> dict[str, Finding]:
    findings = await verify(world.service.db.url, against_events=True)
    return {one.name: one for one in findings if one.name in {POSTED, SAID} and not one.holds}


async def plant(world: World, *statements: str, **values: Any) -> None:
    async with world.service.db.write() as connection:
        await connection.execute(text(AS_NOBODY_MAY))
        for statement in statements:
            done = await connection.execute(text(statement), values)
            assert done.rowcount == 1, statement


async def lived(world: World) -> UUID:
    """A deposit of which a part was taken back, and a withdrawal that waits; the deposit's id."""
    intent = await paid_in(world, 100_00)
    await refunded(world, intent, 20_00)
    assert (await world.withdraw(30_00)).status_code == 201
    return UUID(intent["metadata"]["order_id"])


def test_every_kind_that_an_event_moves_money_by_is_looked_at() -> None:
    named = set(re.findall(r"TransferKind\.([A-Z_]+)", inspect.getsource(postings)))
    assert named == {kind.name for kind in causes.KINDS}


async def test_what_events_move_is_what_was_posted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await lived(world)
    assert await broken(world) == {}
    monkeypatch.setattr(causes, "PAGE", 1)
    assert await broken(world) == {}, "page by page as well"


async def test_what_goes_back_as_a_part_of_a_withdrawal_is_said_by_its_event(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [kind for kind in causes.KINDS if kind is not TransferKind.ADJUSTMENT]
    monkeypatch.setattr(causes, "KINDS", given)  # The test gives money that no event says.
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = await approved(world)
    assert [one["way"] for one in (await split(world, withdrawal_id))["parts"]] == ["refund", "payout"]
    assert await broken(world) == {}


async def test_what_players_pay_and_get_back_is_said_by_events(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [kind for kind in causes.KINDS if kind is not TransferKind.ADJUSTMENT]
    monkeypatch.setattr(causes, "KINDS", given)
    await offer(world, {"card": {"deposit_fee": IN}})
    await offer(world, {"bank": {"withdrawal_fee": OUT}}, "trustly")
    world.stripe.refund_error = "charge_disputed"
    await refund(world, await by_card(world), 50_00)
    await world.run_tasks()
    world.stripe.refund_error = None
    await world.give(100_00)
    await settle(world)
    withdrawal_id = await approved(world)
    await world.notify("payoutconfirmation", (await split(world, withdrawal_id))["parts"][1]["part_id"])
    assert {kind for kind, _ in await world.transfers()} >= {"deposit_fee", "deposit_fee_returned", "withdrawal_fee"}
    assert await broken(world) == {}


async def test_an_event_whose_entry_is_gone_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    deposit_id = await lived(world)
    await plant(world, "DELETE FROM transfer WHERE kind = 'deposit' AND reference_id = :id", id=deposit_id)
    found = await broken(world)
    assert found.keys() == {POSTED}
    [words] = found[POSTED].broken
    assert "kind=deposit, not posted" in words
    assert f"of deposit-{deposit_id}" in words
    assert await verify_ledger(world.service, []) == 1
    assert f"BROKEN  {POSTED}" in capsys.readouterr().out


async def test_an_entry_that_no_event_says_is_found(world: World) -> None:
    await lived(world)
    await spend(world, 5_00)
    found = await broken(world)
    assert found.keys() == {SAID}
    [words] = found[SAID].broken
    assert "kind=adjustment" in words


async def test_an_entry_of_a_payment_that_says_something_else_is_found(world: World) -> None:
    deposit_id = await lived(world)
    await plant(
        world,
        "UPDATE transfer SET id = :other WHERE kind = 'deposit_reversal' AND reference_id = :id",
        id=deposit_id,
        other=uuid4(),
    )
    assert (await broken(world)).keys() == {POSTED, SAID}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("amount_minor = amount_minor + 1", "amount_minor"),
        ("provider = 'trustly'", "provider"),
        ("reference_id = NULL", "reference_id"),
        ("debit_account = credit_account, credit_account = debit_account", "debit_type"),
    ],
)
async def test_an_entry_that_is_not_as_its_event_says_is_found(world: World, change: str, named: str) -> None:
    deposit_id = await lived(world)
    await plant(world, f"UPDATE transfer SET {change} WHERE kind = 'deposit' AND reference_id = :id", id=deposit_id)
    [words] = (await broken(world))[POSTED].broken
    assert "posted with another" in words
    assert named in words


async def test_an_event_that_says_again_what_was_posted_is_found(world: World) -> None:
    deposit_id = await lived(world)
    await plant(
        world,
        """INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta)
           SELECT stream_id, 99, :other, type, type_version, data, meta FROM event
           WHERE stream_id = :stream AND type = 'payments.deposit_succeeded'""",
        stream=f"deposit-{deposit_id}",
        other=uuid4(),
    )
    found = await broken(world)
    assert found.keys() == {POSTED}
    [words] = found[POSTED].broken
    assert "said again by payments.deposit_succeeded (version 99" in words


async def test_of_many_the_first_are_shown_and_the_others_counted(world: World) -> None:
    await paid_in(world, 100_00)
    for _ in range(SHOWN + 2):
        await spend(world, 1)
    found = (await broken(world))[SAID]
    assert (len(found.broken), found.more) == (SHOWN, 2)
