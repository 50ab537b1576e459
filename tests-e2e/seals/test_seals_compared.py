"""`python -m security told-seals | python -m payments verify-ledger --expect-from -`: the whole audit of the ledger.

Both run in processes of their own, each with a database of its own.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis.domain import FixedClock, uuid7
from chassis.messaging import Record
from chassis.messaging.processing import Processor
from chassis.runtime import Service
from chassis.testing.commands import Ended, run_command
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from contracts.payments.wallet import transfer_id
from payments.adapters.ledger.chain import SETTLES_AFTER, LedgerChain
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import game_house, player_cash
from payments.domain.ledger.transfers import Transfer, TransferKind
from payments.main import build as build_payments
from payments.settings import Settings as PaymentsSettings
from security.adapters.audit_chain import AuditChain
from security.main import build as build_security
from security.settings import Settings as SecuritySettings


async def never() -> bool:
    """No checkpoint of the audit log was published before."""
    return False


@dataclass
class Both:
    """Payments and security, and what lies between them."""

    payments: Service
    security: Service
    clock: FixedClock
    told: int = 0

    async def deposit(self) -> None:
        """Money comes in, is sealed when it has settled, and security is told within the hour."""
        ledger: PostgresLedger = self.payments.state["ledger"]
        casino_id, player_id = uuid7(), uuid7()
        async with self.payments.db.write() as connection:
            await ledger.open_wallet(connection, casino_id, player_id, "EUR")
        (posting,) = await ledger.post(
            [
                Transfer(
                    id=transfer_id("gift", player_id),
                    kind=TransferKind.WIN,  # No event of a payment has to say it.
                    debit=game_house(casino_id, "EUR"),
                    credit=player_cash(casino_id, player_id, "EUR"),
                    amount_minor=100,
                )
            ]
        )
        assert posting.posted
        self.clock.advance(timedelta(hours=1) + SETTLES_AFTER)
        chain: LedgerChain = self.payments.state["chain"]
        assert await chain.catch_up() == 1
        await self._carry()

    async def _carry(self) -> None:
        """What payments published goes to security, which seals its audit log."""
        async with self.payments.db.read() as connection:
            rows = (await connection.execute(text("SELECT topic, key, envelope FROM outbox ORDER BY id"))).all()
        assert self.security.consumer is not None
        process = Processor(self.security.consumer, self.security.application)
        await process(
            [
                Record(row.topic, 0, offset, row.key, row.envelope.encode())
                for offset, row in enumerate(rows)
                if row.topic == "payments.ledger.events"
            ]
        )
        chain: AuditChain = self.security.state["audit_chain"]
        self.told += 1
        sealed = 0
        while not sealed:
            sealed = await chain.catch_up()

    async def audited(self) -> Ended:
        """What comes out of the pipe."""
        told = await run_command("security", self.security.settings, "told-seals")
        assert told.status == 0, told
        assert len(told.out.splitlines()) == self.told
        return await run_command(
            "payments", self.payments.settings, "verify-ledger", "--expect-from", "-", given=told.out
        )


@pytest.fixture
async def both(databases: Databases) -> AsyncIterator[Both]:
    clock = FixedClock(datetime.now(UTC))
    payments = build_payments(
        make_settings(PaymentsSettings, database_url=await databases.create("payments")), clock=clock
    )
    security = build_security(
        make_settings(SecuritySettings, database_url=await databases.create("security")), clock=clock, published=never
    )
    ledger: PostgresLedger = payments.state["ledger"]
    await ledger.start()
    yield Both(payments, security, clock)
    await ledger.close()
    await payments.db.close()
    await security.db.close()


async def test_the_ledger_is_as_security_was_told_until_somebody_with_the_key_makes_it_anew(both: Both) -> None:
    await both.deposit()
    await both.deposit()
    ended = await both.audited()
    assert ended.status == 0, ended
    assert "compared with 2 that others were told" in ended.out
    async with both.payments.db.write() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE transfer SET provider = 'trustly'"))
        await connection.execute(text("DELETE FROM ledger_seal"))
    chain: LedgerChain = both.payments.state["chain"]
    assert await chain.catch_up(), "whoever has the key has the service seal what he wrote"
    ended = await both.audited()
    assert ended.status == 1, ended
    assert "cut_off 1" in ended.out
    assert "cut_off 2" in ended.out
