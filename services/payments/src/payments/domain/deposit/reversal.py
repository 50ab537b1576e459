"""Money of a deposit that is taken back: out of the player's cash as far as it goes, and he owes what he had spent."""

from collections.abc import Iterable
from dataclasses import replace

from payments.domain.deposit.cascade import paid_by
from payments.domain.deposit.commands import CreditSecondPayment, HearProvider
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import (
    DepositFact,
    DepositReinstated,
    DepositReinstatementAnnounced,
    DepositRequested,
    DepositReversalAnnounced,
    DepositReversed,
    DepositSucceeded,
)
from payments.domain.deposit.found import NEVER_COLLECTED
from payments.domain.deposit.reinstatement import announce_given, given_before, reinstate, taken_first
from payments.domain.deposit.reinstatement import objection as objection_to_given
from payments.domain.deposit.states import Earlier, GivenUp, Requested, Succeeded, Waiting, asked, succeeded
from payments.domain.deposit.words import Declined, GivenBack, Settled, TakenBack

Movement = DepositReversed | DepositReinstated
Moved = Movement | DepositReversalAnnounced | DepositReinstatementAnnounced


def take_back(word: TakenBack, state: Succeeded, *, cash_minor: int, owed_minor: int) -> list[Moved]:
    """What follows from the word for a deposit that was credited; nothing when it was told before.

    Args:
        cash_minor: what the player holds; never more than that is taken from it.
        owed_minor: what he owes already.
    """
    if _waits(word, state):
        return [*announce(word, state)]
    objection = _objection(word, state)
    if objection is not None and objection.why == "reversed_too_much" and word.amount_minor <= state.amount_minor:
        return [*announce(word, state)]  # Something may have been given back before, and we have not heard of it.
    if objection is not None:
        raise objection
    if _told_before(word, state.taken_back):
        return []
    return [*_Play(state, cash_minor, owed_minor).take(word).follow().events]


def undo(word: Declined, state: Succeeded, *, cash_minor: int, owed_minor: int) -> list[Moved]:
    """What follows when the provider says that it has nothing of a payment that was credited: whatever had not been
    taken back of it is now.
    """
    if not state.left_minor:
        return []
    gone = TakenBack(
        reference=state.reference,
        movement=f"undone:{len(state.taken_back) + 1}",
        amount_minor=state.left_minor,
        currency=asked(state).fact.currency,
        code=word.code,
    )
    return take_back(gone, state, cash_minor=cash_minor, owed_minor=owed_minor)


def give_back(word: GivenBack, state: Succeeded, *, cash_minor: int, owed_minor: int) -> list[Moved]:
    """What follows when the provider gives money back; nothing when it was told before."""
    if not taken_first(word, state):
        return [*announce_given(word, state)]
    objection = objection_to_given(word, state)
    if objection is not None:
        raise objection
    if given_before(word, state):
        return []
    return [*_Play(state, cash_minor, owed_minor).give(word).follow().events]


def give_back_found(words: Iterable[GivenBack], state: Succeeded, *, cash_minor: int, owed_minor: int) -> list[Moved]:
    """What follows when people found out that this came back."""
    play = _Play(state, cash_minor, owed_minor)
    for word in words:
        play.give(word).follow()
    return [*play.events]


def announce(
    word: TakenBack, state: Waiting | Succeeded | GivenUp, behind: Earlier | None = None
) -> list[DepositReversalAnnounced]:
    """It must have been paid, but how much of it we have not heard: remember it until we do.

    `behind`: who says so, when it has the deposit no longer.
    """
    intent = asked(state)
    if word.currency != intent.fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    known = (behind or intent).announced
    if _contradicts(word, known):
        raise UnlawfulDepositWord("reversal_differs")
    if _told_before(word, known):
        return []
    announced = DepositReversalAnnounced(
        **replace(intent.fact, provider=behind.provider if behind else intent.fact.provider).fields(),
        reference=word.reference,
        movement=word.movement,
        reversed_minor=word.amount_minor,
        code=word.code,
        after=word.after,
        charged_back=word.charged_back,
    )
    return [announced]


