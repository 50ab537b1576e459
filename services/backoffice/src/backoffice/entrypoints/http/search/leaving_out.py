"""What a search does not look at because of who searches; unsaid, nothing found would read as nothing there."""

from collections.abc import Collection, Iterator

from backoffice.entrypoints.http.search.finding import Search
from backoffice.entrypoints.http.search.schemas import LeftOut
from backoffice.entrypoints.http.search.sight import KINDS, LISTED_WITH, Kind
from chassis.auth import Caller
from contracts.backoffice.permissions import BackofficePermission as P


def left_out(caller: Caller, wanted: Collection[Kind], looking: Search) -> list[LeftOut]:
    """The kinds that were asked for and are not the caller's to list, and what players are not compared with."""
    return [*_kinds(caller, wanted, looking), *_identity(looking)]


def _kinds(caller: Caller, wanted: Collection[Kind], looking: Search) -> Iterator[LeftOut]:
    for kind in KINDS:
        if (not wanted or kind in wanted) and kind not in looking.sight:
            needs = LISTED_WITH[kind] if caller.reach(LISTED_WITH[kind]).empty else None
            yield LeftOut(kind=kind, by=[], needs=needs, everywhere=True)


def _identity(looking: Search) -> Iterator[LeftOut]:
    players = looking.sight.get("player")
    if players is None or players <= looking.identity or not looking.asked.may_be_personal:
        return
    nowhere = (players & looking.identity).empty
    by = list(looking.asked.personal)
    yield LeftOut(kind="player", by=by, needs=P.PLAYER_SEARCH_IDENTITY, everywhere=nowhere)
