"""Payments, put together: the only file that sees everything."""

from chassis.db import Database
from chassis.domain import Clock, SystemClock
from chassis.messaging.bus import DEFAULT_PARTITIONS
from chassis.partners import PartnerHosts
from chassis.privacy import SecretBox, SubjectVault
from chassis.runtime import Service
from chassis.settings import load
from chassis.store import Application, EventTypes
from payments.adapters.attempts import SqlAttempts
from payments.adapters.debt_policies import SqlDebtPolicies
from payments.adapters.dispute_evidence import SqlEvidence
from payments.adapters.exchanges import exchanges_in
from payments.adapters.floats import SqlFloats
from payments.adapters.fraud.adapters import fraud_in
from payments.adapters.kept import kept
from payments.adapters.ledger.chain import LedgerChain
from payments.adapters.ledger.ledger import PostgresLedger
from payments.adapters.names import Transport, names_of
from payments.adapters.notifications import SqlNotifications
from payments.adapters.payment_ids import SqlPaymentIds
from payments.adapters.provider_accounts import SqlProviderAccounts
from payments.adapters.reconciliation.wiring import reconciling
from payments.adapters.restriction_feed import RestrictionFeed
from payments.adapters.routing.strategies import SqlRouting
from payments.adapters.signed_in_wire import signed_in
from payments.adapters.withdrawal_policies import SqlWithdrawalPolicies
from payments.application.desk import Desk
from payments.application.ports import ProviderWire
from payments.application.publishing import publish
from payments.domain.events import EVENTS
from payments.entrypoints.bulk import bulk_actions
from payments.entrypoints.commands import COMMANDS
from payments.entrypoints.consumers import consumer
from payments.entrypoints.guarded import guarded_commands
from payments.entrypoints.http import ROUTERS
from payments.entrypoints.jobs import jobs
from payments.entrypoints.permissions import PERMISSIONS
from payments.entrypoints.raw import raw_applications
from payments.entrypoints.tasks import tasks
from payments.read_models.directory import LocalDirectory
from payments.read_models.fraud_case_list import OpenCases
from payments.read_models.inline import READ_MODELS
from payments.read_models.instruments import LocalInstruments, LocalSources
from payments.settings import Settings
from payments.strategies.registry import CASHIERS, PROVIDERS, RATES, SETTLEMENT_FORMATS


def build(
    settings: Settings | None = None, *, clock: Clock | None = None, wire: ProviderWire | None = None,
    verification: Transport | None = None,
) -> Service:  # fmt: skip
    """The service, not yet started; tests bring their own time, providers and verification."""
    settings, clock, types = settings or load(Settings), clock or SystemClock(), EventTypes(*EVENTS)
    db = Database(settings.database_url, application_name="payments", pool_size=settings.database_pool_size)
    application = Application(db, types, source="payments", publish=publish, inline=READ_MODELS, clock=clock)
    feed, bound = RestrictionFeed(db, clock, DEFAULT_PARTITIONS), settings.restriction_feed_bound
    ledger = PostgresLedger(
        db, restriction_feed_age=feed.age, restriction_feed_bound=bound, writers=settings.ledger_writers, clock=clock,
        on_posted=lambda: application.on_published(),  # noqa: PLW0108 - the runtime sets it later
    )  # fmt: skip
    chain, box = LedgerChain(application, settings.master_key_bytes), SecretBox(settings.master_key_bytes)
    desk = Desk(
        app=application, ledger=ledger, directory=LocalDirectory(), restriction_age=feed, feed_bound=bound, box=box,
        accounts=SqlProviderAccounts(box), policies=SqlWithdrawalPolicies(), notifications=SqlNotifications(clock),
        attempts=SqlAttempts(), routing=SqlRouting(), instruments=LocalInstruments(), sources=LocalSources(),
        evidence=SqlEvidence(), reconciling=reconciling(settings, SETTLEMENT_FORMATS), providers=PROVIDERS,
        cashiers=CASHIERS, wire=signed_in(wire, clock), partner_hosts=PartnerHosts.parsed(settings.partner_hosts),
        vault=SubjectVault(settings.master_key_bytes), names=names_of(settings, verification), floats=SqlFloats(),
        fraud=fraud_in(settings, OpenCases(), RATES, PROVIDERS), exchanges=exchanges_in(settings, RATES),
        debts=SqlDebtPolicies(), payment_ids=SqlPaymentIds(), public_base_url=settings.public_base_url,
    )  # fmt: skip
    return Service(
        name="payments", settings=settings, db=db, application=application, permissions=PERMISSIONS, routers=ROUTERS,
        mounts=raw_applications(ledger, desk), commands=COMMANDS, bulk=bulk_actions(desk), background=jobs(desk, chain),
        state={"ledger": ledger, "chain": chain, "desk": desk}, consumer=consumer(desk), renderers=ledger.renderers,
        tasks=tasks(desk), read_models=READ_MODELS, four_eyes=guarded_commands(desk), kept=kept(settings.attempt_days),
        on_start=[ledger.start, feed.start], on_stop=[desk.wire.close, desk.names.close, feed.close, ledger.close],
    )  # fmt: skip
