"""A request that nobody takes: what its player is answered, and the decision that is kept although it is refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from chassis.domain import Blame, DomainError, Invalid
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.errors import MethodNotOffered, NoProviderAvailable
from payments.application.ledger import InsufficientFunds
from payments.application.routing.deciding import Choice, Routed, lacking, logged
from payments.application.routing.ports import LoggedDecision
from payments.domain.routing.choice import LeftOut, nearest
from payments.domain.routing.strategy import Direction

_FIELDS: Final[Mapping[LeftOut, str]] = {
    LeftOut.CURRENCY_NOT_OFFERED: "currency",
    LeftOut.AMOUNT_TOO_SMALL: "amount_minor",
    LeftOut.AMOUNT_TOO_LARGE: "amount_minor",
    LeftOut.AMOUNT_NOT_EXACT: "amount_minor",
    LeftOut.HOLDS_TOO_MUCH: "amount_minor",
    LeftOut.FLOAT_TOO_SMALL: "amount_minor",
}
"""What of the request another one would do better with; of whatever is not here, the method."""

_SENTENCES: Final[Mapping[LeftOut, str]] = {
    LeftOut.SWITCHED_OFF: "This method is switched off now: choose another one, or try again later.",
    LeftOut.CURRENCY_NOT_OFFERED: "This method is not offered in this currency.",
    LeftOut.COUNTRY_NOT_SERVED: "This method is not offered in the player's country.",
    LeftOut.AMOUNT_TOO_SMALL: "As little is not taken by this method: the cashier says from how much on it is.",
    LeftOut.AMOUNT_TOO_LARGE: "As much at once is not taken by this method: the cashier says how much is.",
    LeftOut.AMOUNT_NOT_EXACT: "This method cannot move exactly this amount of this currency.",
    LeftOut.BREAKER_OPEN: "This method does not work now: choose another one, or try again in some minutes.",
    LeftOut.HOLDS_TOO_MUCH: "As much is not taken by this method now: the cashier says how much is.",
    LeftOut.FLOAT_TOO_SMALL: "As much is not paid by this method now: ask for less, or try again later.",
}
MOST_KEPT: Final = 30
"""How many requests of a player that nobody takes are kept within an hour: more of them say nothing new of the casino's
providers, and each is a row with every candidate.
"""
KEPT_IN: Final = timedelta(hours=1)
_OTHERWISE: Final = "This method is not available for this request: choose another one."


class Unrouted(Exception):
    """Nobody takes it. Raised before anything was written, so that the decision alone can be kept.

    Attributes:
        refusal: what the player is answered.
        decided: what is kept of it.
    """

    def __init__(self, refusal: DomainError, decided: LoggedDecision) -> None:
        self.refusal, self.decided = refusal, decided
        super().__init__(refusal.detail)


def unrouted(uow: UnitOfWork, choice: Choice, wished: Routed, refusal: DomainError) -> Unrouted:
    """To be raised where the choice left nobody."""
    now, why = uow.ctx.occurred_at, _why(choice).value
    return Unrouted(refusal, logged(choice, wished, attempt=None, now=now, provider=None, code=why))


async def keep_unrouted(desk: Desk, uow: UnitOfWork, nobody: Unrouted) -> DomainError:
    """Keep the decision; answers the refusal, to be raised once that is committed.

    Raises:
        DomainError: the refusal: MOST_KEPT of his requests are kept already, and of this one nothing is.
    """
    player, since = nobody.decided.player_id, uow.ctx.occurred_at - KEPT_IN
    if await desk.routing.unrouted_since(uow.connection, player, since, MOST_KEPT) >= MOST_KEPT:
        raise nobody.refusal
    await desk.routing.note(uow.connection, nobody.decided)
    return nobody.refusal


def deposit_refusal(desk: Desk, choice: Choice, details: Mapping[str, str]) -> DomainError:
    """Why nobody takes the deposit: what is wrong with the request, where another one would be taken."""
    if choice.if_told_more is not None:
        flow = desk.provider(choice.if_told_more).deposits
        blames = [] if flow is None else lacking(flow, details)
        names = ", ".join(one.field for one in blames)
        return Invalid(f"Nobody takes it by this method without {names}.", blames=blames)
    return _refusal(choice, Direction.DEPOSIT)


def payout_refusal(choice: Choice, place: str) -> DomainError:
    """Why nobody pays it. Where somebody would if the player had more, that is what he is told; where it is only that
    nobody pays to such a place, the field that says which `place` is what is wrong with the request.
    """
    why = {one.left_out for one in choice.decision.candidates} - {LeftOut.METHOD_NOT_OFFERED}
    if why == {LeftOut.DESTINATION_NOT_PAYABLE}:
        return Invalid("Nobody pays there by this method.", field=place)
    if LeftOut.INSUFFICIENT_FUNDS in why:
        told = "The cash does not cover the amount with its fee: `max_minor` of the cashier says how much can be had."
        return InsufficientFunds(told, field="amount_minor")
    return _refusal(choice, Direction.WITHDRAWAL)


def _why(choice: Choice) -> LeftOut:
    """The reason that is nearest to being asked; who does not offer the method at all says nothing of it."""
    if not choice.known:
        return LeftOut.METHOD_NOT_OFFERED
    if choice.if_told_more is not None:
        return LeftOut.DETAILS_MISSING
    whys = (one.left_out for one in choice.decision.candidates)
    return nearest(one for one in whys if one is not LeftOut.METHOD_NOT_OFFERED) or LeftOut.NOT_IN_STRATEGY


def _refusal(choice: Choice, direction: Direction) -> DomainError:
    why = _why(choice)
    if why is LeftOut.METHOD_NOT_OFFERED:
        told = f"No {direction} goes by this method here: the cashier lists those that do."
        return MethodNotOffered(told, field="method")
    return refusal_for(why, "method")


def refusal_for(why: LeftOut, otherwise: str) -> NoProviderAvailable:
    """In words. `otherwise`: the field to blame where it is neither amount nor currency."""
    sentence = _SENTENCES.get(why, _OTHERWISE)
    return NoProviderAvailable(sentence, blames=[Blame(_FIELDS.get(why, otherwise), why.value, sentence)])
