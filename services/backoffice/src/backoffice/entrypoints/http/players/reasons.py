"""Who gives a reason for what is done to a player."""

from chassis.auth import Caller
from chassis.domain import Invalid


def reason_of(caller: Caller, given: str | None, *, required: bool = True) -> str | None:
    """What staff wrote. What a player writes about himself is not kept, so it is not taken.

    Args:
        required: whether staff must give one.
    """
    if caller.is_player and given is not None:
        raise Invalid("Players need no reason, and none is kept.", field="reason")
    if required and given is None and not caller.is_player:
        raise Invalid("Staff give a reason.", field="reason")
    return given
