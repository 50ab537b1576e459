"""What endpoints of deposits, withdrawals and settings ask for beside the caller."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from chassis.domain import Invalid
from payments.application.desk import Desk


async def _desk(request: HTTPConnection) -> Any:
    return request.app.state.desk


TheDesk = Annotated[Desk, Depends(_desk)]
"""The ports of the use cases: `async def approve(..., desk: TheDesk)`."""

_SKEW: Final = timedelta(minutes=1)
"""By how much another clock may be ahead of ours."""
_FIRST_YEAR: Final = 1970
"""Before it there were no books, and calendars of other places may have no such day."""


def past(desk: Desk, at: datetime, field: str) -> datetime:
    """The instant of a question, once it is seen to be one that was; Invalid: what will be nobody knows."""
    if at > desk.now() + _SKEW:
        raise Invalid("This is to come: what is known goes up to now.", field=field)
    if at.year < _FIRST_YEAR:
        raise Invalid("This is too long ago for there to be any books.", field=field)
    return at
