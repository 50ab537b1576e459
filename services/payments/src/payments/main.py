"""Payments, put together: the only file that sees everything."""

from datetime import timedelta

from chassis.db import Database
from chassis.domain import SystemClock
from chassis.runtime import Service
from chassis.settings import load
from chassis.store import Application, EventTypes
from payments.adapters.ledger.ledger import PostgresLedger
from payments.adapters.ledger.rollup import RollUp
from payments.entrypoints.consumers import consumer
from payments.entrypoints.http.ledger.endpoints import router as ledger_router
from payments.entrypoints.http.permissions import PERMISSIONS
from payments.entrypoints.http.wallets.endpoints import router as wallets_router
from payments.entrypoints.wallet import WalletHop
from payments.settings import Settings


def build(settings: Settings | None = None) -> Service:
    """The service, not yet started."""
    settings = settings or load(Settings)
    clock = SystemClock()
    db = Database(
        settings.database_url,
        application_name="payments",
        pool_size=settings.database_pool_size,
    )
    application = Application(db, EventTypes(), source="payments", clock=clock)

    def wake_relay() -> None:
        application.on_published()

    ledger = PostgresLedger(
        db,
        restriction_feed_age=lambda: timedelta(0),
        restriction_feed_bound=timedelta(seconds=settings.restriction_feed_bound_s),
        writers=settings.ledger_writers,
        clock=clock,
        on_posted=wake_relay,
    )
    return Service(
        name="payments",
        settings=settings,
        db=db,
        application=application,
        routers=[wallets_router, ledger_router],
        mounts={"/internal/v1/wallet": WalletHop(ledger)},
        consumer=consumer(ledger),
        background=[RollUp(db)],
        permissions=PERMISSIONS,
        on_start=[ledger.start],
        on_stop=[ledger.close],
        state={"ledger": ledger},
    )
