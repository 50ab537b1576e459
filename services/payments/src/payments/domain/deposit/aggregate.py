"""The life of a deposit: requested before the call, then moved by the provider's word alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from chassis.domain import Decider
from payments.domain.deposit.cascade import earlier_of, fields_at, marked, paid_by, paid_twice, pass_on, passed_on
from payments.domain.deposit.commands import (
    CreditSecondPayment,
    DepositCommand,
    ExpireDeposit,
    HearProvider,
    RequestDeposit,
    StopDeposit,
)
from payments.domain.deposit.errors import DepositAlreadyRequested, UnlawfulDepositWord
from payments.domain.deposit.events import (
    DepositActionRequired,
    DepositClosed,
    DepositEvent,
    DepositExpired,
    DepositFact,
    DepositFailed,
    DepositOutcomeUnknown,
    DepositPaidTwice,
    DepositPassedOn,
    DepositRefused,
    DepositReinstated,
    DepositReinstatementAnnounced,
    DepositRequested,
    DepositReversalAnnounced,
    DepositReversed,
    DepositSteppedUp,
    DepositSubmitted,
    DepositSucceeded,
    PresentEvent,
)
from payments.domain.deposit.found import closed_at, given_back, said
from payments.domain.deposit.movements import remembered, with_intent
from payments.domain.deposit.reinstatement import announce_given
from payments.domain.deposit.reversal import (
    announce,
    credit,
    credit_second,
    ensure_same,
    give_back,
    give_back_found,
    take_back,
    undo,
)
from payments.domain.deposit.standing import obstacle
from payments.domain.deposit.states import (
    Absent,
    ActionRequired,
    Deposit,
    Earlier,
    Expired,
    Failed,
    GivenUp,
    Processing,
    Refused,
    Requested,
    Succeeded,
    Unknown,
    Waiting,
    asked,
    reference,
    succeeded,
)
from payments.domain.deposit.step_up import is_overtaken, step_up, stepped_up
from payments.domain.deposit.table import TABLE
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    FoundGivenBack,
    GivenBack,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)

CLOCKS_APART = timedelta(minutes=5)
"""How far a provider's clock and ours may be apart: as much as the strictest of their signatures allows (Stripe's)."""


def decide(command: DepositCommand, state: Deposit) -> Sequence[DepositEvent]:
    events = _decide(command, state)
    on = type(command.word) if isinstance(command, HearProvider) else type(command)
    if not TABLE.allows(on, type(state), events):
        raise UnlawfulDepositWord("unlisted")
    return events


def _decide(command: DepositCommand, state: Deposit) -> Sequence[DepositEvent]:
    match command:
        case RequestDeposit():
            return _request(command, state)
        case CreditSecondPayment():
            return credit_second(command) if isinstance(state, Absent) else []
        case HearProvider():
            return _hear(command, state)
        case ExpireDeposit():
            return _expire(state)
        case StopDeposit():
            return _stop(command, state)
        case _:
            assert_never(command)


def _request(command: RequestDeposit, state: Deposit) -> Sequence[DepositEvent]:
    fact = DepositFact(
        player_id=command.player_id,
        casino_id=command.casino_id,
        provider=command.provider,
        amount_minor=command.amount_minor,
        currency=command.currency,
    )
    match state:
        case Absent():
            code = obstacle(command.standing, command.amount_minor)
            if code is not None:
                return [DepositRefused(**fact.fields(), code=code)]
            requested = DepositRequested(
                **fact.fields(),
                return_url=command.return_url,
                details=command.details,
                sent_as=command.sent_as,
                requested_at=command.now,
                method=command.method,
                route=command.route,
                attempts_max=command.attempts_max,
                step_up=command.step_up,
                fee_minor=command.fee_minor,
            )
            return [requested]
        case Refused():
            known = state.fact
        case _:
            known = asked(state).fact
            if command.method is not None and command.method == asked(state).method:
                fact = replace(fact, provider=known.provider)  # It was not chosen by whoever asked.
    if known != fact:
        raise DepositAlreadyRequested(field="deposit_id")
    return []


def _hear(command: HearProvider, state: Deposit) -> Sequence[DepositEvent]:
    if isinstance(command.word, FoundGivenBack) and isinstance(state, Succeeded):
        words = given_back(command.word, command, state)
        return give_back_found(words, state, cash_minor=command.cash_minor, owed_minor=command.owed_minor)
    word, command = said(command, state)
    match state:
        case Absent():
            raise UnlawfulDepositWord("unknown_reference")
        case Refused():
            raise UnlawfulDepositWord("deposit_was_refused")
        case _:
            earlier = earlier_of(state, command.provider)
            if earlier is not None:
                return _hear_earlier(word, command, state, earlier)
            return _hear_present(word, command, state)


def _hear_present(
    word: DepositWord, command: HearProvider, state: Waiting | Succeeded | GivenUp
) -> Sequence[DepositEvent]:
    match state:
        case Requested() | ActionRequired() | Processing() | Unknown():
            return _hear_waiting(word, command, state)
        case Succeeded():
            return _hear_after_success(word, command, state)
        case Failed() | Expired():
            return _hear_given_up(word, command, state)
        case _:
            assert_never(state)


def _hear_earlier(
    word: DepositWord, command: HearProvider, state: Waiting | Succeeded | GivenUp, earlier: Earlier
) -> Sequence[DepositEvent]:
    """A provider had said no and the deposit went on. What it took all the same is the player's money."""
    if isinstance(word, Settled | Declined) and not (isinstance(word, Settled) and word.names_payment):
        _same_payment(earlier.reference, word.reference)
    match word:
        case Settled():
            if isinstance(state, Succeeded):
                return paid_twice(command, word, state, earlier)
            return _success(word, command, state, late=True, provider=earlier.provider)
        case TakenBack():
            return announce(word, state, earlier)
        case GivenBack():
            return announce_given(word, state, earlier)
        case Declined(final=True) if not earlier.closed:
            return [DepositClosed(**fields_at(state, earlier), by_hand=command.by_hand)]
        case _:
            return []


