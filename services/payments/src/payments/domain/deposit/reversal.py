"""Money of a deposit that is taken back: out of the player's cash as far as it goes, and he owes what he had spent."""

from collections.abc import Iterable
from dataclasses import replace

from payments.domain.deposit.cascade import paid_by
from payments.domain.deposit.commands import CreditSecondPayment
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import (
    DepositFact,
    DepositRequested,
    DepositReversalAnnounced,
    DepositReversed,
    DepositSucceeded,
)
from payments.domain.deposit.states import GivenUp, Requested, Succeeded, Waiting, asked
from payments.domain.deposit.words import TakenBack


def take_back(word: TakenBack, state: Succeeded, *, cash_minor: int, owed_minor: int) -> list[DepositReversed]:
    """What follows from the word for a deposit that was credited; nothing when it was told before.

    Args:
        cash_minor: what the player holds; never more than that is taken from it.
        owed_minor: what he owes already.
    """
    objection = _objection(word, state)
    if objection is not None:
        raise objection
    if _told_before(word, state.taken_back):
        return []
    fact = asked(state).fact
    from_cash = min(max(cash_minor, 0), word.amount_minor)
    reversed_ = DepositReversed(
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        provider=fact.provider,
        amount_minor=state.amount_minor,
        currency=fact.currency,
        reference=word.reference,
        movement=word.movement,
        reversed_minor=word.amount_minor,
        all_reversed_minor=state.reversed_minor + word.amount_minor,
        from_cash_minor=from_cash,
        owed_minor=owed_minor + word.amount_minor - from_cash,
        code=word.code,
    )
    return [reversed_]


def announce(word: TakenBack, state: Waiting | GivenUp, provider: str | None = None) -> list[DepositReversalAnnounced]:
    """It must have been paid, but how much of it we have not heard: remember it until we do.

    `provider`: who says so, when it is not the one that has the deposit now.
    """
    intent = asked(state)
    if word.currency != intent.fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    if _contradicts(word, intent.announced):
        raise UnlawfulDepositWord("reversal_differs")
    if _told_before(word, intent.announced):
        return []
    announced = DepositReversalAnnounced(
        **replace(intent.fact, provider=provider or intent.fact.provider).fields(),
        reference=word.reference,
        movement=word.movement,
        reversed_minor=word.amount_minor,
        code=word.code,
    )
    return [announced]


def credit(
    success: DepositSucceeded, state: Waiting | GivenUp, *, cash_minor: int, owed_minor: int
) -> list[DepositSucceeded | DepositReversed]:
    """The success with what it pays of the player's debt, and whatever was announced to be taken back of it.

    What was announced and does not fit the payment stays announced: see `unexplained`.
    """
    recovered = min(owed_minor, success.amount_minor)
    cash_minor, owed_minor = cash_minor + success.amount_minor - recovered, owed_minor - recovered
    events: list[DepositSucceeded | DepositReversed] = [replace(success, recovered_minor=recovered)]
    credited = Succeeded(paid_by(state, success.provider), success.reference, success.amount_minor, success.said_at)
    for word in asked(state).announced:
        if _objection(word, credited) is None:
            for taken in take_back(word, credited, cash_minor=cash_minor, owed_minor=owed_minor):
                cash_minor, owed_minor = cash_minor - taken.from_cash_minor, taken.owed_minor
                events.append(taken)
            credited = replace(credited, taken_back=(*credited.taken_back, word))
    return events


def credit_second(command: CreditSecondPayment) -> list[DepositRequested | DepositSucceeded | DepositReversed]:
    """A deposit of its own, paid already: the player had not asked for it, but paid it."""
    fact = DepositFact(
        player_id=command.player_id,
        casino_id=command.casino_id,
        provider=command.provider,
        amount_minor=command.requested_minor,
        currency=command.currency,
    )
    requested = DepositRequested(
        **fact.fields(), return_url=None, sent_as=command.sent_as, requested_at=command.now, method=command.method
    )
    success = DepositSucceeded(
        **replace(fact, amount_minor=command.amount_minor).fields(),
        reference=command.reference,
        requested_minor=command.requested_minor,
        late=True,
        said_at=command.said_at,
    )
    begun = Requested(fact, None, command.sent_as, command.now)
    return [requested, *credit(success, begun, cash_minor=command.cash_minor, owed_minor=command.owed_minor)]


def unexplained(state: Succeeded) -> list[TakenBack]:
    """What was announced before the deposit was credited, and is not of the payment that was."""
    return [one for one in asked(state).announced if one not in state.taken_back]


def _objection(word: TakenBack, state: Succeeded) -> UnlawfulDepositWord | None:
    """What the word contradicts, if anything."""
    if word.reference != state.reference:
        return UnlawfulDepositWord("reference_differs")
    if word.currency != asked(state).fact.currency:
        return UnlawfulDepositWord("currency_differs")
    if _contradicts(word, state.taken_back):
        return UnlawfulDepositWord("reversal_differs")
    too_much = state.reversed_minor + word.amount_minor > state.amount_minor
    if too_much and not _told_before(word, state.taken_back):
        return UnlawfulDepositWord("reversed_too_much")
    return None


def _told_before(word: TakenBack, known: Iterable[TakenBack]) -> bool:
    return any(one.movement == word.movement for one in known)


def _contradicts(word: TakenBack, known: Iterable[TakenBack]) -> bool:
    facts = (word.reference, word.amount_minor)
    return any(one.movement == word.movement and (one.reference, one.amount_minor) != facts for one in known)