def credit(
    success: DepositSucceeded, state: Waiting | GivenUp, *, cash_minor: int, owed_minor: int
) -> list[DepositSucceeded | Movement]:
    """The success with what it pays of the player's debt once its fee is paid, and whatever was announced to be taken
    back of it.

    What was announced and does not fit the payment stays announced: see `unexplained`.
    """
    brought = success.amount_minor - success.fee_minor
    recovered = min(owed_minor, brought)
    cash_minor, owed_minor = cash_minor + brought - recovered, owed_minor - recovered
    paid = paid_by(state, success.provider)
    play = _Play(succeeded(paid, success), cash_minor, owed_minor)
    for word in paid.announced:
        known = _waits(word, play.state) or _told_before(word, play.state.taken_back)
        if not known and _objection(word, play.state) is None:
            play.take(word).follow()
    return [replace(success, recovered_minor=recovered), *play.events]


def credit_second(command: CreditSecondPayment) -> list[DepositRequested | DepositSucceeded | Moved]:
    """A deposit of its own, paid already: the player had not asked for it, but paid it. What its provider took and
    gave back before that was known comes with it.
    """
    fact = DepositFact(
        player_id=command.player_id,
        casino_id=command.casino_id,
        provider=command.provider,
        amount_minor=command.requested_minor,
        currency=command.currency,
    )
    requested = DepositRequested(
        **fact.fields(),
        return_url=None,
        sent_as=command.sent_as,
        requested_at=command.now,
        method=command.method,
        known_as=command.known_as,
    )
    success = DepositSucceeded(
        **replace(fact, amount_minor=command.amount_minor).fields(),
        reference=command.reference,
        requested_minor=command.requested_minor,
        late=True,
        said_at=command.said_at,
        by_our_clock=command.by_our_clock,
    )
    begun = Requested(fact, None, command.sent_as, command.now)
    waited: list[Moved] = [event for word in command.announced for event in announce(word, begun)]
    waited += [event for word in command.given_early for event in announce_given(word, begun)]
    begun = replace(begun, announced=command.announced, given_early=command.given_early)
    credited = credit(success, begun, cash_minor=command.cash_minor, owed_minor=command.owed_minor)
    return [requested, *waited, *credited]


def ensure_same(word: Settled, command: HearProvider, state: Succeeded) -> None:
    """Raise when what was credited is said to be paid, and it is not the same as before: another payment or amount, or
    money that came once more after it was taken back.
    """
    if word.currency != asked(state).fact.currency:
        raise UnlawfulDepositWord("currency_differs")
    if (word.reference, word.amount_minor) != (state.reference, state.amount_minor):
        raise UnlawfulDepositWord("settled_twice")
    if command.said_at > state.said_at and any(
        one.code == NEVER_COLLECTED and state.open_minor(one) for one in state.taken_back
    ):
        raise UnlawfulDepositWord("contradicts_people")
    if any(one.movement == word.movement for one in state.taken_back):
        return  # This very settling was undone since, as we know: the word was only late.
    gone, named = state.taken_by_others_minor > 0, word.movement is not None and word.movement != state.movement
    if gone and (named or word.stands):
        raise UnlawfulDepositWord("paid_after_taken_back")
    if named and state.movement is not None:
        raise UnlawfulDepositWord("settled_twice")


def unexplained(state: Succeeded) -> list[TakenBack | GivenBack]:
    """What was announced and fits nothing that we know: taken back of another payment, given back of more, or said by a
    provider behind, which was not paid as far as we know.
    """
    taken = [one for one in asked(state).announced if one not in state.taken_back and not _waits(one, state)]
    given = [one for one in asked(state).given_early if taken_first(one, state) and not given_before(one, state)]
    found: list[TakenBack | GivenBack] = [*taken, *given]
    for one in asked(state).earlier:
        if one.paid_as is None:
            found += [*one.announced, *one.given_early]
    return found


