"""Settings of a casino: its accounts at providers and its rules for withdrawals, told with before and after."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.domain import Invalid, NotFound
from chassis.store import UnitOfWork
from contracts.platform.events import SettingChanged
from payments.application.desk import Desk
from payments.application.errors import ProviderAccountInUse
from payments.application.ports import PaymentProvider, ProviderAccount
from payments.application.rotating import forget_replaced, forget_when_over, replaced_by
from payments.domain.deposit.bounds import DepositBounds
from payments.domain.routing.terms import MethodTerms, Stopped
from payments.domain.withdrawal.policy import WithdrawalPolicy

PROVIDER = "payments.provider"
POLICY = "payments.withdrawal_policy"

_ROUND_AMOUNT = 10_000
"""An amount every protocol can express in a currency it knows: a multiple of 10, for those that write no third decimal,
and small, for those that write two more than there are and have room for eight digits.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The account as it shall be. Secrets that are not named stay as they are, and so do bounds and methods when they
    are None. `replaced_until`: how long the secrets that are replaced are still heard; None: no moment longer.
    """

    casino_id: UUID
    provider: str
    enabled: bool
    currencies: frozenset[str]
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    deposit_bounds: Mapping[str, DepositBounds] | None = None
    methods: Mapping[str, MethodTerms] | None = None
    replaced_until: datetime | None = None


async def configure_provider(desk: Desk, uow: UnitOfWork, change: AccountChange) -> ProviderAccount:
    """Check an account, keep it, and tell what changed.

    Raises:
        Invalid: settings, secrets or currencies cannot work; names the field.
        PartnerAddressNotAllowed: the account's server is not one that may be called.
        ProviderAccountInUse: as another customer of the provider nobody could end what was begun as this one.
        CasinoUnknown: no such casino.
    """
    before, after = await check_account(desk, uow, change)
    await desk.accounts.save(uow.connection, after, uow.ctx.occurred_at)
    await forget_when_over(uow, after)
    await _tell_account(uow, before, after)
    return after


async def stop_provider(desk: Desk, uow: UnitOfWork, casino_id: UUID, provider: str, reason: str) -> Stopped:
    """Switch an account off at once, for whatever begins from now on, and tell it. What was begun goes on.

    Who stopped it first stays named. A proposal that was made before, of whatever is about this account, is worthless.

    Raises:
        NotFound: the casino has no such account.
    """
    before = await desk.accounts.find(uow.connection, casino_id, provider, lock="update")
    if before is None:
        raise NotFound
    stopped = before.stopped or Stopped(by=str(uow.ctx.actor.id), at=uow.ctx.occurred_at, reason=reason)
    after = replace(before, enabled=False, stopped=stopped)
    await desk.accounts.save(uow.connection, after, uow.ctx.occurred_at)
    await _tell_account(uow, before, after)
    return stopped


async def end_overlap(desk: Desk, uow: UnitOfWork, casino_id: UUID, provider: str) -> None:
    """Forget an account's replaced secrets, once their time is over, and tell that."""
    forgotten = await forget_replaced(desk, uow, casino_id, provider)
    if forgotten is not None:
        await _tell_account(uow, *forgotten)


async def check_account(
    desk: Desk, uow: UnitOfWork, change: AccountChange
) -> tuple[ProviderAccount | None, ProviderAccount]:
    """The account as it is, locked, and as it would be; raises what `configure_provider` raises."""
    provider = desk.provider(change.provider)
    await desk.casino(uow.connection, change.casino_id)
    before = await desk.accounts.find(uow.connection, change.casino_id, change.provider, lock="update")
    secrets = {**(before.secrets if before else {}), **change.secrets}
    replaced, until = replaced_by(before, change.settings, secrets, change.replaced_until, uow.ctx.occurred_at)
    after = ProviderAccount(
        casino_id=change.casino_id,
        provider=change.provider,
        enabled=change.enabled,
        currencies=change.currencies,
        settings=change.settings,
        secrets=secrets,
        deposit_bounds=_bounds(before, change),
        methods=(before.methods if before else {}) if change.methods is None else change.methods,
        replaced=replaced,
        replaced_until=until,
        stopped=before.stopped if before and not change.enabled else None,
    )
    provider.check_account(after.settings, after.secrets)
    for name in sorted(name for name in after.settings if name.endswith("_url")):
        desk.partner_hosts.require(after.settings[name], provider.hosts, name=f"settings.{name}")
    for currency in sorted(after.currencies):
        check_currency(provider, currency)
        if provider.name in desk.cashiers:
            desk.cashiers[provider.name].check_currency(currency)
    _check_bounds(after)
    await _check_identity(desk, uow, before, after)
    return before, after


async def set_policy(desk: Desk, uow: UnitOfWork, casino_id: UUID, currency: str, policy: WithdrawalPolicy) -> None:
    """Keep a casino's rules for withdrawals in a currency, and tell what changed.

    Raises:
        Invalid: the amounts contradict each other; names the field.
        CasinoUnknown: no such casino.
    """
    await check_policy(desk, uow, casino_id, policy)
    before = await desk.policies.find(uow.connection, casino_id, currency)
    await desk.policies.save(uow.connection, casino_id, currency, policy, uow.ctx.occurred_at)
    if before != policy:
        await uow.publish(
            SettingChanged(
                element=POLICY,
                element_id=f"{casino_id}:{currency}",
                casino_id=casino_id,
                before=asdict(before) if before else None,
                after=asdict(policy),
            )
        )


