"""What becomes known after a withdrawal was asked for: whoever let it go did not know it, so people say yes anew."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from payments.domain.withdrawal.commands import StopWithdrawal
from payments.domain.withdrawal.events import WithdrawalEvent, WithdrawalStopped
from payments.domain.withdrawal.going import Goes
from payments.domain.withdrawal.policy import HINDRANCES, Stop
from payments.domain.withdrawal.states import (
    Approved,
    AwaitingApproval,
    Existing,
    Order,
    Sending,
    Unknown,
    Withdrawal,
)


def stop(command: StopWithdrawal, state: Withdrawal) -> Sequence[WithdrawalEvent]:
    """Nothing is paid on the word of somebody who did not know. What was sent, or may have been, stays as it is."""
    may_have_left = isinstance(state, Sending | Unknown) and not command.never_left
    if may_have_left or not isinstance(state, AwaitingApproval | Approved | Sending | Unknown):
        return []
    order = state.order
    news = command.reasons - (order.known - HINDRANCES) | plan_news(order, command.goes)
    if not news:
        return []
    return [
        WithdrawalStopped(
            **order.fact.fields(),
            news=tuple(sorted(news)),
            stopped_by=_shown(news),
            approvals_needed=max(1, command.people, order.needed),
            goes=command.goes,
        )
    ]


def stopped(state: Existing, event: WithdrawalStopped) -> Withdrawal:
    """Every yes so far was said without knowing it; so was the release with a batch."""
    order, needed = state.order, event.approvals_needed
    known, news = order.known.union(event.news), (*order.news, event.news)
    goes = order.goes if event.goes is None else event.goes
    return AwaitingApproval(replace(order, known=known, news=news, needed=needed, goes=goes), needed, ())


def plan_news(order: Order, goes: tuple[Goes, ...] | None) -> frozenset[str]:
    """Whether a place would get more than people could see. What gets less waits: nobody has to know that before."""
    if order.goes is None or goes is None:
        return frozenset()
    seen = {one.place: one.amount_minor for one in order.goes}
    more = any(one.amount_minor > seen.get(one.place, 0) for one in goes)
    return frozenset({str(Stop.PLAN_CHANGED)}) if more else frozenset()


def unnamed(order: Order, asked: frozenset[str]) -> frozenset[str]:
    """Which of the rules that held when it was asked for are known, though its request names none: before requests
    named them they said that some held, and people let it go knowing that.
    """
    then = order.known.difference(*order.news)
    return asked if Stop.FRAUD_RULES in then and then <= set(Stop) else frozenset()


def _shown(news: Iterable[str]) -> tuple[str, ...]:
    """Which rules it were stands in the case."""
    return tuple(sorted({one if one in set(Stop) else str(Stop.FRAUD_RULES) for one in news}))