def _hear_waiting(word: DepositWord, command: HearProvider, state: Waiting) -> Sequence[DepositEvent]:
    fact = asked(state).fact.fields()
    if is_overtaken(command, state):
        return []
    _check_reference(word, state)
    match word:
        case ActionNeeded():
            if isinstance(state, ActionRequired | Processing):
                return []  # A word that was overtaken by a later one.
            return [DepositActionRequired(**fact, reference=word.reference, next_action=word.next_action)]
        case Underway():
            return [] if isinstance(state, Processing) else [DepositSubmitted(**fact, reference=word.reference)]
        case Settled():
            return _success(word, command, state, late=False)
        case TakenBack():
            return announce(word, state)
        case GivenBack():
            return announce_given(word, state)
        case Declined():
            return _declined(word, command, state)
        case Unanswered():
            return [DepositOutcomeUnknown(**fact)] if isinstance(state, Requested) and word.sent else []
        case _:
            assert_never(word)


def _declined(word: Declined, command: HearProvider, state: Waiting) -> Sequence[DepositEvent]:
    further = step_up(command, word, state) or pass_on(command, word, state)
    if further is not None:
        return [further]
    fact = asked(state).fact.fields()
    failed = DepositFailed(**fact, reference=word.reference or reference(state), code=word.code)
    return [failed, DepositClosed(**fact, by_hand=command.by_hand)] if word.final else [failed]


def _hear_given_up(word: DepositWord, command: HearProvider, state: GivenUp) -> Sequence[DepositEvent]:
    """The player may have paid before anybody stopped him: that is his money. Otherwise only the end is news."""
    match word:
        case Settled():
            _check_reference(word, state)
            return _success(word, command, state, late=True)
        case TakenBack():
            return announce(word, state)
        case GivenBack():
            return announce_given(word, state)
        case Declined(final=True) if not state.closed:
            _check_reference(word, state)
            return [DepositClosed(**asked(state).fact.fields(), by_hand=command.by_hand)]
        case _:
            return []


def _check_reference(word: DepositWord, state: Waiting | GivenUp) -> None:
    """One payment of the provider's belongs to a deposit: once we know it, no other speaks for it or is credited."""
    if isinstance(word, TakenBack | GivenBack) or (isinstance(word, Settled) and word.names_payment):
        return  # The provider says itself whose it is, by our reference; a second payment is seen after the first.
    _same_payment(reference(state), None if isinstance(word, Unanswered) else word.reference)


def _same_payment(known: str | None, said: str | None) -> None:
    if known is not None and said is not None and said != known:
        raise UnlawfulDepositWord("reference_differs")


