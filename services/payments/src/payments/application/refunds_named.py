"""Which refund a notification is about that names its deposit alone."""

from dataclasses import replace
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.ports import AboutDeposit, Meant, Said
from payments.application.refund_port import AboutRefund, AboutRefundOf
from payments.domain.deposit.words import Settled
from payments.domain.refund.aggregate import refund
from payments.domain.refund.errors import UnlawfulRefundWord
from payments.domain.refund.states import (
    Absent,
    Failed,
    Ordered,
    Pending,
    Refund,
    Returned,
    Sending,
    Succeeded,
    Unknown,
    reference,
)
from payments.domain.refund.words import Refunded, Refused


async def refund_meant(desk: Desk, uow: UnitOfWork, casino_id: UUID, provider: str, said: Said) -> Meant:
    """What is said, about the refund that is meant where one is.

    Raises:
        UnlawfulRefundWord: it may be either of two, of which one is under way and one was made.
    """
    word: Refunded | Refused
    match said:
        case AboutRefundOf():
            payment, amount_minor, word, else_ = said.payment, said.word.amount_minor, said.word, said.else_
        case AboutDeposit(word=Settled() as paid, refund=Refused() as back):
            payment, amount_minor, word, else_ = paid.reference, paid.amount_minor, back, replace(said, refund=None)
        case _:
            return said
    deposit_id = await desk.directory.deposit_called(uow.connection, casino_id, provider, payment)
    if deposit_id is None:
        return else_
    ids = await desk.directory.refunds_of(uow.connection, deposit_id, amount_minor)
    states = {one: (await uow.load(refund, one)).state for one in ids}
    refund_id = _which(states, failed=isinstance(word, Refused))
    if refund_id is None:
        return else_
    named = reference(states[refund_id]) or str(refund_id)
    return AboutRefund(refund_id=refund_id, word=replace(word, reference=named), else_=else_)


def _which(states: dict[UUID, Refund], *, failed: bool) -> UUID | None:
    """Refunds of one amount of one deposit go to the same account: those that stand alike are as good as each other."""
    under_way = [one for one, state in states.items() if isinstance(state, Sending | Unknown | Pending)]
    made = [one for one, state in states.items() if isinstance(state, Succeeded)]
    over = [one for one, state in states.items() if not isinstance(state, Absent | Ordered) and _sent(state)]
    if failed and under_way and made:
        raise UnlawfulRefundWord("refund_ambiguous")
    return next(iter([*under_way, *made, *over]), None)


def _sent(state: Refund) -> bool:
    """Whether it ended after it had been sent: a repeat, or a word that a later one overtook."""
    return isinstance(state, Returned) or (isinstance(state, Failed) and bool(state.sent_as))
