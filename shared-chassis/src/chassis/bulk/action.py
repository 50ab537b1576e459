"""What can be done to many rows of a list, said as data."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement

from chassis.auth.caller import Caller
from chassis.domain import DomainError
from chassis.http.models import StrictModel
from chassis.store import UnitOfWork

MOST: Final = 1000
_NAME: Final = re.compile(r"^[a-z]+(-[a-z]+)*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One row whose turn it is.

    Attributes:
        caller: whoever asked for it, with what they hold at this moment, admitted by the action's permission.
        reason: in the requester's words.
        parameters: those of the action; None where it has none.
    """

    row_id: UUID
    casino_id: UUID | None
    caller: Caller
    reason: str
    parameters: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """A command for one row that can be had for many.

    Attributes:
        list: the address of the list whose rows it is about; it has no parameters.
        name: `approve`; it is asked for at `{list}/bulk-approve`. Jobs remember it, so it never changes.
        title: what it does, as a person would say it.
        permission: that of the command for one row; it is asked for row by row, when the row's turn comes.
        do: does it in the transaction it is given; False where there was nothing left to do, the code of a refusal
            of which something is kept. It may be begun again for the same row, never be finished twice. Calls to the
            outside belong into tasks.
        alone: how many rows one person does within an hour without a second one. None where money moves.
        money: the columns with the amount and its currency of each row, where money moves: a second person is needed
            for any of it, and the largest amount that a role allows holds for each row.
        parameters: what it takes beside the rows. They are shown to the second person: no personal data, no secrets.
        reason_permission: reads why a job was started, beside whoever asked for it and whoever approves it; None:
            whoever sees the job.
        by_itself: the condition on the list's table of rows that no job does, because somebody has to look at each:
            they are counted as not allowed when rows are frozen, and `do` refuses them.
        moot: refusals that say the row has come too far for it to matter any more.
        most: rows of one job.

    >>> BulkAction(list="/api/x/v1/bets", name="void", title="Void bets", permission="x.bet.void", do=None).key
    Traceback (most recent call last):
    ValueError: say how many rows of void one person does alone, or which money it moves
    """

    list: str
    name: str
    title: str
    permission: str
    do: Callable[[UnitOfWork, Turn], Awaitable[bool | str]]
    alone: int = 0
    money: tuple[Column[Any], Column[Any]] | None = None
    parameters: type[StrictModel] | None = None
    reason_permission: str | None = None
    by_itself: ColumnElement[bool] | None = None
    moot: tuple[type[DomainError], ...] = ()
    most: int = MOST

    def __post_init__(self) -> None:
        object.__setattr__(self, "permission", str(self.permission))
        if self.reason_permission is not None:
            object.__setattr__(self, "reason_permission", str(self.reason_permission))
        if not _NAME.match(self.name) or "{" in self.list:
            raise ValueError(f"{self.name} of {self.list} cannot be an address of its own")
        if (self.money is None) == (self.alone == 0):
            raise ValueError(f"say how many rows of {self.name} one person does alone, or which money it moves")

    @property
    def key(self) -> str:
        """What a job remembers it by: `withdrawals.approve`."""
        return f"{self.list.rpartition('/')[2]}.{self.name}"

    @property
    def href(self) -> str:
        """Where it is asked for."""
        return f"{self.list}/bulk-{self.name}"

    def read(self, parameters: Any) -> BaseModel | None:
        """Parameters as they were kept."""
        return None if self.parameters is None else self.parameters.model_validate(parameters)
