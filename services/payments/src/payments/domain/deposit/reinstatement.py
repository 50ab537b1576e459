"""Money of a deposit that was taken back and comes again: it pays what the player owes, and the rest is his cash.

That order makes the words of providers commute: whatever is taken and given, in whichever order it is told, the player
ends with the same cash and the same debt.
"""

from dataclasses import replace

from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import DepositReinstated, DepositReinstatementAnnounced
from payments.domain.deposit.states import Earlier, GivenUp, Succeeded, Waiting, asked
from payments.domain.deposit.words import GivenBack


def taken_first(word: GivenBack, state: Succeeded) -> bool:
    """Whether we know of what it gives back."""
    return any(one.movement == word.movement for one in state.taken_back)


def objection(word: GivenBack, state: Succeeded) -> UnlawfulDepositWord | None:
    """What the word contradicts, if anything; what it gives back is known."""
    taken = next(one for one in state.taken_back if one.movement == word.movement)
    if word.reference != taken.reference:
        return UnlawfulDepositWord("reference_differs")
    if word.currency != taken.currency:
        return UnlawfulDepositWord("currency_differs")
    if word.amount_minor > taken.amount_minor:
        return UnlawfulDepositWord("reinstated_too_much")
    given = [one for one in state.given_back if one.movement == word.movement]
    if given and sum(one.amount_minor for one in given) != word.amount_minor:
        by_hand = any(one.found_as is not None for one in given)
        return UnlawfulDepositWord("contradicts_people" if by_hand else "reversal_differs")
    return None


def given_before(word: GivenBack, state: Succeeded) -> bool:
    """Whether the same was told before, or found out by people."""
    return any(one.movement == word.movement for one in state.given_back)


def reinstate(word: GivenBack, state: Succeeded, *, owed_minor: int) -> DepositReinstated:
    """The money comes again."""
    recovered = min(max(owed_minor, 0), word.amount_minor)
    fact = asked(state).fact
    return DepositReinstated(
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        provider=fact.provider,
        amount_minor=state.amount_minor,
        currency=fact.currency,
        reference=word.reference,
        movement=word.movement,
        reinstated_minor=word.amount_minor,
        all_reversed_minor=state.reversed_minor - word.amount_minor,
        recovered_minor=recovered,
        owed_minor=owed_minor - recovered,
        code=word.code,
        found_as=word.found_as,
    )


def announce_given(
    word: GivenBack, state: Waiting | Succeeded | GivenUp, behind: Earlier | None = None
) -> list[DepositReinstatementAnnounced]:
    """Remember it until we hear that it was taken. `behind`: who says so, when it has the deposit no longer."""
    intent = asked(state)
    if word.currency != intent.fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    told = [one for one in (behind or intent).given_early if one.movement == word.movement]
    if any((one.reference, one.amount_minor) != (word.reference, word.amount_minor) for one in told):
        raise UnlawfulDepositWord("reversal_differs")
    if told:
        return []
    announced = DepositReinstatementAnnounced(
        **replace(intent.fact, provider=behind.provider if behind else intent.fact.provider).fields(),
        reference=word.reference,
        movement=word.movement,
        reinstated_minor=word.amount_minor,
        code=word.code,
    )
    return [announced]
