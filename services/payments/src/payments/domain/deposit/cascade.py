"""A deposit goes on to another provider, and what its earlier providers may still say of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from payments.domain.deposit.commands import HearProvider
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import DepositFields, DepositPaidTwice, DepositPassedOn
from payments.domain.deposit.states import (
    ActionRequired,
    Deposit,
    Earlier,
    Expired,
    Failed,
    GivenUp,
    Processing,
    Requested,
    Succeeded,
    Unknown,
    Waiting,
    asked,
    reference,
)
from payments.domain.deposit.words import Declined, Settled

PASSED_ON_WITHIN = timedelta(minutes=15)
"""How long after a provider was asked its no leads on to another: after that nobody waits for it any more."""


def may_pass_on(state: Deposit, word: Declined, now: datetime) -> bool:
    """Whether this no may lead on to another provider, its reason left aside.

    Never while the first may take money: a player who was sent to pay could still do so, unless the no is final.
    """
    match state:
        case Requested() | Unknown():
            before = asked(state).stepped_up
            sure = word.final or before is None or before.closed
        case ActionRequired() | Processing():
            sure = word.final
        case _:
            return False
    intent = asked(state)
    room = bool(intent.route) and len(intent.earlier) + 1 < intent.attempts_max
    paid = bool(intent.announced) or any(one.announced for one in intent.earlier)
    return sure and room and not paid and now - intent.requested_at <= PASSED_ON_WITHIN


def pass_on(command: HearProvider, word: Declined, state: Waiting) -> DepositPassedOn | None:
    """The deposit at its next provider; None when there is none, or it may not go there."""
    intent = asked(state)
    heard_at = command.heard_at or command.said_at
    if command.next is None or not may_pass_on(state, word, heard_at):
        return None
    if command.next.provider not in intent.route:
        return None
    return DepositPassedOn(
        **replace(intent.fact, provider=command.next.provider).fields(),
        declined_by=intent.fact.provider,
        reference=word.reference or reference(state),
        code=word.code,
        closed=word.final,
        sent_as=command.next.sent_as,
        passed_on_at=heard_at,
    )


def passed_on(state: Waiting | Succeeded | GivenUp, event: DepositPassedOn) -> Requested:
    """Where it stands then: as if it had just been asked for, but for what is behind it."""
    intent = asked(state)
    behind = Earlier(
        event.declined_by,
        intent.sent_as,
        event.reference,
        closed=event.closed,
        announced=intent.announced,
        given_early=intent.given_early,
    )
    left = intent.route[intent.route.index(event.provider) + 1 :] if event.provider in intent.route else ()
    return replace(
        intent,
        fact=replace(intent.fact, provider=event.provider),
        sent_as=event.sent_as,
        requested_at=event.passed_on_at,
        route=left,
        earlier=(*intent.earlier, behind),
        stepped_up=None,
        announced=(),
        given_early=(),
    )


def earlier_of(state: Waiting | Succeeded | GivenUp, provider: str | None) -> Earlier | None:
    """The earlier attempt that this provider speaks of; None when it is the one that has the deposit now.

    Raises:
        UnlawfulDepositWord: it never had it.
    """
    intent = asked(state)
    if provider is None or provider == intent.fact.provider:
        return None
    for one in intent.earlier:
        if one.provider == provider:
            return one
    raise UnlawfulDepositWord("unknown_reference")


def deposit_of(state: Waiting | Succeeded | GivenUp, deposit_id: UUID, provider: str | None) -> UUID:
    """The deposit that this provider speaks of when it names this one: it may have become one of its own there."""
    known = earlier_of(state, provider)
    return deposit_id if known is None or known.paid_as is None else known.paid_as


def fields_at(state: Waiting | Succeeded | GivenUp, earlier: Earlier) -> DepositFields:
    """What every event tells, with the earlier provider."""
    return replace(asked(state).fact, provider=earlier.provider).fields()


def paid_twice(command: HearProvider, word: Settled, state: Succeeded, earlier: Earlier) -> list[DepositPaidTwice]:
    """What follows when an earlier provider was paid beside the one that was; nothing when it was told before."""
    if earlier.paid_as is not None:
        return []
    if word.currency != asked(state).fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    if command.second_id is None:
        raise UnlawfulDepositWord("settled_twice")
    fact = replace(asked(state).fact, provider=earlier.provider, amount_minor=word.amount_minor)
    return [DepositPaidTwice(**fact.fields(), reference=word.reference, second_id=command.second_id)]


def paid_by(state: Waiting | GivenUp, provider: str) -> Requested:
    """What was asked for, with the provider that was paid as the one that has it; what it had gone on to is behind."""
    intent = asked(state)
    found = next((one for one in intent.earlier if one.provider == provider), None)
    if found is None:
        return intent
    closed = isinstance(state, Failed | Expired) and state.closed
    overtaken = Earlier(
        intent.fact.provider,
        intent.sent_as,
        reference(state),
        closed=closed,
        announced=intent.announced,
        given_early=intent.given_early,
    )
    others = tuple(one for one in intent.earlier if one is not found)
    return replace(
        intent,
        fact=replace(intent.fact, provider=provider),
        sent_as=found.sent_as,
        earlier=(*others, overtaken),
        route=(),
        announced=found.announced,
        given_early=found.given_early,
    )


def marked(intent: Requested, provider: str, *, closed: bool = False, paid_as: UUID | None = None) -> Requested:
    """The same with news of an earlier attempt."""
    earlier = tuple(
        replace(one, closed=closed or one.closed, paid_as=paid_as or one.paid_as) if one.provider == provider else one
        for one in intent.earlier
    )
    return replace(intent, earlier=earlier)
