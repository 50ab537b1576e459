"""A player's way into a cashier that is not ours: a proof of who he is, and what the cashier learns by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec

from chassis.domain import DomainError, Invalid, NotFound
from chassis.privacy import SecretUnreadable
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.inverted import CashierCall, Verdict
from payments.application.ports import ProviderAccount
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.policy import VERIFIED
from payments.domain.withdrawal.states import Absent, AtProvider, Withdrawal

SESSION = timedelta(minutes=30)
"""How long a player may be in somebody else's cashier by one proof of his."""


class SessionUnknown(DomainError):
    """The player's proof for the cashier is none of ours, another's, or too old."""

    code = "session_unknown"
    status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class CashierSession:
    """A player's proof for one cashier, sealed; only we can read it."""

    provider: str
    user: str
    session: str = field(repr=False)
    valid_for: timedelta
    frontend: Mapping[str, object]


class _Proof(msgspec.Struct, frozen=True):
    player_id: UUID
    until: float
    locale: str | None = None


async def open_session(
    desk: Desk, provider: str, casino_id: UUID, player_id: UUID, locale: str | None = None
) -> CashierSession:
    """Let a player into somebody else's cashier, which is told his `locale`. Nothing is kept.

    Who he is he does not say himself: beside our word that he is verified, the cashier would believe it.

    Raises:
        Invalid: there is no such cashier.
        PlayerUnknown, ProviderNotOffered: he may not use it, or not yet.
    """
    cashier = desk.cashiers.get(provider)
    if cashier is None:
        raise Invalid(f"One of {', '.join(sorted(desk.cashiers))}.", field="provider")
    async with desk.app.db.read() as connection:
        player = await desk.player(connection, player_id, await desk.casino(connection, casino_id))
    account = await _offered(desk, casino_id, provider, str(player.currency))
    proof = _Proof(player_id, (desk.now() + SESSION).timestamp(), locale)
    return CashierSession(
        provider=provider,
        user=str(player_id),
        session=desk.box.seal(msgspec.json.encode(proof), label=_label(provider, casino_id)),
        valid_for=SESSION,
        frontend=cashier.frontend(account),
    )


async def who_is(desk: Desk, account: ProviderAccount, call: CashierCall) -> Verdict:
    """The player behind a session, or behind an order of ours: what we know of him, and what he holds."""
    proof = await _of_order(desk, account, call) if call.order is not None else _of_session(desk, account, call)

    async def look(uow: UnitOfWork) -> Verdict:
        rules = await desk.casino(uow.connection, account.casino_id)
        player = await desk.player(uow.connection, proof.player_id, rules)
        wallet = await desk.ledger.lock_wallet(
            uow.connection, account.casino_id, player.player_id, str(player.currency)
        )
        known = (("country", player.country), ("locale", proof.locale))
        return Verdict(
            profile={name: told for name, told in known if told is not None},
            balance_minor=wallet.cash_minor if wallet else 0,
            currency=player.currency,
            verified=player.level == VERIFIED,
        )

    return await desk.app.transact(look, desk.ours("hosted-cashier", account.casino_id))


async def _of_order(desk: Desk, account: ProviderAccount, call: CashierCall) -> _Proof:
    """An order is the proof as long as it is at the cashier."""

    async def work(uow: UnitOfWork) -> Withdrawal:
        return (await uow.load(withdrawal, call.order)).state if call.order is not None else Absent()

    try:
        state = await desk.app.transact(work, desk.ours("hosted-cashier", account.casino_id))
    except NotFound:
        raise SessionUnknown from None
    if not isinstance(state, AtProvider):
        raise SessionUnknown
    fact = state.order.fact
    if (fact.provider, fact.player_id) != (account.provider, call.player_id):
        raise SessionUnknown
    return _Proof(fact.player_id, (desk.now() + SESSION).timestamp())


def _of_session(desk: Desk, account: ProviderAccount, call: CashierCall) -> _Proof:
    try:
        opened = desk.box.open(call.session, label=_label(account.provider, account.casino_id))
        proof = msgspec.json.decode(opened, type=_Proof)
    except (SecretUnreadable, msgspec.DecodeError, ValueError):
        raise SessionUnknown from None
    if proof.player_id != call.player_id or proof.until < desk.now().timestamp():
        raise SessionUnknown
    return proof


async def _offered(desk: Desk, casino_id: UUID, provider: str, currency: str) -> ProviderAccount:
    work = partial(desk.offered, casino_id=casino_id, provider=provider, currency=currency)
    ctx = desk.ours("hosted-cashier", casino_id)
    return await desk.app.transact(lambda uow: work(uow.connection), ctx)


def _label(provider: str, casino_id: UUID) -> str:
    return f"cashier-session:{provider}:{casino_id}"
