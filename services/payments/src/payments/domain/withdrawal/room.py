"""How much of a withdrawal in parts may still go where: as much as people could see before they let it go, and what
they let go elsewhere since. What would go beyond that waits for them; of what the policy let go by itself nobody saw
anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from payments.domain.withdrawal.closed_loop import Portion
from payments.domain.withdrawal.going import PartFact, Way
from payments.domain.withdrawal.states import Halted, Order, Split, Stand


def is_named(part: PartFact, order: Order) -> bool:
    """Whether a part goes where the player wants it."""
    return part.way is Way.PAYOUT and part.instrument_id == order.instrument_id and part.provider == order.fact.provider


def beyond_minor(state: Split | Halted) -> int:
    """What of the parts that are open or paid goes to other places than people could see at first, or more to them."""
    if state.order.goes is None:
        return 0
    seen = _seen(state.order)
    return sum(max(0, minor - seen.get(place, 0)) for place, minor in _went(state).items())


def within(state: Split, portions: Sequence[Portion]) -> list[Portion]:
    """What of the portions may go out without a word of people; the difference waits for them."""
    if state.order.goes is None:
        return list(portions)
    seen, went, going = _seen(state.order), _went(state), list[Portion]()
    more = max(0, state.parts.elsewhere_minor - beyond_minor(state))
    for one in portions:
        place = one.place
        room = max(0, seen.get(place, 0) - went.get(place, 0))
        minor = min(one.amount_minor, room + more)
        more -= max(0, minor - room)
        went[place] = went.get(place, 0) + minor
        if minor:
            going.append(_cut(one, minor))
    return going


def _cut(portion: Portion, amount_minor: int) -> Portion:
    """Less of it: first what came from elsewhere waits, for that people could not see."""
    less = portion.amount_minor - amount_minor
    not_back = min(less, portion.not_back_minor)
    winnings = min(less - not_back, portion.winnings_minor)
    return replace(
        portion,
        amount_minor=amount_minor,
        not_back_minor=portion.not_back_minor - not_back,
        winnings_minor=portion.winnings_minor - winnings,
    )


def _seen(order: Order) -> Mapping[UUID | None, int]:
    return {one.place: one.amount_minor for one in order.goes or ()}


def _went(state: Split | Halted) -> dict[UUID | None, int]:
    """How much each place has, or is on its way to."""
    went: dict[UUID | None, int] = {}
    for one in (one.fact for one in state.parts.all if one.stand is not Stand.FAILED):
        place = None if is_named(one, state.order) else one.instrument_id or one.deposit_id
        went[place] = went.get(place, 0) + one.amount_minor
    return went
