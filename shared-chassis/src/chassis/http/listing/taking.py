"""A page as CSV leaves as a file does: who asks for it needs what an export of the list needs, and it is recorded.

Without that, five hundred rows at a time were had by whoever may look at a list and may not take it away.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from starlette.requests import Request

from chassis.auth.caller import Caller
from chassis.http.listing.errors import NO_SUCH_FORM, declined
from chassis.http.listing.output import form_asked_for

Record = Callable[[Any, int, bytes], Coroutine[Any, Any, None]]


class Desk(Protocol):
    """Where lists are taken away, as `state.exports`."""

    def taker(self, caller: Caller, export: str) -> Caller:
        """The caller within what the list's permission and this one allow; Forbidden without it."""
        ...

    async def took(
        self, request: Request, caller: Caller, name: str, export: str, told: Any, rows: int, content: bytes
    ) -> None:
        """Record that a page of a list was taken away."""
        ...


@dataclass(frozen=True, slots=True)
class Taking:
    """Who a page is for, and who is told of it.

    Attributes:
        caller: sees no more than may leave, where it leaves.
        record: is told the filter, the number of rows and the content; None where the page is looked at only.
    """

    caller: Caller
    record: Record | None = None


def taking(request: Request, caller: Caller, name: str, export: str | None, *, exportable: bool = True) -> Taking:
    """How this page of the list is given. Players have what is their own in every form.

    Raises:
        RequestProblem: 406 for CSV of a list that may not leave.
        Forbidden, StepUpNeeded: as the export itself.
    """
    own = caller.is_player and caller.acting_for is None
    if own or form_asked_for(request.headers.get("accept", "")) != "csv":
        return Taking(caller)
    if not exportable:
        raise declined(406, NO_SUCH_FORM, "This list is not given as CSV.", "Accept application/json.")
    if export is None:
        return Taking(caller)
    desk: Desk = request.app.state.exports
    return Taking(desk.taker(caller, export), partial(desk.took, request, caller, name, export))
