"""What the use cases of deposits and withdrawals work with, put together by main.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Invalid
from chassis.partners import PartnerHosts
from chassis.privacy import SecretBox, SubjectVault
from chassis.store import Actor, Application, CasinoScope, Context, UnitOfWork
from contracts.payments.events import NotificationSetAside
from payments.application.closed_loop.ports import Sources
from payments.application.dispute_port import EvidenceStore
from payments.application.errors import CasinoUnknown, PlayerUnknown, ProviderNotOffered
from payments.application.exchange_store import Exchanges
from payments.application.floats.ports import Floats
from payments.application.fraud.ports import Fraud
from payments.application.identity import sent_as
from payments.application.instruments.ports import HolderNames, Instruments
from payments.application.inverted import InvertedCashier
from payments.application.known import CasinoRules, Directory, PlayerStanding, RestrictionAge
from payments.application.ledger import Ledger
from payments.application.metrics import SET_ASIDE
from payments.application.outcomes import NotificationOutcome
from payments.application.payment_ids import PaymentIds
from payments.application.ports import (
    HttpAnswer,
    HttpCall,
    Nothing,
    Notification,
    NotSent,
    PaymentProvider,
    ProviderAccount,
    ProviderWire,
)
from payments.application.reconciliation.desk import Reconciling
from payments.application.routing.ports import Routing
from payments.application.stores import (
    Attempts,
    DebtPolicies,
    Handled,
    Notifications,
    ProviderAccounts,
    WithdrawalPolicies,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Ports and settings.

    `public_base_url` is where providers reach us; `feed_bound`: deposits are refused when the copy of the players'
    restrictions may be older.
    """

    app: Application
    ledger: Ledger
    directory: Directory
    restriction_age: RestrictionAge
    accounts: ProviderAccounts
    policies: WithdrawalPolicies
    debts: DebtPolicies
    notifications: Notifications
    evidence: EvidenceStore
    attempts: Attempts
    routing: Routing
    floats: Floats
    instruments: Instruments
    names: HolderNames
    sources: Sources
    payment_ids: PaymentIds
    reconciling: Reconciling
    exchanges: Exchanges
    providers: Mapping[str, PaymentProvider]
    cashiers: Mapping[str, InvertedCashier]
    wire: ProviderWire
    partner_hosts: PartnerHosts
    vault: SubjectVault
    box: SecretBox
    fraud: Fraud
    public_base_url: str
    feed_bound: timedelta

    def now(self) -> datetime:
        """The service's clock."""
        return self.app.clock.now()

    def provider(self, name: str) -> PaymentProvider:
        """The strategy of this name; Invalid when there is none."""
        found = self.providers.get(name)
        if found is None:
            raise Invalid(f"One of {', '.join(sorted(self.providers))}.", field="provider")
        return found

    def ours(self, name: str, casino_id: UUID) -> Context:
        """A process of ours acts for one casino."""
        return Context(
            actor=Actor("system", name), occurred_at=self.now(), casino_id=casino_id, scope=CasinoScope.of(casino_id)
        )

    def theirs(self, provider: str, casino_id: UUID, ip: str | None) -> Context:
        """A provider tells us something about one casino's money."""
        return Context(
            actor=Actor("partner", provider, ip),
            occurred_at=self.now(),
            casino_id=casino_id,
            scope=CasinoScope.of(casino_id),
        )

    async def casino(self, connection: AsyncConnection, casino_id: UUID) -> CasinoRules:
        """The casino's rules in force; CasinoUnknown."""
        found = await self.directory.casino(connection, casino_id, self.now())
        if found is None:
            raise CasinoUnknown
        return found

    async def player(self, connection: AsyncConnection, player_id: UUID, rules: CasinoRules) -> PlayerStanding:
        """A registered player of this casino; PlayerUnknown while his registration was not heard of."""
        found = await self.directory.player(connection, player_id, self.now(), rules.time_zone)
        if found is None or found.casino_id != rules.casino_id or found.currency is None:
            raise PlayerUnknown
        return found

    async def offered(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str
    ) -> ProviderAccount:
        """The casino's account, when it offers the provider for the currency; ProviderNotOffered.

        Until the transaction ends nobody changes it.
        """
        account = await self.accounts.find(connection, casino_id, provider, lock="share")
        if account is None or not self.may_call(account):
            raise ProviderNotOffered(field="provider")
        if currency not in account.currencies:
            raise ProviderNotOffered(field="currency")
        return account

    async def account(self, casino_id: UUID, provider: str) -> ProviderAccount:
        """The casino's account, enabled or not, for what was begun with it; ProviderNotOffered when it has none."""
        async with self.app.db.read() as connection:
            found = await self.accounts.find(connection, casino_id, provider)
        if found is None:
            raise ProviderNotOffered
        return found

    async def reachable(self, connection: AsyncConnection, casino_id: UUID, provider: str) -> ProviderAccount | None:
        """The casino's account, on or off, for money that goes back; None: none, or its server may not be called.

        Until the transaction ends nobody changes it.
        """
        account = await self.accounts.find(connection, casino_id, provider, lock="share")
        return account if account is not None and self._may_reach(account) else None

    def may_call(self, account: ProviderAccount) -> bool:
        """Whether the account is on, and its server one that may be called."""
        return account.enabled and self._may_reach(account)

    def _may_reach(self, account: ProviderAccount) -> bool:
        address = str(account.settings.get("base_url"))
        return self.partner_hosts.allow(address, self.provider(account.provider).hosts)

    def sent_as(self, account: ProviderAccount) -> str:
        """The fingerprint of who we are at the provider by this account."""
        return sent_as(self.provider(account.provider), account)

    async def call(self, account: ProviderAccount, call: HttpCall) -> HttpAnswer | NotSent | None:
        """Make the provider's call. A server that is no longer allowed is not called: that is no answer."""
        called = [call.url] if call.login is None else [call.login.call.url, call.url]
        own = self.provider(account.provider).hosts
        if not all(self.partner_hosts.allow(url, own) for url in called):
            log.warning("partner_address_not_allowed", provider=account.provider, casino_id=str(account.casino_id))
            return None
        return await self.wire.send(call if call.timed is None else call.timed(self.now()))


