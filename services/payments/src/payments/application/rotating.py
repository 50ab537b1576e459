"""Credentials are replaced without a gap: for a time a provider is heard with those before as well, then they are gone.

A provider does not begin to sign with a new secret in the moment we learn it. So who replaces secrets may say until
when what is signed with the replaced ones still counts. We call with the new ones from the start.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from chassis.domain import Invalid
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.ports import ProviderAccount

FORGET: Final = "payments.replaced_secrets_forget"
"""The background task that forgets replaced secrets when their time is over."""

LONGEST_OVERLAP: Final = timedelta(days=30)
"""How long two generations may be heard at most."""

KEYS_AMONG_SETTINGS: Final = frozenset({"public_key", "webhook_keys"})
"""The settings that are a provider's own keys: what it signs is verified with them."""


def replaced_by(
    before: ProviderAccount | None,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    until: datetime | None,
    now: datetime,
) -> tuple[Mapping[str, str], datetime | None]:
    """What is still heard beside an account's new settings and secrets, and until when.

    What is replaced now takes the place of what was replaced before: there are never more than two generations. Where
    nothing is replaced now, `until` is another end for what was: one that is over ends it at once.

    Raises:
        Invalid: nothing is replaced, or the end is too far off.
    """
    old = _changed(before, settings, secrets)
    kept, ends = old, until
    if not old and before is not None:
        kept, ends = dict(before.replaced), before.replaced_until if until is None else until
    if ends is None:
        return {}, None
    if not kept:
        raise Invalid("No secret is being replaced.", field="replaced_until")
    if ends > now + LONGEST_OVERLAP:
        raise Invalid(f"At most {LONGEST_OVERLAP.days} days from now.", field="replaced_until")
    return (kept, ends) if ends > now else ({}, None)


def _changed(before: ProviderAccount | None, settings: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    if before is None:
        return {}
    keys = {name: before.settings[name] for name in sorted(KEYS_AMONG_SETTINGS & before.settings.keys())}
    return {name: value for name, value in keys.items() if settings.get(name) != value} | {
        name: value for name, value in before.secrets.items() if secrets.get(name) != value
    }


async def forget_when_over(uow: UnitOfWork, account: ProviderAccount) -> None:
    """Have what was replaced forgotten when its time is over."""
    if account.replaced_until is not None:
        facts = {"casino_id": str(account.casino_id), "provider": account.provider}
        task_id = uuid5(account.casino_id, account.provider)
        await uow.schedule(FORGET, task_id, facts, run_at=account.replaced_until)


async def forget_replaced(
    desk: Desk, uow: UnitOfWork, casino_id: UUID, provider: str
) -> tuple[ProviderAccount, ProviderAccount] | None:
    """Forget what was replaced, where its time is over: the account before and after. None: it is not over."""
    account = await desk.accounts.find(uow.connection, casino_id, provider, lock="update")
    now = uow.ctx.occurred_at
    if account is None or account.replaced_until is None or account.replaced_until > now:
        return None
    after = replace(account, replaced={}, replaced_until=None)
    await desk.accounts.save(uow.connection, after, now)
    return account, after
