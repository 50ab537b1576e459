"""What becomes known after a withdrawal was asked for: whoever let it go did not know it, so people say yes anew."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from payments.domain.withdrawal.commands import StopWithdrawal
from payments.domain.withdrawal.events import WithdrawalEvent, WithdrawalStopped
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
    news = command.reasons - (order.known - HINDRANCES)
    if not news:
        return []
    return [
        WithdrawalStopped(
            **order.fact.fields(),
            news=tuple(sorted(news)),
            stopped_by=_shown(news),
            approvals_needed=max(1, command.people, order.needed),
        )
    ]


def stopped(state: Existing, event: WithdrawalStopped) -> Withdrawal:
    """Every yes so far was said without knowing it; so was the release with a batch."""
    order, needed = state.order, event.approvals_needed
    known, news = order.known.union(event.news), (*order.news, event.news)
    return AwaitingApproval(replace(order, known=known, news=news, needed=needed), needed, ())


def unnamed(order: Order, asked: frozenset[str]) -> frozenset[str]:
    """Which of the rules that held when it was asked for are known, though its request names none: before requests
    named them they said that some held, and people let it go knowing that.
    """
    then = order.known.difference(*order.news)
    return asked if Stop.FRAUD_RULES in then and then <= set(Stop) else frozenset()


def _shown(news: Iterable[str]) -> tuple[str, ...]:
    """Which rules it were stands in the case."""
    return tuple(sorted({one if one in set(Stop) else str(Stop.FRAUD_RULES) for one in news}))
