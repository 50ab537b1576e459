"""What a command of a service's own is: a function, and the arguments it takes, of which none is guessed.

    @command(_month)
    async def take_month_away(service: Service, options: Namespace) -> int:
        '''Its first line is its help; it returns the exit status.'''

Statuses are the same for all: 0 it is done, or everything is as it should be; 1 it is not; 2 the command line is wrong;
75 nobody can tell now, and it is to be tried again.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from chassis.runtime import Service

Does = Callable[["Service", Namespace], Awaitable[int]]
Takes = Callable[[ArgumentParser], object]

EX_TEMPFAIL: Final = 75
"""Of sysexits.h: the same again later may do."""


class ExactParser(ArgumentParser):
    """Refuses what it does not know; a flag is known by its whole name."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **arguments})


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a service's own.

    Attributes:
        does: the work; returns the exit status.
        takes: adds its arguments to the parser of its own.
    """

    does: Does
    takes: Takes

    @property
    def help(self) -> str:
        """What it is for, in a line."""
        return (self.does.__doc__ or "").strip().split("\n")[0]

    async def __call__(self, service: "Service", arguments: Sequence[str]) -> int:
        """Do it as if the arguments had been typed.

        Raises:
            SystemExit: with status 2, when they are wrong.
        """
        parser = ExactParser(prog=self.does.__name__)
        self.takes(parser)
        return await self.does(service, parser.parse_args(list(arguments)))


def command(*takes: Takes) -> Callable[[Does], Command]:
    """Makes a command of a function; `takes` say which arguments it has."""
    return lambda does: Command(does, lambda parser: [one(parser) for one in takes])
