"""What becomes known after a withdrawal was asked for is weighed until it is sent, as if it were asked for now: a
confirmed hit, the block list, a bank's warning, whose the place is. Blocks and exclusions never stand in the way. It is
weighed again before an order is sent once more, and when the provider asks whether it may pay.
"""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.closed_loop.planning import seen_now
from payments.application.desk import Desk
from payments.application.fraud.deciding import alert
from payments.application.fraud.looking_again import Weighed, weigh_again
from payments.application.fraud.ports import Payment, Signals
from payments.application.withdrawal_moves import WithdrawalOutcome, decide_withdrawal
from payments.application.withdrawal_standing import Destination, known_destination, withdrawal_standing
from payments.domain.fraud.rules import Action, Trigger
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import StopWithdrawal
from payments.domain.withdrawal.going import Goes
from payments.domain.withdrawal.news import plan_news, unnamed
from payments.domain.withdrawal.policy import (
    STRICTEST,
    Stop,
    WithdrawalStanding,
    approvals_needed,
    hindrances,
    reasons,
)
from payments.domain.withdrawal.states import Absent, Order

_CONFIRMED_HIT: Final = "UNDER-REVIEW"
"""What the case says of it: no rule of ours, verification found it."""

KEPT_BACK: Final = "payout_kept_back"
"""What a provider that asks whether it may pay is refused with."""

_AS_ASKED: Destination = {"destination_verified": True}
"""A part goes back to where the money came from, or where its whole was let go to."""


async def stop_on_news(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order) -> WithdrawalOutcome | None:
    """Have people say yes anew to a withdrawal, or a part of one, of which something is known that nobody knew who let
    it go, and see that there is a case. None: there is no news, or whoever came first has told them. The wallet is
    locked from here on.
    """
    found = await _found(desk, uow, withdrawal_id, order)
    goes = await _goes(desk, uow, order)
    if not found.reasons - order.known and not plan_news(order, goes):
        return None
    stop = StopWithdrawal(reasons=found.reasons, people=found.people, goes=goes)
    outcome = await decide_withdrawal(desk, uow, withdrawal_id, stop)
    return outcome if outcome.events else None


async def is_kept_back(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order) -> bool:
    """Whether one that was let go would not be sent now: there is news, he owes money, a bank wants a payment of his
    back, or nothing is paid to there any more. Of news there is a case. The wallet is locked from here on.
    """
    return (await _found(desk, uow, withdrawal_id, order)).keeps_back(order)


async def call_back(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, *, never_left: bool) -> bool:
    """Whether an order is not sent once more, see `is_kept_back`. `never_left`: the provider surely has none of it, so
    it waits for people again as if nobody had begun to send it. Otherwise it stays as it is.
    """
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if isinstance(state, Absent):
        return True
    order = state.order
    found = await _found(desk, uow, withdrawal_id, order)
    if not found.keeps_back(order):
        return False
    if never_left:
        against = found.reasons | found.hindrances
        stop = StopWithdrawal(reasons=against, people=found.people, never_left=True)
        await decide_withdrawal(desk, uow, withdrawal_id, stop)
    return True


async def _goes(desk: Desk, uow: UnitOfWork, order: Order) -> tuple[Goes, ...] | None:
    """A part goes where its whole was divided to, and what was sent once counts as on its way: of these it says
    nothing.
    """
    if order.fact.parent_id is not None or order.errand is not None:
        return None
    return (await seen_now(desk, uow.connection, order)).plan.goes


async def is_frozen(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID) -> bool:
    """Whether a hit was confirmed since a withdrawal was let go: then not even to where it came from anything
    goes by itself. The wallet is locked.
    """
    state = (await uow.load(withdrawal, withdrawal_id)).state
    if isinstance(state, Absent) or Stop.UNDER_REVIEW in state.order.known:
        return False
    return await is_under_review(desk, uow, state.order.fact.casino_id, state.order.fact.player_id)


async def is_under_review(desk: Desk, uow: UnitOfWork, casino_id: UUID, player_id: UUID) -> bool:
    """Whether a screening hit of the player's is confirmed now."""
    player = await desk.player(uow.connection, player_id, await desk.casino(uow.connection, casino_id))
    return player.under_review


@dataclass(frozen=True, slots=True)
class _Found:
    """What speaks against it now: what `people` may know and say yes all the same, and what nobody says yes over."""

    reasons: frozenset[str]
    hindrances: frozenset[str]
    people: int

    def keeps_back(self, order: Order) -> bool:
        return bool(self.hindrances or self.reasons - order.known)


async def _found(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order) -> _Found:
    """Of a hit that is news there is a case from then on."""
    fact = order.fact
    weighed, standing = await _standing(desk, uow, withdrawal_id, order)
    policy = await desk.policies.find(uow.connection, fact.casino_id, fact.currency) or STRICTEST
    found = reasons(policy, standing, fact.amount_minor) - unnamed(order, weighed.asked)
    if Stop.UNDER_REVIEW in found - order.known and weighed.decision_id is not None:
        about = _payment(withdrawal_id, order)
        await alert(desk.fraud, uow, about, weighed.decision_id, Action.HOLD, (_CONFIRMED_HIT,))
    return _Found(found, hindrances(standing), approvals_needed(policy, standing, fact.amount_minor))


async def _standing(
    desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order
) -> tuple[Weighed, WithdrawalStanding]:
    fact, part = order.fact, order.fact.parent_id is not None
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.currency)
    rules = await desk.casino(uow.connection, fact.casino_id)
    player = await desk.player(uow.connection, fact.player_id, rules)
    place = await _place(desk, uow, order) if part else None
    weighed = await weigh_again(desk.fraud, uow, _payment(withdrawal_id, order), place)
    standing = await withdrawal_standing(desk, uow.connection, rules, player, wallet, uow.ctx.occurred_at)
    known = await known_destination(desk, uow, order.instrument_id)
    off = known.get("destination_disabled", False)
    where: Destination = {**_AS_ASKED, "destination_disabled": off} if part else known
    return weighed, replace(standing, people=weighed.people, rules=weighed.rules, **where)


async def _place(desk: Desk, uow: UnitOfWork, order: Order) -> Signals | None:
    known = None if order.instrument_id is None else await desk.instruments.find(uow.connection, order.instrument_id)
    return None if known is None else Signals(payout=known.fingerprint)


def _payment(withdrawal_id: UUID, order: Order) -> Payment:
    """A part was decided on with its whole."""
    fact = order.fact
    return Payment(
        id=fact.parent_id or withdrawal_id,
        trigger=Trigger.WITHDRAWAL,
        casino_id=fact.casino_id,
        player_id=fact.player_id,
        provider=fact.provider,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
    )