class _Play:
    """What the player holds and owes while one word leads to another that waited for it."""

    def __init__(self, state: Succeeded, cash_minor: int, owed_minor: int) -> None:
        self.state = state
        self.events: list[Movement] = []
        self._cash = max(cash_minor, 0)
        self._owed = owed_minor

    def take(self, word: TakenBack) -> "_Play":
        fact = asked(self.state).fact
        ours = word.refund_id is not None
        from_cash = 0 if ours else min(self._cash, word.amount_minor)
        self._cash -= from_cash
        self._owed += 0 if ours else word.amount_minor - from_cash
        reversed_ = DepositReversed(
            player_id=fact.player_id,
            casino_id=fact.casino_id,
            provider=fact.provider,
            amount_minor=self.state.amount_minor,
            currency=fact.currency,
            reference=word.reference,
            movement=word.movement,
            reversed_minor=word.amount_minor,
            all_reversed_minor=self.state.reversed_minor + word.amount_minor,
            from_cash_minor=from_cash,
            owed_minor=self._owed,
            code=word.code,
            refund_id=word.refund_id,
            after=word.after,
            charged_back=word.charged_back,
        )
        self.events.append(reversed_)
        self.state = replace(self.state, taken_back=(*self.state.taken_back, word))
        return self

    def give(self, word: GivenBack) -> "_Play":
        given = reinstate(word, self.state, owed_minor=self._owed)
        self._owed = given.owed_minor
        self._cash += given.reinstated_minor - given.recovered_minor
        self.events.append(given)
        self.state = replace(self.state, given_back=(*self.state.given_back, word))
        return self

    def follow(self) -> "_Play":
        """Apply what had waited, for as long as something does."""
        while True:
            given = next((one for one in asked(self.state).given_early if self._may_be_given(one)), None)
            if given is not None:
                self.give(given)
                continue
            taken = next((one for one in asked(self.state).announced if self._may_be_taken(one)), None)
            if taken is None:
                return self
            self.take(taken)

    def _may_be_given(self, word: GivenBack) -> bool:
        known = taken_first(word, self.state) and not given_before(word, self.state)
        return known and objection_to_given(word, self.state) is None

    def _may_be_taken(self, word: TakenBack) -> bool:
        known = _waits(word, self.state) or _told_before(word, self.state.taken_back)
        return not known and _objection(word, self.state) is None


def _waits(word: TakenBack, state: Succeeded) -> bool:
    """Whether it takes again what must have been given back, of which we have not heard."""
    return word.after is not None and all(one.movement != word.after for one in state.given_back)


def _objection(word: TakenBack, state: Succeeded) -> UnlawfulDepositWord | None:
    """What the word contradicts, if anything."""
    if word.reference != state.reference:
        return UnlawfulDepositWord("reference_differs")
    if word.currency != asked(state).fact.currency:
        return UnlawfulDepositWord("currency_differs")
    if _contradicts(word, state.taken_back):
        return UnlawfulDepositWord("reversal_differs")
    if word.refund_id is not None:
        return None  # We sent it ourselves, and put it aside before: it is gone, whoever took as much meanwhile.
    too_much = state.taken_by_others_minor + word.amount_minor > state.amount_minor
    if too_much and not _told_before(word, state.taken_back):
        return UnlawfulDepositWord("reversed_too_much")
    return None


def _told_before(word: TakenBack, known: Iterable[TakenBack]) -> bool:
    return any(one.movement == word.movement for one in known)


def _contradicts(word: TakenBack, known: Iterable[TakenBack]) -> bool:
    facts = (word.reference, word.amount_minor)
    return any(one.movement == word.movement and (one.reference, one.amount_minor) != facts for one in known)