def _success(
    word: Settled, command: HearProvider, state: Waiting | GivenUp, *, late: bool, provider: str | None = None
) -> Sequence[DepositEvent]:
    fact = asked(state).fact
    if word.currency != fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    success = DepositSucceeded(
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        provider=provider or fact.provider,
        amount_minor=word.amount_minor,
        currency=word.currency,
        reference=word.reference,
        requested_minor=fact.amount_minor,
        late=late,
        said_at=command.said_at,
        by_our_clock=command.by_our_clock,
        by_hand=command.by_hand,
        fee_minor=asked(state).fee_of(word.amount_minor),
        movement=word.movement,
    )
    return credit(success, state, cash_minor=command.cash_minor, owed_minor=command.owed_minor)


def _hear_after_success(word: DepositWord, command: HearProvider, state: Succeeded) -> Sequence[DepositEvent]:
    """Only what is taken back is news. A repeat and an overtaken word are harmless; a second payment or a later
    refusal that the protocol cannot mean is for a person to see, and so is what people had found out otherwise."""
    match word:
        case TakenBack():
            return take_back(word, state, cash_minor=command.cash_minor, owed_minor=command.owed_minor)
        case GivenBack():
            return give_back(word, state, cash_minor=command.cash_minor, owed_minor=command.owed_minor)
        case Settled():
            ensure_same(word, command, state)
        case Declined(undoes=True) if word.reference == state.reference:
            return undo(word, state, cash_minor=command.cash_minor, owed_minor=command.owed_minor)
        case Declined():
            if word.reference in (None, state.reference) and _is_later(command, state):
                raise UnlawfulDepositWord("declined_after_success")
        case ActionNeeded() | Underway() | Unanswered():
            pass
        case _:
            assert_never(word)
    return []


def _is_later(command: HearProvider, state: Succeeded) -> bool:
    """Whether it was said after the success. Of moments by two clocks that are close nobody knows: a person looks."""
    apart = timedelta(0) if command.by_our_clock == state.by_our_clock else CLOCKS_APART
    return state.by_hand or command.said_at > state.said_at - apart


def _expire(state: Deposit) -> Sequence[DepositEvent]:
    if isinstance(state, Requested | ActionRequired | Processing | Unknown):
        return [DepositExpired(**asked(state).fact.fields())]
    return []


def _stop(command: StopDeposit, state: Deposit) -> Sequence[DepositEvent]:
    if isinstance(state, Requested | ActionRequired | Processing | Unknown):
        return [DepositFailed(**asked(state).fact.fields(), reference=reference(state), code=command.code)]
    return []


def evolve(state: Deposit, event: DepositEvent) -> Deposit:
    match event:
        case DepositRequested():
            return Requested(
                _fact(event),
                event.return_url,
                event.sent_as,
                event.requested_at,
                event.details,
                method=event.method,
                route=event.route,
                attempts_max=event.attempts_max,
                step_up=event.step_up,
                known_as=event.known_as,
                fee_minor=event.fee_minor,
            )
        case DepositRefused():
            return Refused(_fact(event))
        case _ if isinstance(state, Absent | Refused):
            return state
        case DepositPassedOn():
            return passed_on(state, event)
        case DepositSteppedUp():
            return stepped_up(asked(state), event)
        case DepositPaidTwice():
            return with_intent(state, marked(asked(state), event.provider, paid_as=event.second_id))
        case DepositClosed() if event.provider != asked(state).fact.provider:
            return with_intent(state, closed_at(asked(state), event))
        case _:
            return _moved(state, event)


def _moved(state: Waiting | Succeeded | GivenUp, event: PresentEvent) -> Deposit:
    intent = asked(state)
    after: Deposit
    match event:
        case DepositReversalAnnounced() | DepositReversed() | DepositReinstatementAnnounced() | DepositReinstated():
            after = remembered(state, event)
        case DepositActionRequired():
            after = ActionRequired(intent, event.reference, event.next_action)
        case DepositSubmitted():
            after = Processing(intent, event.reference)
        case DepositOutcomeUnknown():
            after = Unknown(intent)
        case DepositSucceeded():
            paid = intent if isinstance(state, Succeeded) else paid_by(state, event.provider)
            after = succeeded(paid, event)
        case DepositFailed():
            after = Failed(intent, event.reference, event.code)
        case DepositExpired():
            after = Expired(intent, reference(state))
        case DepositClosed():
            state = with_intent(state, closed_at(intent, event))
            after = replace(state, closed=True) if isinstance(state, Failed | Expired) else state
        case _:
            assert_never(event)
    return after


def _fact(event: DepositFact) -> DepositFact:
    return DepositFact(**event.fields())


initial: Deposit = Absent()
deposit: Decider[DepositCommand, Deposit, DepositEvent] = Decider("deposit", initial, decide, evolve)