async def check_policy(desk: Desk, uow: UnitOfWork, casino_id: UUID, policy: WithdrawalPolicy) -> None:
    """Raise what `set_policy` raises."""
    await desk.casino(uow.connection, casino_id)
    automatic, second = policy.automatic_up_to_minor, policy.second_person_above_minor
    if automatic is not None and automatic > second:
        raise Invalid("What nobody approves cannot need a second person.", field="automatic_up_to_minor")
    total = policy.automatic_day_total_minor
    if automatic is None and total is not None:
        raise Invalid("Nothing goes without anybody here.", field="automatic_day_total_minor")
    least, most = policy.minimum_minor, policy.maximum_minor
    if least is not None and most is not None and least > most:
        raise Invalid("The least is more than the most.", field="minimum_minor")


async def _check_identity(desk: Desk, uow: UnitOfWork, before: ProviderAccount | None, after: ProviderAccount) -> None:
    """The way back to the customer as whom everything open was begun is never barred."""
    if before is None or desk.sent_as(before) == desk.sent_as(after):
        return
    now, sent_as = uow.ctx.occurred_at, desk.sent_as(after)
    if await desk.directory.begun_as_another(uow.connection, after.casino_id, after.provider, sent_as, now):
        names = " and ".join(desk.provider(after.provider).identity)
        raise ProviderAccountInUse(f"Payments begun with the present {names} are still open.", field="settings")


def check_currency(provider: PaymentProvider, currency: str) -> None:
    """Raise Invalid when no money moves in this currency through the provider."""
    flows = [flow for flow in (provider.deposits, provider.payouts) if flow is not None]
    refusals = 0
    for flow in flows:
        try:
            flow.check_amount(_ROUND_AMOUNT, currency)
        except Invalid:
            refusals += 1
    if flows and refusals == len(flows):
        raise Invalid(f"This provider does not deal in {currency}.", field="currencies")


def _bounds(before: ProviderAccount | None, change: AccountChange) -> Mapping[str, DepositBounds]:
    """As they are said; when nothing is said, those that still belong to a currency stay."""
    if change.deposit_bounds is not None:
        return change.deposit_bounds
    known = before.deposit_bounds if before else {}
    return {currency: one for currency, one in known.items() if currency in change.currencies}


def _check_bounds(account: ProviderAccount) -> None:
    for currency, bounds in sorted(account.deposit_bounds.items()):
        where = f"deposit_bounds.{currency}"
        if currency not in account.currencies:
            raise Invalid("The account is not used for this currency.", field=where)
        least, most = bounds.min_minor, bounds.max_minor
        if least is not None and most is not None and least > most:
            raise Invalid("The least is more than the most.", field=f"{where}.min_minor")


async def _tell_account(uow: UnitOfWork, before: ProviderAccount | None, after: ProviderAccount) -> None:
    shown_before, shown_after = shown_account(before), shown_change(before, after)
    if shown_before == shown_after:
        return
    await uow.publish(
        SettingChanged(
            element=PROVIDER,
            element_id=f"{after.casino_id}:{after.provider}",
            casino_id=after.casino_id,
            before=shown_before,
            after=shown_after,
        )
    )


def shown_change(before: ProviderAccount | None, after: ProviderAccount) -> dict[str, Any]:
    """The account as it would be, with the names of the secrets that would be others."""
    replaced = sorted(
        name for name, value in after.secrets.items() if before is not None and before.secrets.get(name) != value
    )
    shown = shown_account(after) or {}
    return {**shown, "secrets_replaced": replaced} if replaced else shown


def secrets_of(account: ProviderAccount | None) -> str:
    """All secrets of an account as one text, to be hashed under a key: whether they are still the same matters."""
    return json.dumps({} if account is None else dict(account.secrets), sort_keys=True)


def shown_account(account: ProviderAccount | None) -> dict[str, Any] | None:
    """An account without its secrets."""
    if account is None:
        return None
    return {
        "enabled": account.enabled,
        "currencies": sorted(account.currencies),
        "settings": dict(account.settings),
        "secrets": dict.fromkeys(sorted(account.secrets), "set"),
        "deposit_bounds": {currency: asdict(one) for currency, one in sorted(account.deposit_bounds.items())},
        "methods": {method: asdict(one) for method, one in sorted(account.methods.items())},
        **_still_heard(account),
        **_stopped(account),
    }


def _still_heard(account: ProviderAccount) -> dict[str, Any]:
    if account.replaced_until is None:
        return {}
    return {"replaced": sorted(account.replaced), "replaced_until": account.replaced_until.isoformat()}


def _stopped(account: ProviderAccount) -> dict[str, Any]:
    """Why is in the audit trail, and shown with the account."""
    if account.stopped is None:
        return {}
    return {"stopped": {"by": account.stopped.by, "at": account.stopped.at.isoformat()}}
