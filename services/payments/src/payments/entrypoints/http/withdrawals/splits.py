"""How a withdrawal goes out, for people to see before they approve it and while it is under way."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from chassis.domain import NotFound
from chassis.store import UnitOfWork
from payments.application.closed_loop.splitting import parts_now
from payments.application.desk import Desk
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.going import PartFact, Way, why
from payments.domain.withdrawal.not_back import NotBack
from payments.domain.withdrawal.states import (
    Divided,
    Existing,
    Failed,
    Halted,
    Open,
    Paid,
    Part,
    PartlyPaid,
    Returned,
    Split,
    Stand,
)
from payments.entrypoints.http.withdrawals.schemas import LeftOutView, PartView, SplitView


async def split_of(desk: Desk, withdrawal_id: UUID, casino_id: UUID) -> SplitView:
    """As it is, once it was sent; until then as it would be."""

    async def work(uow: UnitOfWork) -> SplitView:
        state = (await uow.load(withdrawal, withdrawal_id)).state
        if not isinstance(state, Existing):
            raise NotFound
        if isinstance(state, Divided):
            return _divided(withdrawal_id, state)
        if isinstance(state, Open):
            facts, seen = await parts_now(desk, uow.connection, state.order)
            parts = [_part(one, None) for one in facts]
            return _view(withdrawal_id, state, parts, seen.left_out, planned=True, rest_minor=seen.waits_minor)
        return _undivided(withdrawal_id, state)

    return await desk.app.transact(work, desk.ours("split-preview", casino_id))


def _divided(withdrawal_id: UUID, state: Divided) -> SplitView:
    rest = state.order.fact.amount_minor - state.parts.minor(Stand.OPEN, Stand.PAID)
    view = _view(
        withdrawal_id,
        state,
        [_ordered(one) for one in state.parts.all],
        state.parts.left_out,
        planned=False,
        rest_minor=0 if isinstance(state, PartlyPaid) else rest,
    )
    waits = isinstance(state, Halted) or (isinstance(state, Split) and state.for_people)
    wanted_by = [one.by for one in state.parts.yeses]
    return view.model_copy(update={"for_people": waits, "elsewhere_wanted_by": wanted_by})


def _undivided(withdrawal_id: UUID, state: Existing) -> SplitView:
    """All of it went where the player wants it; what of it did not come from there is told."""
    order, errand = state.order, state.order.errand
    if errand is None or not (errand.winnings_minor or errand.left_out):
        return _view(withdrawal_id, state, [], (), planned=False, rest_minor=0)
    left = isinstance(state, Paid | Returned)
    part = PartView(
        part_id=withdrawal_id,
        way=Way.PAYOUT,
        why=why(errand.winnings_minor, bool(errand.left_out)),
        provider=order.fact.provider,
        amount_minor=order.fact.amount_minor,
        deposit_id=None,
        instrument_id=order.instrument_id,
        destination=order.shown_as,
        winnings_minor=errand.winnings_minor,
        not_back_minor=sum(one.amount_minor for one in errand.left_out),
        stands=Stand.PAID if left else Stand.FAILED if isinstance(state, Failed) else Stand.OPEN,
        by_hand=isinstance(state, Failed) and state.by_hand,
    )
    return _view(withdrawal_id, state, [part], errand.left_out, planned=False, rest_minor=0)


def _view(
    withdrawal_id: UUID,
    state: Existing,
    parts: list[PartView],
    left_out: Sequence[NotBack],
    *,
    planned: bool,
    rest_minor: int,
) -> SplitView:
    fact = state.order.fact
    return SplitView(
        withdrawal_id=withdrawal_id,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        planned=planned,
        parts=parts,
        left_out=[LeftOutView(**asdict(one)) for one in left_out],
        winnings_minor=sum(one.winnings_minor for one in parts if one.stands is not Stand.FAILED),
        rest_minor=rest_minor,
    )


def _part(fact: PartFact, stands: Stand | None) -> PartView:
    return PartView(
        part_id=None if stands is None else fact.part_id,
        way=fact.way,
        why=fact.why,
        provider=fact.provider,
        amount_minor=fact.amount_minor,
        deposit_id=fact.deposit_id,
        instrument_id=fact.instrument_id,
        destination=fact.shown_as,
        winnings_minor=fact.winnings_minor,
        not_back_minor=fact.not_back_minor,
        stands=stands,
    )


def _ordered(part: Part) -> PartView:
    return _part(part.fact, part.stand).model_copy(update={"by_hand": part.by_hand})
