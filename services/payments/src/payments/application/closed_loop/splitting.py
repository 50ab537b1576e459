"""A withdrawal goes out in parts: each an order of its own, all ordered in the transaction that divides it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import uuid7
from chassis.store import UnitOfWork
from payments.application import refunds
from payments.application.closed_loop.planning import Planned, divide, planned, seen, seen_now
from payments.application.desk import Desk
from payments.application.lanes import orders
from payments.application.ledger import Transfer, ensure_posted
from payments.application.payment_ids import IdKind
from payments.application.postings import refund_transfers
from payments.application.withdrawal_moves import RESUME, SEND
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.states import Succeeded, asked
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import OrderRefund
from payments.domain.refund.events import RefundFact
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.closed_loop import Plan, Portion
from payments.domain.withdrawal.commands import HaltWithdrawal, OrderPart, SplitWithdrawal
from payments.domain.withdrawal.going import PartFact, Way, why
from payments.domain.withdrawal.room import is_named, within
from payments.domain.withdrawal.states import Approved, Order, Split, Withdrawal

MOST_AT_ONCE = 50
"""Parts that are ordered in one transaction; what is left is divided in the next."""


async def split_off(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, approved: Approved) -> Withdrawal | Plan:
    """Divide an approved withdrawal and order its parts; the plan when all of it goes where the player wants it.

    The player's wallet is locked, so nobody refunds, takes back or pays out beside.
    """
    if approved.order.fact.parent_id is not None:
        return Plan(())
    made = await planned(desk, uow.connection, divide(approved.order))
    if made is None or made.plan.undivided:
        return Plan(()) if made is None else made.plan
    return await _order_parts(desk, uow, withdrawal_id, approved.order, made, made.plan.portions)


async def resume(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID) -> None:
    """Find another way for what is in no part; where there is none, and every part has ended, people decide.

    Nothing new is ordered while the player owes money, or a bank wants a payment of his back, nor after two people
    found out that a part was never paid: whether that goes elsewhere is for a person who sees the whole. Nor goes
    anything where people could not see it before they let it go.
    """
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if not isinstance(state, Split) or not state.rest_minor:
        return
    fact = state.order.fact
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if not isinstance(state, Split) or not state.rest_minor:
        return
    failed = _failed(state)
    disputed = await desk.directory.disputed(uow.connection, fact.player_id, desk.now())
    halted = state.parts.found_failed or disputed or (wallet is not None and wallet.in_debt)
    made = None if halted else await _planned(desk, uow, state, failed.places)
    portions: Sequence[Portion] = () if made is None else made.plan.portions
    if failed.named or await switched_off(desk, uow, state.order):
        portions = [one for one in portions if not one.to_named]
    portions = _no_less_than(0 if made is None else made.least_minor, within(state, portions))
    if made is not None and portions:
        await _order_parts(desk, uow, withdrawal_id, state.order, made, portions)
    else:
        await uow.decide(withdrawal, withdrawal_id, HaltWithdrawal())


def _no_less_than(least_minor: int, portions: Sequence[Portion]) -> list[Portion]:
    """What the provider pays where the player wants it; less than that at once waits for people."""
    return [one for one in portions if not one.to_named or one.amount_minor >= least_minor]


async def _planned(desk: Desk, uow: UnitOfWork, state: Split, failed: frozenset[UUID]) -> Planned:
    """For what is in no part; all of it where the player wants it, once the casino returns nothing to its source."""
    what = replace(divide(state.order, state.rest_minor), failed=failed, elsewhere=state.parts.elsewhere)
    return await seen(desk, uow.connection, what)


async def switched_off(desk: Desk, uow: UnitOfWork, order: Order) -> bool:
    """Whether nothing is to be paid any more to where the player wanted it: people may still give it back."""
    known = None if order.instrument_id is None else await desk.instruments.find(uow.connection, order.instrument_id)
    return known is not None and known.disabled


async def parts_now(desk: Desk, connection: AsyncConnection, order: Order) -> tuple[list[PartFact], Plan]:
    """The parts as they would be now, and the plan they are of; nothing is ordered."""
    made = await seen_now(desk, connection, order)
    return [_part(order, made, one) for one in made.plan.portions], made.plan


@dataclass(frozen=True, slots=True)
class _Failed:
    places: frozenset[UUID]
    named: bool


def _failed(state: Split) -> _Failed:
    """Where nothing is sent again: instruments and deposits, and where the player wanted it."""
    gone = [one.fact for one in state.parts.all if one.failed]
    places = {one.deposit_id if one.way is Way.REFUND else one.instrument_id for one in gone}
    named = any(is_named(one, state.order) for one in gone)
    return _Failed(frozenset(one for one in places if one is not None), named)


async def _order_parts(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order, made: Planned, portions: Sequence[Portion]
) -> Withdrawal:
    parts = [_part(order, made, one) for one in portions[:MOST_AT_ONCE]]
    outcome = await uow.decide(
        withdrawal, withdrawal_id, SplitWithdrawal(parts=tuple(parts), left_out=made.plan.left_out)
    )
    state = outcome.state
    if not outcome.events:
        return state  # Somebody was faster: it was rejected, or is divided already.
    transfers: list[Transfer] = []
    for kind, way in ((IdKind.WITHDRAWAL, Way.PAYOUT), (IdKind.REFUND, Way.REFUND)):
        await desk.payment_ids.claim(uow.connection, kind, *(one.part_id for one in parts if one.way is way))
    for part in parts:
        if part.way is Way.REFUND:
            transfers += await _order_refund(desk, uow, withdrawal_id, order, part)
        else:
            await _order_payout(desk, uow, withdrawal_id, order, made, part)
    if transfers:
        ensure_posted(await desk.ledger.post_in(uow, transfers))
    if isinstance(state, Split) and state.rest_minor:
        await uow.schedule(RESUME, withdrawal_id, {"casino_id": str(order.fact.casino_id)})
    return state


def _part(order: Order, made: Planned, portion: Portion) -> PartFact:
    source, named = portion.source, portion.to_named
    payee = None if source is None or named or source.instrument_id is None else made.payees.get(source.instrument_id)
    return PartFact(
        part_id=uuid7(),
        way=Way.PAYOUT if named or source is None else source.way,
        why=why(portion.winnings_minor, bool(portion.not_back_minor)),
        provider=order.fact.provider if named or source is None else source.provider,
        amount_minor=portion.amount_minor,
        deposit_id=None if source is None else source.deposit_id,
        instrument_id=order.instrument_id if named or source is None else source.instrument_id,
        shown_as=order.shown_as if named else "" if payee is None else payee.shown_as,
        winnings_minor=portion.winnings_minor,
        not_back_minor=portion.not_back_minor,
    )


async def _order_payout(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order, made: Planned, part: PartFact
) -> None:
    destination = order.destination
    if not is_named(part, order) and part.instrument_id is not None:
        text = msgspec.json.encode(dict(made.payees[part.instrument_id].destination)).decode()
        destination = await desk.vault.encrypt(uow.connection, order.fact.player_id, text)
    command = OrderPart(
        parent_id=withdrawal_id,
        player_id=order.fact.player_id,
        casino_id=order.fact.casino_id,
        provider=part.provider,
        amount_minor=part.amount_minor,
        currency=order.fact.currency,
        destination=destination,
        shown_as=part.shown_as,
        instrument_id=part.instrument_id,
        method=order.method if is_named(part, order) else None,
        now=uow.ctx.occurred_at,
        known=order.known,
        needed=order.needed,
    )
    await uow.decide(withdrawal, part.part_id, command)
    await uow.schedule(SEND, part.part_id, {"casino_id": str(order.fact.casino_id)}, lane=orders(part.provider))


async def _order_refund(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order, part: PartFact
) -> list[Transfer]:
    paid = (await uow.load(deposit, part.deposit_id)).state if part.deposit_id else None
    if part.deposit_id is None or not isinstance(paid, Succeeded):
        raise TypeError("a refund is of a deposit that was paid")
    fact = RefundFact(
        deposit_id=part.deposit_id,
        player_id=order.fact.player_id,
        casino_id=order.fact.casino_id,
        provider=asked(paid).fact.provider,
        payment=paid.reference,
        amount_minor=part.amount_minor,
        currency=order.fact.currency,
        withdrawal_id=withdrawal_id,
    )
    left = await desk.directory.room(uow.connection, part.deposit_id)
    command = OrderRefund(fact=fact, left_minor=left, cash_minor=part.amount_minor, now=uow.ctx.occurred_at)
    outcome = await uow.decide(refund, part.part_id, command)
    await uow.schedule(refunds.SEND, part.part_id, {"casino_id": str(fact.casino_id)}, lane=orders(fact.provider))
    return refund_transfers(part.part_id, outcome.events)
