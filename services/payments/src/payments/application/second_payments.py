"""A second payment of one deposit goes back to where it came from by itself, as long as the player holds it."""

from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.cascade import refund_of_second
from payments.application.desk import Desk, set_aside_once
from payments.application.refunds import DepositNotRefundable, RefundWish, order_refund
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.states import Succeeded, asked
from payments.domain.refund.aggregate import refund
from payments.domain.refund.errors import RefundNotCovered
from payments.domain.refund.states import Absent


async def refund_second_payment(desk: Desk, uow: UnitOfWork, second_id: UUID) -> None:
    """Order the refund of what is left of it, once. He never owes for it: where he has spent the money, or the provider
    may not be called, people hear `second_payment_kept` and decide.
    """
    refund_id = refund_of_second(second_id)
    if not isinstance((await uow.load(refund, refund_id)).state, Absent):
        return
    state = (await uow.load(deposit, second_id)).state
    if not isinstance(state, Succeeded):
        return
    fact = asked(state).fact
    await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    left_minor = await desk.directory.room(uow.connection, second_id)
    if left_minor <= 0:
        return  # Others took it back, or refunded it, before.
    wish = RefundWish(refund_id=refund_id, deposit_id=second_id, amount_minor=left_minor, may_owe=False)
    try:
        await order_refund(desk, uow, wish)
    except (RefundNotCovered, DepositNotRefundable) as obstacle:
        await set_aside_once(
            desk,
            uow,
            casino_id=fact.casino_id,
            provider=fact.provider,
            about=second_id,
            code="second_payment_kept",
            facts={
                "obstacle": obstacle.code,
                "reference": state.reference,
                "amount_minor": left_minor,
                "currency": fact.currency,
            },
        )
