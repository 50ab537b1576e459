"""Money of a deposit that is taken back: out of the player's cash as far as it goes, and he owes what he had spent."""

from collections.abc import Iterable
from dataclasses import replace

from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import DepositReversalAnnounced, DepositReversed, DepositSucceeded
from payments.domain.deposit.states import GivenUp, Succeeded, Waiting, asked
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


def announce(word: TakenBack, state: Waiting | GivenUp) -> list[DepositReversalAnnounced]:
    """It must have been paid, but how much of it we have not heard: remember it until we do."""
    intent = asked(state)
    if word.currency != intent.fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    if _contradicts(word, intent.announced):
        raise UnlawfulDepositWord("reversal_differs")
    if _told_before(word, intent.announced):
        return []
    announced = DepositReversalAnnounced(
        **intent.fact.fields(),
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
    credited = Succeeded(asked(state), success.reference, success.amount_minor, success.said_at)
    for word in asked(state).announced:
        if _objection(word, credited) is None:
            for taken in take_back(word, credited, cash_minor=cash_minor, owed_minor=owed_minor):
                cash_minor, owed_minor = cash_minor - taken.from_cash_minor, taken.owed_minor
                events.append(taken)
            credited = replace(credited, taken_back=(*credited.taken_back, word))
    return events


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