async def set_aside(
    uow: UnitOfWork,
    *,
    casino_id: UUID,
    provider: str,
    notification_id: str,
    code: str,
    facts: Mapping[str, str | int | None],
) -> None:
    """Tell the people who look after it that a provider's word was not applied, and why."""
    await uow.publish(
        NotificationSetAside(
            casino_id=casino_id, provider=provider, notification_id=notification_id, code=code, facts=dict(facts)
        )
    )
    uow.after_commit(SET_ASIDE.labels(provider, code).inc)


async def set_aside_once(
    desk: Desk,
    uow: UnitOfWork,
    *,
    casino_id: UUID,
    provider: str,
    about: UUID,
    code: str,
    facts: Mapping[str, str | int | None],
    each: bool = False,
) -> None:
    """Like `set_aside`, for what we find out ourselves about one deposit or withdrawal, however often we do.

    `each`: other facts are something else to tell, such as a third payment after a second.
    """
    found = Notification(
        id=f"{code}:{about}:{_digest(facts)}" if each else f"{code}:{about}",
        kind="found_by_us",
        said=Nothing(),
        said_at=uow.ctx.occurred_at,
        facts={"our_reference": str(about), **facts},
    )
    if await desk.notifications.claim(uow.connection, casino_id, provider, found) is not None:
        return
    handled = Handled(outcome=NotificationOutcome.SET_ASIDE, accepted=True)
    await desk.notifications.note(uow.connection, casino_id, provider, found, handled, code=code, sealed=None)
    await set_aside(uow, casino_id=casino_id, provider=provider, notification_id=found.id, code=code, facts=found.facts)


def _digest(facts: Mapping[str, str | int | None]) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
